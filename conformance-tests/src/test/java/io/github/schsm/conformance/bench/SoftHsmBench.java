// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.bench;

import io.github.schsm.KeyAlgorithm;
import io.github.schsm.conformance.bench.SoftHsm.SoftToken;
import io.github.schsm.provider.SchsmProvider;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAPrivateCrtKey;
import javax.crypto.SecretKey;
import org.xipki.pkcs11.wrapper.AttributeVector;

/** Two new tokens of SoftHSM, reached by its module. */
public final class SoftHsmBench implements Bench {
    private final SoftMember source;
    private final SoftMember target;

    /** Makes the tokens. */
    public SoftHsmBench() throws Exception {
        source = new SoftMember();
        target = new SoftMember();
    }

    @Override
    public Backend backend() {
        return Backend.SOFTHSM;
    }

    @Override
    public SoftMember source() {
        return source;
    }

    @Override
    public SoftMember target() {
        return target;
    }

    @Override
    public KeyImport keyImport() {
        return source;
    }

    @Override
    public void close() {
        // Tokens are made for good; their folder is emptied by the next run.
    }

    /** One token. */
    public static final class SoftMember implements Member, KeyImport {
        private final SoftToken token;
        private final Provider provider;

        private SoftMember() throws Exception {
            token = SoftHsm.module().newToken();
            provider = new SchsmProvider().configure(configuration());
        }

        @Override
        public Provider provider() {
            return provider;
        }

        @Override
        public String id() {
            return token.serial();
        }

        @Override
        public String name() {
            return "token \"" + token.label() + "\" of "
                    + SoftHsm.module().path().getFileName();
        }

        @Override
        public String configuration() {
            return "terminal = pkcs11:" + SoftHsm.module().path() + "; device = " + token.serial();
        }

        /** Another program puts a certificate on the token, or what it takes for one. */
        public void addCertificate(String label, byte[] id, byte[] subject, byte[] value) throws Exception {
            SoftHsm.module()
                    .create(
                            token,
                            AttributeVector.newX509Certificate()
                                    .token(true)
                                    .label(label)
                                    .id(id)
                                    .subject(subject)
                                    .value(value));
        }

        /** There is no card to take out: all sessions end, as they do then. */
        @Override
        public void remove() throws Exception {
            SoftHsm.module().closeAllSessions(token);
        }

        @Override
        public void insert() {}

        @Override
        public SecretKey importAes(String label, byte[] key, KeyAlgorithm... allowed) throws Exception {
            SoftHsm.module()
                    .create(
                            token,
                            AttributeVector.newAESSecretKey()
                                    .token(true)
                                    .private_(true)
                                    .sensitive(true)
                                    .extractable(false)
                                    .label(label)
                                    .id(new byte[] {1, 0, (byte) key.length})
                                    .encrypt(true)
                                    .decrypt(true)
                                    .sign(true)
                                    .verify(true)
                                    .value(key));
            return (SecretKey) keyStore().getKey(label, null);
        }

        @Override
        public PrivateKey importRsa(String label, RSAPrivateCrtKey key, X509Certificate certificate) throws Exception {
            byte[] id = {2};
            SoftHsm.module()
                    .create(
                            token,
                            AttributeVector.newRSAPrivateKey()
                                    .token(true)
                                    .private_(true)
                                    .sensitive(true)
                                    .extractable(false)
                                    .label(label)
                                    .id(id)
                                    .sign(true)
                                    .decrypt(true)
                                    .modulus(key.getModulus())
                                    .publicExponent(key.getPublicExponent())
                                    .privateExponent(key.getPrivateExponent())
                                    .prime1(key.getPrimeP())
                                    .prime2(key.getPrimeQ())
                                    .exponent1(key.getPrimeExponentP())
                                    .exponent2(key.getPrimeExponentQ())
                                    .coefficient(key.getCrtCoefficient()));
            SoftHsm.module()
                    .create(
                            token,
                            AttributeVector.newX509Certificate()
                                    .token(true)
                                    .label(label)
                                    .id(id)
                                    .subject(certificate
                                            .getSubjectX500Principal()
                                            .getEncoded())
                                    .value(certificate.getEncoded()));
            return (PrivateKey) keyStore().getKey(label, null);
        }
    }
}
