// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.card;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.DeviceException;
import io.github.schsm.DeviceInitialization;
import io.github.schsm.SchsmException;
import io.github.schsm.TransportException;
import io.github.schsm.card.files.Files;
import io.github.schsm.card.files.WrappedKeyBlob;
import io.github.schsm.card.quirk.AppletInfo;
import io.github.schsm.card.quirk.DeviceQuirks;
import io.github.schsm.card.transport.TerminalSource;
import io.github.schsm.simulator.VirtualReaders;
import io.github.schsm.simulator.profile.DeviceProfile;
import io.github.schsm.simulator.profile.Quirk;
import io.github.schsm.simulator.terminal.HookedTerminals;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.interfaces.RSAPrivateCrtKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.util.BigIntegers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Readers and firmware that are known to lose something, and readers that nobody knows to. */
class ReaderQuirksTest {
    private static final String NITROKEY = "Nitrokey Nitrokey HSM (DENK01051600000         ) 00 00";
    private static final byte[] KEK = new byte[32];
    private static final int UPDATE = 0xD7;
    private static final int READ = 0xB1;

    private final List<byte[]> sent = new ArrayList<>();
    private VirtualReaders readers;

    /** The first device in a reader of that name. */
    private CardDevice device(String reader, DeviceProfile profile, HookedTerminals.Hook hook) {
        readers = VirtualReaders.create(profile);
        HookedTerminals.Hook counting = (command, next) -> {
            sent.add(command);
            return hook.transmit(command, next);
        };
        return CardDevice.of(
                TerminalSource.of("readers", new HookedTerminals(readers.terminals(), counting, name -> reader)),
                reader);
    }

    private CardDevice device(String reader, HookedTerminals.Hook hook) throws SchsmException {
        CardDevice device = device(reader, DeviceProfile.smartCardHsm4k().withCommandLimit(1454), hook);
        readers.device("ZZSIM000001");
        return device;
    }

    private static byte[] content(int length) {
        byte[] content = new byte[length];
        for (int i = 0; i < length; i++) {
            content[i] = (byte) (i * 7 + 1);
        }
        return content;
    }

    private static byte[] stored(CardDevice device, byte[] content) throws SchsmException {
        return device.withCard(Simulation.Login.right(), card -> {
            card.updateBinary(Files.publicData(1), content);
            return card.readData(Files.publicData(1));
        });
    }

    private static int dataLength(byte[] command) {
        return command.length > 6 && command[4] == 0
                ? (command[5] & 0xFF) << 8 | (command[6] & 0xFF)
                : command.length > 5 ? command[4] & 0xFF : 0;
    }

    private long sent(int instruction) {
        return sent.stream()
                .filter(command -> (command[1] & 0xFF) == instruction)
                .count();
    }

    /** Passes the first bytes of what is to be written, and says that all was. */
    private static byte[] losing(int most, byte[] command, HookedTerminals.Next next)
            throws javax.smartcardio.CardException {
        if ((command[1] & 0xFF) != UPDATE || command[4] != 0 || dataLength(command) <= most) {
            return next.transmit(command);
        }
        ByteBuffer data = ByteBuffer.wrap(command, 7, dataLength(command));
        byte[] offset = new byte[4];
        data.get(offset);
        data.get();
        int count = data.get() & 0x7F;
        data.position(data.position() + count);
        byte[] kept = new byte[most - 8];
        data.get(kept);
        byte[] head = HexFormat.of().parseHex(String.format("5382%04X", kept.length));
        ByteBuffer cut = ByteBuffer.allocate(7 + 4 + head.length + kept.length);
        cut.put(command, 0, 5)
                .putShort((short) (4 + head.length + kept.length))
                .put(offset)
                .put(head)
                .put(kept);
        return next.transmit(cut.array());
    }

    @ParameterizedTest
    @ValueSource(strings = {NITROKEY, "nitrokey nitrokey hsm 0", "Nitrokey Nitrokey HSM [CCID] 01 00"})
    void a_reader_that_loses_long_writes_gets_1000_bytes_of_data_at_most(String reader) throws Exception {
        byte[] content = content(2400);
        CardDevice device = device(reader, (command, next) -> next.transmit(command));
        assertThat(stored(device, content)).isEqualTo(content);
        assertThat(sent).allSatisfy(command -> assertThat(dataLength(command)).isLessThanOrEqualTo(1000));
        assertThat(sent(UPDATE)).isEqualTo(3);
        assertThat(sent(READ)).as("read back once, then for the test").isGreaterThanOrEqualTo(2);
    }

    @Test
    void what_it_loses_all_the_same_is_written_again_in_short_commands() throws Exception {
        byte[] content = content(1800);
        CardDevice device = device(NITROKEY, (command, next) -> losing(600, command, next));
        assertThat(stored(device, content)).isEqualTo(content);
    }

    @Test
    void what_is_lost_in_short_commands_too_is_an_error() throws Exception {
        CardDevice device = device(NITROKEY, (command, next) -> {
            byte[] answer = next.transmit(command);
            if ((command[1] & 0xFF) == READ && command[2] == (byte) 0xCF && answer.length > 10) {
                answer[5] ^= 1;
            }
            return answer;
        });
        assertThatThrownBy(() -> stored(device, content(1200)))
                .isInstanceOf(TransportException.class)
                .hasMessageContainingAll("Nitrokey", "1200 bytes", "CF01", "another reader");
    }

    @Test
    void a_reader_that_nobody_knows_to_cut_is_found_out_by_the_first_long_write() throws Exception {
        byte[] content = content(1300);
        CardDevice cutting = device("Some reader 00 00", (command, next) -> losing(1007, command, next));
        assertThat(stored(cutting, content)).isEqualTo(content);
    }

