/** The device's commands. */
@NullMarked
package io.github.schsm.simulator.applet;

import org.jspecify.annotations.NullMarked;
