// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.DataObject;
import io.github.schsm.DeviceException;
import io.github.schsm.InvalidRequestException;
import io.github.schsm.KeyAlgorithm;
import io.github.schsm.KeyAttribute;
import io.github.schsm.PinException;
import io.github.schsm.SchsmDevice;
import io.github.schsm.SchsmException;
import io.github.schsm.SchsmException.Reason;
import io.github.schsm.SchsmKey;
import io.github.schsm.SchsmKeySpec;
import io.github.schsm.Sp80056cKeySpec;
import io.github.schsm.codec.EcCurve;
import io.github.schsm.conformance.bench.Backend;
import io.github.schsm.conformance.bench.Backend.Ability;
import io.github.schsm.conformance.bench.Bench;
import io.github.schsm.conformance.bench.BenchKind;
import io.github.schsm.conformance.bench.Group;
import io.github.schsm.conformance.bench.OnBenches;
import io.github.schsm.conformance.bench.Pki;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.ProviderException;
import java.security.Signature;
import java.security.SignatureException;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.crypto.Cipher;
import javax.crypto.KeyAgreement;
import javax.crypto.KeyGenerator;
import javax.crypto.Mac;
import javax.crypto.SecretKey;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.IvParameterSpec;
import org.bouncycastle.crypto.engines.AESEngine;
import org.bouncycastle.crypto.macs.CMac;
import org.bouncycastle.crypto.params.KeyParameter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.ArgumentsProvider;
import org.junit.jupiter.params.provider.ArgumentsSource;
import org.junit.jupiter.params.support.ParameterDeclarations;

/** What a device does besides signing and moving keys; how the program reaches it is the bench's. */
@OnBenches(
        value = {
            BenchKind.SIMULATOR,
            BenchKind.SHORT_APDUS,
            BenchKind.SMALL_READER,
            BenchKind.OTHER_FORMS,
            BenchKind.SOFTHSM
        },
        repeated = {BenchKind.SECURE_CHANNEL, BenchKind.RAM, BenchKind.PCSC, BenchKind.OPENSC})
class DeviceFeaturesTest {
    private static final byte[] DATA = "some data".getBytes(StandardCharsets.UTF_8);

    private final BenchKind kind;
    private Bench bench;
    private Provider provider;
    private KeyStore keyStore;
    private SchsmDevice device;

    DeviceFeaturesTest(BenchKind kind) {
        this.kind = kind;
    }

    /** Opens the bench. */
    @BeforeEach
    void openBench() throws Exception {
        bench = kind.open();
        provider = bench.source().provider();
        keyStore = bench.source().keyStore();
        device = SchsmDevice.of(keyStore);
    }

    /** Clears the bench. */
    @AfterEach
    void closeBench() throws Exception {
        if (bench != null) {
            bench.close();
        }
    }

    private boolean has(Ability ability) {
        return bench.backend().has(ability);
    }

    /** A key that is derived, where keys are not. */
    private void assertNothingIsDerived() throws Exception {
        PrivateKey parent = parent("secp256r1");
        bench.backend().assertRefused(() -> derive("derived", parent, new byte[] {1}), "DERIVE_");
        reload();
        assertThat(keyStore.size()).isOne();
    }

    private static byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    private void reload() throws Exception {
        keyStore.load(null, bench.source().pin());
    }

    // Data objects

