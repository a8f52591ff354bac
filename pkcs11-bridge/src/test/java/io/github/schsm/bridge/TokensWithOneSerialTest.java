package io.github.schsm.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.DeviceTrust;
import io.github.schsm.SchsmException;
import io.github.schsm.TokenKey;
import io.github.schsm.TokenNotPresentException;
import io.github.schsm.bridge.cryptoki.Ck;
import io.github.schsm.bridge.cryptoki.CryptokiException;
import io.github.schsm.bridge.session.Pkcs11Module;
import io.github.schsm.bridge.token.Pkcs11Token;
import io.github.schsm.login.FailedPinCache;
import io.github.schsm.login.PinSource;
import io.github.schsm.spi.Token;
import io.github.schsm.spi.TokenSource;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Several devices show one serial number, label, model and maker, as those with an open firmware do. */
class TokensWithOneSerialTest {
    private static final String LABEL = "SmartCard-HSM (UserPIN)";

    private final FakeToken first = new FakeToken(LABEL, "ESPICOHSMTR");
    private final FakeToken second = new FakeToken(LABEL, "ESPICOHSMTR");
    private final FakeModule module = new FakeModule();
    private final List<String> askedFor = new ArrayList<>();
    private Pkcs11Module loaded;

    @BeforeEach
    void twoDevices() throws Exception {
        module.slotFlags = Ck.CKF_REMOVABLE_DEVICE | Ck.CKF_HW_SLOT;
        module.insert(9, first);
        module.insert(13, second);
        first.addKeyPair("first", new byte[] {1}, FakeBench.EC);
        second.addKeyPair("second", new byte[] {1}, FakeBench.PEER);
        loaded = new Pkcs11Module(Path.of("/lib/vendors.so"), module, module.info());
    }

    private final class Host implements TokenSource.Host {
        @Override
        public List<String> devices() {
            return List.of();
        }

        @Override
        public DeviceTrust trust() {
            return DeviceTrust.of(List.of());
        }

        @Override
        public boolean isWantedReader(String name) {
            return true;
        }

        @Override
        public PinSource pinPad() {
            throw new AssertionError("not asked for");
        }

        @Override
        public Token cardChannel(String readerName) throws SchsmException {
            askedFor.add(readerName);
            throw new TokenNotPresentException("none in " + readerName);
        }
    }

    private Pkcs11Directory directory() {
        return new Pkcs11Directory(
                loaded,
                new TokenChoice.Any(),
                new Host(),
                (link, id, host) ->
                        new Pkcs11Token(link, id, DeviceTrust.of(List.of()), new Beside.None("there is no other way")));
    }

    private static List<String> labels(Token token) throws SchsmException {
        token.load(FakePin.right());
        return token.keys().stream().map(TokenKey::label).toList();
    }

    @Test
    void eachSlotShowsItsOwnKeys() throws Exception {
        assertThat(labels(directory().find("slot:9"))).containsExactly("first");
        assertThat(labels(directory().find("slot:13"))).containsExactly("second");
        assertThat(labels(directory().find("slot:9"))).containsExactly("first");
    }

    @Test
    void aLoginToOneIsNoneToTheOther() throws Exception {
        Token nine = directory().find("slot:9");
        nine.load(FakePin.right());
        assertThat(directory().find("slot:13").isLoggedIn()).isFalse();
        assertThat(module.tokenLogin(13)).isEmpty();
    }

    @Test
    void aRefusedPinOfOneIsNoneOfTheOther() throws Exception {
        second.user.set("111111");
        assertThatThrownBy(() -> directory().find("slot:13").load(FakePin.right()))
                .isInstanceOf(SchsmException.class);
        assertThat(labels(directory().find("slot:9"))).containsExactly("first");
    }

    @Test
    void oneThatIsOutIsNotLookedForInTheOthersSlot() throws Exception {
        Token nine = directory().find("slot:9");
        assertThat(labels(nine)).containsExactly("first");
        module.pull(9);
        assertThatThrownBy(() -> nine.load(FakePin.right())).isInstanceOf(TokenNotPresentException.class);
        assertThat(module.tokenLogin(13)).isEmpty();
        module.insert(9, first);
        assertThat(labels(nine)).containsExactly("first");
    }

