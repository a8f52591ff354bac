// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.simulator.applet;

import io.github.schsm.simulator.apdu.Answer;
import io.github.schsm.simulator.apdu.Command;
import io.github.schsm.simulator.apdu.Refusal;
import io.github.schsm.simulator.apdu.Sw;
import io.github.schsm.simulator.crypto.Algorithm;
import io.github.schsm.simulator.crypto.KeyMaterial;
import io.github.schsm.simulator.profile.Quirk;
import io.github.schsm.simulator.state.CardKey;
import io.github.schsm.simulator.state.DeviceState;
import io.github.schsm.simulator.state.DeviceState.DomainScheme;
import io.github.schsm.simulator.state.KeyDomainSlot;
import java.util.Optional;

/**
 * WRAP and UNWRAP (docs/protocol.md#wrapped-keys): the only way for a key to leave. The domain of a blob is found by
 * its KCV; what no domain has is another answer than what is wrong in a blob.
 */
final class WrapCommands {
    private final Applet applet;

    WrapCommands(Applet applet) {
        this.applet = applet;
    }

    Answer wrap(Command command) throws Refusal {
        applet.requireDomains();
        if (command.p2() != Algorithm.WRAP) {
            throw new Refusal(Sw.WRONG_P1_P2);
        }
        command.requireNoData();
        CardKey key = applet.requireKey(command.p1(), () -> new Refusal(Sw.REFERENCE_NOT_FOUND));
        if (!key.mayBeWrapped(applet.state().scheme() == DomainScheme.DKEK)) {
            throw new Refusal(Sw.NOT_SUPPORTED);
        }
        Optional<KeyDomainSlot> domain = applet.state().domain(key.domain());
        if (applet.profile().has(Quirk.XKEK_DOMAINS_DO_NOT_WRAP)
                && domain.filter(KeyDomainSlot::isXkek).isPresent()) {
            throw new Refusal(Sw.REFERENCE_NOT_FOUND);
        }
        byte[] kek = domain.map(KeyDomainSlot::kek).orElseThrow(() -> new Refusal(Sw.CONDITIONS_NOT_SATISFIED));
        return Answer.of(WrappedKey.seal(kek, key, applet.profile().has(Quirk.EC_BLOB_WITHOUT_A)));
    }

    Answer unwrap(Command command) throws Refusal {
        applet.requireDomains();
        if (command.p2() != Algorithm.UNWRAP) {
            throw new Refusal(Sw.WRONG_P1_P2);
        }
        applet.requireUser();
        applet.requireFreeKeyId(command.p1());
        byte[] blob = applet.dataOrInputBuffer(command);
        if (blob.length <= KeyDomainSlot.KCV_LENGTH) {
            throw new Refusal(Sw.WRONG_DATA);
        }
        DeviceState state = applet.state();
        for (int slot = 0; slot < state.slots(); slot++) {
            byte[] kek = state.domain(slot).map(KeyDomainSlot::kek).orElse(null);
            if (kek != null && WrappedKey.isUnder(kek, blob)) {
                CardKey key = WrappedKey.open(kek, blob, slot);
                if (!couldBeOfThisDevice(key.material())) {
                    throw new Refusal(Sw.WRONG_DATA);
                }
                requireWorkingFirmware(key);
                applet.requireMemory(key.footprint()
                        - state.key(command.p1()).map(CardKey::footprint).orElse(0));
                state.putKey(command.p1(), key);
                return Answer.OK;
            }
        }
        throw new Refusal(
                applet.profile().has(Quirk.UNKNOWN_KCV_IS_WRONG_DATA) ? Sw.WRONG_DATA : Sw.REFERENCE_NOT_FOUND);
    }

    private boolean couldBeOfThisDevice(KeyMaterial material) {
        if (material instanceof KeyMaterial.Rsa rsa) {
            return applet.profile().knowsRsa(rsa.bits());
        }
        return !(material instanceof KeyMaterial.Aes) || !applet.profile().isBeforeVersion3();
    }

    /** Defects of some firmware, which say nothing but that there is one. */
    private void requireWorkingFirmware(CardKey key) throws Refusal {
        if (key.algorithms().length != 0 && !applet.profile().unwrapsKeysWithList()) {
            throw new Refusal(Sw.NO_DIAGNOSIS);
        }
        if (key.material() instanceof KeyMaterial.Rsa rsa && WrappedKey.isLong(rsa)) {
            if (applet.profile().has(Quirk.LONG_RSA_UNWRAPS_ONCE) && applet.isLongRsaUnwrapped()) {
                throw new Refusal(Sw.NO_DIAGNOSIS);
            }
            applet.setLongRsaUnwrapped();
        }
    }
}
