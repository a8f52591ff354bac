/** The commands, a class each. */
@NullMarked
package io.github.schsm.cli.command;

import org.jspecify.annotations.NullMarked;