    @Test
    void theSlotOfAnotherReaderIsAnotherToken() throws Exception {
        Token nine = directory().find("slot:9");
        assertThat(labels(nine)).containsExactly("first");
        module.removeSlot(9);
        module.addSlot(9, "Another reader");
        module.insert(9, new FakeToken(LABEL, "ESPICOHSMTR"));
        assertThatThrownBy(() -> nine.load(FakePin.right())).isInstanceOf(TokenNotPresentException.class);
        Token now = directory().find("slot:9");
        assertThat(now).isNotSameAs(nine);
        assertThat(labels(now)).isEmpty();
    }

    @Test
    void itsLabelMayChange() throws Exception {
        Token nine = directory().find("slot:9");
        first.label = "renamed";
        assertThat(labels(nine)).containsExactly("first");
    }

    private void serial(String serial) {
        first.serial = serial;
        second.serial = serial;
    }

    /** Whether they are alike shows only once both are there. */
    @ParameterizedTest
    @ValueSource(strings = {"ESPICOHSMTR", "DECC0401002"})
    void oneThatWasThereFirstStaysItself(String serial) throws Exception {
        serial(serial);
        module.pull(13);
        Token nine = directory().find("slot:9");
        assertThat(labels(nine)).containsExactly("first");
        module.insert(13, second);
        assertThat(labels(directory().find("slot:13"))).containsExactly("second");
        assertThat(labels(nine)).containsExactly("first");
        module.pull(9);
        assertThatThrownBy(() -> nine.load(FakePin.right()))
                .isInstanceOf(TokenNotPresentException.class)
                .hasMessageContainingAll(serial, "slot:9");
        module.insert(9, first);
        assertThat(labels(nine)).containsExactly("first");
    }

    @Test
    void aNumberedSerialThatTwoShowIsNone() throws Exception {
        serial("DECC0401002");
        aLoginToOneIsNoneToTheOther();
        aRefusedPinOfOneIsNoneOfTheOther();
        second.user.set(FakeToken.USER_PIN);
        oneThatIsOutIsNotLookedForInTheOthersSlot();
        itsLabelMayChange();
        first.label = LABEL;
        eachSlotShowsItsOwnKeys();
    }

    /** The slots were never looked into for a choice while both were there. */
    @Test
    void oneOfSeveralIsNotGuessed() throws Exception {
        serial("DECC0401002");
        module.pull(13);
        Token nine = directory().find("slot:9");
        assertThat(labels(nine)).containsExactly("first");
        module.pull(9);
        module.insert(13, second);
        module.insert(17, new FakeToken(LABEL, "DECC0401002"));
        assertThatThrownBy(() -> nine.load(FakePin.right()))
                .isInstanceOf(TokenNotPresentException.class)
                .hasMessageContainingAll("DECC0401002", "several others", "slot:<id>");
        assertThat(module.tokenLogin(13)).isEmpty();
    }

    @Test
    void oneWithAnotherLabelIsAnother() throws Exception {
        serial("DECC0401002");
        second.label = "Second";
        Token nine = directory().find(LABEL);
        assertThat(labels(nine)).containsExactly("first");
        assertThat(labels(directory().find("Second"))).containsExactly("second");
        module.pull(9);
        assertThatThrownBy(() -> nine.load(FakePin.right())).isInstanceOf(TokenNotPresentException.class);
    }

    /** Keys are compared by it. */
    @Test
    void tokensThatWereNeverThereTogetherAreTwo() throws Exception {
        module.pull(13);
        Token nine = directory().find("ESPICOHSMTR");
        module.pull(9);
        module.insert(13, second);
        Token thirteen = directory().find("ESPICOHSMTR");
        assertThat(thirteen.id()).isEqualTo(nine.id());
        assertThat(thirteen.uniqueId()).isNotEqualTo(nine.uniqueId());
        assertThat(directory().find("slot:13").uniqueId()).isEqualTo(thirteen.uniqueId());
    }

    private FailedPinCache refused(long slot) throws CryptokiException {
        return loaded.token(module.slotInfo(slot), module.tokenInfo(slot)).failedPins();
    }

    @Test
    void aRefusedPinOfOneIsForgottenByItOnly() throws Exception {
        second.user.set("111111");
        Token thirteen = directory().find("slot:13");
        assertThatThrownBy(() -> thirteen.load(FakePin.right())).isInstanceOf(SchsmException.class);
        assertThat(labels(directory().find("slot:9"))).containsExactly("first");
        assertThat(refused(13).any()).isTrue();
        assertThat(refused(9).any()).isFalse();
    }

    @Test
    void theOneWithTheSerialIsAskedFor() {
        assertThatThrownBy(() -> directory().find("ESPICOHSMTR")).hasMessageContainingAll("slot:9", "slot:13");
    }
}
