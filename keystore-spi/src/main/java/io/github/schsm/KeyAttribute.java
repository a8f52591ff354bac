// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm;

import java.security.KeyStore;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * What a key store entry shows of a key besides the key: its key domain, allowed algorithms, use counter and origin.
 *
 * @param name  one of the constants of this class
 * @param value in words and numbers
 */
public record KeyAttribute(String name, String value) implements KeyStore.Entry.Attribute {
    /** Slot of the key's domain. */
    public static final String KEY_DOMAIN = "schsm.keyDomain";
    /** Names of the allowed algorithms, separated by commas. */
    public static final String ALLOWED_ALGORITHMS = "schsm.allowedAlgorithms";
    /** Id of the key's wrapping key. */
    public static final String WRAPPING_KEY = "schsm.wrappingKey";
    /** How often the key may still be used, at the time the entry was got. */
    public static final String USE_COUNTER = "schsm.useCounter";
    /**
     * {@code generated} while the device's own request for the key is there, {@code unknown} otherwise: for a key that
     * came from another device, and once a certificate has replaced the request.
     */
    public static final String ORIGIN = "schsm.origin";
    /** CKA_ID in hexadecimal digits. */
    public static final String ID = "schsm.id";
    /** Device id of the token. */
    public static final String DEVICE = "schsm.device";
    /** Device ids of the members of a domain that have the key, separated by commas; not of a single device. */
    public static final String DEVICES = "schsm.devices";

    /** Checks that nothing is missing. */
    public KeyAttribute {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(value, "value");
    }

    @Override
    public String getName() {
        return name;
    }

    @Override
    public String getValue() {
        return value;
    }

    /** The attributes of a key. */
    public static Set<KeyStore.Entry.Attribute> of(SchsmKey handle) {
        Set<KeyStore.Entry.Attribute> attributes = new LinkedHashSet<>();
        KeyDetails details = handle.details();
        attributes.add(new KeyAttribute(DEVICE, handle.deviceId()));
        List<String> holders = handle.deviceIds();
        if (!holders.equals(List.of(handle.deviceId()))) {
            attributes.add(new KeyAttribute(DEVICES, String.join(",", holders)));
        }
        attributes.add(new KeyAttribute(
                ID, java.util.HexFormat.of().formatHex(handle.key().id())));
        details.keyDomain().ifPresent(slot -> attributes.add(new KeyAttribute(KEY_DOMAIN, Integer.toString(slot))));
        details.wrappingKey().ifPresent(kid -> attributes.add(new KeyAttribute(WRAPPING_KEY, Integer.toString(kid))));
        details.algorithmNames().map(KeyAttribute::join).ifPresent(attributes::add);
        details.useCounter().ifPresent(uses -> attributes.add(new KeyAttribute(USE_COUNTER, Long.toString(uses))));
        boolean attested = details.publicKey() instanceof AttestedPublicKey;
        attributes.add(new KeyAttribute(ORIGIN, attested ? "generated" : "unknown"));
        return attributes;
    }

    private static KeyAttribute join(List<String> names) {
        return new KeyAttribute(ALLOWED_ALGORITHMS, String.join(",", names));
    }
}
