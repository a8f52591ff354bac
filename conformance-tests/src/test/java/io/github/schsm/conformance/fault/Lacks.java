// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.fault;

import io.github.schsm.conformance.bench.Backend.Ability;

/** A case cannot be tried here, because it begins with something that this backend does not have. */
final class Lacks extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Ability ability;

    Lacks(Ability ability) {
        super("this backend has no " + ability);
        this.ability = ability;
    }

    Ability ability() {
        return ability;
    }
}
