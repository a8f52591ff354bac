/** The token over a SmartCard-HSM. */
@NullMarked
package io.github.schsm.provider.card;

import org.jspecify.annotations.NullMarked;
