// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.examples.frameworks;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.KeyStore.PrivateKeyEntry;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.keycloak.common.util.KeyUtils;
import org.keycloak.component.ComponentModel;
import org.keycloak.component.ComponentValidationException;
import org.keycloak.crypto.KeyStatus;
import org.keycloak.crypto.KeyUse;
import org.keycloak.crypto.KeyWrapper;
import org.keycloak.keys.KeyProvider;
import org.keycloak.keys.KeyProviderFactory;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.provider.ProviderConfigProperty;
import org.keycloak.provider.ProviderConfigurationBuilder;

// region provider
/** Realm keys in a device. "alias" is the key's; "pin" is the PIN, or better its name in Keycloak's vault. */
public final class DeviceKeyProviderFactory implements KeyProviderFactory<KeyProvider> {
    @Override
    public String getId() {
        return "hsm";
    }

    @Override
    public String getHelpText() {
        return "Signs with a key in a device";
    }

    @Override
    public List<ProviderConfigProperty> getConfigProperties() {
        return ProviderConfigurationBuilder.create()
                .property("priority", "Priority", null, ProviderConfigProperty.STRING_TYPE, "100", null)
                .property("alias", "Alias", "The key's label", ProviderConfigProperty.STRING_TYPE, null, null)
                .property(
                        "algorithm",
                        "Algorithm",
                        "RS256, PS256, ES256, …",
                        ProviderConfigProperty.STRING_TYPE,
                        null,
                        null)
                .property("pin", "PIN", "Or ${vault.name}", ProviderConfigProperty.PASSWORD, null, null, true)
                .build();
    }

    @Override
    public void validateConfiguration(KeycloakSession session, RealmModel realm, ComponentModel model) {
        try {
            load(session, model);
        } catch (GeneralSecurityException | IOException failure) {
            throw new ComponentValidationException(failure.getMessage(), failure);
        }
    }

    @Override
    public KeyProvider create(KeycloakSession session, ComponentModel model) {
        KeyWrapper known = model.getNote("key"); // Keycloak asks for each request
        if (known == null) {
            try {
                known = load(session, model);
            } catch (GeneralSecurityException | IOException failure) {
                throw new IllegalStateException("no key " + model.get("alias") + ": " + failure.getMessage(), failure);
            }
            model.setNote("key", known);
        }
        KeyWrapper key = known;
        return () -> Stream.of(key);
    }

    private static KeyWrapper load(KeycloakSession session, ComponentModel model)
            throws GeneralSecurityException, IOException {
        String pin = session.vault().getStringSecret(model.get("pin")).get().orElse(model.get("pin"));
        KeyStore device = KeyStore.getInstance("SCHSM");
        device.load(null, pin.toCharArray());
        if (!(device.getEntry(model.get("alias"), null) instanceof PrivateKeyEntry entry)
                || !(entry.getCertificate() instanceof X509Certificate certificate)) {
            throw new GeneralSecurityException("no key with a certificate in the device: " + model.get("alias"));
        }
        KeyWrapper key = new KeyWrapper();
        key.setProviderId(model.getId());
        key.setProviderPriority(model.get("priority", 100L));
        key.setKid(KeyUtils.createKeyId(certificate.getPublicKey()));
        key.setUse(KeyUse.SIG);
        key.setType(certificate.getPublicKey().getAlgorithm());
        key.setAlgorithm(model.get("algorithm"));
        key.setStatus(KeyStatus.ACTIVE);
        key.setPrivateKey(entry.getPrivateKey());
        key.setPublicKey(certificate.getPublicKey());
        key.setCertificate(certificate);
        key.setCertificateChain(Arrays.stream(entry.getCertificateChain())
                .map(X509Certificate.class::cast)
                .toList());
        return key;
    }
}
// endregion
