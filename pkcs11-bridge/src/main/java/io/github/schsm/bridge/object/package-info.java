/** The objects on a PKCS#11 token. */
@NullMarked
package io.github.schsm.bridge.object;

import org.jspecify.annotations.NullMarked;
