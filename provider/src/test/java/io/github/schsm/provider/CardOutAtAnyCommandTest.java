// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.AttestedPublicKey;
import io.github.schsm.DataObject;
import io.github.schsm.DeviceInitialization;
import io.github.schsm.Kdm;
import io.github.schsm.KeyAlgorithm;
import io.github.schsm.KeyDomain;
import io.github.schsm.KeyMigration;
import io.github.schsm.SchsmDevice;
import io.github.schsm.SchsmException;
import io.github.schsm.SchsmKeySpec;
import io.github.schsm.TokenKey;
import io.github.schsm.TokenNotPresentException;
import io.github.schsm.card.files.Files;
import io.github.schsm.keystore.TokenDevice;
import io.github.schsm.login.PinSources;
import io.github.schsm.provider.card.CardToken;
import io.github.schsm.simulator.Fault;
import io.github.schsm.simulator.Faults;
import io.github.schsm.simulator.SimulatedDevice;
import io.github.schsm.simulator.VirtualReaders;
import io.github.schsm.spi.Token;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.ProviderException;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import javax.crypto.KeyGenerator;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The card is removed at each command of each operation in turn: the caller is told so, by the exception that is
 * there for it, whatever was to be cleaned up afterwards.
 */
class CardOutAtAnyCommandTest {
    private static final char[] PIN = VirtualReaders.USER_PIN.toCharArray();
    private static final char[] SO_PIN = VirtualReaders.SO_PIN.toCharArray();
    private static final AtomicInteger NUMBER = new AtomicInteger(350_000);
    private static final int MOST_COMMANDS = 120;

    private static int failures;

    private Provider provider;
    private KeyStore keyStore;
    private SimulatedDevice device;
    private SchsmDevice schsm;
    private Member other;

    private interface Operation {
        void run() throws Exception;
    }

    /** What is asked for, and what puts things back before it is asked for again. */
    private record Row(Operation operation, Operation before) {}

    private record Member(Provider provider, KeyStore keyStore, SimulatedDevice device) {
        static Member open(String more) throws Exception {
            String id = "ZZSIM" + NUMBER.incrementAndGet();
            Provider provider = new SchsmProvider().configure("terminal = simulator:memory; device = " + id + more);
            KeyStore keyStore = KeyStore.getInstance("SCHSM", provider);
            keyStore.load(null, PIN);
            return new Member(provider, keyStore, VirtualReaders.memory().device(id));
        }
    }

    @AfterAll
    static void somethingFailed() {
        assertThat(failures).isGreaterThan(500);
    }

    private void open(String more) throws Exception {
        Member member = Member.open(more);
        other = Member.open("");
        provider = member.provider();
        keyStore = member.keyStore();
        device = member.device();
        schsm = SchsmDevice.of(keyStore);
    }

    private Token token() {
        return TokenDevice.tokenOf(schsm);
    }

    private TokenKey key(String label) throws SchsmException {
        return token().keys().stream()
                .filter(key -> key.label().equals(label))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no key " + label));
    }

