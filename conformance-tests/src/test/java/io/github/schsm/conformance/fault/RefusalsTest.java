// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.schsm.AttestedPublicKey;
import io.github.schsm.DeviceException;
import io.github.schsm.DeviceIdentity;
import io.github.schsm.InvalidRequestException;
import io.github.schsm.Kdm;
import io.github.schsm.KeyAlgorithm;
import io.github.schsm.KeyDomain;
import io.github.schsm.KeyDomainException;
import io.github.schsm.KeyMigration;
import io.github.schsm.MalformedDataException;
import io.github.schsm.PinException;
import io.github.schsm.PinRequiredException;
import io.github.schsm.SchsmDevice;
import io.github.schsm.SchsmException;
import io.github.schsm.SchsmException.Reason;
import io.github.schsm.SchsmKeySpec;
import io.github.schsm.UntrustedDeviceException;
import io.github.schsm.UnwrapProtection;
import io.github.schsm.UnwrapSpec;
import io.github.schsm.WrapProtection;
import io.github.schsm.WrappedKeyEntry;
import io.github.schsm.codec.Tlv;
import io.github.schsm.conformance.bench.Group;
import io.github.schsm.conformance.bench.OtherVendor;
import io.github.schsm.conformance.bench.Pki;
import io.github.schsm.conformance.bench.SimulatorBench;
import io.github.schsm.provider.SchsmProvider;
import io.github.schsm.simulator.Fault;
import io.github.schsm.simulator.Faults;
import io.github.schsm.simulator.profile.DeviceProfile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.InvalidKeyException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.ProviderException;
import java.security.Signature;
import java.security.SignatureException;
import java.security.UnrecoverableEntryException;
import java.security.UnrecoverableKeyException;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import javax.crypto.Cipher;
import javax.crypto.KeyAgreement;
import javax.crypto.SecretKey;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What has to be refused: with the exception that the JCA documents, saying why, and leaving everything as it was. */
class RefusalsTest {
    private static final char[] PIN = "648219".toCharArray();
    private static final String LABEL = "code-signing";

    private SimulatorBench bench;
    private Group group;

    @BeforeEach
    void open() throws Exception {
        bench = new SimulatorBench();
        group = Group.of(bench);
    }

    @AfterEach
    void close() {
        bench.close();
    }

    /** Runs what has to fail, and compares what both devices show before and after. */
    private Throwable refused(
            ThrowingCallable call, Class<? extends Throwable> type, Class<? extends Throwable> cause, String... words)
            throws Exception {
        return refused(call, thrown -> assertRefusal(thrown, type, cause, words));
    }

    private Throwable refused(ThrowingCallable call, Class<? extends Throwable> type, Reason reason, String... words)
            throws Exception {
        return refused(call, thrown -> assertRefusal(thrown, type, reason, words));
    }

    private Throwable refused(ThrowingCallable call, Consumer<Throwable> asserted) throws Exception {
        Map<String, String> source = bench.source().state();
        Map<String, String> target = bench.target().state();
        Throwable thrown = catchThrowable(call);
        asserted.accept(thrown);
        assertThat(bench.source().state()).as("the source").isEqualTo(source);
        assertThat(bench.target().state()).as("the target").isEqualTo(target);
        return thrown;
    }

    private static void assertRefusal(
            Throwable thrown, Class<? extends Throwable> type, Class<? extends Throwable> cause, String... words) {
        assertThat(chain(thrown, type, words))
                .as("the exception and its causes")
                .hasAtLeastOneElementOfType(cause);
    }

    private static void assertRefusal(
            Throwable thrown, Class<? extends Throwable> type, Reason reason, String... words) {
        assertThat(chain(thrown, type, words))
                .as("the exception and its causes")
                .anyMatch(link -> SchsmException.is(link, reason));
    }

    private static List<Throwable> chain(Throwable thrown, Class<? extends Throwable> type, String... words) {
        assertThat(thrown).isInstanceOf(type);
        for (String word : words) {
            assertThat(thrown).hasMessageContaining(word);
        }
        List<Throwable> chain = new ArrayList<>();
        for (Throwable link = thrown; link != null; link = link.getCause()) {
            assertThat(link.getMessage()).isNotBlank();
            chain.add(link);
        }
        return chain;
    }

