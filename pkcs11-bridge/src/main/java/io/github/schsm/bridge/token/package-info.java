/** The token over a PKCS#11 module. */
@NullMarked
package io.github.schsm.bridge.token;

import org.jspecify.annotations.NullMarked;
