// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.ConfigurationException;
import io.github.schsm.SchsmException;
import io.github.schsm.TokenNotPresentException;
import io.github.schsm.bridge.cryptoki.Ckr;
import io.github.schsm.bridge.cryptoki.CryptokiException;
import io.github.schsm.bridge.session.Pkcs11Module;
import io.github.schsm.spi.Token;
import io.github.schsm.spi.TokenSource.Directory.Found;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Pkcs11DirectoryTest {
    private final FakeToken alpha = new FakeToken("Alpha", "0001");
    private final FakeToken beta = new FakeToken("Beta token", "0002");
    private final FakeModule module = FakeModule.with(alpha, beta);

    private Pkcs11Directory directory(TokenChoice terminal, Predicate<String> wanted) throws CryptokiException {
        Pkcs11Module loaded = new Pkcs11Module(Path.of("/lib/fake-pkcs11.so"), module, module.info());
        return new Pkcs11Directory(
                loaded, terminal, FakeHost.lookingInto(wanted), (link, id, host) -> StubToken.named(id));
    }

    private Pkcs11Directory directory() throws CryptokiException {
        return directory(new TokenChoice.Any(), name -> true);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0002",
                "Beta token",
                "slot:1",
                "slot:0x1",
                "pkcs11:token=Beta%20token",
                "pkcs11:serial=0002;model=Fake",
                "pkcs11:slot-id=1"
            })
    void aTokenIsChosenBySerialLabelSlotOrUriAndIsTheSameObjectEachTime(String device) throws Exception {
        Pkcs11Directory directory = directory();

        Token token = directory.find(device);

        assertThat(token.id()).isEqualTo("0002");
        assertThat(directory.find("0002")).isSameAs(token);
        assertThat(directory.list()).extracting(Found::token).contains(token);
    }

    /** Each slot may take a module some milliseconds. */
    @Test
    void emptySlotsAreNotLookedIntoForATokenThatIsThere() throws Exception {
        module.addSlot(7, "an empty reader");
        directory().find("0002");
        assertThat(module.script().calls("C_GetSlotInfo"))
                .as("slots with tokens")
                .isEqualTo(2);
    }

    @Test
    void aTokenThatIsWhereItWasIsNotLookedFor() throws Exception {
        Pkcs11Directory directory = directory();
        Token token = directory.find("0002");
        int lists = module.script().calls("C_GetSlotList");
        int questions = module.script().calls("C_GetTokenInfo");

        assertThat(directory.find("0002")).isSameAs(token);

        assertThat(module.script().calls("C_GetSlotList")).isEqualTo(lists);
        assertThat(module.script().calls("C_GetTokenInfo")).isEqualTo(questions + 1);
    }

    @Test
    void withoutANameAnotherTokenThatCameIsSeen() throws Exception {
        FakeToken second = module.pull(1);
        Pkcs11Directory directory = directory();
        directory.find(null);
        module.insert(1, second);

        assertThatThrownBy(() -> directory.find(null)).isInstanceOf(ConfigurationException.class);
    }

    @Test
    void aTokenInUseIsNotAskedForUntilItIsMissed() throws Exception {
        Pkcs11Module loaded = new Pkcs11Module(Path.of("/lib/fake-pkcs11.so"), module, module.info());
        Pkcs11Directory directory = new Pkcs11Directory(
                loaded, new TokenChoice.Any(), FakeHost.lookingInto(name -> true), HybridToken::new);
        Token token = directory.find("Beta token");
        token.load(null);
        int calls = module.script().calls("C_GetSlotList") + module.script().calls("C_GetTokenInfo");
        assertThat(directory.find("Beta token")).isSameAs(token);
        assertThat(module.script().calls("C_GetSlotList") + module.script().calls("C_GetTokenInfo"))
                .isEqualTo(calls);
        module.pull(1);
        module.insert(1, new FakeToken("Beta token", "0003"));

        assertThatThrownBy(() -> token.load(null)).isInstanceOf(TokenNotPresentException.class);

        assertThat(directory.find("Beta token").id()).isEqualTo("0003");
    }

    @Test
    void aSerialNumberGoesBeforeALabel() throws Exception {
        beta.label = "0001";

        assertThat(directory().find("0001").id()).isEqualTo("0001");
        assertThat(directory().find("pkcs11:token=0001").id()).isEqualTo("0002");
    }

    @ParameterizedTest
    @ValueSource(strings = {"slot:", "slot:x", "slot:-1", "slot:99999999999999999999", "slot:0x", "pkcs11:nothing=1"})
    void aChoiceThatIsNoneIsRefused(String device) throws Exception {
        Pkcs11Directory directory = directory();

        assertThatThrownBy(() -> directory.find(device))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining(device.startsWith("slot") ? device : "nothing");
    }

    @Test
    void theOnlyTokenIsMeantIfNobodyNamedOne() throws Exception {
        module.pull(1);

        assertThat(directory().find(null).id()).isEqualTo("0001");
    }

    @Test
    void severalTokensAreListedWithEverythingTheyCanBeChosenBy() throws Exception {
        beta.label = "Alpha";
        Pkcs11Directory directory = directory();

        for (String device : new String[] {null, "Alpha", "pkcs11:token=Alpha"}) {
            assertThatThrownBy(() -> directory.find(device))
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessageContainingAll(
                            "fake-pkcs11.so", "\"Alpha\", serial 0001, slot:0", "\"Alpha\", serial 0002, slot:1")
                    .hasMessageContaining("device = <serial number>");
        }
    }

    @Test
    void whereNoTokenIsMeantTheErrorListsWhatThereIs() throws Exception {
        module.addSlot(7, "Reader 7");
        Pkcs11Directory directory = directory();

        assertThatThrownBy(() -> directory.find("Gamma"))
                .isInstanceOf(TokenNotPresentException.class)
                .hasMessageContainingAll(
                        "fake-pkcs11.so", "\"Gamma\"", "serial 0001", "serial 0002", "no token in slot 7", "Reader 7");
        module.removeSlot(0);
        module.removeSlot(1);
        module.removeSlot(7);
        assertThatThrownBy(() -> directory.find(null))
                .isInstanceOf(TokenNotPresentException.class)
                .hasMessageContaining("it has no slot");
    }

    @Test
    void whatTheTerminalsUriSaysHoldsForEveryToken() throws Exception {
        Pkcs11Directory directory =
                directory(new TokenChoice.ByUri(Pkcs11Uri.parse("pkcs11:serial=0002")), name -> true);

        assertThat(directory.find(null).id()).isEqualTo("0002");
        assertThat(directory.list()).hasSize(1);
        assertThatThrownBy(() -> directory.find("0001"))
                .isInstanceOf(TokenNotPresentException.class)
                .hasMessageContaining("serial \"0002\"");
    }

    @Test
    void readersThatTheConfigurationLeavesOutAreNotLookedInto() throws Exception {
        module.addSlot(7, "Reader 7");
        Pkcs11Directory directory = directory(new TokenChoice.Any(), name -> name.equals("Reader 7"));
        module.script().resetCounts();

        assertThat(directory.list())
                .singleElement()
                .satisfies(found -> assertThat(found.problem()).contains("no token in slot 7"));
        assertThat(module.script().calls("C_GetTokenInfo")).isZero();
    }

    @Test
    void aTokenThatCannotBeAskedIsListedWithTheReasonAndTheOthersAreThere() throws Exception {
        module.script().answer("C_GetTokenInfo", 1, Ckr.TOKEN_NOT_RECOGNIZED);

        List<Found> listed = directory().list();

        assertThat(listed).hasSize(2);
        assertThat(listed)
                .filteredOn(found -> found.token() == null)
                .singleElement()
                .satisfies(found -> assertThat(found.problem()).contains("slot 0", "CKR_TOKEN_NOT_RECOGNIZED"));
    }

    @Test
    void aTokenThatIsAwayIsGivenToWhoHadItBecauseItWaitsForItsReturn() throws Exception {
        Pkcs11Directory directory = directory();
        Token token = directory.find("0001");

        module.pull(0);
        assertThat(directory.find("0001")).isSameAs(token);
        assertThatThrownBy(() -> directory.find("Alpha")).isInstanceOf(TokenNotPresentException.class);
        module.insert(0, alpha);
        assertThat(directory.find("Alpha")).isSameAs(token);
        module.script().answerAlways("C_GetSlotList", Ckr.DEVICE_ERROR);
        assertThat(directory.find("Alpha")).isSameAs(token);
        assertThatThrownBy(() -> directory.find("Beta token"))
                .isInstanceOf(SchsmException.class)
                .hasMessageContaining("CKR_DEVICE_ERROR");
    }

    @Test
    void aModuleThatHasLostItsOtherSideIsInitializedAnew() throws Exception {
        Pkcs11Directory directory = directory();
        module.lose(Ckr.DEVICE_ERROR.value());

        assertThat(directory.find("0001").id()).isEqualTo("0001");
        assertThat(module.script().calls("C_Initialize")).isOne();
    }

    @Test
    void aModuleWithoutSlotsIsInitializedAnewAndLookedAtOnceMore() throws Exception {
        module.removeSlot(0);
        module.removeSlot(1);
        Pkcs11Directory directory = directory();

        assertThat(directory.list()).isEmpty();
        assertThat(module.script().calls("C_Initialize")).isOne();
        assertThat(module.script().calls("C_GetSlotList")).isEqualTo(2);
    }

    @Test
    void anotherLabelOrSlotDoesNotMakeItAnotherToken() throws Exception {
        Pkcs11Directory directory = directory();
        Token token = directory.find("0001");

        alpha.label = "Renamed";
        module.pull(0);
        module.insert(5, alpha);

        assertThat(directory.find("Renamed")).isSameAs(token);
        assertThat(directory.find("slot:5")).isSameAs(token);
    }

    @Test
    void tokensOfOneSerialNumberAreToldApartByTheirLabels() throws Exception {
        module.insert(2, new FakeToken("Second application", "0001"));
        Pkcs11Directory directory = directory();

        assertThatThrownBy(() -> directory.find("0001")).isInstanceOf(ConfigurationException.class);
        assertThat(directory.find("Second application").id()).isEqualTo("Second application");
        assertThat(directory.find("Alpha").id()).isEqualTo("Alpha");
        assertThat(directory.find("Alpha")).isNotSameAs(directory.find("Second application"));
    }

    @Test
    void tokensWithoutSerialNumberAreNotMixedUp() throws Exception {
        module.insert(3, new FakeToken("", ""));
        module.insert(4, new FakeToken("", ""));
        Pkcs11Directory directory = directory();

        assertThat(directory.find("slot:3").id()).isEqualTo("slot:3");
        assertThat(directory.find("slot:3")).isSameAs(directory.find("slot:3")).isNotSameAs(directory.find("slot:4"));
    }

    @Test
    void aReaderThatIsUnpluggedMeanwhileIsPassedOverWithoutBeginningAnew() throws Exception {
        Pkcs11Directory directory = directory();
        module.script().answer("C_GetSlotInfo", 1, Ckr.SLOT_ID_INVALID);

        assertThat(directory.find(null).id()).isEqualTo("0002");
        assertThat(module.script().calls("C_Finalize")).isZero();
    }

    @Test
    void whatTheModuleSaysOfItselfNowIsLookedAt() throws Exception {
        Pkcs11Directory directory = directory(
                TokenChoice.of(Pkcs11Uri.parse("pkcs11:library-manufacturer=Example;library-version=1;serial=0001")),
                name -> true);

        assertThat(directory.find(null).id()).isEqualTo("0001");
        assertThat(module.script().calls("C_GetInfo")).isEqualTo(2);
    }
}
