// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.schsm.AttestedPublicKey;
import io.github.schsm.Cvc;
import io.github.schsm.DeviceException;
import io.github.schsm.Kdm;
import io.github.schsm.KeyAlgorithm;
import io.github.schsm.KeyDomain;
import io.github.schsm.KeyDomainException;
import io.github.schsm.KeyType;
import io.github.schsm.SchsmDevice;
import io.github.schsm.SchsmException;
import io.github.schsm.TokenKey;
import io.github.schsm.codec.EcCurve;
import io.github.schsm.codec.Tlv;
import io.github.schsm.conformance.bench.Group;
import io.github.schsm.conformance.bench.ReadersTokenSource;
import io.github.schsm.keystore.TokenDevice;
import io.github.schsm.provider.SchsmProvider;
import io.github.schsm.simulator.Fault;
import io.github.schsm.simulator.Faults;
import io.github.schsm.simulator.SimulatedDevice;
import io.github.schsm.simulator.VirtualReaders;
import io.github.schsm.simulator.profile.DeviceProfile;
import io.github.schsm.spi.KeyRequest;
import io.github.schsm.spi.Token;
import java.math.BigInteger;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.Provider;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A device, or what is between, answers something else than it was asked for: true words of the same device about
 * another key, of another device, or about other limits. One row for each property.
 */
class LyingDeviceTest {
    private static final char[] PIN = VirtualReaders.USER_PIN.toCharArray();

    private static String terminal;
    private static SimulatedDevice simulated;
    private static KeyStore keyStore;
    private static SchsmDevice device;
    private static Token token;
    private static KeyDomain first;
    private static Kdm kdm;
    private static Kdm kdmOfOther;
    private static byte[] p192;
    private static byte[] p256;
    private static byte[] plainBrainpool;
    private static byte[] rsa1024;
    private static byte[] rsa1024WithThree;
    private static byte[] exchangeInSecond;
    private static byte[] exchangeInFirst;
    private static byte[] ofOtherDevice;

    @BeforeAll
    static void truths() throws Exception {
        VirtualReaders readers = VirtualReaders.create(DeviceProfile.smartCardHsm4k());
        simulated = readers.device("ZZSIM000001");
        readers.device("ZZSIM000002");
        terminal = ReadersTokenSource.offer(readers);
        keyStore = open("ZZSIM000001");
        device = SchsmDevice.of(keyStore);
        token = TokenDevice.tokenOf(device);
        KeyStore other = open("ZZSIM000002");
        KeyPair signer = generate(keyStore, "brainpoolP256r1", "signer");
        KeyPair otherSigner = generate(other, "brainpoolP256r1", "signer");
        kdm = Kdm.issue(signer, device.identity());
        kdmOfOther = Kdm.issue(otherSigner, device.identity());
        first = device.createKeyDomain(0, kdm);
        KeyDomain second = device.createKeyDomain(1, kdmOfOther);
        p192 = made(ec(EcCurve.SECP192R1));
        p256 = made(ec(EcCurve.SECP256R1));
        plainBrainpool = made(ec(EcCurve.BRAINPOOLP256R1));
        rsa1024 = made(KeyRequest.plain(KeyType.RSA, null, 1024));
        rsa1024WithThree = made(KeyRequest.plain(KeyType.RSA, null, 1024).withPublicExponent(BigInteger.valueOf(3)));
        exchangeInFirst = made(exchange(0));
        exchangeInSecond = made(exchange(1));
        ofOtherDevice = ((AttestedPublicKey) generate(other, "secp256r1", "key").getPublic())
                .request()
                .getEncoded();
        second.delete();
    }

    @AfterAll
    static void withdraw() {
        ReadersTokenSource.withdraw(terminal);
    }

    private static KeyStore open(String id) throws Exception {
        Provider provider = new SchsmProvider()
                .configure("terminal = " + terminal + "; trust = simulator; device = " + id + "; name = " + id);
        KeyStore opened = KeyStore.getInstance("SCHSM", provider);
        opened.load(null, PIN);
        return opened;
    }

    private static KeyPair generate(KeyStore on, String curve, String label) throws Exception {
        return Group.generateEc(on.getProvider(), label, curve);
    }

    /** The device's true request for such a key, which is deleted again. */
    private static byte[] made(KeyRequest request) throws SchsmException {
        TokenKey key = token.generate(request);
        byte[] truth = token.certificate(key).orElseThrow();
        token.delete(key);
        return truth;
    }

    private static KeyRequest ec(EcCurve curve) {
        return KeyRequest.plain(KeyType.EC, curve, 0);
    }