    private static KeyPair generate(Provider on, SchsmKeySpec spec) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", on);
        generator.initialize(spec);
        return generator.generateKeyPair();
    }

    private void deleteKey(String alias) throws Exception {
        keyStore.deleteEntry(alias);
    }

    private void deleteLeftOvers() throws Exception {
        for (String alias : Collections.list(keyStore.aliases())) {
            if (!List.of("ec", "moving", "signer").contains(alias)) {
                keyStore.deleteEntry(alias);
            }
        }
        deleteHalves();
    }

    private void deleteData() throws Exception {
        for (DataObject object : schsm.dataObjects()) {
            schsm.deleteData(object);
        }
        deleteHalves();
    }

    /** Files of certificates and data objects whose other half went: each of them costs a command when it is listed. */
    private void deleteHalves() throws Exception {
        ((CardToken) token()).withCard(card -> {
            for (int fid : card.enumerateObjects()) {
                int number = fid & 0xFF;
                if (List.of(
                                Files.caCertificate(number),
                                Files.certificateDescription(number),
                                Files.dataDescription(number),
                                Files.publicData(number),
                                Files.privateData(number))
                        .contains(fid)) {
                    card.deleteFile(fid);
                }
            }
            return true;
        });
        keyStore.load(null, PIN.clone());
    }

    @SuppressWarnings("JavaUtilDate") // what Bouncy Castle takes
    private static X509Certificate certificate(KeyPair subject) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", "SunEC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        KeyPair issuer = generator.generateKeyPair();
        X500Name name = new X500Name("CN=card out");
        return new JcaX509CertificateConverter()
                .getCertificate(new JcaX509v3CertificateBuilder(
                                name,
                                BigInteger.ONE,
                                new Date(0),
                                new Date(4_000_000_000_000L),
                                name,
                                subject.getPublic())
                        .build(new JcaContentSignerBuilder("SHA256withECDSA")
                                .setProvider("SunEC")
                                .build(issuer.getPrivate())));
    }

    private Map<String, Row> rows() throws Exception {
        ECGenParameterSpec p256 = new ECGenParameterSpec("secp256r1");
        KeyPair signer = generate(
                provider,
                SchsmKeySpec.builder("signer")
                        .parameters(new ECGenParameterSpec("brainpoolP256r1"))
                        .build());
        Kdm kdm = Kdm.issue(signer, schsm.identity());
        KeyDomain domain = schsm.createKeyDomain(0, kdm);
        SchsmDevice.of(other.keyStore())
                .createKeyDomain(
                        0, Kdm.issue(signer, SchsmDevice.of(other.keyStore()).identity()));
        KeyPair ec =
                generate(provider, SchsmKeySpec.builder("ec").parameters(p256).build());
        generate(
                provider,
                SchsmKeySpec.builder("moving")
                        .parameters(p256)
                        .domain(domain)
                        .allow(KeyAlgorithm.ECDSA, KeyAlgorithm.WRAP)
                        .build());
        AttestedPublicKey peer =
                (AttestedPublicKey) generate(other.provider(), SchsmKeySpec.exchangeKey("exchange", schsmDomain()))
                        .getPublic();
        X509Certificate certificate = certificate(ec);
        PrivateKey handle = (PrivateKey) keyStore.getKey("ec", null);
        Certificate[] chain = {keyStore.getCertificate("ec")};
        Operation nothing = () -> {};

        Map<String, Row> rows = new LinkedHashMap<>();
        rows.put("list", new Row(() -> Collections.list(keyStore.aliases()), nothing));
        rows.put("info", new Row(schsm::info, nothing));
        rows.put("keys", new Row(() -> token().keys(), nothing));
        rows.put("details", new Row(() -> token().details(key("ec")), nothing));
        rows.put("certificates", new Row(() -> token().certificates(), nothing));
        rows.put("login", new Row(() -> token().login(PinSources.password(PIN.clone())), nothing));
        rows.put("isLoggedIn", new Row(() -> token().isLoggedIn(), nothing));
        rows.put("logout", new Row(() -> token().logout(), nothing));
        rows.put("sign", new Row(() -> token().sign(key("ec"), KeyAlgorithm.ECDSA, new byte[32]), nothing));
        rows.put("random", new Row(() -> token().random(2000), nothing));
        rows.put("rename", new Row(() -> token().rename(key("ec"), "ec"), nothing));
        rows.put(
                "rename by key store",
                new Row(
                        () -> keyStore.setEntry("renamed", new KeyStore.PrivateKeyEntry(handle, chain), null),
                        nothing));
        rows.put("store certificate", new Row(() -> store(certificate), nothing));
        rows.put(
                "store certificate by token",
                new Row(() -> token().storeCertificate(key("ec"), certificate.getEncoded()), nothing));
        rows.put(
                "add certificate",
                new Row(() -> keyStore.setCertificateEntry("ca", certificate), this::deleteLeftOvers));
        rows.put("delete certificate", new Row(() -> keyStore.deleteEntry("ca"), () -> {
            deleteLeftOvers();
            keyStore.setCertificateEntry("ca", certificate);
        }));
        rows.put("replace certificate", new Row(() -> keyStore.setCertificateEntry("ca", certificate), () -> {
            deleteLeftOvers();
            keyStore.setCertificateEntry("ca", certificate);
        }));
        rows.put("chain", new Row(() -> keyStore.getCertificateChain("ec"), nothing));
        rows.put("entry", new Row(() -> keyStore.getEntry("moving", null), nothing));
        rows.put(
                "generate",
                new Row(
                        () -> generate(
                                provider,
                                SchsmKeySpec.builder("new").parameters(p256).build()),
                        this::deleteLeftOvers));
        rows.put(
                "generate AES",
                new Row(
                        () -> {
                            KeyGenerator generator = KeyGenerator.getInstance("AES", provider);
                            generator.init(256);
                            generator.generateKey();
                        },
                        this::deleteLeftOvers));
        rows.put("delete key", new Row(() -> deleteKey("new"), () -> {
            deleteLeftOvers();
            generate(provider, SchsmKeySpec.builder("new").parameters(p256).build());
        }));
        for (boolean pinProtected : new boolean[] {false, true}) {
            DataObject wanted = DataObject.of("data", pinProtected);
            rows.put(
                    "store data " + pinProtected,
                    new Row(() -> schsm.storeData(wanted, new byte[2000]), this::deleteData));
            Operation one = () -> {
                deleteData();
                schsm.storeData(wanted, new byte[2000]);
            };
            rows.put("read data " + pinProtected, new Row(() -> schsm.readData(object()), one));
            rows.put("replace data " + pinProtected, new Row(() -> schsm.storeData(object(), new byte[100]), one));
            rows.put("delete data " + pinProtected, new Row(() -> schsm.deleteData(object()), one));
        }
        rows.put("label", new Row(() -> schsm.setLabel("a label"), nothing));
        rows.put("key domains", new Row(() -> schsm.keyDomains(), nothing));
        rows.put("agree", new Row(() -> token().keyDomains().agree(key("exchange"), peer), () -> {
            deleteLeftOvers();
            generate(provider, SchsmKeySpec.exchangeKey("exchange", schsm.keyDomain(0)));
            token().keyDomains().clearKek(0);
        }));
        rows.put("clear KEK", new Row(() -> token().keyDomains().clearKek(0), nothing));
        rows.put(
                "create XKEK domain",
                new Row(
                        () -> schsm.createKeyDomain(1, kdm),
                        () -> token().keyDomains().delete(1)));
        rows.put(
                "create DKEK domain",
                new Row(
                        () -> token().keyDomains().createDkek(2, 1),
                        () -> token().keyDomains().delete(2)));
        rows.put("import share", new Row(() -> token().keyDomains().importShare(2, new byte[32]), () -> {
            token().keyDomains().delete(2);
            token().keyDomains().createDkek(2, 1);
        }));
        rows.put("delete domain", new Row(() -> token().keyDomains().delete(2), nothing));
        rows.put("migrate away", new Row(() -> move(keyStore, other.keyStore()), () -> {
            deleteLeftOvers();
            for (String alias : Collections.list(other.keyStore().aliases())) {
                other.keyStore().deleteEntry(alias);
            }
        }));
        rows.put("migrate here", new Row(() -> move(other.keyStore(), keyStore), () -> {
            deleteLeftOvers();
            if (!other.keyStore().containsAlias("moving")) {
                move(keyStore, other.keyStore());
            }
            keyStore.deleteEntry("moving");
            deleteLeftOvers();
        }));
        rows.put("free memory", new Row(() -> schsm.administration().freeMemory(), nothing));
        rows.put("PIN status", new Row(() -> schsm.administration().userPin(), nothing));
        rows.put("SO-PIN status", new Row(() -> schsm.administration().soPin(), nothing));
        rows.put("change PIN", new Row(() -> schsm.administration().changePin(PIN.clone(), PIN.clone()), nothing));
        rows.put(
                "change SO-PIN",
                new Row(() -> schsm.administration().changeSoPin(SO_PIN.clone(), SO_PIN.clone()), nothing));
        rows.put("unblock", new Row(() -> schsm.administration().unblock(SO_PIN.clone(), PIN.clone()), nothing));
        rows.put(
                "initialize",
                new Row(
                        () -> schsm.administration()
                                .initialize(DeviceInitialization.builder(PIN.clone(), SO_PIN.clone())
                                        .label("new")
                                        .build()),
                        nothing));
        return rows;
    }

    private KeyDomain schsmDomain() throws SchsmException {
        return SchsmDevice.of(other.keyStore()).keyDomain(0);
    }

    private static void move(KeyStore from, KeyStore to) throws Exception {
        KeyMigration.from(from).to(to).move("moving");
    }

    /** The key may have got its new label before the card went. */
    private void renameBack() throws SchsmException {
        for (TokenKey key : token().keys()) {
            if (List.of("renamed", "certified").contains(key.label())) {
                token().rename(key, "ec");
            }
        }
    }

    private void store(X509Certificate certificate) throws Exception {
        PrivateKey handle = (PrivateKey) keyStore.getKey("ec", null);
        keyStore.setEntry("certified", new KeyStore.PrivateKeyEntry(handle, new Certificate[] {certificate}), null);
    }

    private DataObject object() throws SchsmException {
        return schsm.dataObjects().get(0);
    }

    private void prepare(Operation before) throws Exception {
        device.faults().clear();
        if (!device.isInserted()) {
            device.insert();
        }
        keyStore.load(null, PIN.clone());
        other.keyStore().load(null, PIN.clone());
        renameBack();
        before.run();
        keyStore.load(null, PIN.clone());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "; channel = secure; trust = simulator"})
    void itsRemovalIsTold(String channel) throws Exception {
        open(channel);
        List<String> wrong = new ArrayList<>();
        for (Map.Entry<String, Row> row : rows().entrySet()) {
            if (channel.isEmpty()) {
                removeAtEach(row, n -> Fault.removalBefore(), wrong);
                removeAtEach(row, n -> Fault.removalAfter(), wrong);
            } else {
                removeAtEach(row, n -> n % 2 == 0 ? Fault.removalBefore() : Fault.removalAfter(), wrong);
            }
        }
        assertThat(wrong).isEmpty();
    }

    private void removeAtEach(Map.Entry<String, Row> row, IntFunction<Fault> faults, List<String> wrong)
            throws Exception {
        boolean happened = true;
        for (int n = 1; happened && n < MOST_COMMANDS; n++) {
            prepare(row.getValue().before());
            Fault fault = faults.apply(n);
            device.faults().add(n, Faults.any(), fault);
            try {
                row.getValue().operation().run();
            } catch (GeneralSecurityException | IOException | ProviderException failed) {
                failures++;
                if (!isRemovalTold(failed)) {
                    wrong.add(row.getKey() + ", " + fault + " at command " + n + ": " + failed);
                }
            } catch (RuntimeException unchecked) {
                wrong.add(row.getKey() + ", " + fault + " at command " + n + ": " + unchecked);
            }
            happened = device.faults().pending() == 0;
        }
        assertThat(happened).as(row.getKey()).isFalse();
    }

    private static boolean isRemovalTold(Exception failed) {
        Throwable cause = failed;
        while (cause != null && !(cause instanceof SchsmException)) {
            cause = cause.getCause();
        }
        return cause instanceof TokenNotPresentException;
    }
}
