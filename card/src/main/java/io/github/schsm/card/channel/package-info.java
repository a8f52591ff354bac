/** Chip authentication and secure messaging. */
@NullMarked
package io.github.schsm.card.channel;

import org.jspecify.annotations.NullMarked;
