/** What every backend needs that looks after a login by itself: the device's own and the PKCS#11 bridge's. */
@NullMarked
package io.github.schsm.backend;

import org.jspecify.annotations.NullMarked;