    private static KeyRequest exchange(int slot) {
        return with(
                EcCurve.BRAINPOOLP256R1, List.of(KeyAlgorithm.ECDH_XKEK), OptionalLong.empty(), OptionalInt.of(slot));
    }

    private static KeyRequest with(
            @Nullable EcCurve curve, List<KeyAlgorithm> algorithms, OptionalLong uses, OptionalInt slot) {
        return new KeyRequest(
                curve == null ? KeyType.AES : KeyType.EC,
                null,
                new byte[0],
                curve,
                curve == null ? 256 : 0,
                algorithms,
                uses,
                slot,
                OptionalInt.empty());
    }

    private static byte[] ok(byte[] answer) {
        byte[] withStatus = Arrays.copyOf(answer, answer.length + 2);
        withStatus[answer.length] = (byte) 0x90;
        return withStatus;
    }

    private static byte[] flipped(byte[] answer, int fromTheEnd) {
        byte[] changed = answer.clone();
        changed[changed.length - fromTheEnd] ^= 1;
        return changed;
    }

    /** SELECT of any key. */
    private static boolean selectsKey(byte[] command) {
        return Faults.command(0x00, 0xA4, 0x00, 0x00).test(command)
                && command.length > 5
                && (command[5] & 0xFF) == 0xCC;
    }

    private static byte[] attributes(String hex) {
        return Tlv.of(0x6F, Tlv.of(0xA5, HexFormat.of().parseHex(hex.replace(" ", ""))))
                .encoded();
    }

    /**
     * @param asked  what the device is asked for
     * @param of     the command whose answer is another
     * @param answer that answer, without status word
     * @param says   what the message has to name
     */
    private record Row(String name, KeyRequest asked, Predicate<byte[]> of, byte[] answer, String says) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static Row generates(String name, KeyRequest asked, byte[] answer, String says) {
        return new Row(name, asked, Faults.instruction(0x46), answer, says);
    }

    private static Row shows(String name, KeyRequest asked, String attributes, String says) {
        return new Row(name, asked, LyingDeviceTest::selectsKey, attributes(attributes), says);
    }

    static Stream<Row> lies() {
        KeyRequest limited = with(
                EcCurve.SECP256R1,
                List.of(KeyAlgorithm.ECDSA, KeyAlgorithm.WRAP),
                OptionalLong.of(5),
                OptionalInt.of(0));
        KeyRequest aes = with(null, List.of(KeyAlgorithm.AES_CBC_ENCRYPT), OptionalLong.of(5), OptionalInt.of(0));
        return Stream.of(
                generates("a smaller curve", ec(EcCurve.SECP256R1), p192, "secp192r1"),
                generates("another curve of the size", ec(EcCurve.SECP256R1), plainBrainpool, "brainpoolP256r1"),
                generates("an RSA key for an EC key", ec(EcCurve.SECP256R1), rsa1024, "no curve"),
                generates("an EC key for an RSA key", KeyRequest.plain(KeyType.RSA, null, 1024), p256, "EC key"),
                generates("a shorter RSA key", KeyRequest.plain(KeyType.RSA, null, 2048), rsa1024, "1024"),
                generates(
                        "another exponent", KeyRequest.plain(KeyType.RSA, null, 1024), rsa1024WithThree, "exponent 3"),
                generates("the inner signature", ec(EcCurve.SECP256R1), flipped(p256, 64 + 3 + 18 + 1), "not signed"),
                generates("the outer signature", ec(EcCurve.SECP256R1), flipped(p256, 1), "outer signature"),
                generates("the device's name", ec(EcCurve.SECP256R1), flipped(p256, 64 + 3 + 1), "ZZSIM0000010000"),
                generates("another device's key", ec(EcCurve.SECP256R1), ofOtherDevice, "ZZSIM00000200000"),
                generates("a request that no device signed", ec(EcCurve.SECP256R1), inner(p256), "has not signed"),
                generates("no request", ec(EcCurve.SECP256R1), new byte[] {0x30, 0x00}, "7F21 or 67"),
                generates("half a request", ec(EcCurve.SECP256R1), Arrays.copyOf(p256, 100), "are there"),
                generates("a key domain for a key in none", ec(EcCurve.BRAINPOOLP256R1), exchangeInFirst, "in none"),
                generates("another key domain", exchange(0), exchangeInSecond, "names key domain"),
                generates("no key domain for an exchange key", exchange(0), plainBrainpool, "does not name"),
                shows("no attributes", limited, "", "no algorithm list"),
                shows("more algorithms", limited, "90 04 00000005 91 03 70 92 80 92 01 00", "algorithm list"),
                shows("fewer algorithms", limited, "90 04 00000005 91 01 70 92 01 00", "algorithm list"),
                shows("a higher use counter", limited, "90 04 00000006 91 02 70 92 92 01 00", "use counter 6"),
                shows("no use counter", limited, "91 02 70 92 92 01 00", "without use counter"),
                shows("another key domain slot", limited, "90 04 00000005 91 02 70 92 92 01 01", "slot 1"),
                shows("no key domain slot", limited, "90 04 00000005 91 02 70 92", "no key domain"),
                shows("an AES key's algorithms", aes, "90 04 00000005 91 01 11 92 01 00", "algorithm list"),
                shows("an AES key's use counter", aes, "91 01 10 92 01 00", "without use counter"),
                shows("an AES key's domain", aes, "90 04 00000005 91 01 10", "no key domain"));
    }

