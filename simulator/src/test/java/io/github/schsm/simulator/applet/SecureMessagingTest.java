// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.simulator.applet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.Cvc;
import io.github.schsm.codec.EcCurve;
import io.github.schsm.simulator.CardProbe;
import io.github.schsm.simulator.Fault;
import io.github.schsm.simulator.Faults;
import io.github.schsm.simulator.apdu.Answer;
import io.github.schsm.simulator.apdu.Command;
import io.github.schsm.simulator.crypto.Hashes;
import io.github.schsm.simulator.crypto.SmProtocol;
import io.github.schsm.simulator.profile.DeviceProfile;
import io.github.schsm.simulator.profile.Quirk;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Chip authentication and secure messaging (docs/protocol.md#secure-messaging). */
class SecureMessagingTest {
    private static final String PIN = "363438323139";
    private static final String WRONG_PIN = "303030303030";

    @ParameterizedTest
    @ValueSource(strings = {SmHost.AES, SmHost.TDES})
    void aWholeDaysWorkGoesThroughTheChannel(String protocol) throws Exception {
        CardProbe card = CardProbe.fresh();
        SmHost host = SmHost.open(card, protocol);
        assertThat(host.send(0x00200081, "", ""))
                .as("a command without objects")
                .isEqualTo(0x63C3);
        assertThat(host.send(0x00200081, WRONG_PIN, "")).isEqualTo(0x63C2);
        assertThat(host.send(0x00200081, PIN, "")).isEqualTo(0x9000);
        String template = CardProbe.hex(CardProbe.ecTemplate(EcCurve.SECP256R1, ""));
        assertThat(host.send(0x00460100, template, "0000")).isEqualTo(0x9000);
        Cvc request = Cvc.parse(host.data());
        assertThat(request.curve()).contains(EcCurve.SECP256R1);
        byte[] hash = Hashes.sha256(new byte[] {1, 2, 3});
        assertThat(host.send(0x80680170, CardProbe.hex(hash), "0000")).isEqualTo(0x9000);
        assertThat(EcCurve.SECP256R1.verify(request.publicPoint(), hash, KeyUseTest.plain(host.data(), 32)))
                .isTrue();
        byte[] content = new byte[700];
        Arrays.fill(content, (byte) 0x80);
        assertThat(host.send(0x00D7CF01, "54020000 538202BC" + CardProbe.hex(content), ""))
                .as("an odd instruction with data")
                .isEqualTo(0x9000);
        assertThat(host.send(0x00B1CF01, "54020000", "0000"))
                .as("an odd instruction with an answer")
                .isEqualTo(0x9000);
        assertThat(host.data()).isEqualTo(content);
        assertThat(host.send(0x00B1CF01, "540202B0", "FF"))
                .as("a warning with data")
                .isEqualTo(0x6282);
        assertThat(host.data()).hasSize(12);
        assertThat(host.send(0x00840000, "", "08")).isEqualTo(0x9000);
        assertThat(host.data()).hasSize(8);
        assertThat(host.send(0x80680970, CardProbe.hex(hash), "0000"))
                .as("a refusal")
                .isEqualTo(0x6A82);
        assertThat(host.data()).isEmpty();
        assertThat(host.send(0x80990000, "", "")).isEqualTo(0x6D00);
        assertThat(host.send(0x00200081, "", "")).isEqualTo(0x9000);
    }

    @Test
    void theChannelIsOnTheCurveOfTheDeviceKey() throws Exception {
        CardProbe card = CardProbe.fresh(
                DeviceProfile.smartCardHsm4k().with(Quirk.SELF_SIGNED_DEVICE, Quirk.DEVICE_KEY_ON_SECP256K1));
        SmHost host = SmHost.open(card, SmHost.AES, EcCurve.SECP256K1);
        assertThat(host.send(0x00200081, PIN, "")).isEqualTo(0x9000);
    }

    @ParameterizedTest
    @ValueSource(strings = {SmHost.AES, SmHost.TDES})
    void everyFlippedBitOfACommandEndsTheChannel(String protocol) throws Exception {
        CardProbe card = CardProbe.fresh();
        byte[] sample = SmHost.open(card, protocol).protect(0x00200081, PIN, "");
        for (int bit = 8; bit < 8 * (sample.length - 2); bit += 7) {
            SmHost host = SmHost.open(card, protocol);
            assertThat(host.send(0x00200081, PIN, "")).isEqualTo(0x9000);
            byte[] command = host.protect(0x00840000, "", "08");
            int at = bit % (8 * (command.length - 2));
            command[at / 8] ^= (byte) (0x80 >> at % 8);
            byte[] answer = card.raw(command);
            assertThat(answer).as("bit %d: no data, no MAC", at).hasSize(2);
            assertThat(answer[0]).isNotEqualTo((byte) 0x90);
            assertThat(card.raw(host.protect(0x00200081, "", ""))).containsExactly(0x69, 0x88);
            assertThat(card.send("00200081"))
                    .as("what was verified through the channel ends with it")
                    .isEqualTo(0x63C3);
        }
    }

    @ParameterizedTest
    @CsvSource({
        // no objects at all; a MAC alone that is missing; a MAC of the wrong length; something that is no TLV
        "0C20008100000000, 6700",
        "0C200081 00 0003 970100 0000, 6987",
        "0C200081 00 000A 8E080000000000000000 0000, 6988",
        "0C200081 00 0006 8E0400000000 0000, 6988",
        "0C200081 00 0003 8E0800 0000, 6988",
        "0C200081 00 0014 8E080000000000000000 8E080000000000000000 0000, 6988",
        "0C200081 0A 8E080000000000000000, 6700"
    })
    void whatIsNoProtectedCommandIsRefusedInPlain(String command, String sw) throws Exception {
        CardProbe card = CardProbe.fresh();
        SmHost host = SmHost.open(card, SmHost.AES);
        assertThat(card.send(command)).isEqualTo(Integer.parseInt(sw, 16));
        assertThat(card.raw(host.protect(0x00200081, "", ""))).containsExactly(0x69, 0x88);
    }

    /** The MAC of all of these is right. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "00840000 9700",
                "00840000 9703000008",
                "00840000 970108 970108",
                "00840000 810101",
                "00840000 99029000",
                "00840000 970108 B30101",
                "00200081 8700",
                "00200081 870101",
                "00200081 871100 00000000000000000000000000000000",
                "00200081 871001 000000000000000000000000000000",
                "00200081 871101 00000000000000000000000000000000",
                "00200081 8510 00000000000000000000000000000000",
                "00B12F02 871101 00000000000000000000000000000000",
                "00B12F02 8500",
                "00B12F02 8504 54020000"
            })
    void objectsThatMakeNoSenseEndTheChannelThoughTheirMacIsRight(String command) throws Exception {
        CardProbe card = CardProbe.fresh();
        SmHost host = SmHost.open(card, SmHost.AES);
        int header = Integer.parseInt(command.substring(0, 8), 16);
        assertThat(card.raw(host.protectObjects(header, command.substring(9)))).containsExactly(0x69, 0x88);
        assertThat(card.raw(host.protect(0x00200081, "", ""))).containsExactly(0x69, 0x88);
        assertThat(card.send("00200081")).as("no try was lost").isEqualTo(0x63C3);
    }

    @Test
    void aCommandThatIsSentTwiceIsRefused() throws Exception {
        CardProbe card = CardProbe.fresh();
        SmHost host = SmHost.open(card, SmHost.AES);
        byte[] command = host.protect(0x00200081, WRONG_PIN, "");
        assertThat(host.opened(card.raw(command))).isEqualTo(0x63C2);
        assertThat(card.raw(command)).containsExactly(0x69, 0x88);
        assertThat(card.send("00200081")).as("no try was lost").isEqualTo(0x63C2);
    }

    @Test
    void aPlainCommandEndsTheChannelAndWhatWasVerifiedThroughIt() throws Exception {
        CardProbe card = CardProbe.fresh();
        SmHost host = SmHost.open(card, SmHost.AES);
        assertThat(host.send(0x00200081, PIN, "")).isEqualTo(0x9000);
        assertThat(host.send(0x00200088, "3537363231383830", "")).isEqualTo(0x9000);
        assertThat(card.send("00200081")).isEqualTo(0x63C3);
        assertThat(card.send("00200088")).isEqualTo(0x63CF);
        assertThat(card.raw(host.protect(0x00200081, "", ""))).containsExactly(0x69, 0x88);
    }

    @Test
    void whatWasVerifiedInPlainHoldsInAndAfterTheChannel() throws Exception {
        CardProbe card = CardProbe.authenticated();
        SmHost host = SmHost.open(card, SmHost.AES);
        assertThat(host.send(0x00200081, "", "")).isEqualTo(0x9000);
        assertThat(card.send("00200081")).isEqualTo(0x9000);
    }

    @Test
    void selectionAndResetEndTheChannel() throws Exception {
        CardProbe card = CardProbe.fresh();
        SmHost host = SmHost.open(card, SmHost.AES);
        assertThat(host.send(0x00A4040C, "E82B0601040181C31F0201", "")).isEqualTo(0x9000);
        assertThat(card.raw(host.protect(0x00200081, "", ""))).containsExactly(0x69, 0x88);
        host = SmHost.open(card, SmHost.AES);
        card.device().reset();
        assertThat(card.raw(host.protect(0x00200081, "", "")))
                .as("nothing is selected")
                .containsExactly(0x6D, 0x00);
        card.select();
        assertThat(card.raw(host.protect(0x00200081, "", ""))).containsExactly(0x69, 0x88);
    }

    @Test
    void aChannelIsReplacedThroughItself() throws Exception {
        CardProbe card = CardProbe.fresh();
        SmHost host = SmHost.open(card, SmHost.AES);
        assertThat(host.send(0x002241A4, "800A" + SmHost.TDES, "")).isEqualTo(0x9000);
        String point = CardProbe.hex(EcCurve.BRAINPOOLP256R1.encode(
                EcCurve.BRAINPOOLP256R1.parameters().getGenerator()));
        assertThat(host.send(0x00860000, "7C438041" + point, "00")).isEqualTo(0x9000);
        assertThat(CardProbe.hex(host.data())).startsWith("7C148108");
        assertThat(card.raw(host.protect(0x00200081, "", "")))
                .as("the old keys are no longer valid")
                .containsExactly(0x69, 0x88);
    }

    @ParameterizedTest
    @CsvSource({
        "002241A40C800A04007F00070202030203, 6A80",
        "002241A40C830A04007F00070202030202, 6A80",
        "002241A4, 6700",
        "002241A50C800A04007F00070202030202, 6A86",
        "0086000005 7C03800104, 6985",
    })
    void theWayToAChannelIsStrict(String command, String sw) throws Exception {
        assertThat(CardProbe.fresh().send(command)).isEqualTo(Integer.parseInt(sw, 16));
    }

    @Test
    void onlyAPointOfTheCurveOpensAChannelAndTheProtocolIsChosenForOneAttempt() throws Exception {
        CardProbe card = CardProbe.fresh();
        byte[] point = EcCurve.BRAINPOOLP256R1.encode(
                EcCurve.BRAINPOOLP256R1.parameters().getGenerator());
        point[64] ^= 1;
        assertThat(card.send("002241A40C800A" + SmHost.AES)).isEqualTo(0x9000);
        assertThat(card.command(0x00860000, "7C438041" + CardProbe.hex(point))).isEqualTo(0x6A80);
        assertThat(card.command(0x00860000, "7C028000")).isEqualTo(0x6A80);
        point[64] ^= 1;
        assertThat(card.command(0x00860000, "7C438041" + CardProbe.hex(point))).isEqualTo(0x9000);
        assertThat(card.command(0x00860000, "7C438041" + CardProbe.hex(point))).isEqualTo(0x6985);
    }

    @Test
    void whatADeviceKnowsDependsOnItsFirmware() throws Exception {
        CardProbe old = CardProbe.fresh(DeviceProfile.smartCardHsm4k().withFirmware(2, 6));
        assertThat(old.send("002241A40C800A" + SmHost.AES)).isEqualTo(0x6A80);
        assertThat(SmHost.open(old, SmHost.TDES).send(0x00200081, PIN, "")).isEqualTo(0x9000);

        CardProbe veryOld = CardProbe.fresh(DeviceProfile.smartCardHsm4k().withFirmware(1, 2));
        assertThat(veryOld.send("002241A40C800A" + SmHost.TDES)).isEqualTo(0x6E00);
        assertThat(veryOld.send("00860000")).isEqualTo(0x6D00);
        assertThat(veryOld.send("0C200081 0A 8E080000000000000000 00")).isEqualTo(0x6E00);
    }

    @Test
    void anOpenFirmwareWantsThePinFirst() throws Exception {
        CardProbe card = CardProbe.fresh(DeviceProfile.smartCardHsm4k().with(Quirk.CHIP_AUTHENTICATION_NEEDS_PIN));
        assertThat(card.send("002241A40C800A" + SmHost.AES)).isEqualTo(0x6982);
        card.verify();
        assertThat(SmHost.open(card, SmHost.AES).send(0x00200081, "", "")).isEqualTo(0x9000);
    }

    @Test
    void aFlippedBitInAnAnswerIsAFaultForHosts() throws Exception {
        CardProbe card = CardProbe.fresh();
        SmHost host = SmHost.open(card, SmHost.AES);
        card.device().faults().add(1, Faults.any(), Fault.flippedBit(20));
        assertThatThrownBy(() -> host.send(0x00840000, "", "08")).isInstanceOf(AssertionError.class);
        card.device().recorder().start();
        card.raw(host.protect(0x00200081, "", ""));
        assertThat(card.device().recorder().exchanges().get(0).isProtected()).isTrue();
    }

    /** ICAO Doc 9303 part 11, appendix D.4: two commands and answers under known keys. */
    @Test
    void tripleDesAgreesWithTheIcaoExample() throws Exception {
        SecureChannel channel = new SecureChannel(
                SmProtocol.TDES_CBC_CBC,
                CardProbe.bytes("979EC13B1CBFE9DCD01AB0FED307EAE5"),
                CardProbe.bytes("F1CB1F1FB5ADF208806B89DC579DC1F8"),
                CardProbe.bytes("887022120C06C226"));
        Command select = Command.parse(CardProbe.bytes("0CA4020C158709016375432908C044F68E08BF8B92D635FF24F800"));
        assertThat(channel.open(select).data()).isEqualTo(CardProbe.bytes("011E"));
        assertThat(channel.seal(select, Answer.OK).encoded())
                .isEqualTo(CardProbe.bytes("990290008E08FA855A5D4C50A8ED9000"));
        Command read = Command.parse(CardProbe.bytes("0CB000000D9701048E08ED6705417E96BA5500"));
        assertThat(channel.open(read).ne()).isEqualTo(4);
        assertThat(channel.seal(read, Answer.of(CardProbe.bytes("60145F01"))).encoded())
                .isEqualTo(CardProbe.bytes("8709019FF0EC34F9922651990290008E08AD55CC17140B2DED9000"));
    }
}
