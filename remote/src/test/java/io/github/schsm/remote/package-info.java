// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
/** What both ends' tests share. */
package io.github.schsm.remote;
