/** The way to a device: PC/SC, terminals, PIN pads. */
@NullMarked
package io.github.schsm.card.transport;

import org.jspecify.annotations.NullMarked;
