/** The key store of type SCHSM over any token. */
@NullMarked
package io.github.schsm.keystore;

import org.jspecify.annotations.NullMarked;
