// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.device;

import static io.github.schsm.conformance.bench.Pki.assertSigns;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.schsm.ConfigurationException;
import io.github.schsm.SchsmDevice;
import io.github.schsm.SchsmLoadParameter;
import io.github.schsm.conformance.bench.BenchKind;
import io.github.schsm.conformance.bench.Group;
import io.github.schsm.conformance.bench.OnBenches;
import io.github.schsm.conformance.bench.Pki;
import io.github.schsm.conformance.bench.RawCard;
import io.github.schsm.conformance.bench.SimulatorBench;
import io.github.schsm.provider.SchsmProvider;
import io.github.schsm.simulator.profile.DeviceProfile;
import java.io.IOException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.Provider;
import java.security.ProviderException;
import java.security.SignatureException;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.Collections;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Key stores of simulated devices where another program has its hand in the device, or in the configuration. */
@OnBenches(value = BenchKind.SIMULATOR, repeated = BenchKind.SECURE_CHANNEL)
class KeyStoreAndOthersTest {
    private static final char[] PIN = "648219".toCharArray();

    private final BenchKind kind;
    private SimulatorBench bench;
    private Provider provider;
    private KeyStore keyStore;

    KeyStoreAndOthersTest(BenchKind kind) {
        this.kind = kind;
    }

    /** Other programs at the reader speak in plain. */
    @BeforeEach
    void open() throws Exception {
        bench = kind == BenchKind.SECURE_CHANNEL
                ? new SimulatorBench(DeviceProfile.smartCardHsm4k(), "; channel = secure")
                : new SimulatorBench();
        provider = bench.source().provider();
        keyStore = bench.source().keyStore();
    }

    @AfterEach
    void close() {
        bench.close();
    }

    private KeyPair generate(String label) throws Exception {
        return Group.generateEc(provider, label, "secp256r1");
    }

    @Test
    void equalLabelsGetTheirNumberBehindThem() throws Exception {
        KeyPair first = generate("same");
        KeyPair second = generate("same");
        Pki pki = Pki.create();
        generate("third");
        bench.source().raw().login().write(0xC403, bench.source().raw().read(0xC401));
        keyStore.load(null, PIN);

        assertThat(Collections.list(keyStore.aliases())).containsExactly("same", "same [2]", "same [3]");
        assertSigns(provider, keyStore.getKey("same", null), first);
        assertSigns(provider, keyStore.getKey("same [2]", null), second);
        keyStore.setCertificateEntry("root", pki.root());
        assertThat(keyStore.getCertificateAlias(pki.root())).isEqualTo("root");
        keyStore.deleteEntry("same");
        assertThat(Collections.list(keyStore.aliases())).containsExactly("same", "same [3]", "root");
        assertSigns(provider, keyStore.getKey("same", null), second);
    }

    @Test
    void keyThatNobodyDescribedIsUsableUnderAMadeUpLabel() throws Exception {
        KeyPair pair = generate("k");
        bench.source().raw().login().delete(0xC401);
        keyStore.load(null, PIN);

        assertThat(Collections.list(keyStore.aliases())).containsExactly("key-1");
        assertSigns(provider, keyStore.getKey("key-1", null), pair);
        keyStore.setEntry("named", keyStore.getEntry("key-1", null), null);
        assertThat(Collections.list(keyStore.aliases())).containsExactly("named");
        keyStore.load(null, PIN);
        assertThat(Collections.list(keyStore.aliases())).containsExactly("named");
    }

    @Test
    void keyWhoseCertificateIsGoneStillSigns() throws Exception {
        KeyPair pair = generate("k");
        bench.source().raw().login().delete(0xCE01);
        keyStore.load(null, PIN);

        assertThat(keyStore.getCertificate("k").getType()).isEqualTo("SubjectPublicKeyInfo");
        assertThat(keyStore.getCertificate("k").getPublicKey()).isEqualTo(pair.getPublic());
        assertSigns(provider, keyStore.getKey("k", null), pair);
        keyStore.setEntry("k", keyStore.getEntry("k", null), null);
        Pki pki = Pki.create();
        X509Certificate certificate = pki.issue("k", pair.getPublic());
        keyStore.setKeyEntry("k", keyStore.getKey("k", null), null, new Certificate[] {certificate});
        assertThat(keyStore.getCertificate("k")).isEqualTo(certificate);
    }

    @Test
    void deleteTakesKeyDescriptionAndCertificateAway() throws Exception {
        String empty = bench.source().state().get("objects");
        keyStore.load(null, PIN);
        KeyPair pair = generate("k");
        keyStore.setCertificateEntry("ca", Pki.create().root());
        assertThat(bench.source().state()).containsKeys("CC01", "C401", "CE01", "CA00", "C800");

        keyStore.deleteEntry("k");
        keyStore.deleteEntry("ca");

        assertThat(bench.source().state().get("objects")).isEqualTo(empty);
        assertThat(keyStore.size()).isZero();
        assertThatThrownBy(() -> assertSigns(provider, pair.getPrivate(), pair))
                .isInstanceOf(SignatureException.class)
                .hasMessageContaining("key 1");
    }

