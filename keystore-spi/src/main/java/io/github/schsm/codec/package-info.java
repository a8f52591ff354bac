/** Encodings: BER-TLV, curves, X.509, names, text for people. */
@NullMarked
package io.github.schsm.codec;

import org.jspecify.annotations.NullMarked;
