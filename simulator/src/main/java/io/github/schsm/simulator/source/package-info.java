/** How the provider finds the simulator. */
@NullMarked
package io.github.schsm.simulator.source;

import org.jspecify.annotations.NullMarked;
