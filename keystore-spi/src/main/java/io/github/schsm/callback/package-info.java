/** What the provider asks of a program's callback handler: PINs, and entries on a reader's pad. */
@NullMarked
package io.github.schsm.callback;

import org.jspecify.annotations.NullMarked;
