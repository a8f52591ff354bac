// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.report;

import io.github.schsm.AttestedPublicKey;
import io.github.schsm.InvalidRequestException;
import io.github.schsm.SchsmException;
import io.github.schsm.SchsmKey;
import io.github.schsm.admin.inventory.KeyFingerprint;
import io.github.schsm.admin.key.DeviceSignature;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.bouncycastle.cert.jcajce.JcaCertStore;
import org.bouncycastle.cms.CMSException;
import org.bouncycastle.cms.CMSProcessableByteArray;
import org.bouncycastle.cms.CMSSignedDataGenerator;
import org.bouncycastle.cms.jcajce.JcaSignerInfoGeneratorBuilder;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;
import org.jspecify.annotations.Nullable;

/** A key of a device that signs a report: by its X.509 certificate, else by what its device says of it. */
public final class ReportSigner {
    private static final HexFormat HEX = HexFormat.of().withUpperCase();

    private final Provider provider;
    private final PrivateKey key;
    private final List<X509Certificate> chain;
    private final @Nullable AttestedPublicKey attested;
    private final Report.Signer signer;

    private ReportSigner(
            Provider provider,
            PrivateKey key,
            List<X509Certificate> chain,
            @Nullable AttestedPublicKey attested,
            Report.Signer signer) {
        this.provider = provider;
        this.key = key;
        this.chain = chain;
        this.attested = attested;
        this.signer = signer;
    }

    /**
     * A key of a key store.
     *
     * @param keyStore a loaded key store of type SCHSM
     * @param device   what the inventory calls its device
     * @param alias    the key's alias
     * @throws SchsmException if there is no such key, or it has neither a certificate nor an attestation
     */
    public static ReportSigner of(KeyStore keyStore, String device, String alias) throws SchsmException {
        try {
            if (!(keyStore.getKey(alias, null) instanceof PrivateKey key && key instanceof SchsmKey ours)) {
                throw new InvalidRequestException(
                        "no key \"" + alias + "\" that could sign a report is on device " + device);
            }
            List<X509Certificate> chain = chain(keyStore, alias);
            AttestedPublicKey attested = chain.isEmpty() ? ours.attestation().publicKey() : null;
            Report.Signer signer = new Report.Signer(
                    device,
                    ours.label(),
                    KeyFingerprint.of(attested == null ? chain.get(0).getPublicKey() : attested)
                            .orElse(""),
                    chain.isEmpty()
                            ? null
                            : chain.get(0).getSubjectX500Principal().getName());
            return new ReportSigner(keyStore.getProvider(), key, chain, attested, signer);
        } catch (SchsmException failed) {
            throw failed;
        } catch (GeneralSecurityException failed) {
            throw asOurs("the key \"" + alias + "\" cannot be used", failed);
        }
    }

    private static List<X509Certificate> chain(KeyStore keyStore, String alias) throws GeneralSecurityException {
        Certificate[] chain = keyStore.getCertificateChain(alias);
        List<X509Certificate> certificates = new ArrayList<>();
        if (chain != null) {
            for (Certificate certificate : chain) {
                if (certificate instanceof X509Certificate x509) {
                    certificates.add(x509);
                }
            }
        }
        return certificates;
    }

    /** What a report says of it. */
    public Report.Signer signer() {
        return signer;
    }

    SignedReport.Signature sign(byte[] content) throws SchsmException {
        try {
            return attested == null ? cms(content) : cvc(content, attested);
        } catch (GeneralSecurityException | OperatorCreationException | CMSException | IOException failed) {
            throw asOurs("the report was not signed", failed);
        } catch (RuntimeException failed) {
            // Bouncy Castle has this for what a stream cannot throw.
            throw asOurs("the report was not signed", failed);
        }
    }

    private SignedReport.Signature cvc(byte[] content, AttestedPublicKey publicKey) throws GeneralSecurityException {
        DeviceSignature made = DeviceSignature.sign(content, key, provider);
        return new SignedReport.Signature(
                SignedReport.Kind.CVC,
                made.algorithm(),
                HEX.formatHex(made.value()),
                HEX.formatHex(publicKey.encode()));
    }

    private SignedReport.Signature cms(byte[] content)
            throws GeneralSecurityException, OperatorCreationException, CMSException, IOException {
        CMSSignedDataGenerator generator = new CMSSignedDataGenerator();
        ContentSigner contentSigner = new JcaContentSignerBuilder(DeviceSignature.algorithm(key))
                .setProvider(provider)
                .build(key);
        generator.addSignerInfoGenerator(
                new JcaSignerInfoGeneratorBuilder(new JcaDigestCalculatorProviderBuilder().build())
                        .build(contentSigner, chain.get(0)));
        generator.addCertificates(new JcaCertStore(chain));
        return new SignedReport.Signature(
                SignedReport.Kind.CMS,
                null,
                HEX.formatHex(generator
                        .generate(new CMSProcessableByteArray(content), false)
                        .getEncoded("DER")),
                null);
    }

    private static SchsmException asOurs(String what, Exception failed) {
        for (Throwable cause = failed; cause != null; cause = cause.getCause()) {
            if (cause instanceof SchsmException ours) {
                return ours;
            }
        }
        return new SchsmException(what + ": " + failed.getMessage(), failed);
    }
}
