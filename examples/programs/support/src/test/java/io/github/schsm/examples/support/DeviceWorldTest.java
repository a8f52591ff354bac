// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.examples.support;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.Security;
import java.security.Signature;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeviceWorldTest {
    private static final byte[] DATA = "hello".getBytes(StandardCharsets.UTF_8);

    @TempDir
    Path folder;

    @Test
    void keySignsAndItsChainIsGood() throws Exception {
        try (DeviceWorld world = DeviceWorld.in(folder).register()) {
            PrivateKey key = world.key("tls", KeyKind.P256);

            Signature signer = Signature.getInstance("SHA256withECDSA");
            signer.initSign(key);
            signer.update(DATA);
            byte[] signature = signer.sign();

            assertThat(key.getEncoded()).isNull();
            Signature verifier = Signature.getInstance("SHA256withECDSA", "SunEC");
            verifier.initVerify(world.certificate("tls"));
            verifier.update(DATA);
            assertThat(verifier.verify(signature)).isTrue();
            PKIXParameters trusted = new PKIXParameters(world.trusted());
            trusted.setRevocationEnabled(false);
            CertPathValidator.getInstance("PKIX")
                    .validate(
                            CertificateFactory.getInstance("X.509")
                                    .generateCertPath(
                                            List.of(world.chain("tls")).subList(0, 2)),
                            trusted);
        }
        assertThat(Security.getProvider("SCHSM")).isNull();
    }
}