    private KeyPair movable(String label) throws Exception {
        return group.source().movable(label);
    }

    private static void assertSigns(Provider provider, KeyPair pair) throws Exception {
        byte[] data = {1, 2, 3};
        assertThat(Pki.verifies("SHA256withECDSA", pair.getPublic(), data, sign(provider, pair.getPrivate(), data)))
                .isTrue();
    }

    private static byte[] sign(Provider provider, PrivateKey key, byte[] data) throws Exception {
        Signature signature = Signature.getInstance("SHA256withECDSA", provider);
        signature.initSign(key);
        signature.update(data);
        return signature.sign();
    }

    // Membership

    @Test
    void kdmForAnotherDevice() throws Exception {
        Kdm kdm = Kdm.issue(group.signer(), group.target().device().identity());

        refused(
                () -> group.source().device().createKeyDomain(1, kdm),
                KeyDomainException.class,
                KeyDomainException.class,
                "for device " + bench.target().id(),
                "this is device " + bench.source().id());
    }

    /**
     * Except in the name of the device that attests the group signer: its certificate is not in a KDM, so that nobody
     * can tell whether it exists.
     */
    @Test
    void kdmWithAFlippedBitAnywhere() throws Exception {
        Kdm issued = Kdm.issue(group.signer(), group.source().device().identity());
        byte[] kdm = issued.encode();
        byte[] attester = Tlv.of(
                        0x42, issued.groupSigner().outerCar().orElseThrow().getBytes(StandardCharsets.US_ASCII))
                .encoded();
        int start = indexOf(kdm, concat(issued.groupSigner().inner().getEncoded(), attester))
                + issued.groupSigner().inner().getEncoded().length;
        Map<String, String> before = bench.source().state();

        for (int at = 0; at < kdm.length; at += 3) {
            if (at >= start && at < start + attester.length) {
                continue;
            }
            byte[] changed = flipped(kdm, at);
            Throwable thrown = catchThrowable(() -> group.source().device().createKeyDomain(1, Kdm.parse(changed)));
            assertThat(thrown)
                    .as("bit %d of byte %d flipped", at % 8, at)
                    .isInstanceOfAny(
                            MalformedDataException.class, KeyDomainException.class, UntrustedDeviceException.class);
            assertThat(thrown.getMessage()).isNotBlank();
        }

        assertThat(bench.source().state()).isEqualTo(before);
        assertThat(group.source().device().createKeyDomain(1, Kdm.parse(kdm)).uid())
                .isEqualTo(group.source().domain().uid());
    }

    @Test
    void groupSignersRequestWithAFlippedBitAnywhere() throws Exception {
        Kdm kdm = Kdm.issue(group.signer(), group.target().device().identity());
        byte[] encoded = kdm.encode();
        byte[] request = kdm.groupSigner().inner().getEncoded();
        int start = indexOf(encoded, request);
        Map<String, String> before = bench.target().state();

        for (int at = start; at < start + request.length; at += 2) {
            byte[] changed = flipped(encoded, at);
            assertThat(catchThrowable(() -> group.target().device().createKeyDomain(1, Kdm.parse(changed))))
                    .as("bit %d of byte %d flipped", at % 8, at)
                    .isInstanceOfAny(MalformedDataException.class, KeyDomainException.class);
        }

        assertThat(bench.target().state()).isEqualTo(before);
    }

