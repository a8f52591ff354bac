// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.KeyType;
import io.github.schsm.SchsmKey;
import io.github.schsm.SchsmKeySpec;
import io.github.schsm.mechanism.Mechanism;
import io.github.schsm.mechanism.MechanismTable;
import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.Security;
import java.security.Signature;
import java.security.interfaces.ECKey;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.PSSParameterSpec;
import java.security.spec.X509EncodedKeySpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.stream.Stream;
import javax.crypto.Cipher;
import javax.crypto.KeyAgreement;
import javax.crypto.KeyGenerator;
import javax.crypto.Mac;
import javax.crypto.SecretKey;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.OAEPParameterSpec;
import javax.crypto.spec.PSource;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/**
 * Programs that have nothing to do with a device go on as they did, wherever the provider stands: each row of the
 * mechanism table, with each call that makes the JCA choose a provider before there is a key, with a software key, a
 * public key, and one of ours.
 */
@Tag("jdk")
class ForeignKeysTest {
    private static final BouncyCastleProvider BC = new BouncyCastleProvider();
    private static final byte[] DATA = new byte[20];
    private static final SecretKey AES = new SecretKeySpec(new byte[16], "AES");
    private static final PSSParameterSpec ODD_PSS =
            new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA1, 11, 1);

    private static Provider ours;
    private static Provider second;
    private static KeyPair ec;
    private static KeyPair rsa;
    private static SecretKey aes;
    private static KeyPair softwareEc;
    private static KeyPair softwareRsa;

    /** Where the provider stands, and whether Bouncy Castle is there. */
    private enum Place {
        FIRST,
        FIRST_AND_BOUNCY_CASTLE_LAST,
        BETWEEN_TWO_OF_OURS,
        LAST,
        LAST_AND_BOUNCY_CASTLE_BEHIND,
        BOUNCY_CASTLE_FIRST,
        NAMED,
        NAMED_AND_BOUNCY_CASTLE_LAST,
        NOT_REGISTERED;

        boolean isNamed() {
            return this == NAMED || this == NAMED_AND_BOUNCY_CASTLE_LAST || this == NOT_REGISTERED;
        }

        /** Where every early call is tried; elsewhere one that binds, and none. */
        boolean isThorough() {
            return this == FIRST || this == NAMED;
        }

        /** Elsewhere a third of the rows, which differ from place to place; {@code ./check full} takes all. */
        boolean takes(Mechanism row) {
            return isThorough()
                    || Boolean.getBoolean("schsm.full")
                    || Math.floorMod(row.name().hashCode() + name().hashCode(), 3) == 0;
        }

        /** Whether the first provider of a name is this one, or was asked for. */
        boolean isOurs() {
            return isNamed() || isFirst();
        }

        boolean isFirst() {
            return this == FIRST || this == FIRST_AND_BOUNCY_CASTLE_LAST || this == BETWEEN_TWO_OF_OURS;
        }

        void register() {
            if (this == BOUNCY_CASTLE_FIRST) {
                Security.insertProviderAt(BC, 1);
            }
            if (isFirst()) {
                Security.insertProviderAt(ours, 1);
            } else if (this != NOT_REGISTERED) {
                Security.addProvider(ours);
            }
            if (this == BETWEEN_TWO_OF_OURS) {
                Security.insertProviderAt(second, 2);
            }
            if (name().contains("BOUNCY_CASTLE")) {
                Security.addProvider(BC);
            }
        }

        Signature signature(String name) throws GeneralSecurityException {
            return !isNamed()
                    ? Signature.getInstance(name)
                    : this == NOT_REGISTERED
                            ? Signature.getInstance(name, ours)
                            : Signature.getInstance(name, ours.getName());
        }

        Cipher cipher(String name) throws GeneralSecurityException {
            return isNamed() ? Cipher.getInstance(name, ours) : Cipher.getInstance(name);
        }
    }

    @BeforeAll
    static void makeKeys() throws Exception {
        ours = new SchsmProvider().configure("terminal = simulator:memory; device = ZZSIM800110");
        second = new SchsmProvider().configure("terminal = simulator:memory; device = ZZSIM800111; name = second");
        for (Provider provider : List.of(ours, second)) {
            KeyStore.getInstance("SCHSM", provider).load(null, "648219".toCharArray());
        }
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", ours);
        generator.initialize(SchsmKeySpec.builder("ec")
                .parameters(new ECGenParameterSpec("secp256r1"))
                .build());
        ec = generator.generateKeyPair();
        generator = KeyPairGenerator.getInstance("RSA", ours);
        generator.initialize(SchsmKeySpec.builder("rsa").keySize(1536).build());
        rsa = generator.generateKeyPair();
        KeyGenerator secrets = KeyGenerator.getInstance("AES", ours);
        secrets.init(SchsmKeySpec.builder("aes").keySize(128).build());
        aes = secrets.generateKey();
        KeyPairGenerator softwareCurve = KeyPairGenerator.getInstance("EC", "SunEC");
        softwareCurve.initialize(new ECGenParameterSpec("secp256r1")); // the default differs by JDK
        softwareEc = softwareCurve.generateKeyPair();
        KeyPairGenerator software = KeyPairGenerator.getInstance("RSA", "SunRsaSign");
        software.initialize(1536);
        softwareRsa = software.generateKeyPair();
    }

    @AfterEach
    void unregister() {
        Security.removeProvider(ours.getName());
        Security.removeProvider(second.getName());
        Security.removeProvider(BC.getName());
    }

    private interface Body {
        void run() throws Exception;
    }

    private DynamicTest test(String name, Place place, Body body) {
        return DynamicTest.dynamicTest(place + ": " + name, () -> {
            place.register();
            try {
                body.run();
            } finally {
                unregister();
            }
        });
    }

    private static Stream<Mechanism> rows(String type) {
        return MechanismTable.all().stream().filter(row -> row.type().equals(type));
    }

    // Signatures

    private interface Early<E> {
        void call(E engine) throws Exception;
    }

    private record Call<E>(String name, boolean binds, Early<E> early) {}

    private static List<Call<Signature>> earlyCalls(Mechanism row) {
        List<Call<Signature>> calls = new ArrayList<>();
        calls.add(new Call<>("nothing", false, engine -> {}));
        calls.add(new Call<>("getProvider", true, Signature::getProvider));
        calls.add(new Call<>("getParameters", true, Signature::getParameters));
        calls.add(new Call<>("getAlgorithm", false, Signature::getAlgorithm));
        if (isPss(row)) {
            calls.add(new Call<>("setParameter", true, engine -> engine.setParameter(pss(row, 20))));
        } else if (row.keyType() == KeyType.EC) {
            calls.add(new Call<>(
                    "setParameter", true, engine -> engine.setParameter(((ECKey) softwareEc.getPublic()).getParams())));
        }
        return calls;
    }

    private static boolean isPss(Mechanism row) {
        return row.name().contains("PSS") || row.name().endsWith("MGF1");
    }

    private static PSSParameterSpec pss(Mechanism row, int salt) {
        String hash = row.digest() == null ? "SHA-256" : row.digest();
        return new PSSParameterSpec(hash, "MGF1", new MGF1ParameterSpec(hash), salt, 1);
    }

    @TestFactory
    Stream<DynamicTest> signatures() {
        return rows("Signature")
                .flatMap(row -> Arrays.stream(Place.values())
                        .filter(place -> place.takes(row))
                        .flatMap(place -> earlyCalls(row).stream()
                                .filter(call ->
                                        place.isThorough() || call.name().equals("getProvider"))
                                .filter(call -> isBound(call, place) || !isMadeUp(row))
                                .map(call -> test(
                                        row.name() + " after " + call.name(),
                                        place,
                                        () -> signature(row, place, call)))));
    }

    /** The JDK makes this one up from a cipher. */
    private static boolean isMadeUp(Mechanism row) {
        return row.name().equals("NONEwithRSA");
    }

    /** Whether the JCA has chosen us before it sees a key; if not, it does so by the key, for good. */
    private static boolean isBound(Call<?> call, Place place) {
        return place.isNamed() || (place.isFirst() && call.binds());
    }

    private static void signature(Mechanism row, Place place, Call<Signature> call) throws Exception {
        KeyPair software = row.keyType() == KeyType.EC ? softwareEc : softwareRsa;
        Signature engine = place.signature(row.name());
        call.early().call(engine);
        byte[] signed = sign(row, engine, call, software.getPrivate());
        assertThat(verifiedElsewhere(row, call, software, signed)).isTrue();
        verifies(row, engine, call, software, signed);
        if (!place.isThorough()) {
            return;
        }
        KeyPair own = row.keyType() == KeyType.EC ? ec : rsa;
        engine = isBound(call, place) ? engine : place.signature(row.name());
        byte[] there = sign(row, engine, call, own.getPrivate());
        assertThat(verifiedElsewhere(row, call, own, there)).isTrue();
        if (isBound(call, place)) {
            // The same object, from our key to another one and back.
            verifies(row, engine, call, own, there);
            assertThat(sign(row, engine, call, own.getPrivate())).isNotEmpty();
        }
    }

    private static byte[] sign(Mechanism row, Signature engine, Call<Signature> call, PrivateKey key)
            throws GeneralSecurityException {
        engine.initSign(key);
        requireParameters(row, engine, call);
        engine.update(DATA);
        return engine.sign();
    }

    /** RSASSA-PSS has no default. */
    private static void requireParameters(Mechanism row, Signature engine, Call<Signature> call)
            throws GeneralSecurityException {
        if (row.name().equals("RSASSA-PSS") && !call.name().equals("setParameter")) {
            engine.setParameter(pss(row, 32));
        }
    }

    private static void verifies(Mechanism row, Signature engine, Call<Signature> call, KeyPair pair, byte[] signed)
            throws GeneralSecurityException {
        engine.initVerify(pair.getPublic());
        requireParameters(row, engine, call);
        engine.update(DATA);
        assertThat(engine.verify(signed)).isTrue();
        engine.update(new byte[] {1, 2, 3});
        assertThat(engine.verify(signed)).isFalse();
    }

    private static boolean verifiedElsewhere(Mechanism row, Call<Signature> call, KeyPair pair, byte[] signed)
            throws GeneralSecurityException {
        Signature other = Signature.getInstance(row.name(), BC);
        if (isPss(row)) {
            other.setParameter(
                    call.name().equals("setParameter")
                            ? pss(row, 20)
                            : pss(row, row.digest() == null ? 32 : HashLength.of(row.digest())));
        }
        other.initVerify(pair.getPublic());
        other.update(DATA);
        return other.verify(signed);
    }

    private static final class HashLength {
        static int of(String hash) throws GeneralSecurityException {
            return MessageDigest.getInstance(hash).getDigestLength();
        }
    }

    @TestFactory
    Stream<DynamicTest> parametersThatOurKeysCannotHaveAreTheOtherProviders() {
        return Arrays.stream(Place.values())
                .map(place -> test("RSASSA-PSS with another salt and MGF1", place, () -> {
                    Signature engine = place.signature("RSASSA-PSS");
                    engine.setParameter(ODD_PSS);
                    engine.initSign(softwareRsa.getPrivate());
                    engine.update(DATA);
                    byte[] signed = engine.sign();
                    Signature verifier = place.signature("RSASSA-PSS");
                    verifier.setParameter(ODD_PSS);
                    verifier.initVerify(softwareRsa.getPublic());
                    verifier.update(DATA);
                    assertThat(verifier.verify(signed)).isTrue();
                    assertThat(verifier.getParameters()
                                    .getParameterSpec(PSSParameterSpec.class)
                                    .getSaltLength())
                            .isEqualTo(11);
                }));
    }

    /** As a program does that verifies a certificate or a timestamp with Bouncy Castle, and has us somewhere in the list. */
    @TestFactory
    Stream<DynamicTest> bouncyCastlesContentVerifierWithAnotherSaltLength() {
        return Arrays.stream(Place.values())
                .filter(place -> !place.isNamed() && place != Place.BETWEEN_TWO_OF_OURS)
                .map(place -> test("JcaContentVerifierProviderBuilder", place, () -> {
                    X500Name name = new X500Name("CN=PSS");
                    for (int salt : new int[] {0, 20, 32, 48}) {
                        X509CertificateHolder holder = new JcaX509v3CertificateBuilder(
                                        name,
                                        BigInteger.ONE,
                                        Date.from(Instant.EPOCH),
                                        Date.from(Instant.now()),
                                        name,
                                        softwareRsa.getPublic())
                                .build(new JcaContentSignerBuilder(
                                                "RSASSA-PSS",
                                                new PSSParameterSpec(
                                                        "SHA-256", "MGF1", MGF1ParameterSpec.SHA256, salt, 1))
                                        .setProvider(BC)
                                        .build(softwareRsa.getPrivate()));
                        assertThat(holder.isSignatureValid(
                                        new JcaContentVerifierProviderBuilder().build(softwareRsa.getPublic())))
                                .isTrue();
                    }
                }));
    }

    // Ciphers

    private static List<Call<Cipher>> earlyCipherCalls() {
        return List.of(
                new Call<>("nothing", false, engine -> {}),
                new Call<>("getProvider", true, Cipher::getProvider),
                new Call<>("getBlockSize", true, Cipher::getBlockSize),
                new Call<>("getIV", true, engine -> assertThat(engine.getIV()).isNull()),
                new Call<>("getParameters", true, Cipher::getParameters));
    }

    private static Stream<String> transformations(Mechanism row) {
        return Stream.concat(Stream.of(row.name()), row.aliases().stream());
    }

    /** Names that the JDK does not have, or that are without padding in Bouncy Castle. */
    private static boolean isOurSpelling(Mechanism row, String name) {
        return !name.equals(row.name());
    }

    @TestFactory
    Stream<DynamicTest> ciphers() {
        return rows("Cipher")
                .filter(row -> row.keyType() != null)
                .flatMap(row -> transformations(row)
                        .flatMap(name -> Arrays.stream(Place.values())
                                .filter(place -> place.takes(row))
                                .flatMap(place -> earlyCipherCalls().stream()
                                        .filter(call -> place.isThorough()
                                                || call.name().equals("getProvider"))
                                        .filter(call -> isBound(call, place) || !isOurSpelling(row, name))
                                        .map(call -> test(name + " after " + call.name(), place, () -> {
                                            if (row.keyType() == KeyType.AES) {
                                                aes(row, name, place, call, AES);
                                                if (place.isThorough()) {
                                                    aes(row, name, place, call, aes);
                                                }
                                            } else {
                                                rsa(row, name, place, call, softwareRsa);
                                                if (isBound(call, place) && place.isThorough()) {
                                                    rsa(row, name, place, call, rsa);
                                                }
                                            }
                                        })))));
    }

    private static void aes(Mechanism row, String name, Place place, Call<Cipher> call, SecretKey key)
            throws Exception {
        IvParameterSpec iv = new IvParameterSpec(new byte[16]);
        byte[] plain = new byte[64];
        Cipher engine = place.cipher(name);
        call.early().call(engine);
        engine.init(Cipher.ENCRYPT_MODE, key, iv);
        byte[] first = engine.update(plain, 0, 32);
        byte[] last = engine.doFinal(plain, 32, 32);
        byte[] encrypted = new byte[(first == null ? 0 : first.length) + last.length];
        assertThat(encrypted).hasSize(row.name().contains("NoPadding") ? 64 : 80);
        if (first != null) {
            System.arraycopy(first, 0, encrypted, 0, first.length);
        }
        System.arraycopy(last, 0, encrypted, encrypted.length - last.length, last.length);
        Cipher decrypting = place.cipher(name);
        call.early().call(decrypting);
        AlgorithmParameters encoded = engine.getParameters();
        decrypting.init(Cipher.DECRYPT_MODE, key, encoded);
        assertThat(decrypting.doFinal(encrypted)).isEqualTo(plain);
        if (!(key instanceof SchsmKey)) {
            Cipher elsewhere = Cipher.getInstance(row.name(), "SunJCE");
            elsewhere.init(Cipher.DECRYPT_MODE, key, iv);
            assertThat(elsewhere.doFinal(encrypted)).isEqualTo(plain);
            Cipher random = place.cipher(name);
            call.early().call(random);
            random.init(Cipher.ENCRYPT_MODE, key);
            assertThat(random.getIV()).hasSize(16).isNotEqualTo(new byte[16]);
            Cipher wrapping = place.cipher(name);
            call.early().call(wrapping);
            wrapping.init(Cipher.WRAP_MODE, key, iv);
            byte[] wrapped = wrapping.wrap(new SecretKeySpec(plain, "Any"));
            wrapping.init(Cipher.UNWRAP_MODE, key, iv);
            assertThat(wrapping.unwrap(wrapped, "Any", Cipher.SECRET_KEY).getEncoded())
                    .isEqualTo(plain);
        }
    }

    private static void rsa(Mechanism row, String name, Place place, Call<Cipher> call, KeyPair pair) throws Exception {
        AlgorithmParameterSpec oaep = null;
        if (row.encoding() == Mechanism.Encoding.OAEP_PADDING) {
            oaep = new OAEPParameterSpec(
                    row.digest(), "MGF1", new MGF1ParameterSpec("SHA-256"), new PSource.PSpecified(new byte[3]));
        }
        byte[] plain = new byte[row.encoding() == Mechanism.Encoding.NO_PADDING ? 192 : 16];
        plain[plain.length - 1] = 9;
        Cipher engine = place.cipher(name);
        call.early().call(engine);
        engine.init(Cipher.ENCRYPT_MODE, pair.getPublic(), oaep);
        byte[] encrypted = engine.doFinal(plain);
        assertThat(encrypted).hasSize(192);
        engine.init(Cipher.DECRYPT_MODE, pair.getPrivate(), oaep);
        // Without padding some providers drop leading zeros.
        assertThat(new BigInteger(1, engine.doFinal(encrypted))).isEqualTo(9);
        engine.init(Cipher.WRAP_MODE, pair.getPublic(), oaep);
        if (row.encoding() != Mechanism.Encoding.NO_PADDING) {
            byte[] wrapped = engine.wrap(AES);
            engine.init(Cipher.UNWRAP_MODE, pair.getPrivate(), oaep);
            assertThat(engine.unwrap(wrapped, "AES", Cipher.SECRET_KEY)).isEqualTo(AES);
        }
    }

    // The others

    @TestFactory
    Stream<DynamicTest> keyAgreementsAndMacs() {
        return Arrays.stream(Place.values())
                .flatMap(place -> Stream.of(false, true)
                        .map(early -> test("early " + early, place, () -> {
                            KeyAgreement agreement = place.isNamed()
                                    ? KeyAgreement.getInstance("ECDH", ours)
                                    : KeyAgreement.getInstance("ECDH");
                            if (early) {
                                assertThat(agreement.getProvider()).isNotNull();
                            }
                            agreement.init(softwareEc.getPrivate());
                            agreement.doPhase(ec.getPublic(), true);
                            byte[] secret = agreement.generateSecret();
                            KeyAgreement own = place.isNamed() || !early
                                    ? KeyAgreement.getInstance("ECDH", ours)
                                    : KeyAgreement.getInstance("ECDH");
                            if (!early || place.isOurs()) {
                                own.init(ec.getPrivate());
                                own.doPhase(softwareEc.getPublic(), true);
                                assertThat(own.generateSecret()).isEqualTo(secret);
                            }
                            Mac mac = place.isNamed() ? Mac.getInstance("AESCMAC", ours) : Mac.getInstance("AESCMAC");
                            assertThat(mac.getMacLength()).isEqualTo(16);
                            mac.init(AES);
                            Mac expected = Mac.getInstance("AESCMAC", BC);
                            expected.init(AES);
                            assertThat(mac.doFinal(DATA)).isEqualTo(expected.doFinal(DATA));
                            if (place.isOurs()) {
                                mac.init(aes);
                                assertThat(mac.doFinal(DATA)).hasSize(16);
                            }
                        })));
    }

    @TestFactory
    Stream<DynamicTest> keyFactories() {
        return Arrays.stream(Place.values())
                .filter(place -> place != Place.BOUNCY_CASTLE_FIRST)
                .flatMap(place -> Stream.of(softwareEc, softwareRsa)
                        .flatMap(pair -> Stream.of(false, true)
                                .map(early -> test(pair.getPublic().getAlgorithm() + ", early " + early, place, () -> {
                                    String name = pair.getPublic().getAlgorithm();
                                    KeyFactory factory = place.isNamed()
                                            ? KeyFactory.getInstance(name, ours)
                                            : KeyFactory.getInstance(name);
                                    if (early) {
                                        assertThat(factory.getProvider()).isNotNull();
                                    }
                                    assertThat(factory.generatePublic(new X509EncodedKeySpec(
                                                            pair.getPublic().getEncoded()))
                                                    .getEncoded())
                                            .isEqualTo(pair.getPublic().getEncoded());
                                    assertThat(factory.generatePrivate(new PKCS8EncodedKeySpec(
                                                            pair.getPrivate().getEncoded()))
                                                    .getFormat())
                                            .isEqualTo("PKCS#8");
                                    assertThat(factory.getKeySpec(pair.getPublic(), X509EncodedKeySpec.class)
                                                    .getEncoded())
                                            .isEqualTo(pair.getPublic().getEncoded());
                                    assertThat(factory.translateKey(pair.getPublic())
                                                    .getEncoded())
                                            .isEqualTo(pair.getPublic().getEncoded());
                                }))));
    }

    @TestFactory
    Stream<DynamicTest> secretKeyFactories() {
        return Arrays.stream(Place.values())
                .map(place -> test("AES", place, () -> {
                    SecretKeyFactory factory = place.isNamed()
                            ? SecretKeyFactory.getInstance("AES", ours)
                            : SecretKeyFactory.getInstance("AES");
                    assertThat(factory.getProvider()).isNotNull();
                    assertThat(factory.generateSecret(new SecretKeySpec(new byte[16], "AES")))
                            .isEqualTo(AES);
                }));
    }

    /** A generator has no key to tell by: who names this provider gets a key in the device, always. */
    @TestFactory
    Stream<DynamicTest> generators() {
        return Arrays.stream(Place.values())
                .filter(place -> !place.isNamed())
                .flatMap(place -> Stream.of("EC", "RSA")
                        .map(name -> test(name, place, () -> {
                            KeyPairGenerator generator = KeyPairGenerator.getInstance(name);
                            assertThat(generator.getProvider()).isNotNull();
                            generator.initialize(name.equals("EC") ? 256 : 1024);
                            assertThat(generator.generateKeyPair().getPrivate().getEncoded())
                                    .isNotNull();
                            generator = KeyPairGenerator.getInstance(name);
                            assertThat(generator.getProvider()).isNotNull();
                            if (name.equals("EC")) {
                                generator.initialize(new ECGenParameterSpec("secp384r1"));
                                assertThat(generator
                                                .generateKeyPair()
                                                .getPrivate()
                                                .getEncoded())
                                        .isNotNull();
                            }
                            KeyGenerator secrets = KeyGenerator.getInstance("AES");
                            assertThat(secrets.getProvider()).isNotNull();
                            secrets.init(192);
                            Key key = secrets.generateKey();
                            assertThat(key.getEncoded()).hasSize(24);
                        })));
    }
}