    @Test
    void garbageInOneFileHidesNoOtherEntry() throws Exception {
        KeyPair pair = generate("good");
        generate("bad");
        keyStore.setCertificateEntry("root", Pki.create().root());
        RawCard raw = bench.source().raw().login();
        raw.write(0xCE02, new byte[] {0x30, 0x03, 1, 2, 3});
        raw.write(0xC402, new byte[] {(byte) 0xA0, 0x7F, 1});
        raw.write(0xCA05, new byte[] {1, 2, 3});
        raw.write(0xC805, new byte[] {0x30, (byte) 0x84, 0x7F, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF});

        keyStore.load(null, PIN);

        assertThat(Collections.list(keyStore.aliases())).contains("good", "root");
        for (String alias : Collections.list(keyStore.aliases())) {
            assertThat(keyStore.getCreationDate(alias)).isNotNull();
            assertThat(catchThrowable(() -> keyStore.getCertificate(alias))).isNull();
        }
        assertSigns(provider, keyStore.getKey("good", null), pair);
        assertThat(keyStore.getCertificateAlias(keyStore.getCertificate("root")))
                .isEqualTo("root");
    }

    @Test
    void severalDevicesAreListedAndOneIsChosen() throws Exception {
        generate("k");
        Provider any = new SchsmProvider().configure(bench.configuration());
        KeyStore store = KeyStore.getInstance("SCHSM", any);

        assertThatThrownBy(() -> store.load(null, PIN))
                .isInstanceOf(IOException.class)
                .hasCauseInstanceOf(ConfigurationException.class)
                .hasMessageContainingAll(bench.source().id(), bench.target().id(), "SchsmLoadParameter");

        store.load(new SchsmLoadParameter(bench.source().id(), new KeyStore.PasswordProtection(PIN)));
        assertThat(SchsmDevice.of(store).deviceId()).isEqualTo(bench.source().id());
        assertThat(store.size()).isEqualTo(1);
        KeyStore other = KeyStore.getInstance("SCHSM", any);
        other.load(new SchsmLoadParameter(bench.target().id(), new KeyStore.PasswordProtection(PIN)));
        assertThat(other.size()).isZero();
        assertThatThrownBy(() -> store.load(new SchsmLoadParameter("ZZSIM000009", null)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("ZZSIM000009");
        bench.target().remove();
        KeyStore theOnlyOne = KeyStore.getInstance("SCHSM", new SchsmProvider().configure(bench.configuration()));
        theOnlyOne.load(null, PIN);
        assertThat(theOnlyOne.size()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "colour = blue | colour | terminal, device, reader, domain, members, copies, delete, pin, trust, dates, channel, alias, name, dkek, dkek.password, pin.<device id>, audit, audit.uses, audit.size, audit.keep",
                "terminal = | terminal | has no value",
                "terminal = serial | serial | pcsc, sunpcsc, simulator:memory",
                "terminal = pkcs11:/x.so | /x.so | give the path of a PKCS#11 module",
                "terminal = simulator:memory; device = a b | a b | device ids",
                "terminal = simulator:memory; device = NOSUCH | NOSUCH | ZZSIM and six digits",
                "terminal = simulator:memory; reader = ( | ( | regular expression",
                "terminal = simulator:memory; pin = 648219 | pin | env:NAME",
                "terminal = simulator:memory; trust = everybody | everybody | production, test, simulator",
                "terminal = simulator:memory; trust = file:/no/such | /no/such | cannot be read",
                "terminal = simulator:memory; name = a b | a b | letters",
                "terminal = pcsc; terminal = sunpcsc | terminal | twice",
                "/no/such/file | /no/such/file | key = value",
            })
    void errorInTheConfigurationIsToldByLoadAndEveryEngine(String text, String named, String wayOut) throws Exception {
        Provider misconfigured = new SchsmProvider().configure(text);

        assertThatThrownBy(() -> KeyStore.getInstance("SCHSM", misconfigured).load(null, PIN))
                .isInstanceOf(IOException.class)
                .hasCauseInstanceOf(ConfigurationException.class)
                .hasMessageContaining(named)
                .hasMessageContaining(wayOut)
                .message()
                .doesNotContain("648219");
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", misconfigured);
        assertThatThrownBy(generator::generateKeyPair)
                .isInstanceOf(ProviderException.class)
                .hasMessageContaining(wayOut);
    }
}
