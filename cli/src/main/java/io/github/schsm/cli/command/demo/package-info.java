/** The demo. */
@NullMarked
package io.github.schsm.cli.command.demo;

import org.jspecify.annotations.NullMarked;