    @Test
    void a_reader_that_passes_long_writes_is_asked_once() throws Exception {
        CardDevice device = device("Some reader 00 00", (command, next) -> next.transmit(command));
        device.withCard(Simulation.Login.right(), card -> {
            card.updateBinary(Files.publicData(1), content(1300));
            sent.clear();
            card.updateBinary(Files.publicData(2), content(1300));
            return true;
        });
        assertThat(sent(READ)).isZero();
        assertThat(sent(UPDATE)).isEqualTo(2);
    }

    @ParameterizedTest
    @CsvSource({"OMNIKEY CardMan 3121 00 00", "HID Global OMNIKEY 3121 Reader [OMNIKEY 3121 Reader] 00 00"})
    void a_reader_of_261_bytes_gets_short_commands_from_the_start(String reader) throws Exception {
        byte[] content = content(700);
        CardDevice device = device(reader, (command, next) -> next.transmit(command));
        assertThat(stored(device, content)).isEqualTo(content);
        assertThat(sent).allSatisfy(command -> assertThat(command.length).isLessThanOrEqualTo(261));
    }

    // Wrapped keys

    private static byte[] wrapped(int bits) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(bits);
        RSAPrivateCrtKey key = (RSAPrivateCrtKey) generator.generateKeyPair().getPrivate();
        ByteBuffer data = ByteBuffer.allocate(4096).putShort((short) bits);
        for (BigInteger number : List.of(key.getPrivateExponent(), key.getModulus(), key.getPublicExponent())) {
            byte[] bytes = BigIntegers.asUnsignedByteArray(number);
            data.putShort((short) bytes.length).put(bytes);
        }
        byte[] keyData = Arrays.copyOf(data.array(), data.position());
        byte[] oid = HexFormat.of().parseHex("04007F00070202020102");
        return WrappedKeyBlob.wrap(KEK, WrappedKeyBlob.RSA, oid, new byte[0], keyData, new SecureRandom())
                .encode();
    }

    private static void dkek(CardDevice device) throws SchsmException {
        DeviceInitialization settings = DeviceInitialization.builder(
                        VirtualReaders.USER_PIN.toCharArray(), "3537363231383830".toCharArray())
                .dkekShares(1)
                .build();
        device.withCard(null, card -> {
            card.initialize(settings);
            card.logout();
            return card.importDkekShare(0, KEK);
        });
    }

    private static boolean unwrap(CardDevice device, int kid, byte[] blob) throws SchsmException {
        return device.withCard(Simulation.Login.right(), card -> {
            card.unwrapKey(kid, blob);
            return card.exists(Files.key(kid));
        });
    }

    @Test
    void a_blob_that_a_reader_cuts_off_goes_in_parts_after_the_card_was_out() throws Exception {
        byte[] blob = wrapped(4096);
        CardDevice device = device(
                "Cutting reader 00 00",
                (command, next) -> command.length > 1014 ? new byte[] {0x6F, 0x00} : next.transmit(command));
        dkek(device);
        assertThatThrownBy(() -> unwrap(device, 1, blob))
                .isInstanceOf(DeviceException.class)
                .hasMessageContainingAll("6F00", "Cutting reader", "cut off", "insert it again");
        readers.device("ZZSIM000001").remove();
        readers.device("ZZSIM000001").insert();
        assertThat(unwrap(device, 1, blob)).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"3, 3, true", "4, 1, false"})
    void firmware_3_3_gets_a_reset_between_long_rsa_keys(int major, int minor, boolean works) throws Exception {
        byte[] blob = wrapped(3072);
        CardDevice device = device(
                "Some reader 00 00",
                DeviceProfile.smartCardHsm4k().withFirmware(major, minor).with(Quirk.LONG_RSA_UNWRAPS_ONCE),
                (command, next) -> next.transmit(command));
        readers.device("ZZSIM000001");
        dkek(device);
        assertThat(unwrap(device, 1, blob)).isTrue();
        if (works) {
            assertThat(unwrap(device, 2, blob)).isTrue();
            assertThat(unwrap(device, 3, blob)).isTrue();
        } else {
            assertThatThrownBy(() -> unwrap(device, 2, blob))
                    .isInstanceOf(DeviceException.class)
                    .hasMessageContaining("6F00");
        }
    }

    @Test
    void firmware_1_that_was_never_initialized_has_no_transport_pin() throws Exception {
        CardDevice device = device(
                "Some reader 00 00",
                DeviceProfile.smartCardHsm26().withFirmware(1, 2),
                (command, next) -> next.transmit(command));
        readers.blankDevice("ZZSIM000001");
        assertThat(device.withCard(null, SmartCardHsm::pinStatus).state())
                .isEqualTo(io.github.schsm.TokenAdministration.PinStatus.State.NOT_INITIALIZED);
    }

    @Test
    void the_batch_with_a_defect_is_named() {
        assertThat(defect(3, "Nitrokey Nitrokey HSM 00 00"))
                .hasValueSatisfying(text -> assertThat(text).contains("3 bytes", "defect"));
        assertThat(defect(24, "Nitrokey Nitrokey HSM (01A001000000000         ) 00 00"))
                .hasValueSatisfying(text -> assertThat(text).contains("01A001000000000", "defect"));
        assertThat(defect(24, NITROKEY)).isEmpty();
    }

    private static Optional<String> defect(int atrLength, String reader) {
        return DeviceQuirks.of(new DeviceQuirks.Seen(new byte[atrLength], reader, AppletInfo.NOTHING))
                .defect();
    }
}