    private static byte[] inner(byte[] request) {
        try {
            return Tlv.parse(request).require(0x7F21).encoded();
        } catch (SchsmException malformed) {
            throw new IllegalStateException(malformed);
        }
    }

    @ParameterizedTest
    @MethodSource("lies")
    void aKeyThatIsNotAsAskedIsRefusedAndDeleted(Row row) throws Exception {
        List<TokenKey> before = token.keys();
        simulated.faults().add(1, row.of, Fault.garbage(ok(row.answer)));
        try {
            Throwable refusal = catchThrowable(() -> token.generate(row.asked));
            assertThat(refusal).isInstanceOf(SchsmException.class).hasMessageContaining(row.says);
            assertThat(simulated.faults().pending()).isZero();
            assertThat(refusal.getSuppressed()).isEmpty();
        } finally {
            simulated.faults().clear();
        }
        KeyStore fresh = open("ZZSIM000001");
        assertThat(SchsmDevice.of(fresh).keys()).isEqualTo(before);
        token.delete(token.generate(row.asked));
    }

    @Test
    void throughTheJcaItIsAnExceptionWithTheCause() throws Exception {
        simulated.faults().add(1, Faults.instruction(0x46), Fault.garbage(ok(p192)));

        assertThatThrownBy(() -> generate(keyStore, "secp256r1", "lie"))
                .hasRootCauseInstanceOf(DeviceException.class)
                .hasStackTraceContaining("secp192r1");
        assertThat(open("ZZSIM000001").containsAlias("lie")).isFalse();
    }

    @Test
    void aKeyDomainThatIsNotAsAskedIsRefusedAndDeleted() throws Exception {
        byte[] state = new byte[42];
        System.arraycopy(kdm.uid(), 0, state, 10, 32);
        simulated.faults().add(1, Faults.command(0x80, 0x52, 0x02, 1), Fault.garbage(ok(state)));
        assertThatThrownBy(() -> device.createKeyDomain(1, kdmOfOther))
                .isInstanceOf(KeyDomainException.class)
                .hasMessageContaining("was deleted");
        assertThat(device.keyDomains()).hasSize(1);

        byte[] shares = new byte[10];
        shares[0] = 1;
        shares[1] = 1;
        simulated.faults().add(1, Faults.command(0x80, 0x52, 0x01, 1), Fault.garbage(ok(shares)));
        assertThatThrownBy(() -> device.createDkekDomain(1, 3))
                .isInstanceOf(KeyDomainException.class)
                .hasMessageContaining("3 shares");
        assertThat(device.keyDomains()).hasSize(1);
    }

    @Test
    void aKekThatIsStillThereIsToldSo() {
        byte[] state = new byte[42];
        Arrays.fill(state, 2, 10, (byte) 7);
        System.arraycopy(kdm.uid(), 0, state, 10, 32);
        simulated.faults().add(1, Faults.command(0x80, 0x52, 0x04, 0), Fault.garbage(ok(state)));

        assertThatThrownBy(() -> first.clearKek())
                .isInstanceOf(KeyDomainException.class)
                .hasMessageContaining("still has one");
    }

    @Test
    void keysAreMadeWithTheDevicesOwnNameAsHolderAndAuthority() throws Exception {
        for (byte[] request : List.of(plainBrainpool, rsa1024, exchangeInFirst)) {
            Cvc parsed = Cvc.parse(request);
            assertThat(parsed.chr()).isEqualTo("ZZSIM00000100000");
            assertThat(parsed.car()).contains("ZZSIM00000100000");
            assertThat(parsed.outerCar()).contains("ZZSIM00000100000");
        }
    }
}
