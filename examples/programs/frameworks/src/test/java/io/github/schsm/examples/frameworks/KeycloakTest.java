// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.examples.frameworks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyString;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import io.github.schsm.examples.support.DeviceWorld;
import io.github.schsm.examples.support.KeyKind;
import io.github.schsm.examples.support.Recipe;
import io.github.schsm.examples.support.Verdict;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.keycloak.Config;
import org.keycloak.common.crypto.CryptoIntegration;
import org.keycloak.component.ComponentModel;
import org.keycloak.component.ComponentValidationException;
import org.keycloak.crypto.AsymmetricSignatureProvider;
import org.keycloak.crypto.ECDSASignatureProvider;
import org.keycloak.crypto.KeyWrapper;
import org.keycloak.crypto.SignatureProvider;
import org.keycloak.jose.jws.JWSBuilder;
import org.keycloak.keys.KeyProvider;
import org.keycloak.keys.KeyProviderFactory;
import org.keycloak.models.KeycloakContext;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.vault.VaultStringSecret;
import org.keycloak.vault.VaultTranscriber;

@Recipe(
        program = "Keycloak",
        version = "26.7.0",
        verdict = Verdict.CODE,
        how = "a key provider of some 80 lines, as a jar in Keycloak's `providers`",
        limit = "`java-keystore` opens the device, but takes only keys that are `RSAPrivateCrtKey` or `ECPrivateKey`,"
                + " which have the secret numbers: Keycloak's limit")
@Tag("programs")
class KeycloakTest {
    private static final String REALM = "test";

    @TempDir
    Path folder;

    @BeforeAll
    static void chooseCryptography() {
        CryptoIntegration.init(KeycloakTest.class.getClassLoader());
    }

    /** As Keycloak finds it. */
    private static KeyProviderFactory<?> factory(String id) {
        for (KeyProviderFactory<?> each : ServiceLoader.load(KeyProviderFactory.class)) {
            if (each.getId().equals(id)) {
                return each;
            }
        }
        throw new IllegalStateException("no key provider " + id);
    }

    private static KeycloakSession session(RealmModel realm) {
        VaultStringSecret none = mock();
        when(none.get()).thenReturn(Optional.empty());
        VaultTranscriber vault = mock();
        when(vault.getStringSecret(any())).thenReturn(none);
        KeycloakContext context = mock();
        when(context.getRealm()).thenReturn(realm);
        KeycloakSession session = mock();
        when(session.vault()).thenReturn(vault);
        when(session.getContext()).thenReturn(context);
        return session;
    }

    private static RealmModel realm() {
        RealmModel realm = mock();
        when(realm.getName()).thenReturn(REALM);
        return realm;
    }

    private static ComponentModel model(Map<String, String> settings) {
        ComponentModel model = new ComponentModel();
        model.setId("component");
        settings.forEach(model::put);
        return model;
    }

    private static void verify(String token, String algorithm, PublicKey key) throws Exception {
        Signature verifier = Signature.getInstance(algorithm, key.getAlgorithm().equals("EC") ? "SunEC" : "SunRsaSign");
        if (algorithm.equals("RSASSA-PSS")) {
            verifier.setParameter(new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 32, 1));
        }
        verifier.initVerify(key);
        int dot = token.lastIndexOf('.');
        verifier.update(token.substring(0, dot).getBytes(StandardCharsets.US_ASCII));
        assertThat(verifier.verify(Base64.getUrlDecoder().decode(token.substring(dot + 1))))
                .isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "P256, ES256, SHA256withECDSAinP1363Format",
        "P384, ES384, SHA384withECDSAinP1363Format",
        "RSA2048, RS256, SHA256withRSA",
        "RSA2048, PS256, RSASSA-PSS",
    })
    void realmSignsWithTheDevicesKey(KeyKind kind, String algorithm, String verified) throws Exception {
        try (DeviceWorld world = DeviceWorld.in(folder).register()) {
            world.key("realm", kind);
            RealmModel realm = realm();
            KeycloakSession session = session(realm);
            ComponentModel model = model(Map.of("alias", "realm", "algorithm", algorithm, "pin", DeviceWorld.PIN));
            KeyProviderFactory<?> factory = factory("hsm");

            factory.validateConfiguration(session, realm, model);
            KeyProvider keys = factory.create(session, model);
            KeyWrapper key = keys.getKeysStream().findFirst().orElseThrow();
            SignatureProvider signatures = kind.algorithm().equals("EC")
                    ? new ECDSASignatureProvider(session, algorithm)
                    : new AsymmetricSignatureProvider(session, algorithm);
            String token = new JWSBuilder().jsonContent(Map.of("sub", "alice")).sign(signatures.signer(key));

            verify(token, verified, world.certificate("realm").getPublicKey());
            assertThat(factory.create(session, model).getKeysStream()).containsExactly(key);
        }
    }

    @Test
    void aliasThatIsNotThereIsNamed() throws Exception {
        try (DeviceWorld world = DeviceWorld.in(folder).register()) {
            assertThat(world.keyStore().containsAlias("other")).isFalse();
            RealmModel realm = realm();
            ComponentModel model = model(Map.of("alias", "other", "algorithm", "ES256", "pin", DeviceWorld.PIN));

            assertThatThrownBy(() -> factory("hsm").validateConfiguration(session(realm), realm, model))
                    .isInstanceOf(ComponentValidationException.class)
                    .hasMessageContaining("other");
        }
    }

    /** If this fails, Keycloak has learned to use keys without their numbers, and the verdict is by configuration. */
    @ParameterizedTest
    @CsvSource({"P256, ES256", "RSA2048, RS256"})
    void itsOwnKeyStoreProviderRefusesKeysWithoutNumbers(KeyKind kind, String algorithm) throws Exception {
        try (DeviceWorld world = DeviceWorld.in(folder).register()) {
            world.key("realm", kind);
            Path file = Files.createDirectory(folder.resolve(REALM)).resolve("hsm.schsm");
            Files.writeString(file, world.configuration());
            RealmModel realm = realm();
            Config.Scope settings = mock();
            when(settings.get(anyString(), any())).thenReturn(folder.toString());
            KeyProviderFactory<?> factory = factory("java-keystore");
            factory.init(settings);
            ComponentModel model = model(Map.of(
                    "keystore",
                    "hsm.schsm",
                    "keystoreType",
                    "SCHSM",
                    "keystorePassword",
                    DeviceWorld.PIN,
                    "keyPassword",
                    DeviceWorld.PIN,
                    "keyAlias",
                    "realm",
                    "algorithm",
                    algorithm));

            assertThatThrownBy(() -> factory.validateConfiguration(session(realm), realm, model))
                    .isInstanceOf(ComponentValidationException.class)
                    .hasMessageContaining("Algorithm not available on server. Invalid " + algorithm
                            + " key for alias realm. Algorithm is " + kind.algorithm());
        }
    }
}
