// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.card;

import io.github.schsm.SchsmException;

/**
 * What is done with a card in one transaction.
 *
 * @param <T> what comes out
 */
@FunctionalInterface
public interface CardFunction<T> {
    /**
     * Uses the card.
     *
     * @param card valid until this method returns
     * @throws SchsmException if it fails; comes out of {@code withCard} as it is
     */
    T apply(SmartCardHsm card) throws SchsmException;
}
