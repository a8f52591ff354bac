/** Commands, answers and status words. */
@NullMarked
package io.github.schsm.card.apdu;

import org.jspecify.annotations.NullMarked;