    /** Contents that look like a TLV object which ends before them, among others. */
    @Test
    void dataObjectsOfEverySizeAreStoredListedReadReplacedAndDeleted() throws Exception {
        assertThat(device.dataObjects()).isEmpty();
        int number = 0;
        if (!has(Ability.EMPTY_DATA)) {
            bench.backend()
                    .assertRefused(() -> device.storeData(DataObject.of("empty", false), new byte[0]), "at least one");
        }
        int least = has(Ability.EMPTY_DATA) ? 0 : 1;
        for (int length : new int[] {least, 2, 3, 100, 255, 256, 1200, 1232, 3000}) {
            byte[] content = bytes(length);
            if (length > 2) {
                content[0] = 0x30;
                content[1] = 0x01;
            }
            DataObject wanted = DataObject.of("object " + length, number % 2 == 0)
                    .withApplication("tests", number % 3 == 0 ? "1.3.6.1.4.1.24991" : "");
            DataObject stored = device.storeData(wanted, content);
            number++;

            assertThat(stored.label()).isEqualTo(wanted.label());
            assertThat(stored.oid()).isEqualTo(wanted.oid());
            assertThat(device.dataObjects()).hasSize(number).contains(stored);
            assertThat(device.readData(stored)).as("%d bytes", length).isEqualTo(content);
        }
        reload();
        List<DataObject> listed = device.dataObjects();
        assertThat(listed).hasSize(number);
        for (DataObject object : listed) {
            int length = Integer.parseInt(object.label().substring("object ".length()));
            byte[] shorter = bytes(Math.max(least, length / 3));
            DataObject replaced = device.storeData(object, shorter);
            assertThat(device.readData(replaced)).as("%s replaced", object).isEqualTo(shorter);
            assertThat(device.dataObjects()).hasSize(number).contains(replaced);
        }
        for (DataObject object : device.dataObjects()) {
            device.deleteData(object);
            assertThatThrownBy(() -> device.readData(object))
                    .isInstanceOf(InvalidRequestException.class)
                    .hasMessageContaining("any more");
        }
        reload();
        assertThat(device.dataObjects()).isEmpty();
    }

    @Test
    void onlyProtectedDataNeedsThePin() throws Exception {
        DataObject open = device.storeData(DataObject.of("open", false), DATA);
        DataObject secret = device.storeData(DataObject.of("secret", true), DATA);
        device.logout();
        KeyStore publicView = KeyStore.getInstance("SCHSM", provider);
        publicView.load(null, null);
        SchsmDevice looking = SchsmDevice.of(publicView);

        if (has(Ability.LISTS_PROTECTED)) {
            assertThat(looking.dataObjects()).contains(secret);
        }
        assertThat(looking.dataObjects()).contains(open);
        assertThat(looking.readData(open)).isEqualTo(DATA);
        assertThatThrownBy(() -> looking.readData(secret)).isInstanceOf(PinException.class);
        assertThatThrownBy(() -> looking.storeData(DataObject.of("third", false), DATA))
                .isInstanceOf(PinException.class);
        assertThatThrownBy(() -> looking.deleteData(open)).isInstanceOf(PinException.class);
        reload();
        assertThat(device.readData(secret)).isEqualTo(DATA);
        assertThat(device.dataObjects()).hasSize(2);
    }

    // Label

    @Test
    void tokenTakesAnotherLabel() throws Exception {
        if (bench.backend() == Backend.OPENSC) {
            // The card takes it, by the card channel; the module may go on telling the one that it has read.
            device.setLabel("another");
            assertThat(device.info().label()).isNotBlank();
            bench.backend().assertRefused(() -> device.setLabel("x".repeat(33)), "1 to 32 bytes");
            return;
        }
        if (!has(Ability.TOKEN_LABEL)) {
            String label = device.info().label();
            bench.backend().assertRefused(() -> device.setLabel("another"), "label");
            assertThat(device.info().label()).isEqualTo(label);
            return;
        }
        for (String label : List.of("a longer label than before", "Schlüssel", "x")) {
            device.setLabel(label);

            assertThat(device.info().label()).isEqualTo(label);
            reload();
            assertThat(device.info().label()).isEqualTo(label);
        }
        for (String unusable : List.of("", "  ", "x".repeat(33), "ü".repeat(17))) {
            assertThatThrownBy(() -> device.setLabel(unusable))
                    .isInstanceOf(InvalidRequestException.class)
                    .hasMessageContaining("1 to 32 bytes");
        }
        assertThat(device.info().label()).isEqualTo("x");
    }

