/** Which kind of device is simulated. */
@NullMarked
package io.github.schsm.simulator.profile;

import org.jspecify.annotations.NullMarked;
