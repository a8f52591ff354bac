// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.simulator.applet;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.Cvc;
import io.github.schsm.DeviceIdentity;
import io.github.schsm.DeviceTrust;
import io.github.schsm.MalformedDataException;
import io.github.schsm.SchsmException;
import io.github.schsm.codec.EcCurve;
import io.github.schsm.codec.Tlv;
import io.github.schsm.simulator.CardProbe;
import io.github.schsm.simulator.crypto.Bytes;
import io.github.schsm.simulator.profile.DeviceProfile;
import io.github.schsm.simulator.state.Factory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FileCommandsTest {
    private static final String AID = "0BE82B0601040181C31F0201";

    private CardProbe card;

    @BeforeEach
    void authenticatedCard() throws SchsmException {
        card = CardProbe.authenticated();
    }

    @Test
    void selectionAnswersFciFcpOrNothing() {
        assertThat(card.send("00A40400" + AID + "00")).isEqualTo(0x9000);
        assertThat(card.hex()).isEqualTo("6F0A8201788505" + "0001" + "05" + "0305");
        assertThat(card.send("00A40404" + AID + "00")).isEqualTo(0x9000);
        assertThat(card.hex()).isEqualTo("620A8201788505" + "0001" + "05" + "0305");
        assertThat(card.send("00A4040C" + AID + "00")).isEqualTo(0x9000);
        assertThat(card.hex()).isEmpty();
        assertThat(card.send("00A40400" + AID)).isEqualTo(0x9000);
        assertThat(card.hex()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "00A4040C05A000000003, 6A82",
        "00A4040C0AE82B0601040181C31F02, 6A82",
        "00A4040C, 6A82",
        "00A404010BE82B0601040181C31F0201, 6A86",
        "00A40800023F00, 6A86",
        "00A40900022F02, 6A86",
        "00A40100022F02, 6A86",
        "00A40001022F02, 6A86",
        "00A40000022FFF, 6A82",
        "00A4000002CC07, 6A82",
        "00A40000012F, 6700",
        "00A40000, 6700",
        "00A40000032F0200, 6700"
    })
    void otherSelectionsAreRefused(String command, String sw) {
        assertThat(card.send(command)).isEqualTo(Integer.parseInt(sw, 16));
        assertThat(card.send("00200081")).as("the application stays selected").isEqualTo(0x9000);
    }

    @Test
    void selectionAndResetClearTheAuthentication() {
        card.select();
        assertThat(card.send("00200081")).isEqualTo(0x63C3);
        card.verify();
        card.device().reset();
        assertThat(card.send("00200081")).isEqualTo(0x6D00);
        card.select();
        assertThat(card.send("00200081")).isEqualTo(0x63C3);
    }

    @ParameterizedTest
    @CsvSource({
        "80580000000000, 6D00",
        "00B12F02000004540200000000, 6D00",
        "00A4000C022F02, 6D00",
        "A0A40000023F00, 6E00"
    })
    void beforeSelectionNothingElseIsUnderstood(String command, String sw) {
        card.device().reset();
        assertThat(card.send(command)).isEqualTo(Integer.parseInt(sw, 16));
    }

    @ParameterizedTest
    @CsvSource({
        "00CA0000, 6D00", "8020008100, 6D00", "0058000000, 6D00", "0C200081, 6988", "10200081, 6E00", "01200081, 6E00",
        "00860000047C008000, 6985", "0082000000, 6D00", "8054000000, 6D00", "805A018100, 6986", "00, 6700",
                "0020, 6700",
        "00200081 06 3634, 6700", "00200081 06 36343832313930 01, 6700", "00200081 00 00, 6700",
                "00200081 00 0000 01, 6700"
    })
    void unknownClassesInstructionsAndLengthsHaveTheirStatusWords(String command, String sw) {
        assertThat(card.send(command)).isEqualTo(Integer.parseInt(sw, 16));
    }

    @Test
    void selectingAFileDescribesIt() {
        assertThat(card.write(0xCE01, new byte[0x1EA])).isEqualTo(0x9000);
        assertThat(card.send("00A4000402CE0100")).isEqualTo(0x9000);
        assertThat(card.hex()).isEqualTo("620E810201EA8201018302CE018A0105");
        assertThat(card.send("00A4020002CE0100")).isEqualTo(0x9000);
        assertThat(card.hex()).isEqualTo("6F0E810201EA8201018302CE018A0105");
        assertThat(card.send("00A4000C02CE0100")).isEqualTo(0x9000);
        assertThat(card.hex()).isEmpty();
        assertThat(card.send("00A4000402CC0000")).isEqualTo(0x9000);
        assertThat(card.hex()).isEqualTo("620E810200208201018302CC008A0105");
    }

    @Test
    void aKeysAttributesAreShownButItsValueIsNot() {
        assertThat(card.send("80520100010100")).isEqualTo(0x9000);
        assertThat(card.generate(5, EcCurve.SECP256R1, "900400000007 91027092 920100 930109"))
                .isEqualTo(0x9000);
        assertThat(card.send("00A4000402CC0500")).isEqualTo(0x9000);
        assertThat(card.hex()).endsWith("8302CC058A0105" + "A510" + "900400000007" + "91027092" + "920100" + "930109");
        assertThat(card.send("00B1CC05000004540200000000")).isEqualTo(0x6982);
        assertThat(card.send("00B1CC00000004540200000000")).isEqualTo(0x6982);
        assertThat(card.send("00B1CC06000004540200000000")).isEqualTo(0x6A82);
        assertThat(card.write(0xCC05, new byte[2])).isEqualTo(0x6986);
        assertThat(card.generate(6, EcCurve.SECP256R1, "")).isEqualTo(0x9000);
        assertThat(card.send("00A4000402CC0600")).isEqualTo(0x9000);
        assertThat(card.hex()).as("no attributes, no A5").endsWith("8302CC068A0105");
    }

    @Test
    void theDeviceIdFileHoldsACertificateChainUpToTheSimulatorsRoot() throws MalformedDataException {
        byte[] file = card.read(0x2F02);
        DeviceIdentity identity = DeviceIdentity.parse(file);
        Cvc device = identity.deviceCertificate();
        Cvc issuer = identity.issuerCertificate().orElseThrow();
        assertThat(identity.deviceId()).isEqualTo("ZZSIM000001");
        assertThat(device.chr()).isEqualTo("ZZSIM00000100000");
        assertThat(device.role()).contains(Cvc.Role.DEVICE);
        assertThat(issuer.role()).contains(Cvc.Role.DEVICE_ISSUER);
        assertThat(Factory.root().role()).contains(Cvc.Role.ROOT);
        assertThat(Factory.root().isSelfSigned()).isTrue();
        assertThat(issuer.isSignedBy(Factory.root())).isTrue();
        assertThat(device.isSignedBy(issuer)).isTrue();
        assertThat(device.isSignedBy(Factory.root())).isFalse();
        assertThat(card.write(0x2F02, file)).isEqualTo(0x6986);
        assertThat(card.send("00E40200022F02")).isEqualTo(0x6986);
    }

    @Test
    void theRootIsPublishedForHosts() throws Exception {
        DeviceTrust simulator = DeviceTrust.parse("simulator");
        assertThat(simulator.roots())
                .singleElement()
                .satisfies(root ->
                        assertThat(root.getEncoded()).isEqualTo(Factory.root().getEncoded()));
        simulator.verify(DeviceIdentity.parse(card.read(0x2F02)));
    }

    @Test
    void readingGoesByOffsetAndLeAndEndsWithAWarning() {
        byte[] content = new byte[600];
        content[599] = 7;
        assertThat(card.write(0xCF01, content)).isEqualTo(0x9000);
        assertThat(card.send("00B1CF01 04 54020000 10")).isEqualTo(0x9000);
        assertThat(card.data()).hasSize(16);
        assertThat(card.send("00B1CF01 04 54020000 00")).isEqualTo(0x9000);
        assertThat(card.data()).hasSize(256);
        assertThat(card.send("00B1CF01 000004 54020000 0000")).isEqualTo(0x9000);
        assertThat(card.data()).hasSize(600);
        assertThat(card.send("00B1CF01 000004 54020250 0100")).isEqualTo(0x6282);
        assertThat(card.data()).hasSize(8).endsWith(7);
        assertThat(card.send("00B1CF01 000004 54020250 0008")).isEqualTo(0x9000);
        assertThat(card.send("00B1CF01 000004 54020258 0000")).isEqualTo(0x6282);
        assertThat(card.data()).isEmpty();
        assertThat(card.send("00B1CF01 000004 5402FFFF 0000")).isEqualTo(0x6282);
        assertThat(card.send("00B1CF01 04 54020000")).isEqualTo(0x9000);
        assertThat(card.data()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "00B1CF0104 5302000000, 6A80",
        "00B1CF0103 54010000, 6A80",
        "00B1CF0105 540300000000, 6A80",
        "00B1CF0100, 6700",
        "00B1CF0103 54020000, 6A80",
        "00B1CF0204 5402000000, 6A82",
        "00B1CF0104 54030000 00, 6A80"
    })
    void malformedReadsAreRefused(String command, String sw) {
        assertThat(card.write(0xCF01, new byte[3])).isEqualTo(0x9000);
        assertThat(card.send(command)).isEqualTo(Integer.parseInt(sw, 16));
    }

    @Test
    void theCurrentFileFollowsSelectReadWriteAndDelete() {
        card.select();
        assertThat(card.send("00B1000004 5402000000")).isEqualTo(0x6986);
        card.verify();
        assertThat(card.send("00D7CE01 06 54020000 5300")).isEqualTo(0x9000);
        assertThat(card.send("00D70000 08 54020000 53020A0B")).isEqualTo(0x9000);
        assertThat(card.send("00D70000 07 54020002 53010C")).isEqualTo(0x9000);
        assertThat(CardProbe.hex(card.read(0xCE01))).isEqualTo("0A0B0C");
        assertThat(card.write(0xCF01, new byte[] {1})).isEqualTo(0x9000);
        assertThat(CardProbe.hex(card.read(0x0000))).isEqualTo("01");
        assertThat(card.send("00A4000C02CE01")).isEqualTo(0x9000);
        assertThat(CardProbe.hex(card.read(0x0000))).isEqualTo("0A0B0C");
        assertThat(card.send("00E4020002CF01")).isEqualTo(0x9000);
        assertThat(CardProbe.hex(card.read(0x0000))).isEqualTo("0A0B0C");
        assertThat(card.send("00E4020002CE01")).isEqualTo(0x9000);
        assertThat(card.send("00B1000004 5402000000")).isEqualTo(0x6986);
        assertThat(card.send("00D70000 07 54020000 53010C")).isEqualTo(0x6986);
        assertThat(card.send("00B1CE0104 5402000000")).isEqualTo(0x6A82);
    }

    @Test
    void writingAtTheStartDoesNotTruncate() {
        assertThat(card.write(0xC901, new byte[] {1, 2, 3, 4})).isEqualTo(0x9000);
        assertThat(card.write(0xC901, new byte[] {9})).isEqualTo(0x9000);
        assertThat(CardProbe.hex(card.read(0xC901))).isEqualTo("09020304");
        assertThat(card.write(0xC901, new byte[0])).isEqualTo(0x9000);
        assertThat(CardProbe.hex(card.read(0xC901))).isEqualTo("09020304");
    }

    @ParameterizedTest
    @CsvSource({
        "00D7CF01 07 54020005 53010C, 6B00", "00D7CF01 04 54020000, 6A80", "00D7CF01 03 53010C, 6A80",
        "00D7CF01 07 53010C 54020000, 6A80", "00D7CF01 08 54020000 53010C00, 6A80", "00D7CF01 07 54020000 53020C, 6A80",
        "00D72F02 07 54020000 53010C, 6986", "00D7CB00 07 54020000 53010C, 6986", "00D7CC00 07 54020000 53010C, 6986",
        "00D7C400 07 54020000 53010C, 6986", "00D7CE00 07 54020000 53010C, 6986", "00D71234 07 54020000 53010C, 6986"
    })
    void wrongWritesAreRefused(String command, String sw) {
        assertThat(card.send(command)).isEqualTo(Integer.parseInt(sw, 16));
    }

    @ParameterizedTest
    @ValueSource(ints = {0x2F03, 0x2F10, 0xC401, 0xC800, 0xC900, 0xCA00, 0xCD00, 0xCE01, 0xCF00})
    void writingAndDeletingNeedThePin(int fid) {
        card.select();
        assertThat(card.write(fid, new byte[] {1})).isEqualTo(0x6982);
        card.verify();
        assertThat(card.write(fid, new byte[] {1})).isEqualTo(0x9000);
        card.select();
        assertThat(card.send(String.format("00E4020002%04X", fid))).isEqualTo(0x6982);
    }

    @Test
    void protectedDataNeedsThePinToBeRead() {
        assertThat(card.write(0xCD03, new byte[] {1, 2})).isEqualTo(0x9000);
        assertThat(card.write(0xCF03, new byte[] {3, 4})).isEqualTo(0x9000);
        card.select();
        assertThat(card.send("00B1CD03000004540200000000")).isEqualTo(0x6982);
        assertThat(CardProbe.hex(card.read(0xCF03))).isEqualTo("0304");
        card.verify();
        assertThat(CardProbe.hex(card.read(0xCD03))).isEqualTo("0102");
    }

    @Test
    void theInputBufferIsNeverReadAndBeginsAnewAtItsStart() {
        assertThat(card.send("00A4000C022F10")).isEqualTo(0x6A82);
        assertThat(card.write(0x2F10, new byte[300])).isEqualTo(0x9000);
        assertThat(card.send("00B12F10000004540200000000")).isEqualTo(0x6986);
        assertThat(card.send("00A40004022F1000")).isEqualTo(0x9000);
        assertThat(card.hex()).contains("8102012C");
        assertThat(card.write(0x2F10, new byte[2])).isEqualTo(0x9000);
        assertThat(card.send("00A40004022F1000")).isEqualTo(0x9000);
        assertThat(card.hex()).contains("81020002");
        assertThat(card.send("805800000000" + "00")).isEqualTo(0x9000);
        assertThat(card.hex()).doesNotContain("2F10");
    }

    @ParameterizedTest
    @CsvSource({
        "00E40200 02 CE09, 6A82",
        "00E40000 02 CE01, 6A86",
        "00E40201 02 CE01, 6A86",
        "00E40200 01 CE, 6700",
        "00E40200 02 CC00, 6986",
        "00E40200 02 CB00, 6A82",
        "00E40280 02 CE01, 9000"
    })
    void deletionNamesAFileThatIsThere(String command, String sw) {
        assertThat(card.write(0xCE01, new byte[1])).isEqualTo(0x9000);
        assertThat(card.send(command)).isEqualTo(Integer.parseInt(sw, 16));
    }

    @Test
    void deletingAKeyLeavesItsCertificateAlone() {
        assertThat(card.generate(1, EcCurve.SECP256R1, "")).isEqualTo(0x9000);
        assertThat(card.send("00E4020002CC01")).isEqualTo(0x9000);
        assertThat(card.send("00A4000C02CC01")).isEqualTo(0x6A82);
        assertThat(card.read(0xCE01)).startsWith(0x67);
    }

    @Test
    void enumerationListsKeysDescriptionsCertificatesAndDataAndAlwaysTheDeviceKey() {
        assertThat(card.send("805800000000" + "00")).isEqualTo(0x9000);
        assertThat(card.hex()).isEqualTo("2F02CC00");
        assertThat(card.generate(1, EcCurve.SECP256R1, "")).isEqualTo(0x9000);
        for (int fid : new int[] {0xC401, 0xC800, 0xCA00, 0xC900, 0xCD00, 0xCF01}) {
            assertThat(card.write(fid, new byte[1])).isEqualTo(0x9000);
        }
        assertThat(card.send("805800000000" + "00")).isEqualTo(0x9000);
        assertThat(card.hex())
                .as("in the order in which they were made")
                .isEqualTo("2F02CC00" + "CC01" + "CE01C401C800CA00C900CD00CF01");
        assertThat(card.send("8058000100")).isEqualTo(0x6A86);
        assertThat(card.send("8058000002")).as("Le too small").isEqualTo(0x6700);
    }

    @Test
    void filesEndAtTheDevicesMemory() throws SchsmException {
        card = CardProbe.fresh(DeviceProfile.smartCardHsm4k().withMemory(1000));
        card.verify();
        assertThat(card.write(0xCF01, new byte[950])).isEqualTo(0x6A84);
        assertThat(card.send("00A4000C02CF01")).as("nothing half written").isEqualTo(0x6A82);
        assertThat(card.write(0xCF01, new byte[880])).isEqualTo(0x9000);
        assertThat(card.write(0xCF01, new byte[880])).as("replaced in place").isEqualTo(0x9000);
        assertThat(card.generate(1, EcCurve.SECP256R1, "")).isEqualTo(0x6A84);
        assertThat(card.send("0048 01B2")).isEqualTo(0x6A84);
        assertThat(card.send("00E4020002CF01")).isEqualTo(0x9000);
        assertThat(card.send("0048 01B2")).isEqualTo(0x9000);
    }

    @Test
    void aFileHasLessThan32KiB() {
        byte[] block = new byte[1000];
        int offset = 0;
        int sw = 0x9000;
        while (sw == 0x9000) {
            byte[] data = Tlv.concat(Tlv.of(0x54, Bytes.uint16(offset)), Tlv.of(0x53, block));
            sw = card.command(0x00D7CF01, data);
            offset += block.length;
        }
        assertThat(sw).isEqualTo(0x6A84);
        assertThat(offset).isEqualTo(33_000);
        assertThat(card.read(0xCF01)).as("in one extended answer").hasSize(32_000);
    }

    @Test
    void sixtyKeysWithCertificatesFit() {
        for (int keyId = 1; keyId <= 60; keyId++) {
            assertThat(card.generate(keyId, EcCurve.BRAINPOOLP256R1, "91027092"))
                    .isEqualTo(0x9000);
            assertThat(card.write(0xC400 | keyId, new byte[70])).isEqualTo(0x9000);
            assertThat(card.write(0xCE00 | keyId, new byte[600])).isEqualTo(0x9000);
        }
        assertThat(card.send("805800000000" + "00")).isEqualTo(0x9000);
        assertThat(card.data()).hasSize(2 * (2 + 3 * 60));
    }

    @Test
    void commandsAreAsLongAsTheChipTakesThem() throws SchsmException {
        String head = "00D7CF01";
        byte[] longest = Tlv.concat(Tlv.of(0x54, new byte[2]), Tlv.of(0x53, new byte[1232 - 7 - 8]));
        assertThat(card.send(head + "00" + String.format("%04X", longest.length) + CardProbe.hex(longest)))
                .isEqualTo(0x9000);
        byte[] longer = Tlv.concat(Tlv.of(0x54, new byte[2]), Tlv.of(0x53, new byte[1233 - 7 - 8]));
        assertThat(card.send(head + "00" + String.format("%04X", longer.length) + CardProbe.hex(longer)))
                .isEqualTo(0x6700);
        card = CardProbe.fresh(DeviceProfile.smartCardHsm4k().withCommandLimit(1454));
        card.verify();
        assertThat(card.send(head + "00" + String.format("%04X", longer.length) + CardProbe.hex(longer)))
                .isEqualTo(0x9000);
    }

    @Test
    void withShortApdusOnlyExtendedOnesAreRefusedAndKeysAreMadeWithoutLe() throws SchsmException {
        card = CardProbe.fresh(DeviceProfile.smartCardHsm4k().withShortApdusOnly());
        card.verify();
        assertThat(card.send("00B12F02 000004 54020000 0000")).isEqualTo(0x6700);
        assertThat(card.send("00B12F02 04 54020000 00")).isEqualTo(0x9000);
        byte[] template = CardProbe.ecTemplate(EcCurve.SECP192R1, "");
        String command = String.format("00460100%02X", template.length) + CardProbe.hex(template);
        assertThat(card.send(command + "00")).as("the answer would not fit").isEqualTo(0x6700);
        assertThat(card.send("00A4000C02CC01")).isEqualTo(0x6A82);
        assertThat(card.send(command)).isEqualTo(0x9000);
        assertThat(card.send("00B1CE01 04 54020000 00")).isEqualTo(0x9000);
        assertThat(card.data()).hasSize(256).startsWith(0x67);
    }
}
