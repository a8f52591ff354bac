// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.InvalidRequestException;
import io.github.schsm.SchsmKeySpec;
import io.github.schsm.simulator.VirtualReaders;
import io.github.schsm.simulator.profile.DeviceProfile;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.Provider;
import java.security.ProviderException;
import java.security.Signature;
import java.security.SignatureException;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import javax.crypto.Cipher;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** RSA in a reader without extended length: what the device pads itself fits, what it gets padded fits up to 1536 bits. */
class ShortApduRsaTest {
    private static final byte[] DATA = {1, 2, 3};
    private static final PSSParameterSpec SHA_256 =
            new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 32, 1);
    private static final PSSParameterSpec SHA_384 =
            new PSSParameterSpec("SHA-384", "MGF1", MGF1ParameterSpec.SHA384, 48, 1);

    @TempDir
    Path folder;

    private static KeyPair generate(Provider provider, int bits) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA", provider);
        generator.initialize(SchsmKeySpec.builder("rsa-" + bits).keySize(bits).build());
        return generator.generateKeyPair();
    }

    private static boolean signs(Provider provider, String name, PSSParameterSpec parameters, KeyPair pair)
            throws Exception {
        Signature signature = Signature.getInstance(name, provider);
        Signature verifier = Signature.getInstance(name, "SunRsaSign");
        if (parameters != null) {
            signature.setParameter(parameters);
            verifier.setParameter(parameters);
        }
        signature.initSign(pair.getPrivate());
        signature.update(DATA);
        verifier.initVerify(pair.getPublic());
        verifier.update(DATA);
        return verifier.verify(signature.sign());
    }

    private static byte[] thereAndBack(Provider provider, KeyPair pair) throws Exception {
        Cipher encrypt = Cipher.getInstance("RSA/ECB/PKCS1Padding", "SunJCE");
        encrypt.init(Cipher.ENCRYPT_MODE, pair.getPublic());
        Cipher decrypt = Cipher.getInstance("RSA/ECB/PKCS1Padding", provider);
        decrypt.init(Cipher.DECRYPT_MODE, pair.getPrivate());
        return decrypt.doFinal(encrypt.doFinal(DATA));
    }

    @Test
    void whatFitsIsDoneAndWhatDoesNotIsRefusedWithTheReason() throws Exception {
        try (VirtualReaders readers =
                VirtualReaders.folder(folder, DeviceProfile.smartCardHsm4k().withShortApdusOnly())) {
            assertThat(readers.deviceIds()).isEmpty();
            Provider provider = new SchsmProvider().configure("terminal = simulator:" + folder);
            KeyStore.getInstance("SCHSM", provider).load(null, "648219".toCharArray());
            KeyPair small = generate(provider, 1024);
            assertThat(signs(provider, "SHA512withRSA", null, small)).isTrue();
            assertThat(signs(provider, "RSASSA-PSS", SHA_384, small)).isTrue();
            assertThat(thereAndBack(provider, small)).isEqualTo(DATA);

            KeyPair usual = generate(provider, 2048);
            assertThat(signs(provider, "SHA512withRSA", null, usual)).isTrue();
            assertThat(signs(provider, "RSASSA-PSS", SHA_256, usual)).isTrue();
            assertThatThrownBy(() -> signs(provider, "RSASSA-PSS", SHA_384, usual))
                    .isInstanceOf(SignatureException.class)
                    .hasCauseInstanceOf(InvalidRequestException.class)
                    .hasMessageContainingAll("255", "SIGN needs 256", "extended length");
            assertThatThrownBy(() -> thereAndBack(provider, usual))
                    .isInstanceOf(ProviderException.class)
                    .hasCauseInstanceOf(InvalidRequestException.class)
                    .hasMessageContainingAll("DECIPHER needs 256", "extended length");
        }
    }
}
