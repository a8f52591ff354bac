// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.KeyAlgorithm;
import io.github.schsm.SchsmKeySpec;
import io.github.schsm.mechanism.MechanismTable;
import io.github.schsm.simulator.VirtualReaders;
import io.github.schsm.simulator.profile.DeviceProfile;
import io.github.schsm.simulator.profile.Quirk;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.Provider;
import java.security.Signature;
import java.security.SignatureException;
import java.util.List;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Firmware that answers 6400 when it shall make the PKCS#1 padding. */
class RsaPaddingChoiceTest {
    @TempDir
    Path folder;

    private static KeyPair generate(Provider provider, String label, KeyAlgorithm... allowed) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA", provider);
        SchsmKeySpec.Builder spec = SchsmKeySpec.builder(label).keySize(1024);
        generator.initialize((allowed.length == 0 ? spec : spec.allow(allowed)).build());
        return generator.generateKeyPair();
    }

    private static byte[] sign(Provider provider, String name, KeyPair pair) throws Exception {
        Signature signature = Signature.getInstance(name, provider);
        signature.initSign(pair.getPrivate());
        signature.update(new byte[20]);
        byte[] signed = signature.sign();
        Signature verifier = Signature.getInstance(name, new BouncyCastleProvider());
        verifier.initVerify(pair.getPublic());
        verifier.update(new byte[20]);
        assertThat(verifier.verify(signed)).isTrue();
        return signed;
    }

    @Test
    void hostPadsWhereTheListAllowsItAndTheDeviceOnlyWhereNot() throws Exception {
        try (VirtualReaders readers =
                VirtualReaders.folder(folder, DeviceProfile.smartCardHsm4k().with(Quirk.NO_PKCS1_PADDING))) {
            assertThat(readers.deviceIds()).isEmpty();
            Provider provider = new SchsmProvider().configure("terminal = simulator:" + folder);
            KeyStore.getInstance("SCHSM", provider).load(null, "648219".toCharArray());
            KeyPair any = generate(provider, "any");
            KeyPair both = generate(provider, "both", KeyAlgorithm.RSA_PKCS1, KeyAlgorithm.RSA_RAW);
            List<String> names = MechanismTable.all().stream()
                    .filter(row -> row.type().equals("Signature") && row.algorithm() == KeyAlgorithm.RSA_PKCS1)
                    .map(row -> row.name())
                    .toList();
            assertThat(names).hasSize(10);
            for (String name : names) {
                assertThat(sign(provider, name, any)).hasSize(128);
                assertThat(sign(provider, name, both)).hasSize(128);
            }
            KeyPair only = generate(provider, "only", KeyAlgorithm.RSA_PKCS1);
            assertThatThrownBy(() -> sign(provider, "SHA256withRSA", only))
                    .isInstanceOf(SignatureException.class)
                    .hasMessageContaining("6400");
        }
    }
}
