// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.schsm.KeyAlgorithm;
import io.github.schsm.SchsmDevice;
import io.github.schsm.SchsmException;
import io.github.schsm.SchsmException.Reason;
import io.github.schsm.SchsmKeySpec;
import io.github.schsm.UnsupportedByDeviceException;
import io.github.schsm.UntrustedDeviceException;
import io.github.schsm.conformance.bench.Group;
import io.github.schsm.conformance.bench.ReadersTokenSource;
import io.github.schsm.conformance.bench.SecureWire;
import io.github.schsm.conformance.bench.SimulatorBench;
import io.github.schsm.provider.SchsmProvider;
import io.github.schsm.simulator.ApduRecorder;
import io.github.schsm.simulator.Fault;
import io.github.schsm.simulator.SimulatedDevice;
import io.github.schsm.simulator.VirtualReaders;
import io.github.schsm.simulator.profile.DeviceProfile;
import io.github.schsm.simulator.profile.Quirk;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.Provider;
import java.security.SecureRandom;
import java.security.Signature;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.crypto.Cipher;
import javax.crypto.KeyGenerator;
import javax.crypto.SecretKey;
import javax.crypto.spec.IvParameterSpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Programs over a secure channel, while somebody changes what the device answers. */
class SecureChannelTest {
    private static final DeviceProfile AES = DeviceProfile.smartCardHsm4k();
    /** Firmware that has Triple-DES only. */
    private static final DeviceProfile TRIPLE_DES = AES.withFirmware(2, 6);

    private static final int VERIFY = 0x20;
    private static final int READ_BINARY = 0xB1;
    private static final int GET_CHALLENGE = 0x84;
    private static final int SIGN = 0x68;
    private static final int SYMMETRIC_CIPHER = 0x78;
    private static final int DECIPHER = 0x62;

    private final List<SimulatorBench> benches = new ArrayList<>();
    private final List<String> offered = new ArrayList<>();

    @AfterEach
    void close() {
        benches.forEach(SimulatorBench::close);
        offered.forEach(ReadersTokenSource::withdraw);
    }

    private SimulatorBench bench(DeviceProfile profile, String settings) throws Exception {
        SimulatorBench bench = new SimulatorBench(profile, settings);
        benches.add(bench);
        return bench;
    }

    /** A program and the keys that it uses. */
    private static final class Program {
        final SimulatorBench.SimulatedMember member;
        final Provider provider;
        final KeyStore keyStore;
        final KeyPair pair;

        Program(SimulatorBench bench) throws Exception {
            member = bench.source();
            provider = member.provider();
            keyStore = member.keyStore();
            pair = Group.generateEc(provider, "k", "secp256r1");
        }

        byte[] sign() throws Exception {
            Signature signature = Signature.getInstance("SHA256withECDSA", provider);
            signature.initSign(pair.getPrivate());
            signature.update((byte) 1);
            return signature.sign();
        }
    }

    /** What a program does, and the instruction whose answer is changed on the way. */
    private interface Operation {
        void run(Program program) throws Exception;
    }

    private static void status(Program program) throws Exception {
        SchsmDevice.of(program.keyStore).administration().userPin();
    }

    private static void random(Program program) throws Exception {
        SecureRandom.getInstance("SCHSM", program.provider).nextBytes(new byte[40]);
    }

    private static void agree(Program program) throws Exception {
        javax.crypto.KeyAgreement agreement = javax.crypto.KeyAgreement.getInstance("ECDH", program.provider);
        agreement.init(program.pair.getPrivate());
        agreement.doPhase(program.pair.getPublic(), true);
        agreement.generateSecret();
    }

    private static void encrypt(Program program) throws Exception {
        SecretKey key = (SecretKey) program.keyStore.getKey("aes", null);
        Cipher cipher = Cipher.getInstance("AES/CBC/NoPadding", program.provider);
        cipher.init(Cipher.ENCRYPT_MODE, key, new IvParameterSpec(new byte[16]));
        cipher.doFinal(new byte[64]);
    }

