/** Commands and answers as the device sees them, and its status words. */
@NullMarked
package io.github.schsm.simulator.apdu;

import org.jspecify.annotations.NullMarked;
