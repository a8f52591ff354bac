// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.command.certificate;

/** How something is written. */
enum Format {
    /** As text. */
    PEM,
    /** As bytes. */
    DER
}
