/** The schsm command. */
@NullMarked
package io.github.schsm.cli;

import org.jspecify.annotations.NullMarked;
