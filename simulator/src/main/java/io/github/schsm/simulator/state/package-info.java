/** What a simulated device keeps. */
@NullMarked
package io.github.schsm.simulator.state;

import org.jspecify.annotations.NullMarked;
