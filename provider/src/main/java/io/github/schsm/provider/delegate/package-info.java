/** Handing keys that are not in a device to the next provider of the same algorithm. */
@org.jspecify.annotations.NullMarked
package io.github.schsm.provider.delegate;
