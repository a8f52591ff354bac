/** Where a PIN comes from: what the configuration names, a callback handler, the reader's PIN pad. */
@NullMarked
package io.github.schsm.provider.pin;

import org.jspecify.annotations.NullMarked;
