/** Arithmetic and encodings of the simulated device. */
@NullMarked
package io.github.schsm.simulator.crypto;

import org.jspecify.annotations.NullMarked;
