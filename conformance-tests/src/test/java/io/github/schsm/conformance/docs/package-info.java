// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
/** What the documents say is so: their snippets run, their links lead somewhere, their tables are right. */
package io.github.schsm.conformance.docs;