    static Stream<Arguments> operations() {
        Operation sign = Program::sign;
        Operation status = SecureChannelTest::status;
        Operation random = SecureChannelTest::random;
        Operation agree = SecureChannelTest::agree;
        Operation encrypt = SecureChannelTest::encrypt;
        return Stream.of(
                Arguments.of("signature", AES, SIGN, sign),
                Arguments.of("PIN status", AES, VERIFY, status),
                Arguments.of("random numbers", AES, GET_CHALLENGE, random),
                Arguments.of("ECDH", AES, DECIPHER, agree),
                Arguments.of("AES-CBC", AES, SYMMETRIC_CIPHER, encrypt),
                Arguments.of("signature", TRIPLE_DES, SIGN, sign),
                Arguments.of("PIN status", TRIPLE_DES, VERIFY, status),
                Arguments.of("ECDH", TRIPLE_DES, DECIPHER, agree));
    }

    @ParameterizedTest(name = "{0}, {1}")
    @MethodSource("operations")
    void aChangedByteOfAProtectedAnswerEndsTheChannelAndNothingIsSaidInPlain(
            String name, DeviceProfile profile, int ins, Operation operation) throws Exception {
        Program program = new Program(bench(profile, "; channel = secure"));
        if (ins == SYMMETRIC_CIPHER) {
            KeyGenerator generator = KeyGenerator.getInstance("AES", program.provider);
            generator.init(SchsmKeySpec.builder("aes")
                    .keySize(128)
                    .allow(KeyAlgorithm.AES_CBC_ENCRYPT)
                    .build());
            generator.generateKey();
        }
        int length = answerLength(program, ins, operation);
        for (int position = 0; position < length; position++) {
            assertIsNoticed(program, ins, operation, Byte.SIZE * position + position % Byte.SIZE);
        }
    }

    @Test
    void aChangedBitOfAProtectedAnswerEndsTheChannelWhicheverItIs() throws Exception {
        Program program = new Program(bench(AES, "; channel = secure"));
        Operation random = SecureChannelTest::random;
        int length = answerLength(program, GET_CHALLENGE, random);
        for (int bit = 0; bit < Byte.SIZE * length; bit++) {
            assertIsNoticed(program, GET_CHALLENGE, random, bit);
        }
    }

    /** Bytes of the protected answer, status word included. */
    private static int answerLength(Program program, int ins, Operation operation) throws Exception {
        ApduRecorder recorder = program.member.recorder();
        recorder.start();
        operation.run(program);
        ApduRecorder.Exchange exchange = recorder.exchanges().stream()
                .filter(candidate -> candidate.ins() == ins)
                .findFirst()
                .orElseThrow();
        assertThat(exchange.isProtected()).isTrue();
        return exchange.answerLength() + 2;
    }

    private static void assertIsNoticed(Program program, int ins, Operation operation, int bit) throws Exception {
        SimulatedDevice device = program.member.device();
        device.faults().add(1, command -> isProtected(command, ins), Fault.flippedBit(bit));
        device.recorder().start();

        Throwable thrown = catchThrowable(() -> operation.run(program));

        assertThat(chain(thrown)).as("bit %d", bit).anyMatch(link -> SchsmException.is(link, Reason.SECURE_CHANNEL));
        assertThat(thrown).hasMessageContaining("is not the one that device ZZSIM000001 protected");
        assertThat(device.faults().pending()).as("bit %d was changed", bit).isZero();
        List<ApduRecorder.Exchange> exchanges = device.recorder().exchanges();
        SecureWire.assertAllProtected(withoutGetResponse(exchanges));
        assertThat(withoutGetResponse(exchanges)
                        .get(withoutGetResponse(exchanges).size() - 1)
                        .ins())
                .as("bit %d: the last command", bit)
                .isEqualTo(ins);
        operation.run(program);
        SecureWire.assertAllProtected(withoutGetResponse(device.recorder().exchanges()));
    }

    /** 69xx outside becomes 61xx by one bit: then the rest of the answer is asked for, which says nothing. */
    private static List<ApduRecorder.Exchange> withoutGetResponse(List<ApduRecorder.Exchange> exchanges) {
        return exchanges.stream().filter(exchange -> exchange.ins() != 0xC0).toList();
    }

    private static boolean isProtected(byte[] command, int ins) {
        return (command[0] & 0x0C) == 0x0C && (command[1] & 0xFF) == ins;
    }