    // Derived keys

    private PrivateKey parent(String curve, KeyAlgorithm... allowed) throws Exception {
        SchsmKeySpec.Builder spec = SchsmKeySpec.builder("parent").parameters(new ECGenParameterSpec(curve));
        return Group.generatePair(provider, (allowed.length == 0 ? spec : spec.allow(allowed)).build())
                .getPrivate();
    }

    private KeyPair derive(String label, PrivateKey parent, byte[] value) throws Exception {
        return Group.generatePair(
                provider, SchsmKeySpec.builder(label).derivedFrom(parent, value).build());
    }

    /** Some of them, and on the simulated device all of them. */
    static final class Curves implements ArgumentsProvider {
        @Override
        public Stream<? extends Arguments> provideArguments(
                ParameterDeclarations parameters, ExtensionContext context) {
            // There is no instance yet; the class's own context is called by its bench.
            String bench =
                    context.getParent().map(ExtensionContext::getDisplayName).orElse("");
            Stream<String> more = bench.equals(BenchKind.SIMULATOR.name())
                    ? Stream.of("secp192r1", "secp224r1", "brainpoolP384r1", "secp521r1")
                    : Stream.empty();
            return Stream.concat(Stream.of("secp256r1", "secp256k1", "brainpoolP256r1"), more)
                    .map(Arguments::of);
        }
    }

    @ParameterizedTest
    @ArgumentsSource(Curves.class)
    void derivedKeySignsAgreesAndIsListedAfterReload(String curve) throws Exception {
        if (!has(Ability.DERIVED_KEYS)) {
            assertNothingIsDerived();
            return;
        }
        PrivateKey parent = parent(curve);
        byte[] value = {1, 2, 3};

        KeyPair derived = derive("derived", parent, value);
        KeyPair again = derive("derived again", parent, value);
        KeyPair other = derive("other", parent, new byte[] {1, 2, 4});

        assertThat(again.getPublic()).as("the same value, the same key").isEqualTo(derived.getPublic());
        assertThat(other.getPublic()).isNotEqualTo(derived.getPublic());
        EcCurve known = EcCurve.named(curve).orElseThrow();
        ECPublicKey ofParent = (ECPublicKey) keyStore.getCertificate("parent").getPublicKey();
        assertThat(known.encode(((ECPublicKey) derived.getPublic()).getW()))
                .isEqualTo(known.add(ofParent.getW(), new BigInteger(1, value)).orElseThrow());
        reload();
        assertThat(keyStore.getCertificate("derived").getPublicKey()).isEqualTo(derived.getPublic());
        PrivateKey loaded = (PrivateKey) keyStore.getKey("derived", null);
        Signature signature = Signature.getInstance("SHA256withECDSA", provider);
        signature.initSign(loaded);
        signature.update(DATA);
        assertThat(Pki.verifies("SHA256withECDSA", derived.getPublic(), DATA, signature.sign()))
                .isTrue();
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", Pki.BC);
        generator.initialize(new ECGenParameterSpec(curve));
        KeyPair peer = generator.generateKeyPair();
        KeyAgreement theirs = KeyAgreement.getInstance("ECDH", Pki.BC);
        theirs.init(peer.getPrivate());
        theirs.doPhase(Pki.publicKey(derived.getPublic()), true);
        KeyAgreement ours = KeyAgreement.getInstance("ECDH", provider);
        ours.init(loaded);
        ours.doPhase(peer.getPublic(), true);
        assertThat(ours.generateSecret()).isEqualTo(theirs.generateSecret());
        assertThat(keyStore.size()).isEqualTo(4);
    }

