// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
/** What is in the device's files: PKCS#15 descriptions, key attributes, blobs, requests. */
@NullMarked
package io.github.schsm.card.files;

import org.jspecify.annotations.NullMarked;
