/** DKEK shares and the passwords that protect them. */
@NullMarked
package io.github.schsm.card.dkek;

import org.jspecify.annotations.NullMarked;