    private static List<Throwable> chain(Throwable thrown) {
        List<Throwable> chain = new ArrayList<>();
        for (Throwable at = thrown; at != null; at = at.getCause()) {
            chain.add(at);
        }
        return chain;
    }

    // Which terminals, which devices

    private List<ApduRecorder.Exchange> load(VirtualReaders readers, String configuration) throws Exception {
        SimulatedDevice device = readers.device("ZZSIM000001");
        device.recorder().start();
        KeyStore keyStore =
                KeyStore.getInstance("SCHSM", new SchsmProvider().configure("trust = simulator; " + configuration));
        keyStore.load(null, "648219".toCharArray());
        return device.recorder().exchanges().stream()
                .filter(exchange -> exchange.ins() == VERIFY && exchange.dataLength() > 0)
                .toList();
    }

    @Test
    void aPinGoesOverTheChannelToARemoteTerminalAndInPlainToALocalOne() throws Exception {
        VirtualReaders readers = VirtualReaders.create(AES);
        String here = ReadersTokenSource.offer(readers);
        String there = ReadersTokenSource.offerRemote(readers);
        offered.addAll(List.of(here, there));

        assertThat(load(readers, "terminal = " + here)).isNotEmpty().noneMatch(ApduRecorder.Exchange::isProtected);
        assertThat(load(readers, "terminal = " + there)).isNotEmpty().allMatch(ApduRecorder.Exchange::isProtected);
        assertThat(load(readers, "channel = pin; terminal = " + here))
                .isNotEmpty()
                .allMatch(ApduRecorder.Exchange::isProtected);
    }

    @Test
    void whoSaysSoSendsAPinInPlainToARemoteTerminal() throws Exception {
        VirtualReaders readers = VirtualReaders.create(AES);
        String there = ReadersTokenSource.offerRemote(readers);
        offered.add(there);

        assertThat(load(readers, "channel = plain; terminal = " + there))
                .isNotEmpty()
                .noneMatch(ApduRecorder.Exchange::isProtected);
    }

    @Test
    void aDeviceThatIsNotTrustedGetsNeitherPinNorCommands() throws Exception {
        SimulatorBench bench = bench(AES, "; channel = secure");
        Provider distrusting = new SchsmProvider()
                .configure(bench.configuration("ZZSIM000001").replace("production, simulator", "production"));
        KeyStore keyStore = KeyStore.getInstance("SCHSM", distrusting);
        bench.source().recorder().start();

        Throwable thrown = catchThrowable(() -> keyStore.load(null, "648219".toCharArray()));

        assertThat(chain(thrown)).hasAtLeastOneElementOfType(UntrustedDeviceException.class);
        assertThat(thrown).hasMessageContaining("channel = plain");
        assertThat(bench.source().recorder().exchanges())
                .extracting(ApduRecorder.Exchange::ins)
                .containsExactly(0xA4, READ_BINARY);
    }

    @Test
    void aDeviceThatWantsThePinFirstIsRefusedWithTheReason() throws Exception {
        SimulatorBench bench = bench(AES.with(Quirk.CHIP_AUTHENTICATION_NEEDS_PIN), "; channel = secure");

        Throwable thrown = catchThrowable(() -> bench.source().keyStore());

        assertThat(chain(thrown)).hasAtLeastOneElementOfType(UnsupportedByDeviceException.class);
        assertThat(thrown).hasMessageContaining("the PIN would have to go in plain");
        assertThat(bench.source().device().recorder().exchanges()).isEmpty();
    }

    @Test
    void theListOfDevicesNeedsNoChannel() throws Exception {
        SimulatorBench bench = bench(AES.with(Quirk.CHIP_AUTHENTICATION_NEEDS_PIN), "; channel = secure");

        assertThat(((SchsmProvider) bench.source().provider()).devices())
                .filteredOn(found -> found.device() != null)
                .hasSize(2);
    }

    @Test
    void anUnknownKindOfChannelIsNamedWithTheValidOnes() {
        assertThatThrownBy(() -> KeyStore.getInstance("SCHSM", new SchsmProvider().configure("channel = tls"))
                        .load(null, null))
                .hasMessageContaining("channel = tls")
                .hasMessageContaining("plain, pin");
    }
}
