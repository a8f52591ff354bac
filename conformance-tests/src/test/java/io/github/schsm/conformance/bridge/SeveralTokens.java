// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.bridge;

import io.github.schsm.SchsmDevice.FoundDevice;
import io.github.schsm.SchsmException;
import io.github.schsm.SchsmKeySpec;
import io.github.schsm.conformance.bench.Pki;
import io.github.schsm.conformance.bench.SoftHsmFolder;
import io.github.schsm.provider.SchsmProvider;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.Provider;
import java.security.Signature;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The program of the test with several modules and tokens: makes a key on each token through one provider for each, all
 * at once, and then looks for every token in every way that there is. SoftHSM2 reads its environment when it is loaded,
 * hence a process of its own.
 */
final class SeveralTokens {
    static final String ALL_AT_ONCE = "signed on all tokens at once";
    static final String SAME = "chosen in every way";
    static final String REFUSED = "refused: ";

    private static final String EC = "SHA256withECDSA";
    private static final byte[] DATA = "one of several".getBytes(StandardCharsets.UTF_8);

    private final PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);

    private SeveralTokens() {}

    /** Arguments: the modules; each sees the tokens "Token A" and "Token B". */
    public static void main(String[] arguments) throws Exception {
        new SeveralTokens().run(List.of(arguments));
        System.exit(0);
    }

    private void run(List<String> modules) throws Exception {
        Map<String, Provider> providers = new LinkedHashMap<>();
        for (String module : modules) {
            for (String label : List.of("Token A", "Token B")) {
                String name = "key-" + providers.size();
                providers.put(name, configured("pkcs11:" + module, "device = " + label));
            }
        }
        Map<String, KeyPair> pairs = new LinkedHashMap<>();
        for (Map.Entry<String, Provider> entry : providers.entrySet()) {
            load(entry.getValue(), SoftHsmFolder.PIN);
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", entry.getValue());
            generator.initialize(SchsmKeySpec.builder(entry.getKey()).build());
            pairs.put(entry.getKey(), generator.generateKeyPair());
        }
        for (int round = 0; round < 3; round++) {
            for (Map.Entry<String, KeyPair> entry : pairs.entrySet()) {
                Signature signer = Signature.getInstance(EC, providers.get(entry.getKey()));
                signer.initSign(entry.getValue().getPrivate());
                signer.update(DATA);
                require(Pki.verifies(EC, entry.getValue().getPublic(), DATA, signer.sign()), "wrong signature");
            }
        }
        out.println(ALL_AT_ONCE);

        String module = modules.get(0);
        List<String> selectors = selectors(module);
        for (String selector : selectors) {
            List<String> aliases = aliases(load(configured("pkcs11:" + module, "device = " + selector), null));
            List<String> expected = aliases(load(providers.get("key-1"), null));
            require(aliases.equals(expected), selector + " has " + aliases + ", not " + expected);
        }
        require(
                aliases(load(configured("pkcs11:token=Token%20B?module-path=" + module), null))
                        .contains("key-1"),
                "by the terminal's URI");
        out.println(SAME);

        refuse("pkcs11:" + module);
        refuse("pkcs11:" + module, "device = Token C");
        refuse("pkcs11:" + module, "device = slot:77");
        refuse("pkcs11:token=Token%20A?module-path=" + module, "device = Token B");
        refuse("pkcs11:manufacturer=SoftHSM%20project?module-path=" + module);
        refuse("pkcs11:token=Token%20A?pin-value=648219&module-path=" + module);
        refuse("pkcs11:"
                + SeveralTokens.class.getResource("SeveralTokens.class").getPath());
    }

    /** Serial number, label, slot and URIs of Token B, as the provider itself lists it. */
    private static List<String> selectors(String module) throws Exception {
        for (FoundDevice found : configured("pkcs11:" + module).devices()) {
            if (found.device() != null && found.device().info().label().equals("Token B")) {
                String serial = found.device().deviceId();
                String slot = found.reader().replaceFirst(".*0x", "");
                return List.of(
                        serial,
                        "Token B",
                        "slot:0x" + slot,
                        "slot:" + Long.parseUnsignedLong(slot, 16),
                        "pkcs11:token=Token%20B",
                        "pkcs11:serial=" + serial + ";model=SoftHSM%20v2;manufacturer=SoftHSM%20project",
                        "pkcs11:slot-id=" + Long.parseUnsignedLong(slot, 16) + ";library-manufacturer=SoftHSM",
                        "pkcs11:token=Token%20B;object=no-matter;type=private");
            }
        }
        throw new IllegalStateException("Token B is not listed");
    }

    private static SchsmProvider configured(String terminal, String... more) {
        List<String> entries = new ArrayList<>(List.of("terminal = " + terminal));
        entries.addAll(List.of(more));
        return (SchsmProvider) new SchsmProvider().configure(String.join("\n", entries));
    }

    private static KeyStore load(Provider provider, String pin) throws Exception {
        KeyStore keys = KeyStore.getInstance("SCHSM", provider);
        keys.load(null, pin == null ? null : pin.toCharArray());
        return keys;
    }

    private static List<String> aliases(KeyStore keys) throws Exception {
        return Collections.list(keys.aliases()).stream().sorted().toList();
    }

    private void refuse(String terminal, String... more) throws Exception {
        try {
            load(configured(terminal, more), null);
        } catch (IOException expected) {
            require(expected.getCause() instanceof SchsmException, "no exception of ours: " + expected);
            out.println(REFUSED + expected.getMessage());
            return;
        }
        throw new IllegalStateException("loaded: " + terminal);
    }

    private static void require(boolean so, String otherwise) {
        if (!so) {
            throw new IllegalStateException(otherwise);
        }
    }
}
