// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
/** The device itself: APDUs, files, PINs, key domains, and the transport to them. */
package io.github.schsm.card;
