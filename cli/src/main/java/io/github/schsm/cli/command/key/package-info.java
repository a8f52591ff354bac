/** Commands for keys: make, list, use, attest, delete. */
@NullMarked
package io.github.schsm.cli.command.key;

import org.jspecify.annotations.NullMarked;
