/** Keys of the simulated device, and the arithmetic and encodings that it uses. */
@NullMarked
package io.github.schsm.simulator.crypto;

import org.jspecify.annotations.NullMarked;