    @Test
    void derivedKeyThatMayOnlyAgreeIsUsable() throws Exception {
        if (!has(Ability.DERIVED_KEYS)) {
            assertNothingIsDerived();
            return;
        }
        PrivateKey parent = parent("secp256r1", KeyAlgorithm.ECDH, KeyAlgorithm.DERIVE_EC);
        KeyPair derived = derive("derived", parent, new byte[] {7});
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", Pki.BC);
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        KeyPair peer = generator.generateKeyPair();
        KeyAgreement theirs = KeyAgreement.getInstance("ECDH", Pki.BC);
        theirs.init(peer.getPrivate());
        theirs.doPhase(Pki.publicKey(derived.getPublic()), true);
        KeyAgreement ours = KeyAgreement.getInstance("ECDH", provider);
        ours.init(derived.getPrivate());
        ours.doPhase(peer.getPublic(), true);

        assertThat(ours.generateSecret()).isEqualTo(theirs.generateSecret());
        reload();
        ours.init((PrivateKey) keyStore.getKey("derived", null));
        ours.doPhase(peer.getPublic(), true);
        theirs.doPhase(Pki.publicKey(derived.getPublic()), true);
        assertThat(ours.generateSecret()).isEqualTo(theirs.generateSecret());
    }

    @Test
    void valuesThatDeriveNoKeyAreRefusedBeforeAnythingIsMade() throws Exception {
        if (!has(Ability.DERIVED_KEYS)) {
            assertNothingIsDerived();
            return;
        }
        PrivateKey parent = parent("secp256r1");
        BigInteger order = EcCurve.SECP256R1.parameters().getOrder();
        SchsmKeySpec.Builder builder = SchsmKeySpec.builder("derived");
        for (byte[] value : List.of(
                new byte[0],
                new byte[1],
                new byte[33],
                Arrays.copyOfRange(order.toByteArray(), 1, 33),
                Arrays.copyOfRange(order.add(BigInteger.ONE).toByteArray(), 1, 33))) {
            assertThatThrownBy(() -> builder.derivedFrom(parent, value))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("derivation value");
        }
        KeyPair biggest = derive(
                "biggest",
                parent,
                Arrays.copyOfRange(order.subtract(BigInteger.ONE).toByteArray(), 1, 33));
        KeyPair back = derive("back", biggest.getPrivate(), new byte[] {1});
        assertThat(back.getPublic())
                .as("d + (n - 1) + 1 is d")
                .isEqualTo(keyStore.getCertificate("parent").getPublicKey());
        assertThatThrownBy(() -> SchsmKeySpec.builder("derived")
                        .derivedFrom(parent, new byte[] {1})
                        .useCounter(3)
                        .build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("inherits");
        KeyPairGenerator software = KeyPairGenerator.getInstance("EC", "SunEC");
        software.initialize(256);
        PrivateKey foreign = software.generateKeyPair().getPrivate();
        assertThatThrownBy(() -> builder.derivedFrom(foreign, new byte[] {1}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("in a device");
        SchsmKeySpec spec = SchsmKeySpec.builder("derived")
                .derivedFrom(parent, new byte[] {1})
                .build();
        assertThatThrownBy(() -> KeyGenerator.getInstance("AES", provider).init(spec))
                .isInstanceOf(java.security.InvalidAlgorithmParameterException.class)
                .hasMessageContaining("only EC keys");
        bench.target().keyStore();
        KeyPairGenerator elsewhere =
                KeyPairGenerator.getInstance("EC", bench.target().provider());
        elsewhere.initialize(spec);
        assertThatThrownBy(elsewhere::generateKeyPair)
                .as("a provider for another device")
                .isInstanceOf(ProviderException.class);
        PrivateKey signer = parent("secp256r1", KeyAlgorithm.ECDSA);
        assertThatThrownBy(() -> derive("derived", signer, new byte[] {1}))
                .isInstanceOf(java.security.InvalidAlgorithmParameterException.class)
                .hasMessageContaining("DERIVE_EC");
        PrivateKey onlyParent = parent("secp256r1", KeyAlgorithm.DERIVE_EC);
        int before = keyStore.size();
        assertThatThrownBy(() -> derive("derived", onlyParent, new byte[] {1}))
                .isInstanceOf(ProviderException.class)
                .hasMessageContaining("neither ECDSA nor ECDH");
        reload();
        assertThat(keyStore.size()).isEqualTo(before);
    }

    // Attributes

    private Optional<String> attribute(String alias, String name) throws Exception {
        return keyStore.getEntry(alias, null).getAttributes().stream()
                .filter(attribute -> attribute.getName().equals(name))
                .map(KeyStore.Entry.Attribute::getValue)
                .findFirst();
    }

    @Test
    void useCounterIsShownAsItFallsAndItsEndIsAnExceptionOfItsOwn() throws Exception {
        if (!has(Ability.USE_COUNTERS)) {
            bench.backend()
                    .assertRefused(
                            () -> Group.generatePair(
                                    provider,
                                    SchsmKeySpec.builder("counted")
                                            .useCounter(3)
                                            .build()),
                            "use counter");
            return;
        }
        KeyPair pair = Group.generatePair(
                provider,
                SchsmKeySpec.builder("counted")
                        .parameters(new ECGenParameterSpec("secp256r1"))
                        .useCounter(3)
                        .build());
        assertThat(attribute("counted", KeyAttribute.USE_COUNTER)).contains("3");
        Signature signature = Signature.getInstance("SHA256withECDSA", provider);
        signature.initSign(pair.getPrivate());
        for (int left = 2; left >= 0; left--) {
            signature.update(DATA);
            assertThat(signature.sign()).isNotEmpty();
            assertThat(((SchsmKey) pair.getPrivate()).currentDetails().useCounter())
                    .hasValue(left);
            assertThat(attribute("counted", KeyAttribute.USE_COUNTER)).contains(Integer.toString(left));
        }
        signature.update(DATA);
        assertThatThrownBy(signature::sign)
                .isInstanceOf(SignatureException.class)
                .hasMessageContaining("used up")
                .cause()
                .isInstanceOf(DeviceException.class)
                .matches(told -> SchsmException.is(told, Reason.USE_COUNTER_EXHAUSTED), "reason USE_COUNTER_EXHAUSTED");
        reload();
        assertThat(attribute("counted", KeyAttribute.USE_COUNTER)).contains("0");
    }

    private SecretKey aes(String label, KeyAlgorithm... allowed) throws Exception {
        return aes(SchsmKeySpec.builder(label), allowed);
    }

    private SecretKey aes(SchsmKeySpec.Builder spec, KeyAlgorithm... allowed) throws Exception {
        KeyGenerator generator = KeyGenerator.getInstance("AES", provider);
        generator.init(
                (allowed.length == 0 ? spec : spec.allow(allowed)).keySize(128).build());
        return generator.generateKey();
    }

    @Test
    void countersOfSecretKeysFallWithEveryCommand() throws Exception {
        if (!has(Ability.USE_COUNTERS)) {
            bench.backend()
                    .assertRefused(() -> aes(SchsmKeySpec.builder("counted").useCounter(5)), "use counter");
            return;
        }
        SecretKey key = aes(SchsmKeySpec.builder("counted").useCounter(5));
        Cipher cipher = Cipher.getInstance("AES/CBC/NoPadding", provider);
        cipher.init(Cipher.ENCRYPT_MODE, key, new IvParameterSpec(new byte[16]));
        cipher.doFinal(new byte[16]);
        Mac mac = Mac.getInstance("AESCMAC", provider);
        mac.init(key);
        mac.doFinal(DATA);
        SecretKeyFactory factory = SecretKeyFactory.getInstance("SP800-56C", provider);
        factory.generateSecret(new Sp80056cKeySpec(key, DATA, "AES"));
        assertThat(((SchsmKey) key).currentDetails().useCounter()).hasValue(2);
        cipher.doFinal(new byte[16]);
        cipher.doFinal(new byte[16]);

        assertThatThrownBy(() -> cipher.doFinal(new byte[16]))
                .isInstanceOf(ProviderException.class)
                .hasCauseInstanceOf(DeviceException.class)
                .satisfies(reported -> assertThat(reported.getCause())
                        .matches(
                                told -> SchsmException.is(told, Reason.USE_COUNTER_EXHAUSTED),
                                "reason USE_COUNTER_EXHAUSTED"));
        assertThatThrownBy(() -> mac.doFinal(DATA))
                .isInstanceOf(ProviderException.class)
                .hasCauseInstanceOf(DeviceException.class)
                .satisfies(reported -> assertThat(reported.getCause())
                        .matches(
                                told -> SchsmException.is(told, Reason.USE_COUNTER_EXHAUSTED),
                                "reason USE_COUNTER_EXHAUSTED"));
        assertThatThrownBy(() -> factory.generateSecret(new Sp80056cKeySpec(key, DATA, "AES")))
                .isInstanceOf(java.security.spec.InvalidKeySpecException.class)
                .hasCauseInstanceOf(DeviceException.class)
                .satisfies(reported -> assertThat(reported.getCause())
                        .matches(
                                told -> SchsmException.is(told, Reason.USE_COUNTER_EXHAUSTED),
                                "reason USE_COUNTER_EXHAUSTED"));
    }

    @Test
    void attributesOfAKeyAreShown() throws Exception {
        if (!has(Ability.ALGORITHM_LISTS)) {
            bench.backend()
                    .assertRefused(
                            () -> aes(SchsmKeySpec.builder("aes").wrappingKey(7), KeyAlgorithm.AES_CMAC),
                            "algorithm list",
                            "wrapping key");
            aes("aes");
            assertThat(attribute("aes", KeyAttribute.DEVICE))
                    .contains(bench.source().id());
            assertThat(attribute("aes", KeyAttribute.ALLOWED_ALGORITHMS)).isEmpty();
            return;
        }
        SecretKey key =
                aes(SchsmKeySpec.builder("aes").wrappingKey(7), KeyAlgorithm.AES_CBC_ENCRYPT, KeyAlgorithm.AES_CMAC);

        assertThat(((SchsmKey) key).details().wrappingKey()).hasValue(7);
        reload();
        assertThat(attribute("aes", KeyAttribute.WRAPPING_KEY)).contains("7");
        assertThat(attribute("aes", KeyAttribute.ALLOWED_ALGORITHMS)).contains("AES_CBC_ENCRYPT,AES_CMAC");
        assertThat(attribute("aes", KeyAttribute.USE_COUNTER)).isEmpty();
        assertThat(keyStore.getEntry("aes", null).getAttributes().stream()
                        .map(KeyStore.Entry.Attribute::getName)
                        .collect(Collectors.toSet()))
                .contains(KeyAttribute.DEVICE, KeyAttribute.ID);
        assertThatThrownBy(() -> Group.generatePair(
                        provider,
                        SchsmKeySpec.builder("ec")
                                .parameters(new ECGenParameterSpec("secp256r1"))
                                .wrappingKey(7)
                                .build()))
                .isInstanceOf(java.security.InvalidAlgorithmParameterException.class)
                .hasMessageContaining("only AES keys take the id of a wrapping key");
    }

    // Secret keys

    @Test
    void keysForOneDirectionGoThatWayOnly() throws Exception {
        if (!has(Ability.ALGORITHM_LISTS)) {
            bench.backend().assertRefused(() -> aes("forth", KeyAlgorithm.AES_CBC_ENCRYPT), "algorithm list");
            return;
        }
        IvParameterSpec iv = new IvParameterSpec(bytes(16));
        SecretKey forth = aes("forth", KeyAlgorithm.AES_CBC_ENCRYPT);
        SecretKey back = aes("back", KeyAlgorithm.AES_CBC_DECRYPT);
        for (String name : List.of("AES/CBC/NoPadding", "AES/CBC/PKCS5Padding")) {
            Cipher cipher = Cipher.getInstance(name, provider);
            cipher.init(Cipher.ENCRYPT_MODE, forth, iv);
            assertThat(cipher.doFinal(new byte[32])).hasSize(name.contains("PKCS5") ? 48 : 32);
            assertThatThrownBy(() -> cipher.init(Cipher.DECRYPT_MODE, forth, iv))
                    .isInstanceOf(java.security.InvalidKeyException.class)
                    .hasMessageContainingAll("AES_CBC_DECRYPT", "[AES_CBC_ENCRYPT]");
            assertThatThrownBy(() -> cipher.init(Cipher.ENCRYPT_MODE, back, iv))
                    .isInstanceOf(java.security.InvalidKeyException.class)
                    .hasMessageContainingAll("AES_CBC_ENCRYPT", "[AES_CBC_DECRYPT]");
        }
        Cipher decryption = Cipher.getInstance("AES/CBC/NoPadding", provider);
        decryption.init(Cipher.DECRYPT_MODE, back, iv);
        assertThat(decryption.doFinal(new byte[32])).hasSize(32);
    }

    @Test
    void cbcCmacAndDerivationOfAnyLengthAreThoseOfSoftware() throws Exception {
        byte[] value = bytes(16);
        SecretKey key = bench.keyImport().importAes("known", value);
        IvParameterSpec iv = new IvParameterSpec(bytes(16));
        SecretKey software = new javax.crypto.spec.SecretKeySpec(value, "AES");
        Mac mac = Mac.getInstance("AESCMAC", provider);
        mac.init(key);
        for (int length : new int[] {0, 1, 16, 239, 240, 241, 255, 256, 1200, 1223, 1224, 1239, 1240, 5000}) {
            byte[] data = bytes(length);
            Cipher theirs = Cipher.getInstance("AES/CBC/PKCS5Padding", "SunJCE");
            theirs.init(Cipher.ENCRYPT_MODE, software, iv);
            byte[] expected = theirs.doFinal(data);
            Cipher ours = Cipher.getInstance("AES/CBC/PKCS5Padding", provider);
            ours.init(Cipher.ENCRYPT_MODE, key, iv);
            assertThat(ours.doFinal(data)).as("%d bytes", length).isEqualTo(expected);
            ours.init(Cipher.DECRYPT_MODE, key, iv);
            assertThat(ours.doFinal(expected)).as("%d bytes", length).isEqualTo(data);
            CMac cmac = new CMac(AESEngine.newInstance());
            cmac.init(new KeyParameter(value));
            cmac.update(data, 0, length);
            byte[] expectedMac = new byte[16];
            cmac.doFinal(expectedMac, 0);
            assertThat(mac.doFinal(data)).as("%d bytes", length).isEqualTo(expectedMac);
        }
        SecretKeyFactory factory = SecretKeyFactory.getInstance("SP800-56C", provider);
        if (!has(Ability.DERIVED_KEYS)) {
            bench.backend()
                    .assertRefused(() -> factory.generateSecret(new Sp80056cKeySpec(key, bytes(20), "AES")), "DERIVE_");
            return;
        }
        byte[] one = factory.generateSecret(new Sp80056cKeySpec(key, bytes(20), "AES"))
                .getEncoded();
        assertThat(one).hasSize(32);
        assertThat(factory.generateSecret(new Sp80056cKeySpec(key, bytes(20), "AES"))
                        .getEncoded())
                .isEqualTo(one);
        assertThat(factory.generateSecret(new Sp80056cKeySpec(key, bytes(21), "AES"))
                        .getEncoded())
                .isNotEqualTo(one);
    }
}
