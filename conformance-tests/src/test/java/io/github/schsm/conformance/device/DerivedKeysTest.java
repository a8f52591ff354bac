// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.KeyAlgorithm;
import io.github.schsm.KeyMigration;
import io.github.schsm.SchsmException;
import io.github.schsm.SchsmException.Reason;
import io.github.schsm.SchsmKey;
import io.github.schsm.SchsmKeySpec;
import io.github.schsm.UntrustedDeviceException;
import io.github.schsm.conformance.bench.Group;
import io.github.schsm.conformance.bench.Pki;
import io.github.schsm.conformance.bench.SimulatorBench;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import org.junit.jupiter.api.Test;

/** A key that was derived on the device, in a key domain. */
class DerivedKeysTest {
    @Test
    void aDerivedKeyMovesAndIsNotAttested() throws Exception {
        try (SimulatorBench bench = new SimulatorBench()) {
            Group group = Group.of(bench);
            KeyPair parent = group.source()
                    .generate(SchsmKeySpec.builder("parent")
                            .parameters(new ECGenParameterSpec("secp256r1"))
                            .domain(group.source().domain())
                            .allow(KeyAlgorithm.ECDSA, KeyAlgorithm.DERIVE_EC, KeyAlgorithm.WRAP)
                            .build());
            KeyPair derived = group.source()
                    .generate(SchsmKeySpec.builder("derived")
                            .derivedFrom(parent.getPrivate(), new byte[] {1, 2})
                            .build());
            assertThat(((SchsmKey) derived.getPrivate()).details().keyDomain()).hasValue(0);
            assertThat(((SchsmKey) derived.getPrivate()).details().lists(KeyAlgorithm.WRAP))
                    .isTrue();
            assertThatThrownBy(() -> group.source().device().attest("derived"))
                    .isInstanceOf(UntrustedDeviceException.class)
                    .matches(told -> SchsmException.is(told, Reason.NOT_ATTESTED), "reason NOT_ATTESTED")
                    .hasMessageContaining("derived");

            KeyMigration.from(group.source().keyStore())
                    .to(group.target().keyStore())
                    .move("derived");

            Signature signature =
                    Signature.getInstance("SHA256withECDSA", group.target().provider());
            signature.initSign((PrivateKey) group.target().keyStore().getKey("derived", null));
            assertThat(Pki.verifies("SHA256withECDSA", derived.getPublic(), new byte[0], signature.sign()))
                    .isTrue();
        }
    }
}
