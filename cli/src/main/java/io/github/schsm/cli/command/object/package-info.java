/** Commands for certificates and data objects. */
@NullMarked
package io.github.schsm.cli.command.object;

import org.jspecify.annotations.NullMarked;
