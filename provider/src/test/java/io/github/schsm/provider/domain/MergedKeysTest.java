// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider.domain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import io.github.schsm.InvalidRequestException;
import io.github.schsm.KeyAlgorithm;
import io.github.schsm.KeyDetails;
import io.github.schsm.KeyType;
import io.github.schsm.TokenKey;
import io.github.schsm.codec.EcCurve;
import io.github.schsm.provider.domain.MergedKeys.Check;
import io.github.schsm.spi.Token;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Which copies are one key. */
class MergedKeysTest {
    private static final byte[] ID = {1, 2, 3, 4, 5, 6, 7, 8};

    private final Member a = new Member("a", null);
    private final Member b = new Member("b", null);
    private final Member c = new Member("c", null);

    private static PublicKey publicKey() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(256);
        return generator.generateKeyPair().getPublic();
    }

    private static KeyDetails details(@Nullable PublicKey key, @Nullable List<Integer> algorithms, OptionalLong uses) {
        return new KeyDetails(
                key,
                key == null ? null : EcCurve.SECP256R1,
                256,
                algorithms,
                uses,
                OptionalInt.of(0),
                OptionalInt.empty());
    }

    private static KeyCopy pair(Member member, int kid, String label, PublicKey key) {
        return new KeyCopy(
                member,
                new ListedKey(
                        new TokenKey(Integer.toString(kid), label, ID, KeyType.EC),
                        details(key, null, OptionalLong.empty())));
    }

    private static KeyCopy secret(Member member, int kid, String label, byte[] id) {
        return new KeyCopy(
                member,
                new ListedKey(
                        new TokenKey(Integer.toString(kid), label, id, KeyType.AES),
                        details(null, null, OptionalLong.empty())));
    }

    private static MergedKeys merge(KeyCopy... copies) {
        return MergedKeys.of(List.of(copies), copy -> new Check("", true));
    }

    @Test
    void samePublicKeyIsOneKeyUnderTheLabelOfMost() throws Exception {
        PublicKey key = publicKey();
        MergedKeys merged = merge(pair(a, 1, "old", key), pair(b, 7, "new", key), pair(c, 2, "new", key));
        assertThat(merged.all()).hasSize(1);
        assertThat(merged.all().get(0).shown().label()).isEqualTo("new");
        assertThat(merged.all().get(0).members()).containsExactly(a, b, c);
        assertThat(merged.all().get(0).otherLabels()).containsExactly("old");
    }

    @Test
    void anotherKeyOfTheSameLabelIsAnotherOne() throws Exception {
        MergedKeys merged = merge(pair(a, 1, "k", publicKey()), pair(b, 1, "k", publicKey()));
        assertThat(merged.all()).hasSize(2);
        assertThat(merged.all()).extracting(key -> key.shown().reference()).doesNotHaveDuplicates();
    }

    @Test
    void referenceStaysWhateverMembersAreThere() throws Exception {
        PublicKey key = publicKey();
        MergedKeys both = merge(pair(a, 1, "k", key), pair(b, 9, "k", key));
        MergedKeys one = merge(pair(b, 9, "k", key));
        assertThat(one.find(both.all().get(0).shown())).isPresent();
    }

    @Test
    void secretKeysAreOneIfTheMembersComputeTheSame() {
        KeyCopy[] copies = {secret(a, 1, "aes", ID), secret(b, 2, "aes", ID), secret(c, 3, "aes", ID)};
        MergedKeys merged =
                MergedKeys.of(List.of(copies), copy -> new Check(copy.member() == b ? "other" : "same", false));
        assertThat(merged.all()).hasSize(2);
        assertThat(merged.all().get(0).members()).containsExactly(a, c);
        assertThat(merged.all().get(0).doubtful()).isEmpty();
    }

    @Test
    void secretKeysOfAnotherIdAreOthers() {
        MergedKeys merged = merge(secret(a, 1, "aes", ID), secret(b, 2, "aes", new byte[] {9}));
        assertThat(merged.all()).hasSize(2);
    }

    @Test
    void secretKeysAreOneForTheTimeBeingIfTheirLabelSaysSo() {
        MergedKeys alike = merge(secret(a, 1, "aes", ID), secret(b, 2, "aes", ID));
        assertThat(alike.all()).hasSize(1);
        assertThat(alike.all().get(0).doubtful()).isNotEmpty();
        MergedKeys others = merge(secret(a, 1, "aes", ID), secret(b, 2, "another", ID));
        assertThat(others.all()).hasSize(2);
    }

    @Test
    void secretKeysThatNothingCanShowToBeTheSameAreNot() {
        KeyCopy[] copies = {secret(a, 1, "aes", ID), secret(b, 2, "aes", ID)};
        MergedKeys merged = MergedKeys.of(List.of(copies), copy -> new Check("", false));
        assertThat(merged.all()).hasSize(2);
    }

    @Test
    void domainAllowsWhatOneCopyDoesAndCountsAllUses() throws Exception {
        PublicKey key = publicKey();
        KeyDetails signs = details(key, List.of(KeyAlgorithm.ECDSA_SHA256.id()), OptionalLong.of(3));
        KeyDetails agrees = details(key, List.of(KeyAlgorithm.ECDH.id()), OptionalLong.of(4));
        KeyDetails merged = MergedKey.merged(List.of(signs, agrees), OptionalInt.of(0));
        assertThat(merged.allows(KeyAlgorithm.ECDSA_SHA256)).isTrue();
        assertThat(merged.allows(KeyAlgorithm.ECDH)).isTrue();
        assertThat(merged.allows(KeyAlgorithm.WRAP)).isFalse();
        assertThat(merged.useCounter()).hasValue(7);
        KeyDetails unlimited = details(key, null, OptionalLong.empty());
        assertThat(MergedKey.merged(List.of(signs, unlimited), OptionalInt.of(0))
                        .useCounter())
                .isEmpty();
    }

    @Test
    void copyIsGivenNoWorkThatItsListForbidsOrItsCounterDoes() throws Exception {
        PublicKey key = publicKey();
        KeyDetails signs = details(key, List.of(KeyAlgorithm.ECDSA_SHA256.id()), OptionalLong.of(1));
        KeyCopy copy = new KeyCopy(a, new ListedKey(new TokenKey("1", "k", ID, KeyType.EC), signs));
        assertThat(copy.allows(KeyAlgorithm.ECDSA_SHA256)).isTrue();
        assertThat(copy.allows(KeyAlgorithm.ECDH)).isFalse();
        assertThat(copy.isRepeatable()).isFalse();
        copy.gone();
        assertThat(copy.allows(KeyAlgorithm.ECDSA_SHA256)).isFalse();
    }

    @Test
    void copyInDoubtIsNotUsedForWhatOthersAreKnownToHave() {
        KeyCopy[] copies = {secret(a, 1, "aes", ID), secret(b, 2, "aes", ID), secret(c, 3, "aes", ID)};
        MergedKey key = MergedKeys.of(
                        List.of(copies), copy -> copy.member() == b ? new Check("", true) : new Check("same", false))
                .all()
                .get(0);
        assertThat(key.copies()).containsExactly(copies);
        assertThat(key.usable()).containsExactly(copies[0], copies[2]);
    }

    @Test
    void whereNothingIsKnownTheCopyOfOneMemberIsUsedAndNothingIsDoneToAll() throws Exception {
        Member here = new Member("here", mock(Token.class));
        Member too = new Member("too", mock(Token.class));
        when(Members.token(here).name()).thenReturn("here");
        when(Members.token(too).name()).thenReturn("too");
        KeyCopy[] copies = {secret(a, 1, "aes", ID), secret(here, 2, "aes", ID), secret(too, 2, "aes", ID)};
        MergedKey key = merge(copies).all().get(0);
        assertThat(key.usable()).containsExactly(copies[1]);
        assertThatThrownBy(() -> key.requireOneKey("deleted"))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContainingAll("here and too", "not deleted");
    }

    @Test
    void aesKeyThatChangedWhileTheMemberWasAwayIsNotUsed() throws Exception {
        Token token = mock(Token.class);
        Member member = new Member("here", token);
        KeyCopy copy = secret(member, 1, "aes", ID);
        when(token.keys()).thenReturn(List.of(copy.key()));
        String[] computed = {"one"};
        copy.checked("one", () -> Optional.of(computed[0]));
        member.failed("away", true);
        copy.prove();
        computed[0] = "other";
        copy.prove();
        member.answers();
        await(member);
        assertThatThrownBy(copy::prove).isInstanceOf(InvalidRequestException.class);
    }

    private static void await(Member member) throws InterruptedException {
        int before = member.absences();
        while (member.absences() == before) {
            member.failed("away", true);
            Thread.sleep(10);
        }
    }
}
