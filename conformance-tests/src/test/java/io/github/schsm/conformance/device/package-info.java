// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
/** What a device holds and does for a program: key stores, certificates, PINs, forms of other firmware. */
package io.github.schsm.conformance.device;
