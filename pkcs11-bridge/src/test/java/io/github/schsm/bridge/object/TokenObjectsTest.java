// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.bridge.object;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.KeyType;
import io.github.schsm.TokenCertificate;
import io.github.schsm.TokenKey;
import io.github.schsm.bridge.FakeBench;
import io.github.schsm.bridge.cryptoki.Attributes;
import io.github.schsm.bridge.cryptoki.Ck;
import io.github.schsm.bridge.object.TokenObjects.KeyEntry;
import io.github.schsm.codec.EcCurve;
import io.github.schsm.codec.Tlv;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What belongs to what, when objects say it and when they do not. */
class TokenObjectsTest {
    private static final byte[] ID = {1};
    private static final byte[] OTHER_ID = {2};
    private static final byte[] NO_ID = {};
    private static final EcCurve CURVE = EcCurve.SECP256R1;
    private static final KeyPair EC = FakeBench.EC;
    private static final KeyPair PEER = FakeBench.PEER;

    private final List<ObjectSnapshot> objects = new ArrayList<>();

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] point(KeyPair pair) {
        return CURVE.encode(((ECPublicKey) pair.getPublic()).getW());
    }

    private void put(ObjectKind kind, String label, byte[] id, Map<Long, byte[]> more) {
        Map<Long, byte[]> attributes = new HashMap<>(more);
        attributes.put(Ck.CKA_LABEL, text(label));
        if (kind != ObjectKind.DATA) {
            attributes.put(Ck.CKA_ID, id);
        }
        objects.add(ObjectSnapshot.of(objects.size() + 1, kind, new Attributes(attributes)));
    }

    private void ecPrivate(String label, byte[] id) {
        put(ObjectKind.EC_PRIVATE, label, id, Map.of(Ck.CKA_EC_PARAMS, ObjectIdentifiers.encode(CURVE.oid())));
    }

    private void ecPublic(String label, byte[] id, KeyPair pair) {
        put(
                ObjectKind.EC_PUBLIC,
                label,
                id,
                Map.of(
                        Ck.CKA_EC_PARAMS,
                        ObjectIdentifiers.encode(CURVE.oid()),
                        Ck.CKA_EC_POINT,
                        Tlv.of(0x04, point(pair)).encoded()));
    }

    private void rsa(ObjectKind kind, String label, byte[] id, KeyPair pair) {
        RSAPublicKey key = (RSAPublicKey) pair.getPublic();
        put(
                kind,
                label,
                id,
                Map.of(
                        Ck.CKA_MODULUS, key.getModulus().toByteArray(),
                        Ck.CKA_PUBLIC_EXPONENT, key.getPublicExponent().toByteArray()));
    }

    private void certificate(String label, byte[] id, byte[] der) {
        put(ObjectKind.CERTIFICATE, label, id, Map.of(Ck.CKA_VALUE, der));
    }

    private TokenObjects contents() {
        return TokenObjects.of(objects, false, Set.of());
    }

    private KeyEntry onlyKey() {
        assertThat(contents().keys()).hasSize(1);
        return contents().keys().get(0);
    }

    private KeyEntry key(String label) {
        return contents().keys().stream()
                .filter(entry -> entry.key().label().equals(label))
                .findFirst()
                .orElseThrow();
    }

    private List<String> certificates() {
        return contents().certificates().stream()
                .map(entry -> entry.certificate().label())
                .toList();
    }

    @Test
    void aKeyWithItsPublicKeyAndItsCertificateIsOneEntry() {
        ecPrivate("key", ID);
        ecPublic("public key", ID, EC);
        certificate("certificate", ID, FakeBench.CERTIFICATE);

        KeyEntry entry = onlyKey();
        assertThat(entry.key().label()).isEqualTo("key");
        assertThat(entry.key().type()).isEqualTo(KeyType.EC);
        assertThat(entry.publicKey()).isEqualTo(EC.getPublic());
        assertThat(entry.objects()).extracting(ObjectSnapshot::handle).containsExactly(1L, 2L, 3L);
        assertThat(contents().certificates()).isEmpty();
    }

    @Test
    void aKeyWithoutAPublicKeyObjectHasThatOfItsCertificate() {
        ecPrivate("key", ID);
        certificate("certificate", ID, FakeBench.CERTIFICATE);

        assertThat(onlyKey().publicKey()).isEqualTo(EC.getPublic());
        assertThat(onlyKey().certificates()).hasSize(1);
    }

    @Test
    void aKeyAloneIsAKeyOfItsCurve() {
        ecPrivate("key", ID);

        assertThat(onlyKey().publicKey()).isNull();
        assertThat(onlyKey().curve()).isEqualTo(CURVE);
    }

    @Test
    void aCertificateWithTheIdOfAKeyAndAnotherPublicKeyStaysByItself() {
        ecPrivate("key", ID);
        ecPublic("key", ID, EC);
        certificate("of another key", ID, FakeBench.CA_CERTIFICATE);

        assertThat(onlyKey().certificates()).isEmpty();
        assertThat(certificates()).containsExactly("of another key");
    }

    @Test
    void aCertificateWithThePublicKeyOfAKeyIsTheKeysWhateverItsId() {
        ecPrivate("key", ID);
        ecPublic("key", ID, EC);
        certificate("written by another tool", OTHER_ID, FakeBench.CERTIFICATE);

        assertThat(onlyKey().certificates()).hasSize(1);
        assertThat(certificates()).isEmpty();
    }

    @Test
    void aPublicKeyWithThePublicKeyOfAKeyIsTheKeysWhateverItsId() {
        rsa(ObjectKind.RSA_PRIVATE, "key", ID, FakeBench.RSA);
        rsa(ObjectKind.RSA_PUBLIC, "written by another tool", OTHER_ID, FakeBench.RSA);

        assertThat(onlyKey().publicKeys()).hasSize(1);
    }

    @Test
    void oneKeyStoredTwiceHasTheCertificateWithItsOwnIdEachTime() {
        ecPrivate("one", ID);
        ecPrivate("two", OTHER_ID);
        ecPublic("one", ID, EC);
        ecPublic("two", OTHER_ID, EC);
        certificate("two", OTHER_ID, FakeBench.CERTIFICATE);
        certificate("one", ID, FakeBench.CERTIFICATE);

        for (TokenObjects.KeyEntry key : contents().keys()) {
            assertThat(key.publicKeys()).hasSize(1);
            assertThat(key.certificates())
                    .singleElement()
                    .satisfies(certificate ->
                            assertThat(certificate.label()).contains(key.key().label()));
        }
    }

    @Test
    void onlyACertificateWithTheIdProvesNothing() {
        ecPrivate("key", ID);
        certificate("anything", ID, FakeBench.CERTIFICATE);

        assertThat(onlyKey().isPublicKeyUnproven()).isTrue();
        ecPublic("key", ID, EC);
        assertThat(onlyKey().isPublicKeyUnproven()).isFalse();
    }

    @Test
    void withoutAnIdThePublicKeyDecides() {
        rsa(ObjectKind.RSA_PRIVATE, "key", NO_ID, FakeBench.RSA);
        rsa(ObjectKind.RSA_PUBLIC, "key", NO_ID, FakeBench.RSA);

        assertThat(onlyKey().publicKeys()).hasSize(1);
        assertThat(onlyKey().publicKey()).isEqualTo(FakeBench.RSA.getPublic());
    }

    @Test
    void twoKeysWithOneIdAreKeptApartByTheirLabelsWhateverTheOrder() {
        ecPrivate("one", ID);
        ecPrivate("two", ID);
        ecPublic("two", ID, PEER);
        ecPublic("one", ID, EC);
        certificate("one", ID, FakeBench.CERTIFICATE);

        assertThat(key("one").publicKey()).isEqualTo(EC.getPublic());
        assertThat(key("one").certificates()).hasSize(1);
        assertThat(key("two").publicKey()).isEqualTo(PEER.getPublic());
        assertThat(key("two").certificates()).isEmpty();
    }

    @Test
    void oneOfTwoKeysWithOneIdDoesNotTakeThePublicKeyOfTheOther() {
        ecPrivate("one", ID);
        ecPrivate("two", ID);
        ecPublic("two", ID, PEER);

        assertThat(key("one").publicKey()).isNull();
        assertThat(key("two").publicKey()).isEqualTo(PEER.getPublic());
    }

    @Test
    void twoKeysWithOneLabelAreTwoKeys() {
        ecPrivate("key", ID);
        ecPublic("key", ID, EC);
        ecPrivate("key", OTHER_ID);
        ecPublic("key", OTHER_ID, PEER);

        assertThat(contents().keys())
                .extracting(KeyEntry::publicKey)
                .containsExactlyInAnyOrder(EC.getPublic(), PEER.getPublic());
        assertThat(contents().keys().stream()
                        .map(entry -> entry.key().reference())
                        .distinct())
                .hasSize(2);
    }

    @Test
    void keysThatOnlyTheirLabelsTellApartAreNumberedAndFoundByBoth() {
        put(ObjectKind.AES, "one", ID, Map.of());
        put(ObjectKind.AES, "two", ID, Map.of());

        TokenKey one = key("one").key();
        TokenKey two = key("two").key();
        assertThat(one.reference()).isEqualTo("aes-01#1");
        assertThat(two.reference()).isEqualTo("aes-01#2");
        assertThat(contents().find(two).orElseThrow().object().handle()).isEqualTo(2);

        objects.remove(0);

        assertThat(contents().find(one)).isEmpty();
        assertThat(contents().keys()).hasSize(1);
    }

    @Test
    void referencesDoNotDependOnHandles() {
        ecPrivate("one", ID);
        ecPublic("one", ID, EC);
        put(ObjectKind.AES, "two", OTHER_ID, Map.of());
        certificate("three", OTHER_ID, FakeBench.CA_CERTIFICATE);
        List<TokenKey> keys = contents().keys().stream().map(KeyEntry::key).toList();
        List<TokenCertificate> certificates = contents().certificates().stream()
                .map(TokenObjects.CertificateEntry::certificate)
                .toList();

        List<ObjectSnapshot> others = new ArrayList<>();
        for (ObjectSnapshot object : objects) {
            others.add(
                    new ObjectSnapshot(100 - object.handle(), object.kind(), object.attributes(), object.publicKey()));
        }
        Collections.shuffle(others);
        TokenObjects again = TokenObjects.of(others, false, Set.of());

        assertThat(again.keys()).extracting(KeyEntry::key).isEqualTo(keys);
        assertThat(again.certificates())
                .extracting(TokenObjects.CertificateEntry::certificate)
                .isEqualTo(certificates);
    }

    @Test
    void aReferenceHoldsWhenThePublicKeyBecomesKnown() {
        ecPrivate("key", ID);
        TokenKey before = onlyKey().key();
        ecPublic("key", ID, EC);
        TokenKey after = onlyKey().key();

        assertThat(after.reference()).startsWith(before.reference() + "-");
        assertThat(contents().find(before)).isPresent();
        objects.remove(1);
        assertThat(contents().find(after)).isPresent();
    }

    @Test
    void beforeTheLoginAPublicKeyStandsForItsPrivateKey() {
        ecPublic("key", ID, EC);
        certificate("key", ID, FakeBench.CERTIFICATE);
        assertThat(contents().keys()).isEmpty();

        TokenObjects hidden = TokenObjects.of(objects, true, Set.of());
        assertThat(hidden.keys()).hasSize(1);
        assertThat(hidden.keys().get(0).object()).isNull();
        assertThat(hidden.keys().get(0).certificates()).hasSize(1);
        assertThat(hidden.certificates()).isEmpty();

        TokenKey before = hidden.keys().get(0).key();
        ecPrivate("key", ID);
        assertThat(onlyKey().key()).isEqualTo(before);
    }

    @Test
    void aPublicKeyThatIsKnownToStandForNothingLeavesItsCertificateAlone() {
        ecPublic("authority", ID, PEER);
        certificate("authority", ID, FakeBench.CA_CERTIFICATE);
        String reference =
                TokenObjects.of(objects, true, Set.of()).keys().get(0).key().reference();

        TokenObjects known = TokenObjects.of(objects, true, Set.of(reference));
        assertThat(known.keys()).isEmpty();
        assertThat(known.certificates()).hasSize(1);
    }

    @Test
    void aPublicKeyByItselfIsNoKeyOnceEverythingIsSeen() {
        ecPublic("somebody's", ID, EC);

        assertThat(contents().keys()).isEmpty();
    }

    @Test
    void certificatesThatAreNoneAreLeftOut() {
        certificate("attribute certificate", ID, new byte[] {0x02, 0x01, 0x05});
        certificate("empty", ID, new byte[0]);

        assertThat(contents().certificates()).isEmpty();
    }

    @Test
    void curvesAndPointsAreTakenInEveryForm() throws Exception {
        byte[] name = Tlv.of(0x13, text("prime256v1")).encoded();
        List<Tlv> domain = CURVE.domainParameters();
        byte[] explicit = Tlv.of(
                        0x30,
                        Tlv.of(0x02, new byte[] {1}),
                        Tlv.of(
                                0x30,
                                Tlv.of(0x06, new byte[] {0x2A, (byte) 0x86, 0x48, (byte) 0xCE, 0x3D, 0x01, 0x01}),
                                Tlv.of(0x02, unsigned(domain.get(0)))),
                        Tlv.of(
                                0x30,
                                Tlv.of(0x04, domain.get(1).value()),
                                Tlv.of(0x04, domain.get(2).value())),
                        Tlv.of(0x04, domain.get(3).value()),
                        Tlv.of(0x02, unsigned(domain.get(4))),
                        Tlv.of(0x02, new byte[] {1}))
                .encoded();
        for (byte[] parameters : List.of(ObjectIdentifiers.encode(CURVE.oid()), name, explicit)) {
            for (byte[] point : List.of(point(EC), Tlv.of(0x04, point(EC)).encoded())) {
                assertThat(PublicKeys.of(new Attributes(Map.of(Ck.CKA_EC_PARAMS, parameters, Ck.CKA_EC_POINT, point))))
                        .isEqualTo(EC.getPublic());
            }
        }
    }

    private static byte[] unsigned(Tlv number) {
        byte[] value = number.value();
        byte[] withZero = new byte[value.length + 1];
        System.arraycopy(value, 0, withZero, 1, value.length);
        return withZero;
    }

    @Test
    void curvesAndPointsThatAreNoneAreUnknownAndHarmless() {
        byte[] oid = ObjectIdentifiers.encode(CURVE.oid());
        byte[] notOnIt = point(EC);
        notOnIt[20] ^= 1;
        for (byte[] point : List.of(new byte[0], new byte[] {4}, notOnIt, new byte[300])) {
            assertThat(PublicKeys.of(new Attributes(Map.of(Ck.CKA_EC_PARAMS, oid, Ck.CKA_EC_POINT, point))))
                    .isNull();
        }
        for (byte[] parameters : List.of(
                new byte[0],
                new byte[] {0x30, 0},
                new byte[] {6, 3, 0x2B, 0x65, 0x70},
                new byte[] {6, (byte) 0x80},
                new byte[] {0x13, 1, 'x'})) {
            assertThat(PublicKeys.curve(new Attributes(Map.of(Ck.CKA_EC_PARAMS, parameters))))
                    .isNull();
        }
    }
}
