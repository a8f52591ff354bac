// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
/** Encodings: BER-TLV, curves, X.509, names, text for people. */
@NullMarked
package io.github.schsm.codec;

import org.jspecify.annotations.NullMarked;
