// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.DeviceTrust;
import io.github.schsm.KeyAlgorithm;
import io.github.schsm.KeyDetails;
import io.github.schsm.KeyType;
import io.github.schsm.SchsmException;
import io.github.schsm.TokenCertificate;
import io.github.schsm.TokenKey;
import io.github.schsm.UnsupportedByDeviceException;
import io.github.schsm.bridge.cryptoki.Ck;
import io.github.schsm.bridge.cryptoki.Template;
import io.github.schsm.bridge.token.Pkcs11Token;
import io.github.schsm.codec.EcCurve;
import io.github.schsm.spi.KeyRequest;
import io.github.schsm.spi.SharedCard;
import java.nio.charset.StandardCharsets;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What goes to the module, and what to the card. */
class HybridTokenTest {
    private static final TokenKey UNSEEN = new TokenKey("card-7", "seven", new byte[] {7}, KeyType.EC);

    private final FakeBench bench = new FakeBench();
    private final List<TokenKey> onCard = new ArrayList<>(List.of(
            new TokenKey("card-1", "ec", new byte[] {1}, KeyType.EC),
            new TokenKey("card-2", "rsa", new byte[] {2}, KeyType.RSA),
            new TokenKey("card-3", "aes", new byte[] {3}, KeyType.AES)));
    private final List<String> asked = new ArrayList<>();

    @BeforeEach
    void inReader() {
        bench.module.slotFlags = Ck.CKF_REMOVABLE_DEVICE | Ck.CKF_HW_SLOT;
    }

    private HybridToken token() throws Exception {
        return new HybridToken(bench.link(), bench.device.serial, FakeHost.with(card()));
    }

    private SharedCard card() {
        return StubToken.card(bench.device.serial, asked, (method, arguments) -> switch (method) {
            case "keys" -> List.copyOf(onCard);
            case "load", "logout" -> null;
            case "sign" -> ("signed with " + ((TokenKey) arguments[0]).reference()).getBytes(StandardCharsets.UTF_8);
            case "agree", "derive" -> new byte[] {1};
            case "details" -> details(((TokenKey) arguments[0]).type());
            case "generate" -> {
                onCard.add(UNSEEN);
                yield UNSEEN;
            }
            default -> throw new AssertionError(method);
        });
    }

    private static KeyDetails details(KeyType type) {
        PublicKey publicKey = switch (type) {
            case EC -> FakeBench.PEER.getPublic();
            case RSA -> FakeBench.RSA.getPublic();
            case AES, UNKNOWN -> null;
        };
        return new KeyDetails(
                publicKey,
                type == KeyType.EC ? EcCurve.SECP256R1 : null,
                256,
                List.of(),
                OptionalLong.empty(),
                OptionalInt.empty(),
                OptionalInt.empty(),
                Set.of(KeyAlgorithm.ECDSA));
    }

    private HybridToken loaded() throws Exception {
        HybridToken token = token();
        token.load(FakePin.right());
        return token;
    }

    private static TokenKey key(HybridToken token, String label) throws SchsmException {
        return token.keys().stream()
                .filter(key -> key.label().equals(label))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void beforeTheLoginTheCardTellsKeysFromCertificatesOfOthers() throws Exception {
        bench.device.add(bench.device.publicKey(
                FakeBench.PEER.getPublic(),
                new Template()
                        .with(Ck.CKA_TOKEN, true)
                        .with(Ck.CKA_LABEL, "authority")
                        .with(Ck.CKA_ID, new byte[] {9})));
        onCard.removeIf(key -> key.type() == KeyType.AES);
        HybridToken token = token();
        token.load(null);
        assertThat(token.keys()).extracting(TokenKey::label).containsExactly("ec", "rsa");
        assertThat(token.certificates()).extracting(TokenCertificate::label).containsExactly("authority");
        assertThat(token.certificate(token.certificates().get(0))).isEqualTo(FakeBench.CA_CERTIFICATE);
    }

    @Test
    void keysThatTheModuleSeesAreUsedByTheModule() throws Exception {
        HybridToken token = loaded();
        TokenKey key = key(token, "ec");
        asked.clear();
        token.sign(key, KeyAlgorithm.ECDSA, new byte[32]);
        assertThat(bench.module.script().calls("C_Sign")).isEqualTo(1);
        assertThat(asked).isEmpty();
    }

    @Test
    void keysThatOnlyTheCardShowsAreUsedByTheCard() throws Exception {
        onCard.add(UNSEEN);
        HybridToken token = loaded();
        TokenKey key = key(token, "seven");
        assertThat(key.reference()).isNotEqualTo(UNSEEN.reference());
        assertThat(token.sign(key, KeyAlgorithm.ECDSA, new byte[32])).asString().isEqualTo("signed with card-7");
        assertThat(bench.module.script().calls("C_Sign")).isZero();
    }

    @Test
    void whatTheModuleCannotMakeTheCardMakes() throws Exception {
        HybridToken token = loaded();
        KeyRequest limited = new KeyRequest(
                KeyType.EC,
                "seven",
                new byte[0],
                EcCurve.SECP256R1,
                0,
                List.of(),
                OptionalLong.of(5),
                OptionalInt.empty(),
                OptionalInt.empty());
        assertThat(token.generate(limited).label()).isEqualTo("seven");
        assertThat(bench.module.script().calls("C_GenerateKeyPair")).isZero();
        Pkcs11Token alone = new Pkcs11Token(bench.link(), bench.device.serial, DeviceTrust.of(List.of()));
        alone.load(FakePin.right());
        assertThatThrownBy(() -> alone.generate(limited)).isInstanceOf(UnsupportedByDeviceException.class);
    }

    @Test
    void whereTheReaderHasNoSuchCardTheModuleDoesAll() throws Exception {
        bench.module.slotFlags = 0;
        HybridToken token = loaded();
        assertThat(token.keys()).extracting(TokenKey::label).containsExactly("aes", "ec", "rsa");
        assertThat(token.takesPaddingParameters()).isTrue();
        assertThatThrownBy(token::keyDomains)
                .isInstanceOf(UnsupportedByDeviceException.class)
                .hasMessageContaining("no SmartCard-HSM in a PC/SC reader");
        assertThat(asked).isEmpty();
    }
}
