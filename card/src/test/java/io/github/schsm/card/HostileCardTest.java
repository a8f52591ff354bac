// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.card;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.KeyAlgorithm;
import io.github.schsm.SchsmException;
import io.github.schsm.card.apdu.RetryPolicy;
import io.github.schsm.card.files.Files;
import io.github.schsm.card.files.KeyAttributes;
import io.github.schsm.card.files.KeyPairRequest;
import io.github.schsm.codec.EcCurve;
import io.github.schsm.codec.EcdsaSignature;
import io.github.schsm.simulator.Fault;
import io.github.schsm.simulator.Faults;
import io.github.schsm.simulator.SimulatedDevice;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Whatever a card answers, only typed exceptions come out, and the next use works. */
class HostileCardTest {
    private final Simulation simulation = Simulation.reference();
    private final Simulation.Login login = Simulation.Login.right();

    private interface Use {
        void run(SmartCardHsm card) throws SchsmException;
    }

    private static final List<Use> USES = List.of(
            SmartCardHsm::enumerateObjects,
            card -> card.readBinary(Files.TOKEN_INFO),
            card -> card.keyAttributes(1),
            SmartCardHsm::pinStatus,
            SmartCardHsm::freeMemory,
            card -> card.getChallenge(8),
            card -> card.sign(1, KeyAlgorithm.ECDSA, new byte[32], RetryPolicy.ALLOWED),
            card -> card.deriveEcdh(1, card.identity().deviceCertificate().publicPoint(), RetryPolicy.ALLOWED),
            SmartCardHsm::listKeyDomains,
            card -> card.queryKeyDomain(0),
            card -> card.mseSetVerificationKey("ZZSIM00000100000"),
            card -> card.generateKeyPair(
                    2, KeyPairRequest.ec(EcCurve.SECP256R1, "ZZSIM00000100002", KeyAttributes.NONE)),
            SmartCardHsm::selectApplet);

    @Test
    void answers_garbage_with_typed_exceptions_only_and_recovers() throws Exception {
        SimulatedDevice simulated = simulation.simulated(1);
        CardDevice device = simulation.device(1);
        device.withCard(
                login,
                card -> card.generateKeyPair(
                        1, KeyPairRequest.ec(EcCurve.SECP256R1, "ZZSIM00000100001", KeyAttributes.NONE)));
        Random random = new Random(42);
        for (int round = 0; round < 60; round++) {
            for (Use use : USES) {
                byte[] garbage = new byte[random.nextInt(40)];
                random.nextBytes(garbage);
                if (garbage.length >= 2 && random.nextBoolean()) {
                    garbage[garbage.length - 2] = (byte) 0x90;
                    garbage[garbage.length - 1] = 0;
                }
                simulated.faults().add(1, Faults.any(), Fault.garbage(garbage));
                attempt(device, use);
                simulated.faults().clear();
                simulated.faults().add(1, Faults.any(), Fault.truncation(random.nextInt(20)));
                attempt(device, use);
                simulated.faults().clear();
            }
            device.withCard(login, card -> {
                if (card.enumerateObjects().contains(Files.key(2))) {
                    card.deleteFile(Files.key(2));
                }
                return "";
            });
        }
        byte[] signature =
                device.withCard(login, card -> card.sign(1, KeyAlgorithm.ECDSA, new byte[32], RetryPolicy.ALLOWED));
        assertThat(EcdsaSignature.parse(signature).r()).isPositive();
    }

    private void attempt(CardDevice device, Use use) {
        try {
            device.withCard(login, card -> {
                use.run(card);
                return "";
            });
        } catch (SchsmException e) {
            assertThat(e.getMessage()).isNotBlank();
        }
    }
}
