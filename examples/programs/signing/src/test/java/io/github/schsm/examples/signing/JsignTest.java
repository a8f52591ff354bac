// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.examples.signing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.examples.support.Command;
import io.github.schsm.examples.support.DeviceWorld;
import io.github.schsm.examples.support.KeyKind;
import io.github.schsm.examples.support.Recipe;
import io.github.schsm.examples.support.Verdict;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.Provider;
import java.security.Security;
import java.util.Map;
import net.jsign.AuthenticodeSigner;
import net.jsign.Signable;
import org.bouncycastle.asn1.cms.ContentInfo;
import org.bouncycastle.asn1.cms.SignedData;
import org.bouncycastle.cms.CMSSignedData;
import org.bouncycastle.cms.PKCS7ProcessableObject;
import org.bouncycastle.cms.SignerInformation;
import org.bouncycastle.cms.jcajce.JcaSimpleSignerInfoVerifierBuilder;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What jsign signs is verified by osslsigncode. */
@Recipe(
        program = "jsign",
        version = "7.4",
        verdict = Verdict.CODE,
        how = "`new AuthenticodeSigner(keyStore, alias, pin).withSignatureProvider(provider)`",
        limit = "JDK: brainpool and PSS only with Bouncy Castle registered, because jsign verifies what it made")
class JsignTest {
    @TempDir
    private Path folder;

    private DeviceWorld world;
    private KeyStore keyStore;
    private Provider provider;

    @BeforeEach
    void makeDevice() throws Exception {
        world = DeviceWorld.in(folder);
        keyStore = world.keyStore();
        provider = world.provider();
    }

    @AfterEach
    void close() throws Exception {
        world.close();
    }

    private void verify(Path file) throws Exception {
        assertThat(Command.attempt(
                                folder,
                                Map.of(),
                                "osslsigncode",
                                "verify",
                                "-CAfile",
                                world.rootFile().toString(),
                                "-in",
                                file.toString())
                        .toString())
                .contains("Signature verification: ok")
                .endsWith("status 0");
    }

    @Tag("programs")
    @ParameterizedTest
    @EnumSource(WindowsFile.class)
    void signsFilesOfWindows(WindowsFile kind) throws Exception {
        world.key("code", KeyKind.RSA2048);
        Path file = kind.in(folder);
        String pin = DeviceWorld.PIN;

        // region sign
        try (Signable signable = Signable.of(file.toFile())) {
            new AuthenticodeSigner(keyStore, "code", pin)
                    .withSignatureProvider(provider)
                    .withTimestamping(false)
                    .withProgramName("App")
                    .sign(signable);
        }
        // endregion

        verify(file);
    }

    @Tag("programs")
    @ParameterizedTest
    @EnumSource(
            value = KeyKind.class,
            names = {"P256", "P384", "P521"})
    void signsByKeysOfEveryCurve(KeyKind kind) throws Exception {
        world.key("code", kind);
        Path file = WindowsFile.EXECUTABLE.in(folder);

        sign(file);

        verify(file);
    }

    /** jsign verifies what it made, by the first provider of the algorithm; the JDK's has no brainpool. */
    @Tag("programs")
    @ParameterizedTest
    @EnumSource(
            value = KeyKind.class,
            names = {"BRAINPOOL256", "BRAINPOOL384"})
    void signsByBrainpoolKeysIfBouncyCastleIsInFrontOfTheJdksProviders(KeyKind kind) throws Exception {
        world.key("code", kind);
        Path file = WindowsFile.EXECUTABLE.in(folder);

        assertThatThrownBy(() -> sign(file)).hasStackTraceContaining("Curve not supported");
        Security.insertProviderAt(new BouncyCastleProvider(), 1);
        try {
            sign(file);
        } finally {
            Security.removeProvider("BC");
        }

        verify(file);
    }

    /** The name by which jsign looks for PSS to verify what it made is one of Bouncy Castle's. */
    @Tag("programs")
    @Test
    void signsByPssIfBouncyCastleIsThere() throws Exception {
        world.key("code", KeyKind.RSA2048);
        Path file = WindowsFile.EXECUTABLE.in(folder);

        assertThatThrownBy(() -> signByPss(file))
                .hasStackTraceContaining("SHA256WITHRSASSA-PSS Signature not available");
        Security.addProvider(new BouncyCastleProvider());
        try {
            signByPss(file);
        } finally {
            Security.removeProvider("BC");
        }

        // OpenSSL, and so osslsigncode, has no PSS in this old form of CMS.
        try (Signable signed = Signable.of(file.toFile())) {
            SignerInformation signer = withContent(signed.getSignatures().get(0).getEncoded("DER"))
                    .getSignerInfos()
                    .getSigners()
                    .iterator()
                    .next();
            assertThat(signer.verify(new JcaSimpleSignerInfoVerifierBuilder()
                            .setProvider(new BouncyCastleProvider())
                            .build(world.certificate("code"))))
                    .isTrue();
        }
    }

    /** What is signed is a structure and not the octet string that CMS has. */
    private static CMSSignedData withContent(byte[] signature) throws Exception {
        ContentInfo info = ContentInfo.getInstance(signature);
        ContentInfo content = SignedData.getInstance(info.getContent()).getEncapContentInfo();
        return new CMSSignedData(new PKCS7ProcessableObject(content.getContentType(), content.getContent()), info);
    }

    private void signByPss(Path file) throws Exception {
        try (Signable signable = Signable.of(file.toFile())) {
            new AuthenticodeSigner(keyStore, "code", DeviceWorld.PIN)
                    .withSignatureProvider(provider)
                    .withSignatureAlgorithm("SHA256withRSAandMGF1")
                    .withTimestamping(false)
                    .sign(signable);
        }
    }

    private void sign(Path file) throws Exception {
        try (Signable signable = Signable.of(file.toFile())) {
            new AuthenticodeSigner(keyStore, "code", DeviceWorld.PIN)
                    .withSignatureProvider(provider)
                    .withTimestamping(false)
                    .sign(signable);
        }
    }
}
