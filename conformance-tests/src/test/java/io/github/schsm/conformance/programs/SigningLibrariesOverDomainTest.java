// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.programs;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.SchsmKeySpec;
import io.github.schsm.conformance.bench.DomainBench;
import io.github.schsm.conformance.bench.Group;
import io.github.schsm.conformance.bench.Pki;
import io.github.schsm.provider.SchsmProvider;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.Provider;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.util.List;
import net.jsign.AuthenticodeSigner;
import net.jsign.Signable;
import org.bouncycastle.asn1.cms.ContentInfo;
import org.bouncycastle.asn1.cms.SignedData;
import org.bouncycastle.cms.CMSSignedData;
import org.bouncycastle.cms.PKCS7ProcessableObject;
import org.bouncycastle.cms.SignerInformation;
import org.bouncycastle.cms.jcajce.JcaSimpleSignerInfoVerifierBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A library that signs with a key store's entry, and knows nothing of devices: here of the members of a key domain. */
@Tag("jdk")
class SigningLibrariesOverDomainTest {
    private static final String PIN = "648219";

    @TempDir
    private Path folder;

    private DomainBench bench;
    private Provider provider;
    private KeyStore keyStore;
    private X509Certificate[] rsa;
    private X509Certificate[] ec;

    @BeforeEach
    void makeKeys() throws Exception {
        bench = new DomainBench();
        provider = bench.source().provider();
        keyStore = KeyStore.getInstance("SCHSM", provider);
        keyStore.load(null, PIN.toCharArray());
        Pki pki = Pki.create();
        rsa = certified(pki, "RSA", SchsmKeySpec.builder("rsa").keySize(2048).build());
        ec = certified(
                pki,
                "EC",
                SchsmKeySpec.builder("ec")
                        .parameters(new ECGenParameterSpec("secp256r1"))
                        .build());
    }

    @AfterEach
    void logOut() throws Exception {
        ((SchsmProvider) provider).logout();
        bench.close();
    }

    private X509Certificate[] certified(Pki pki, String algorithm, SchsmKeySpec spec) throws Exception {
        return pki.certify(keyStore, spec.label(), Group.generatePair(provider, algorithm, spec));
    }

    /** jsign: Authenticode, here on a script. */
    @ParameterizedTest
    @ValueSource(strings = {"rsa", "ec"})
    void jsignSignsAScript(String alias) throws Exception {
        X509Certificate signer = alias.equals("rsa") ? rsa[0] : ec[0];
        Path script =
                Files.writeString(folder.resolve("hello.ps1"), "Write-Output \"hello\"\r\n", StandardCharsets.UTF_8);

        try (Signable signable = Signable.of(script.toFile())) {
            new AuthenticodeSigner(keyStore, alias, PIN)
                    .withSignatureProvider(provider)
                    .withTimestamping(false)
                    .withProgramName("hello")
                    .sign(signable);
        }

        assertThat(Files.readString(script)).contains("# SIG # Begin signature block");
        try (Signable signed = Signable.of(script.toFile())) {
            List<CMSSignedData> signatures = signed.getSignatures();
            assertThat(signatures).hasSize(1);
            SignerInformation information = withContent(signatures.get(0))
                    .getSignerInfos()
                    .getSigners()
                    .iterator()
                    .next();
            assertThat(information.verify(new JcaSimpleSignerInfoVerifierBuilder()
                            .setProvider(Pki.BC)
                            .build(signer)))
                    .isTrue();
        }
    }

    /** What is signed is a structure and not the octet string that CMS has. */
    private static CMSSignedData withContent(CMSSignedData signature) throws Exception {
        ContentInfo info = signature.toASN1Structure();
        ContentInfo content = SignedData.getInstance(info.getContent()).getEncapContentInfo();
        return new CMSSignedData(new PKCS7ProcessableObject(content.getContentType(), content.getContent()), info);
    }
}
