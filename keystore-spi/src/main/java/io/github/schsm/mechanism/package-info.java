/** The mechanism table and the hash algorithms. */
@NullMarked
package io.github.schsm.mechanism;

import org.jspecify.annotations.NullMarked;
