/** Streams and files of the process. */
@NullMarked
package io.github.schsm.cli.io;

import org.jspecify.annotations.NullMarked;
