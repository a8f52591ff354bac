/** The terminal of a person: prompts, progress, help. */
@NullMarked
package io.github.schsm.cli.console;

import org.jspecify.annotations.NullMarked;
