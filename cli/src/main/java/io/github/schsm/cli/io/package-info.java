/** Files and streams. */
@NullMarked
package io.github.schsm.cli.io;

import org.jspecify.annotations.NullMarked;
