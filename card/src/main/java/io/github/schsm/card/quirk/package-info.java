/** What differs by device, reader and firmware. */
@NullMarked
package io.github.schsm.card.quirk;

import org.jspecify.annotations.NullMarked;