    private static byte[] concat(byte[] first, byte[] second) {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    private static byte[] flipped(byte[] bytes, int at) {
        byte[] changed = bytes.clone();
        changed[at] ^= (byte) (1 << (at % 8));
        return changed;
    }

    private static int indexOf(byte[] bytes, byte[] part) {
        for (int at = 0; at + part.length <= bytes.length; at++) {
            if (Arrays.equals(bytes, at, at + part.length, part, 0, part.length)) {
                return at;
            }
        }
        throw new AssertionError("not in it");
    }

    @Test
    void kdmIssuedForADeviceOfAnotherVendor() throws Exception {
        DeviceIdentity stranger = DeviceIdentity.parse(new OtherVendor("XXCC0000001").deviceId());

        refused(
                () -> Kdm.issue(group.signer(), stranger),
                UntrustedDeviceException.class,
                UntrustedDeviceException.class,
                "XXCC0000001",
                "XXSRCACC100001",
                "ZZSRCACC100001");
    }

    @Test
    void keyDomainInASlotThatIsTaken() throws Exception {
        Kdm kdm = Kdm.issue(group.signer(), group.source().device().identity());

        refused(
                () -> group.source().device().createKeyDomain(0, kdm),
                KeyDomainException.class,
                KeyDomainException.class,
                "slot 0",
                "has a key domain already");
    }

    @Test
    void deletingADomainWithKeysInIt() throws Exception {
        movable(LABEL);

        refused(
                () -> group.source().domain().delete(),
                DeviceException.class,
                Reason.OBJECT_EXISTS,
                "key domain slot 0");

        group.source().keyStore().deleteEntry(LABEL);
        group.source().domain().delete();
        assertThat(group.source().device().keyDomains()).isEmpty();
    }

    @Test
    void keyDomainCreatedAfterAnotherProgramSelectedTheApplet() throws Exception {
        Kdm kdm = Kdm.issue(group.signer(), group.target().device().identity());
        bench.target().raw().select();

        assertThat(group.target().device().createKeyDomain(1, kdm).uid())
                .isEqualTo(group.target().domain().uid());
    }

    // Agreement

    private SecretKey agree(KeyPair exchange, byte[] peersFile) throws Exception {
        return group.source().agree(exchange, peersFile);
    }

    @Test
    void exchangeKeyOfAnotherDomain() throws Exception {
        KeyPair otherSigner = group.target().generate(Group.signerSpec("other-signer"));
        KeyDomain other = group.target()
                .device()
                .createKeyDomain(
                        1, Kdm.issue(otherSigner, group.target().device().identity()));
        KeyPair ofOther = group.target().generate(SchsmKeySpec.exchangeKey("of-other", other));
        KeyPair own = group.source()
                .generate(SchsmKeySpec.exchangeKey("exchange", group.source().domain()));

        refused(
                () -> agree(own, Group.publicKeyFile(ofOther)),
                InvalidKeyException.class,
                KeyDomainException.class,
                "key domain " + hex(other.uid()),
                hex(group.source().domain().uid()));
    }

    private static String hex(byte[] bytes) {
        return java.util.HexFormat.of().withUpperCase().formatHex(bytes);
    }

    @Test
    void peersPublicKeyThatIsNotAttested() throws Exception {
        group.agree();
        KeyPair own = exchangeOfSource();
        KeyPairGenerator software = KeyPairGenerator.getInstance("EC", Pki.BC);
        software.initialize(new ECGenParameterSpec("brainpoolP256r1"));
        KeyPair stranger = software.generateKeyPair();

        refused(
                () -> {
                    KeyAgreement agreement =
                            KeyAgreement.getInstance("ECDH_XKEK", bench.source().provider());
                    agreement.init(own.getPrivate());
                    agreement.doPhase(stranger.getPublic(), true);
                },
                InvalidKeyException.class,
                InvalidKeyException.class,
                "not attested",
                "AttestedPublicKey");
    }

    private KeyPair exchangeOfSource() throws Exception {
        KeyStore keyStore = group.source().keyStore();
        return new KeyPair(
                keyStore.getCertificate("exchange").getPublicKey(), (PrivateKey) keyStore.getKey("exchange", null));
    }

    @Test
    void peersPublicKeyWithAFlippedBitAnywhere() throws Exception {
        KeyPair own = group.source()
                .generate(SchsmKeySpec.exchangeKey("exchange", group.source().domain()));
        byte[] file = Group.publicKeyFile(group.target()
                .generate(SchsmKeySpec.exchangeKey("exchange", group.target().domain())));
        Map<String, String> before = bench.source().state();

        for (int at = 0; at < file.length; at += 3) {
            byte[] changed = flipped(file, at);
            assertThat(catchThrowable(() -> agree(own, changed)))
                    .as("bit %d of byte %d flipped", at % 8, at)
                    .isInstanceOfAny(InvalidKeyException.class, MalformedDataException.class);
        }

        assertThat(bench.source().state()).isEqualTo(before);
        agree(own, file);
        assertThat(group.source().domain().kcv()).isNotEqualTo(new byte[8]);
    }

    @Test
    void attestationByADeviceOfAnUntrustedRoot() throws Exception {
        KeyPair own = group.source()
                .generate(SchsmKeySpec.exchangeKey("exchange", group.source().domain()));
        byte[] forged = new OtherVendor("XXCC0000001")
                .exchangeKey(group.source().domain().uid());

        refused(
                () -> agree(own, forged),
                InvalidKeyException.class,
                UntrustedDeviceException.class,
                "XXCC0000001",
                "traces to the root XXSRCACC100001",
                "trusted are");
    }

    @Test
    void attestationThatTheProgramTrustsAndTheDeviceDoesNot(@TempDir Path folder) throws Exception {
        group.source()
                .generate(SchsmKeySpec.exchangeKey("exchange", group.source().domain()));
        OtherVendor vendor = new OtherVendor("XXCC0000001");
        byte[] forged = vendor.exchangeKey(group.source().domain().uid());
        Path root = Files.write(folder.resolve("root.cvc"), vendor.root());
        Provider credulous =
                new SchsmProvider().configure(bench.configuration(bench.source().id()) + ", file:" + root);
        KeyStore keyStore = KeyStore.getInstance("SCHSM", credulous);
        keyStore.load(null, PIN);
        PrivateKey own = (PrivateKey) keyStore.getKey("exchange", null);

        refused(
                () -> {
                    KeyAgreement agreement = KeyAgreement.getInstance("ECDH_XKEK", credulous);
                    agreement.init(own);
                    agreement.doPhase(AttestedPublicKey.parse(forged), true);
                },
                InvalidKeyException.class,
                UntrustedDeviceException.class,
                "device " + bench.source().id() + " does not know XXSRCACC100001");
    }

    @Test
    void peerOfADeviceThatTheConfigurationDoesNotTrust() throws Exception {
        group.source()
                .generate(SchsmKeySpec.exchangeKey("exchange", group.source().domain()));
        byte[] file = Group.publicKeyFile(group.target()
                .generate(SchsmKeySpec.exchangeKey("exchange", group.target().domain())));
        Provider strict = new SchsmProvider()
                .configure(bench.configuration(bench.source().id()).replace(", simulator", ""));
        KeyStore keyStore = KeyStore.getInstance("SCHSM", strict);
        keyStore.load(null, PIN);
        PrivateKey own = (PrivateKey) keyStore.getKey("exchange", null);

        refused(
                () -> {
                    KeyAgreement agreement = KeyAgreement.getInstance("ECDH_XKEK", strict);
                    agreement.init(own);
                    agreement.doPhase(AttestedPublicKey.parse(file), true);
                },
                InvalidKeyException.class,
                UntrustedDeviceException.class,
                "ZZSRCACC100001",
                "DESRCACC100001");
    }

    // Wrapping

    @Test
    void keyInTheDomainWithoutWrap() throws Exception {
        KeyPair pair = group.source()
                .generate(SchsmKeySpec.builder(LABEL)
                        .parameters(new ECGenParameterSpec("secp256r1"))
                        .domain(group.source().domain())
                        .allow(KeyAlgorithm.ECDSA)
                        .build());
        Group.Keks keks = group.agree();

        refused(
                () -> wrap(pair.getPrivate(), keks.source()),
                InvalidKeyException.class,
                Reason.ALGORITHM_NOT_ALLOWED,
                LABEL,
                "may not be wrapped",
                "WRAP is not in its algorithm list");
        refused(
                () -> group.source().keyStore().getEntry(LABEL, new WrapProtection(keks.source())),
                UnrecoverableEntryException.class,
                Reason.ALGORITHM_NOT_ALLOWED,
                "may not be wrapped");
        refused(
                () -> KeyMigration.from(group.source().keyStore())
                        .to(group.target().keyStore())
                        .move(LABEL),
                DeviceException.class,
                Reason.ALGORITHM_NOT_ALLOWED,
                "may not be wrapped");
    }

    private byte[] wrap(java.security.Key key, SecretKey kek) throws Exception {
        Cipher cipher = Cipher.getInstance("XKEK", bench.source().provider());
        cipher.init(Cipher.WRAP_MODE, kek);
        return cipher.wrap(key);
    }

    private java.security.Key unwrap(byte[] blob, SecretKey kek) throws Exception {
        Cipher cipher = Cipher.getInstance("XKEK", bench.target().provider());
        cipher.init(Cipher.UNWRAP_MODE, kek, UnwrapSpec.label(LABEL));
        return cipher.unwrap(blob, "EC", Cipher.PRIVATE_KEY);
    }

    @Test
    void keyInNoDomain() throws Exception {
        Group.Keks keks = group.agree();

        refused(
                () -> wrap(group.signer().getPrivate(), keks.source()),
                InvalidKeyException.class,
                KeyDomainException.class,
                "group-signer",
                "is in no key domain");
        refused(
                () -> KeyMigration.from(group.source().keyStore())
                        .to(group.target().keyStore())
                        .move("group-signer"),
                KeyDomainException.class,
                KeyDomainException.class,
                "is in no key domain");
    }

    @Test
    void wrapWithoutKek() throws Exception {
        KeyPair pair = movable(LABEL);
        Group.Keks keks = group.agree();
        group.source().domain().clearKek();

        refused(
                () -> wrap(pair.getPrivate(), keks.source()),
                InvalidKeyException.class,
                KeyDomainException.class,
                "key domain 0 of device " + bench.source().id(),
                "has no KEK");
        refused(() -> group.source().domain().kek(), KeyDomainException.class, KeyDomainException.class, "has no KEK");
    }

    @Test
    void unwrapUnderAnotherKek() throws Exception {
        KeyPair pair = movable(LABEL);
        Group.Keks first = group.agree();
        byte[] blob = wrap(pair.getPrivate(), first.source());
        KeyStore.Entry entry = group.source().keyStore().getEntry(LABEL, new WrapProtection(first.source()));
        group.source().keyStore().deleteEntry("exchange");
        group.target().keyStore().deleteEntry("exchange");
        Group.Keks second = group.agree();

        refused(
                () -> unwrap(blob, second.target()),
                InvalidKeyException.class,
                KeyDomainException.class,
                "wrapped under the KEK with KCV",
                "agree on the KEK again");
        refused(
                () -> unwrap(blob, first.target()),
                InvalidKeyException.class,
                KeyDomainException.class,
                "which is in no key domain of device " + bench.target().id());
        refused(
                () -> group.target().keyStore().setEntry(LABEL, entry, new UnwrapProtection(second.target())),
                KeyStoreException.class,
                KeyDomainException.class,
                "wrapped under the KEK with KCV");
        refused(
                () -> group.target().keyStore().setKeyEntry(LABEL, blob, null),
                KeyStoreException.class,
                KeyDomainException.class,
                "which is in no key domain");
    }

    @Test
    void unwrapOfATruncatedBlob() throws Exception {
        KeyPair pair = movable(LABEL);
        Group.Keks keks = group.agree();
        byte[] blob = wrap(pair.getPrivate(), keks.source());
        Map<String, String> before = bench.target().state();

        for (int length = 0; length < blob.length; length++) {
            byte[] cut = Arrays.copyOf(blob, length);
            assertRefusal(
                    catchThrowable(() -> unwrap(cut, keks.target())), InvalidKeyException.class, SchsmException.class);
        }

        assertThat(bench.target().state()).isEqualTo(before);
    }

    @Test
    void unwrapOfABlobWithAFlippedBitAtEveryPosition() throws Exception {
        KeyPair pair = movable(LABEL);
        Group.Keks keks = group.agree();
        byte[] blob = wrap(pair.getPrivate(), keks.source());
        WrappedKeyEntry entry =
                (WrappedKeyEntry) group.source().keyStore().getEntry(LABEL, new WrapProtection(keks.source()));
        Map<String, String> before = bench.target().state();

        for (int at = 0; at < blob.length; at++) {
            byte[] changed = flipped(blob, at);
            assertThat(catchThrowable(() -> unwrap(changed, keks.target())))
                    .as("bit %d of byte %d flipped", at % 8, at)
                    .isInstanceOfAny(InvalidKeyException.class, java.security.NoSuchAlgorithmException.class);
            assertThat(catchThrowable(() -> group.target()
                            .keyStore()
                            .setKeyEntry(
                                    LABEL,
                                    WrappedKeyEntry.of(
                                                    changed, entry.description().orElseThrow(), List.of())
                                            .encode(),
                                    null)))
                    .as("bit %d of byte %d flipped", at % 8, at)
                    .isInstanceOfAny(KeyStoreException.class, MalformedDataException.class);
        }

        assertThat(bench.target().state()).isEqualTo(before);
        assertThat(unwrap(blob, keks.target())).isInstanceOf(PrivateKey.class);
    }

    @Test
    void importOverAnEntryThatIsThere() throws Exception {
        movable(LABEL);
        group.target().generate(Group.signerSpec(LABEL));
        Group.Keks keks = group.agree();
        KeyStore.Entry entry = group.source().keyStore().getEntry(LABEL, new WrapProtection(keks.source()));

        refused(
                () -> group.target().keyStore().setEntry(LABEL, entry, new UnwrapProtection(keks.target())),
                KeyStoreException.class,
                InvalidRequestException.class,
                "another entry has the alias \"" + LABEL + "\"");
    }

    /** The key, its description and certificate, the issuer and the root: whichever cannot be written, nothing stays. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6})
    void importOfWhichOneWriteFailsLeavesNothingBehind(int write) throws Exception {
        KeyPair pair = movable(LABEL);
        Pki pki = Pki.create();
        X509Certificate[] chain = pki.chain(pki.issue(LABEL, pair.getPublic()));
        group.source().keyStore().setKeyEntry(LABEL, pair.getPrivate(), null, chain);
        KeyMigration migration =
                KeyMigration.from(group.source().keyStore()).to(group.target().keyStore());
        Group.Keks keks = group.agree();
        KeyStore.Entry entry = group.source().keyStore().getEntry(LABEL, new WrapProtection(keks.source()));
        bench.target().device().faults().add(write, Faults.instruction(0xD7), Fault.status(0x6581));

        refused(
                () -> group.target().keyStore().setEntry(LABEL, entry, new UnwrapProtection(keks.target())),
                KeyStoreException.class,
                Reason.DEVICE_FULL,
                "no memory is left");

        assertThat(group.target().keyStore().containsAlias(LABEL)).isFalse();
        migration.move(LABEL);
        assertThat(group.target().keyStore().getCertificateChain(LABEL)).containsExactly(chain);
    }

    @ParameterizedTest
    @ValueSource(ints = {0x62, 0x72, 0x74})
    void migrationThatADeviceBreaksOffLeavesNothingBehind(int instruction) throws Exception {
        movable(LABEL);
        KeyMigration migration =
                KeyMigration.from(group.source().keyStore()).to(group.target().keyStore());
        for (SimulatorBench.SimulatedMember member : List.of(bench.source(), bench.target())) {
            member.device().faults().add(1, Faults.instruction(instruction), Fault.status(0x6400));
        }

        refused(() -> migration.move(LABEL), SchsmException.class, DeviceException.class, "6400");

        bench.source().device().faults().clear();
        bench.target().device().faults().clear();
        migration.move(LABEL);
        assertThat(group.target().keyStore().containsAlias(LABEL)).isTrue();
    }

    @Test
    void migrationToADeviceThatIsNoMember() throws Exception {
        movable(LABEL);
        group.target().domain().delete();

        refused(
                () -> KeyMigration.from(group.source().keyStore())
                        .to(group.target().keyStore())
                        .move(LABEL),
                KeyDomainException.class,
                KeyDomainException.class,
                bench.target().id() + " is not a member");
    }

    // Uses of keys

    @Test
    void exchangeKeyForAnythingElse() throws Exception {
        Group.Keks keks = group.agree();
        KeyPair exchange = exchangeOfSource();
        Provider provider = bench.source().provider();

        refused(
                () -> Signature.getInstance("SHA256withECDSA", provider).initSign(exchange.getPrivate()),
                InvalidKeyException.class,
                InvalidKeyException.class,
                "may not be used for ECDSA",
                "ECDH_XKEK");
        refused(
                () -> KeyAgreement.getInstance("ECDH", provider).init(exchange.getPrivate()),
                InvalidKeyException.class,
                InvalidKeyException.class,
                "may not be used for ECDH",
                "ECDH_XKEK");
        refused(
                () -> wrap(exchange.getPrivate(), keks.source()),
                InvalidKeyException.class,
                Reason.ALGORITHM_NOT_ALLOWED,
                "may not be wrapped");
    }

    @Test
    void anythingElseForTheAgreementOfAKek() throws Exception {
        KeyPair pair = movable(LABEL);
        KeyPair open = group.source()
                .generate(SchsmKeySpec.builder("open")
                        .parameters(new ECGenParameterSpec("brainpoolP256r1"))
                        .domain(group.source().domain())
                        .build());
        Provider provider = bench.source().provider();

        refused(
                () -> KeyAgreement.getInstance("ECDH_XKEK", provider).init(pair.getPrivate()),
                InvalidKeyException.class,
                InvalidKeyException.class,
                LABEL,
                "may not be used for ECDH_XKEK");
        refused(
                () -> KeyAgreement.getInstance("ECDH_XKEK", provider).init(open.getPrivate()),
                InvalidKeyException.class,
                InvalidKeyException.class,
                "is not an exchange key");
        refused(
                () -> KeyAgreement.getInstance("ECDH_XKEK", provider)
                        .init(group.signer().getPrivate()),
                InvalidKeyException.class,
                InvalidKeyException.class,
                "is not an exchange key");
    }

    // PINs

    @Test
    void wrongPinCostsOneTryAndSaysHowManyAreLeft() throws Exception {
        bench.source().recorder().start();

        for (int left = 2; left > 0; left--) {
            Throwable thrown = catchThrowable(() -> fresh("000000"));
            assertRefusal(thrown, IOException.class, Reason.WRONG_PIN, left + (left == 1 ? " try" : " tries"));
            assertThat(thrown.getCause()).isInstanceOf(UnrecoverableKeyException.class);
            assertThat(((PinException) thrown.getCause().getCause()).triesLeft())
                    .isEqualTo(left);
        }
        assertThat(verifies()).as("VERIFY commands with a PIN").isEqualTo(2);

        assertThat(fresh("648219").getKey("group-signer", null)).isNotNull();
        assertSigns(bench.source().provider(), group.signer());
    }

    private KeyStore fresh(String pin) throws Exception {
        KeyStore keyStore = KeyStore.getInstance(
                "SCHSM",
                new SchsmProvider().configure(bench.configuration(bench.source().id())));
        keyStore.load(null, pin.toCharArray());
        return keyStore;
    }

    private int verifies() {
        return bench.source().recorder().count(exchange -> exchange.ins() == 0x20 && exchange.dataLength() > 0);
    }

    @Test
    void blockedPin() throws Exception {
        for (String wrong : new String[] {"000000", "000001", "000002"}) {
            assertThat(catchThrowable(() -> fresh(wrong))).isInstanceOf(IOException.class);
        }
        Map<String, String> before = bench.source().state();

        Throwable thrown = catchThrowable(() -> fresh("648219"));

        assertRefusal(thrown, IOException.class, Reason.PIN_BLOCKED, "blocked");
        assertThat(thrown.getCause()).isInstanceOf(UnrecoverableKeyException.class);
        assertThat(bench.source().state()).isEqualTo(before);
        Throwable signing = catchThrowable(() -> assertSigns(bench.source().provider(), group.signer()));
        assertRefusal(signing, SignatureException.class, PinException.class, "blocked");
    }

    @Test
    void noPin() throws Exception {
        Provider provider =
                new SchsmProvider().configure(bench.configuration(bench.source().id()));
        KeyStore keyStore = KeyStore.getInstance("SCHSM", provider);
        keyStore.load(null, null);
        PrivateKey key = (PrivateKey) keyStore.getKey("group-signer", null);
        bench.source().recorder().start();

        refused(
                () -> sign(provider, key, new byte[1]),
                SignatureException.class,
                PinRequiredException.class,
                "PIN",
                "must be verified first");
        refused(
                () -> {
                    Group.generatePair(provider, Group.signerSpec("another"));
                },
                ProviderException.class,
                PinRequiredException.class,
                "PIN");
        refused(() -> keyStore.deleteEntry("group-signer"), KeyStoreException.class, PinRequiredException.class, "PIN");
        assertThat(verifies()).as("VERIFY commands with a PIN").isZero();
    }

    // Memory

    @Test
    void keyStoreFullAndUsableAfterwards() throws Exception {
        bench.close();
        bench = new SimulatorBench(DeviceProfile.smartCardHsm4k().withMemory(6_000));
        group = Group.of(bench);
        KeyPair first = movable("first");
        Group.Keks keks = group.agree();
        KeyStore.Entry moving = group.source().keyStore().getEntry("first", new WrapProtection(keks.source()));
        fill(group.source());
        fill(group.target());
        assertThat(group.source().keyStore().size()).isGreaterThan(4);

        refused(
                () -> group.source().generate(Group.signerSpec("one-too-many")),
                ProviderException.class,
                Reason.DEVICE_FULL,
                "no memory is left");
        refused(
                () -> group.target().keyStore().setEntry("first", moving, new UnwrapProtection(keks.target())),
                KeyStoreException.class,
                Reason.DEVICE_FULL,
                "no memory is left");
        Pki pki = Pki.create();
        X509Certificate certificate = pki.issue("first".repeat(600), first.getPublic());
        refused(
                () -> group.source()
                        .keyStore()
                        .setKeyEntry("first", first.getPrivate(), null, new X509Certificate[] {certificate}),
                KeyStoreException.class,
                Reason.DEVICE_FULL,
                "no memory is left");
        refused(
                () -> group.source().keyStore().setCertificateEntry("ca", certificate),
                KeyStoreException.class,
                Reason.DEVICE_FULL,
                "no memory is left");

        assertSigns(bench.source().provider(), first);
        group.source().keyStore().deleteEntry("filler-1");
        assertSigns(bench.source().provider(), group.source().generate(Group.signerSpec("fits-again")));
        assertThat(Collections.list(group.source().keyStore().aliases()))
                .contains("first", "exchange", "group-signer", "fits-again")
                .doesNotContain("one-too-many", "ca");
    }

    private static void fill(Group.Side side) throws Exception {
        for (int i = 1; i < 100; i++) {
            try {
                side.generate(Group.signerSpec("filler-" + i));
            } catch (ProviderException full) {
                assertThat(full).hasRootCauseInstanceOf(DeviceException.class);
                return;
            }
        }
        throw new AssertionError("there is no end to it");
    }

    @Test
    void everyKeyIdTaken() throws Exception {
        SchsmDevice device = group.source().device();
        List<String> labels = new ArrayList<>();
        for (int i = device.keys().size(); i < 255; i++) {
            SchsmKeySpec spec = SchsmKeySpec.builder("k" + i).keySize(128).build();
            group.source().generateSecret(spec);
            labels.add("k" + i);
        }

        refused(
                () -> group.source()
                        .generateSecret(
                                SchsmKeySpec.builder("k256").keySize(128).build()),
                ProviderException.class,
                InvalidRequestException.class,
                "all 255 key ids",
                "delete a key first");
        assertThat(Collections.list(group.source().keyStore().aliases())).containsAll(labels);
    }
}
