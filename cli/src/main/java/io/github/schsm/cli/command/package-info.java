/** What all commands have in common. */
@NullMarked
package io.github.schsm.cli.command;

import org.jspecify.annotations.NullMarked;
