// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.schsm.DeviceIdentity;
import io.github.schsm.DeviceInitialization;
import io.github.schsm.InvalidRequestException;
import io.github.schsm.Kdm;
import io.github.schsm.KeyAlgorithm;
import io.github.schsm.PinException;
import io.github.schsm.PinRequiredException;
import io.github.schsm.SchsmException;
import io.github.schsm.SchsmException.Reason;
import io.github.schsm.TokenAdministration;
import io.github.schsm.TokenAdministration.PinStatus;
import io.github.schsm.bridge.session.Pkcs11Module;
import io.github.schsm.bridge.session.TokenLink;
import io.github.schsm.bridge.session.TokenPins;
import io.github.schsm.bridge.token.Pkcs11Token;
import io.github.schsm.login.FailedPinCache;
import io.github.schsm.login.FailedPinCache.Kind;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Secrets that cannot be one, and where one ends and the next begins, over a module. */
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class BadSecretsTest {
    private static final char[] PIN = FakeToken.USER_PIN.toCharArray();
    private static final char[] SO_PIN = FakeToken.SO_PIN.toCharArray();
    private static final char[] NEW_PIN = "135790".toCharArray();
    private static final List<String> WRONG_LENGTHS =
            List.of("1", "12345", "1".repeat(17), "1".repeat(300), "1".repeat(70_000), "äöüäöüäöü");
    private static final List<String> DAMAGED = List.of(
            "\uD800", FakeToken.USER_PIN + "\uD800xx", "\uDC00" + FakeToken.USER_PIN, FakeToken.USER_PIN + "\uFFFD");

    private final FakeBench bench = new FakeBench();

    private interface Entry {
        void take(String secret) throws Exception;
    }

    private Map<String, Entry> userPins(Pkcs11Token token) throws Exception {
        TokenAdministration administration = token.administration();
        Map<String, Entry> entries = new LinkedHashMap<>();
        entries.put("load", pin -> bench.open().load(FakePin.given(pin)));
        entries.put("login", pin -> bench.open().login(FakePin.given(pin)));
        entries.put("asked", pin -> bench.open().login(FakePin.asked(pin)));
        entries.put("when needed", pin -> {
            Pkcs11Token later = bench.open();
            later.useWhenNeeded(FakePin.given(pin));
            later.sign(FakeBench.key(token, "ec"), KeyAlgorithm.ECDSA, new byte[32]);
        });
        entries.put("changePin, old", pin -> administration.changePin(pin.toCharArray(), NEW_PIN));
        entries.put("changePin, new", pin -> administration.changePin(PIN, pin.toCharArray()));
        entries.put("unblock", pin -> administration.unblock(SO_PIN, pin.toCharArray()));
        entries.put(
                "initialize",
                pin -> administration.initialize(
                        DeviceInitialization.builder(pin.toCharArray(), SO_PIN).build()));
        return entries;
    }

    private int secretsSent() {
        return List.of("C_Login", "C_SetPIN", "C_InitPIN", "C_InitToken").stream()
                .mapToInt(bench.module.script()::calls)
                .sum();
    }

    @Test
    void noUserPinThatCannotBeGoesToTheModule() throws Exception {
        Pkcs11Token token = bench.open();
        token.load(null);
        for (Map.Entry<String, Entry> entry : userPins(token).entrySet()) {
            Set<String> sentences = new TreeSet<>();
            for (String bad : WRONG_LENGTHS) {
                Throwable thrown = catchThrowable(() -> entry.getValue().take(bad));
                assertThat(thrown)
                        .as(entry.getKey())
                        .isInstanceOf(InvalidRequestException.class)
                        .matches(told -> SchsmException.is(told, Reason.UNUSABLE_SECRET), "reason UNUSABLE_SECRET");
                sentences.add(thrown.getMessage());
            }
            assertThat(sentences).as(entry.getKey()).hasSize(1);
            for (String bad : DAMAGED) {
                assertThatThrownBy(() -> entry.getValue().take(bad))
                        .as(entry.getKey())
                        .isInstanceOf(InvalidRequestException.class)
                        .matches(told -> SchsmException.is(told, Reason.UNUSABLE_SECRET), "reason UNUSABLE_SECRET")
                        .hasMessageContaining("U+FFFD");
            }
        }
        assertThat(secretsSent()).isZero();
    }

    @Test
    void noSoPinThatCannotBeGoesToTheModule() throws Exception {
        Pkcs11Token token = bench.open();
        TokenAdministration administration = token.administration();
        List<Entry> entries = List.of(
                so -> administration.changeSoPin(so.toCharArray(), SO_PIN),
                so -> administration.changeSoPin(SO_PIN, so.toCharArray()),
                so -> administration.unblock(so.toCharArray(), NEW_PIN),
                so -> administration.initialize(
                        DeviceInitialization.builder(NEW_PIN, so.toCharArray()).build()));
        for (Entry entry : entries) {
            for (String bad : List.of("", "1", "353736323138383\uFF10", "1".repeat(17), "353736323138383\uFFFD")) {
                assertThatThrownBy(() -> entry.take(bad))
                        .isInstanceOf(InvalidRequestException.class)
                        .matches(told -> SchsmException.is(told, Reason.UNUSABLE_SECRET), "reason UNUSABLE_SECRET")
                        .hasMessageContaining("16 hexadecimal digits");
            }
        }
        assertThat(secretsSent()).isZero();
    }

    @Test
    void nobodyProfitsFromAnothersLoginByAPinThatIsNone() throws Exception {
        bench.loaded();
        Pkcs11Token other = bench.open();
        assertThatThrownBy(() -> other.load(FakePin.given("\uD800")))
                .isInstanceOf(InvalidRequestException.class)
                .matches(told -> SchsmException.is(told, Reason.UNUSABLE_SECRET), "reason UNUSABLE_SECRET");
        assertThatThrownBy(() -> other.load(FakePin.given(""))).isInstanceOf(PinRequiredException.class);
        assertThat(other.isLoggedIn()).isFalse();
    }

    @Test
    void aTokenThatSaysHowLongItsPinsAreIsBelieved() throws Exception {
        bench.device.minPin = 4;
        bench.device.maxPin = 255;
        bench.device.user.set("1234");
        Pkcs11Token token = bench.open();
        token.load(FakePin.given("1234"));
        token.administration().changePin("1234".toCharArray(), "12345".toCharArray());
        assertThatThrownBy(() -> token.administration().changePin(PIN, "123".toCharArray()))
                .isInstanceOf(InvalidRequestException.class)
                .matches(told -> SchsmException.is(told, Reason.UNUSABLE_SECRET), "reason UNUSABLE_SECRET")
                .hasMessageContaining("4 to 255");
    }

    // Where one ends and the next begins

    @Test
    void aPresentPinWithMoreBehindItIsWrongAndNothingIsChanged() throws Exception {
        bench.device.joinsPins = true;
        Pkcs11Token token = bench.loaded();
        assertThatThrownBy(() -> token.administration().changePin("6482191".toCharArray(), "123456".toCharArray()))
                .isInstanceOf(PinException.class)
                .matches(told -> SchsmException.is(told, Reason.WRONG_PIN), "reason WRONG_PIN");
        assertThat(bench.module.script().calls("C_SetPIN")).isZero();
        bench.open().load(FakePin.right());

        token.administration().changePin(PIN, "123456".toCharArray());
        bench.open().load(FakePin.given("123456"));
    }

    @Test
    void aPinThatHasToBeChangedFirstIsFollowedByTheNewOneByItself() throws Exception {
        bench.device.joinsPins = true;
        bench.device.userPinToBeChanged = true;
        TokenAdministration administration = bench.open().administration();
        assertThatThrownBy(() -> administration.changePin("6482191".toCharArray(), "123456".toCharArray()))
                .isInstanceOf(PinRequiredException.class)
                .hasMessageContaining("cut the two at another place");
    }

    @Test
    void onTheReaderThePresentPinIsTypedByItselfFirst() throws Exception {
        bench.device.pad(() -> Optional.of("6482191"));
        TokenAdministration administration = bench.open().administration();
        assertThatThrownBy(administration::changePinOnReader)
                .isInstanceOf(PinException.class)
                .matches(told -> SchsmException.is(told, Reason.WRONG_PIN), "reason WRONG_PIN");
        assertThat(bench.module.script().calls("C_SetPIN")).isZero();
    }

    // One memory for a device

    private static DeviceIdentity identity() throws Exception {
        Path hex = Path.of("..", "keystore-spi", "src", "test", "resources", "vectors", "kdm-sample.hex");
        return Kdm.parse(HexFormat.of()
                        .parseHex(
                                Files.readString(hex, StandardCharsets.US_ASCII).strip()))
                .identity();
    }

    private static final byte[] WRONG = "000000".getBytes(StandardCharsets.US_ASCII);

    private static Pkcs11Token open(FakeToken device) throws Exception {
        Pkcs11Module loaded = FakeBench.loaded(FakeModule.with(device));
        TokenLink link = new TokenLink(
                loaded, loaded.cryptoki().slotInfo(0), loaded.cryptoki().tokenInfo(0));
        return new Pkcs11Token(link, device.serial, io.github.schsm.DeviceTrust.of(List.of()));
    }

    private static void refusedByItself(Pkcs11Token token) throws Exception {
        token.useWhenNeeded(FakePin.given("000000"));
        assertThatThrownBy(() -> token.sign(
                        token.keys().stream()
                                .filter(key -> key.label().equals("ec"))
                                .findFirst()
                                .orElseThrow(),
                        KeyAlgorithm.ECDSA,
                        new byte[32]))
                .isInstanceOf(PinRequiredException.class)
                .hasMessageContaining("refused this very PIN before");
    }

    @Test
    void aPinThatTheDeviceRefusedPastTheModuleIsNotSentThroughIt() throws Exception {
        DeviceIdentity identity = identity();
        FakeToken device = new FakeToken("one", identity.deviceId());
        device.addKeyPair("ec", new byte[] {1}, FakeBench.EC);
        FailedPinCache past = FailedPinCache.ofDevice(identity, Kind.USER_PIN);
        past.forget();
        past.add(WRONG, 2);

        refusedByItself(open(device));

        assertThat(device.user.presented()).isEmpty();
        open(device).login(FakePin.right());
        assertThat(past.any()).isFalse();
    }

    @Test
    void aPinThatWasRefusedThroughOneModuleIsNotSentThroughAnotherNorPastBoth() throws Exception {
        DeviceIdentity identity = identity();
        FakeToken device = new FakeToken("one", identity.deviceId());
        device.addKeyPair("ec", new byte[] {1}, FakeBench.EC);
        FailedPinCache.ofDevice(identity, Kind.USER_PIN).forget();
        assertThatThrownBy(() -> open(device).login(FakePin.given("000000")))
                .isInstanceOf(PinException.class)
                .matches(told -> SchsmException.is(told, Reason.WRONG_PIN), "reason WRONG_PIN");
        device.model = "as another module calls it";

        refusedByItself(open(device));

        assertThat(device.user.presented()).hasSize(1);
        assertThat(FailedPinCache.ofDevice(identity, Kind.USER_PIN).contains(WRONG))
                .isTrue();
    }

    @Test
    void whatIsKnownOfTheSerialNumberGoesOverToTheDevice() throws Exception {
        FailedPinCache byName = FailedPinCache.ofToken("ZZSIM990001", "token", Kind.USER_PIN);
        byName.add(WRONG, 2);
        assertThat(FailedPinCache.ofToken("ZZSIM990001", "as another module", Kind.USER_PIN))
                .isSameAs(byName);
        assertThat(FailedPinCache.ofToken("ZZSIM990001", "token", Kind.SO_PIN)).isNotSameAs(byName);
        assertThat(FailedPinCache.ofToken("", "one", Kind.USER_PIN))
                .isNotSameAs(FailedPinCache.ofToken("", "other", Kind.USER_PIN));
        assertThat(FailedPinCache.ofToken("1", "one", Kind.USER_PIN))
                .isNotSameAs(FailedPinCache.ofToken("1", "other", Kind.USER_PIN));
    }

    @Test
    void anotherWayToTheTokenTellsWhichDeviceItIs() throws Exception {
        DeviceIdentity identity = identity();
        FailedPinCache.ofDevice(identity, Kind.USER_PIN).forget();
        TokenLink link = bench.link();
        link.beforeLogin(
                () -> Optional.of(new TokenPins.Told(identity, new PinStatus(PinStatus.State.NOT_VERIFIED, 3), false)));
        assertThatThrownBy(() -> link.login(FakePin.given("000000")))
                .isInstanceOf(PinException.class)
                .matches(told -> SchsmException.is(told, Reason.WRONG_PIN), "reason WRONG_PIN");
        assertThat(FailedPinCache.ofDevice(identity, Kind.USER_PIN).contains(WRONG))
                .isTrue();
        FailedPinCache.ofDevice(identity, Kind.USER_PIN).forget();
    }
}
