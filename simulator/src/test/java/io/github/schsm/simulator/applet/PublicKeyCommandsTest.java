// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.simulator.applet;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.Cvc;
import io.github.schsm.codec.EcCurve;
import io.github.schsm.codec.EcdsaSignature;
import io.github.schsm.codec.Tlv;
import io.github.schsm.simulator.CardProbe;
import io.github.schsm.simulator.VirtualReaders;
import io.github.schsm.simulator.crypto.Bytes;
import io.github.schsm.simulator.crypto.Hashes;
import io.github.schsm.simulator.profile.DeviceProfile;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PublicKeyCommandsTest {
    private static final String WITHOUT_PIN = "8002%s 82083537363231383830 ";
    private static final String WITH_PIN = WITHOUT_PIN + "8106363438323139 910103 ";
    private static final String PIN_STATUS = "00200081";
    private static final int WRITE_DENIED = 0x6982;

    private final VirtualReaders readers = VirtualReaders.create(DeviceProfile.smartCardHsm4k());
    private CardProbe card;
    private Custodian[] custodians;

    /** Somebody with a key in a device of his own. */
    private record Custodian(CardProbe card, EcCurve curve, Cvc request, byte[] deviceId) {
        String chr() {
            return request.chr();
        }

        byte[] content() throws Exception {
            return Tlv.parse(request.getEncoded()).value();
        }

        byte[] sign(byte[] data) throws Exception {
            assertThat(card.command(0x80680170, Arrays.copyOf(Hashes.sha256(data), 32)))
                    .isEqualTo(0x9000);
            return EcdsaSignature.parse(card.data()).plain(curve.orderLength());
        }
    }

    @BeforeEach
    void devices() throws Exception {
        card = probe("ZZSIM000001");
        custodians = new Custodian[] {
            custodian("ZZSIM000002", "CUST00001", EcCurve.BRAINPOOLP256R1),
            custodian("ZZSIM000003", "CUST00002", EcCurve.SECP384R1),
            custodian("ZZSIM000004", "CUST00003", EcCurve.SECP256R1)
        };
    }

    private CardProbe probe(String id) throws Exception {
        CardProbe probe = new CardProbe(readers.device(id));
        probe.select();
        return probe;
    }

    private Custodian custodian(String id, String chr, EcCurve curve) throws Exception {
        CardProbe own = probe(id);
        own.verify();
        String template = CardProbe.hex(CardProbe.ecTemplate(curve, ""))
                .replace(CardProbe.hex(CardProbe.ascii("UTTM00001")), CardProbe.hex(CardProbe.ascii(chr)));
        assertThat(own.command(0x00460100, template)).isEqualTo(0x9000);
        return new Custodian(own, curve, Cvc.parse(own.data()), own.read(0x2F02));
    }

    private int initialize(String form, String options, String more) {
        int sw = card.initialize(String.format(form, options) + more);
        card.select();
        return sw;
    }

    private int register(Custodian custodian) throws Exception {
        card.learn(custodian.deviceId());
        return card.command(0x80540000, custodian.content());
    }

    private void registerAll() throws Exception {
        for (Custodian custodian : custodians) {
            assertThat(register(custodian)).isEqualTo(0x9000);
        }
    }

    private int mse(String chr) {
        String holder = CardProbe.hex(Tlv.of(0x83, CardProbe.ascii(chr)).encoded());
        return card.send(String.format("002281A4%02X", holder.length() / 2) + holder);
    }

    private byte[] challenge() {
        assertThat(card.send("0084000008")).isEqualTo(0x9000);
        return Bytes.concat(CardProbe.ascii("ZZSIM00000100000"), card.data());
    }

    private int externalAuthenticate(byte[] signature) {
        return card.send(String.format("00820000%02X", signature.length) + CardProbe.hex(signature));
    }

    private int authenticate(Custodian custodian) throws Exception {
        assertThat(mse(custodian.chr())).isEqualTo(0x9000);
        return externalAuthenticate(custodian.sign(challenge()));
    }

    private String status() {
        assertThat(card.send("8054000000")).isEqualTo(0x9000);
        return card.hex();
    }

    private int write() {
        return card.write(0xCF01, new byte[3]);
    }

    @Test
    void withoutItTheCommandsAreUnknown() {
        assertThat(card.send("8054000000")).isEqualTo(0x6D00);
        assertThat(mse("CUST00001")).isEqualTo(0x6A86);
        assertThat(externalAuthenticate(new byte[64])).isEqualTo(0x6D00);
    }

    @Test
    void asManyKeysAsRequiredStandInPlaceOfThePin() throws Exception {
        assertThat(initialize(WITHOUT_PIN, "0001", "93020302")).isEqualTo(0x9000);
        assertThat(card.send(PIN_STATUS)).as("no user PIN").isEqualTo(0x6400);
        assertThat(status()).isEqualTo("03030200");
        assertThat(register(custodians[0])).isEqualTo(0x9000);
        assertThat(card.hex()).isEqualTo("03020200");
        assertThat(register(custodians[1])).isEqualTo(0x9000);
        assertThat(register(custodians[2])).isEqualTo(0x9000);
        assertThat(status()).isEqualTo("03000200");
        assertThat(write()).isEqualTo(WRITE_DENIED);

        assertThat(authenticate(custodians[2])).isEqualTo(0x9000);
        assertThat(status()).isEqualTo("03000201");
        assertThat(write()).as("one is not enough").isEqualTo(WRITE_DENIED);
        assertThat(mse(custodians[2].chr())).as("not twice").isEqualTo(0x6985);
        assertThat(authenticate(custodians[0])).isEqualTo(0x9000);
        assertThat(status()).isEqualTo("03000202");
        assertThat(write()).isEqualTo(0x9000);
        assertThat(card.generate(1, EcCurve.SECP256R1, "")).isEqualTo(0x9000);

        assertThat(card.send("8054020000")).isEqualTo(0x9001);
        assertThat(card.hex()).isEqualTo(CardProbe.hex(CardProbe.ascii("CUST00001")));
        assertThat(card.send("8054020100")).isEqualTo(0x9000);
        assertThat(card.send("8054020300")).isEqualTo(0x6A86);
    }

    @Test
    void selectionAndResetEndIt() throws Exception {
        initialize(WITHOUT_PIN, "0000", "93020301");
        registerAll();
        assertThat(authenticate(custodians[0])).isEqualTo(0x9000);
        assertThat(write()).isEqualTo(0x9000);
        card.select();
        assertThat(status()).isEqualTo("03000100");
        assertThat(write()).isEqualTo(WRITE_DENIED);
        assertThat(authenticate(custodians[1])).isEqualTo(0x9000);
        card.device().reset();
        card.select();
        assertThat(write()).isEqualTo(WRITE_DENIED);
    }

    @Test
    void pinOrKeysUnlessTheOptionsWantBoth() throws Exception {
        initialize(WITH_PIN, "0001", "93020301");
        card.verify();
        assertThat(write()).as("by PIN, before any key is registered").isEqualTo(0x9000);
        registerAll();
        card.select();
        assertThat(authenticate(custodians[1])).isEqualTo(0x9000);
        assertThat(card.send(PIN_STATUS)).isEqualTo(0x63C3);
        assertThat(write()).as("by key").isEqualTo(0x9000);

        initialize(WITH_PIN, "0010", "93020301");
        registerAll();
        card.verify();
        assertThat(card.send(PIN_STATUS)).isEqualTo(0x9000);
        assertThat(write()).as("PIN alone").isEqualTo(WRITE_DENIED);
        assertThat(authenticate(custodians[1])).isEqualTo(0x9000);
        assertThat(write()).as("PIN and key").isEqualTo(0x9000);
        card.select();
        assertThat(authenticate(custodians[1])).isEqualTo(0x9000);
        assertThat(write()).as("key alone").isEqualTo(WRITE_DENIED);
        card.verify();
        assertThat(write()).as("key and PIN").isEqualTo(0x9000);
    }

    @Test
    void nobodyAuthenticatesBeforeAllKeysAreRegistered() throws Exception {
        initialize(WITHOUT_PIN, "0000", "93020301");
        register(custodians[0]);
        register(custodians[1]);
        assertThat(authenticate(custodians[0])).isEqualTo(0x6985);
        register(custodians[2]);
        assertThat(authenticate(custodians[0])).isEqualTo(0x9000);
    }

    @Test
    void aChallengeIsGoodForOneTryAndForTheNextCommand() throws Exception {
        initialize(WITHOUT_PIN, "0000", "93020301");
        registerAll();
        mse("CUST00001");
        byte[] signature = custodians[0].sign(challenge());
        byte[] wrong = signature.clone();
        wrong[20] ^= 1;
        assertThat(externalAuthenticate(wrong)).isEqualTo(0x6985);
        assertThat(externalAuthenticate(signature)).as("used up").isEqualTo(0x6985);
        byte[] late = custodians[0].sign(challenge());
        status();
        assertThat(externalAuthenticate(late)).as("another command between").isEqualTo(0x6985);
        byte[] replaced = custodians[0].sign(challenge());
        challenge();
        assertThat(externalAuthenticate(replaced)).as("of an older challenge").isEqualTo(0x6985);
        byte[] ofAnother = custodians[1].sign(challenge());
        assertThat(externalAuthenticate(ofAnother)).as("signed by another key").isEqualTo(0x6985);
        byte[] good = custodians[0].sign(challenge());
        assertThat(mse("CUST00001")).isEqualTo(0x9000);
        assertThat(externalAuthenticate(good)).isEqualTo(0x9000);
        assertThat(externalAuthenticate(good)).as("again").isEqualTo(0x6A88);
    }

    @Test
    void keysHaveToBeAttestedByAKnownDeviceAndDifferent() throws Exception {
        initialize(WITHOUT_PIN, "0000", "93020301");
        assertThat(card.command(0x80540000, custodians[0].content()))
                .as("device not known")
                .isEqualTo(0x6A88);
        card.learn(custodians[0].deviceId());
        byte[] changed = custodians[0].content();
        changed[changed.length - 1] ^= 1;
        assertThat(card.command(0x80540000, changed)).isEqualTo(0x6985);
        assertThat(status()).isEqualTo("03030100");
        assertThat(register(custodians[0])).isEqualTo(0x9000);
        assertThat(register(custodians[0])).isEqualTo(0x6A89);
        assertThat(card.send("8054020100")).isEqualTo(0x6A88);
        assertThat(mse("CUST00002")).isEqualTo(0x6A88);
        register(custodians[1]);
        register(custodians[2]);
        assertThat(register(custodian("ZZSIM000005", "CUST00005", EcCurve.SECP256R1)))
                .as("no place left")
                .isEqualTo(0x6985);
    }

    @Test
    void keysAreReplacedByWhoIsAuthenticatedIfTheOptionsSaySo() throws Exception {
        Custodian newcomer = custodian("ZZSIM000005", "CUST00005", EcCurve.BRAINPOOLP512R1);
        initialize(WITHOUT_PIN, "0000", "93020301");
        registerAll();
        authenticate(custodians[0]);
        card.learn(newcomer.deviceId());
        assertThat(card.command(0x80540101, newcomer.content()))
                .as("not allowed")
                .isEqualTo(0x6986);

        initialize(WITHOUT_PIN, "0008", "93020301");
        registerAll();
        card.learn(newcomer.deviceId());
        assertThat(card.command(0x80540101, newcomer.content())).isEqualTo(0x6982);
        authenticate(custodians[1]);
        assertThat(card.command(0x80540103, newcomer.content())).isEqualTo(0x6A86);
        assertThat(card.command(0x80540101, newcomer.content())).isEqualTo(0x9000);
        assertThat(card.hex()).as("the one who was authenticated is gone").isEqualTo("03000100");
        assertThat(mse(custodians[1].chr())).isEqualTo(0x6A88);
        assertThat(authenticate(newcomer)).isEqualTo(0x9000);
        assertThat(write()).isEqualTo(0x9000);
    }

    /** OpenSC calls the holder of every key that it makes UTTM00001. */
    @Test
    void keysOfOneHolderNameAreToldApartByTheirSignatures() throws Exception {
        custodians[0] = custodian("ZZSIM000005", "UTTM00001", EcCurve.SECP256R1);
        custodians[1] = custodian("ZZSIM000006", "UTTM00001", EcCurve.SECP256R1);
        initialize(WITHOUT_PIN, "0000", "93020302");
        registerAll();
        assertThat(authenticate(custodians[1])).isEqualTo(0x9000);
        assertThat(mse("UTTM00001")).isEqualTo(0x9000);
        assertThat(externalAuthenticate(custodians[1].sign(challenge()))).isEqualTo(0x6985);
        assertThat(authenticate(custodians[0])).isEqualTo(0x9000);
        assertThat(mse("UTTM00001")).isEqualTo(0x6985);
        assertThat(write()).isEqualTo(0x9000);
    }

    @Test
    void registeredKeysAreKept(@TempDir Path folder) throws Exception {
        try (VirtualReaders kept = VirtualReaders.folder(folder)) {
            card = new CardProbe(kept.device("ZZSIM000001"));
            card.select();
            initialize(WITHOUT_PIN, "0000", "93020301");
            registerAll();
            authenticate(custodians[0]);
        }
        try (VirtualReaders kept = VirtualReaders.folder(folder)) {
            card = new CardProbe(kept.device("ZZSIM000001"));
            card.select();
            assertThat(status()).isEqualTo("03000100");
            assertThat(authenticate(custodians[2])).isEqualTo(0x9000);
            assertThat(write()).isEqualTo(0x9000);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"93020001", "93020304", "93020300", "93025B01", "930103", "9303030201", "9300"})
    void impossibleNumbersOfKeysAreRefused(String numbers) {
        assertThat(initialize(WITH_PIN, "0000", numbers)).isEqualTo(0x6A80);
    }

    @Test
    void aDeviceHasAPinOrKeys() {
        assertThat(initialize(WITHOUT_PIN, "0000", "")).isEqualTo(0x6A80);
        assertThat(initialize(WITHOUT_PIN, "0010", "93020301")).isEqualTo(0x6A80);
        assertThat(initialize(WITH_PIN, "0010", "")).isEqualTo(0x6A80);
    }

    @Test
    void aKeyAuthenticatedThroughAChannelCountsUntilTheChannelEnds() throws Exception {
        assertThat(initialize(WITHOUT_PIN, "0001", "93020302")).isEqualTo(0x9000);
        registerAll();
        assertThat(authenticate(custodians[0])).isEqualTo(0x9000);
        SmHost host = SmHost.open(card, SmHost.AES);
        String holder =
                CardProbe.hex(Tlv.of(0x83, CardProbe.ascii(custodians[1].chr())).encoded());
        assertThat(host.send(0x002281A4, holder, "")).isEqualTo(0x9000);
        assertThat(host.send(0x00840000, "", "08")).isEqualTo(0x9000);
        byte[] signature = custodians[1].sign(Bytes.concat(CardProbe.ascii("ZZSIM00000100000"), host.data()));
        assertThat(host.send(0x00820000, CardProbe.hex(signature), "")).isEqualTo(0x9000);
        assertThat(host.send(0x80540000, "", "00")).isEqualTo(0x9000);
        assertThat(CardProbe.hex(host.data())).isEqualTo("03000202");
        assertThat(status()).as("a plain command").isEqualTo("03000201");
        assertThat(write()).isEqualTo(WRITE_DENIED);
    }
}
