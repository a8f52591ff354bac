/** Options that commands share. */
@NullMarked
package io.github.schsm.cli.option;

import org.jspecify.annotations.NullMarked;
