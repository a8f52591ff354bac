// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.github.schsm.DeviceTrust.VerifiedDevice;
import io.github.schsm.UntrustedDeviceException.Link;
import io.github.schsm.config.SchsmConfiguration;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The rules of BSI TR-03110 part 3, C.1, for device ← issuer ← root: one row for each, right and wrong. */
class TrustRulesTest {
    private static final LocalDate DAY = LocalDate.of(2030, 6, 1);

    /** What a row changes: the three certificates, who is trusted, what the device brings along, and the day. */
    private static final class World {
        final CvcMaker root = new CvcMaker("XXROOT00001", "XXROOT00001", 0xC0);
        final CvcMaker issuer = new CvcMaker("XXROOT00001", "XXISSUER00001", 0x80);
        final CvcMaker device = new CvcMaker("XXISSUER00001", "XXDEVICE00100000", 0x00);

        @Nullable
        LocalDate day;

        boolean required;
        List<CvcMaker> trusted = List.of(root);
        List<CvcMaker> brought = List.of(device, issuer);

        World() {
            root.explicit = true;
            issuer.signer = root.key;
            device.signer = issuer.key;
        }

        DeviceTrust trust() throws MalformedDataException {
            List<Cvc> certificates = new ArrayList<>();
            for (CvcMaker maker : trusted) {
                certificates.add(made(maker));
            }
            DeviceTrust trust = DeviceTrust.of(certificates);
            return required ? trust.withDatesRequired() : trust;
        }

        DeviceIdentity identity() throws MalformedDataException {
            java.io.ByteArrayOutputStream file = new java.io.ByteArrayOutputStream();
            for (CvcMaker maker : brought) {
                file.writeBytes(made(maker).getEncoded());
            }
            return DeviceIdentity.parse(file.toByteArray());
        }

        /** Once each: signatures are random, and a certificate that is trusted itself is compared by its bytes. */
        private final Map<CvcMaker, Cvc> made = new HashMap<>();

        private Cvc made(CvcMaker maker) throws MalformedDataException {
            if (!made.containsKey(maker)) {
                made.put(maker, maker.make());
            }
            return made.get(maker);
        }

        /** Through attestation, which goes through the device's chain. */
        AttestedPublicKey key() throws MalformedDataException {
            return AttestedPublicKey.of(CvcMaker.request(CvcMaker.pair(), "XXDEVICE00100001", device), identity());
        }
    }

    private interface Change {
        void to(World world) throws Exception;
    }

    /** @param broken the link that does not hold; null where all do */
    private record Row(String name, @Nullable Link broken, Change change) {
        @Override
        public String toString() {
            return (broken == null ? "right: " : "wrong: ") + name;
        }
    }

    private static Row right(String name, Change change) {
        return new Row(name, null, change);
    }

    private static Row wrong(String name, Link link, Change change) {
        return new Row(name, link, change);
    }

    private static CvcMaker selfSignedDevice() {
        return new CvcMaker("XXDEVICE00100000", "XXDEVICE00100000", 0x00);
    }

    static Stream<Row> rows() {
        return Stream.of(
                right("device, issuer, trusted root", w -> {}),
                right("the root comes along, and is trusted", w -> w.brought = List.of(w.device, w.issuer, w.root)),
                wrong("the root comes along, and is not trusted", Link.ROOT, w -> {
                    w.brought = List.of(w.device, w.issuer, w.root);
                    w.trusted = List.of();
                }),
                right(
                        "another root comes along, the trusted one signed",
                        w -> w.brought =
                                List.of(w.device, w.issuer, new CvcMaker("XXOTHER00001", "XXOTHER00001", 0xC0))),
                right("the issuer is trusted", w -> w.trusted = List.of(w.issuer)),
                right("the issuer is trusted and does not come along", w -> {
                    w.trusted = List.of(w.issuer);
                    w.brought = List.of(w.device);
                }),
                right("that very device is trusted", w -> w.trusted = List.of(w.device)),
                right("that very self-signed device is trusted", w -> {
                    CvcMaker device = selfSignedDevice();
                    device.key = w.device.key;
                    device.signer = device.key;
                    w.trusted = List.of(device);
                    w.brought = List.of(device);
                }),
                right("that very self-signed device with rights of another kind is trusted", w -> {
                    CvcMaker device = selfSignedDevice();
                    device.key = w.device.key;
                    device.signer = device.key;
                    device.roleOid = CvcMaker.ID_AT;
                    device.role = new byte[5];
                    w.trusted = List.of(device);
                    w.brought = List.of(device);
                }),
                right("two roots of one name", w -> {
                    CvcMaker other = new CvcMaker("XXROOT00001", "XXROOT00001", 0xC0);
                    w.trusted = List.of(other, w.root);
                }),
                right("valid on the day", w -> w.day = DAY),
                right("expired, no day asked", w -> w.device.expiration = CvcMaker.date(LocalDate.of(2021, 1, 1))),
                right("the device's last day", w -> {
                    w.day = DAY;
                    w.device.expiration = CvcMaker.date(DAY);
                }),
                right("the issuer's last day", w -> {
                    w.day = DAY;
                    w.issuer.expiration = CvcMaker.date(DAY);
                }),
                right("the root's last day", w -> {
                    w.day = DAY;
                    w.root.expiration = CvcMaker.date(DAY);
                }),
                right("the device's first day", w -> {
                    w.day = DAY;
                    w.device.effective = CvcMaker.date(DAY);
                }),
                right("the issuer's first day", w -> {
                    w.day = DAY;
                    w.issuer.effective = CvcMaker.date(DAY);
                }),
                right("the root's first day", w -> {
                    w.day = DAY;
                    w.root.effective = CvcMaker.date(DAY);
                }),
                right("first and last day are one", w -> {
                    w.day = DAY;
                    w.device.effective = CvcMaker.date(DAY);
                    w.device.expiration = CvcMaker.date(DAY);
                }),
                right("the last day of a device whose issuer is trusted", w -> {
                    w.day = DAY;
                    w.device.expiration = CvcMaker.date(DAY);
                    w.trusted = List.of(w.issuer);
                }),
                right("the last day of a trusted device", w -> {
                    w.day = DAY;
                    w.device.expiration = CvcMaker.date(DAY);
                    w.trusted = List.of(w.device);
                }),
                right("valid today, dates required", w -> w.required = true),
                wrong("a trusted self-signed device as root", Link.ROOT, w -> {
                    CvcMaker device = selfSignedDevice();
                    w.issuer.car = device.chr;
                    w.issuer.signer = device.key;
                    w.trusted = List.of(device);
                }),
                wrong("a trusted device as issuer", Link.ROOT, w -> {
                    CvcMaker device = new CvcMaker("XXELSE00001", "XXISSUER00001", 0x00);
                    w.device.signer = device.key;
                    w.trusted = List.of(device);
                    w.brought = List.of(w.device);
                }),
                wrong("a trusted device as issuer that comes along", Link.ISSUER, w -> {
                    w.issuer.role = new byte[] {0};
                    w.trusted = List.of(w.issuer, w.root);
                }),
                wrong("another self-signed device than the trusted", Link.ROOT, w -> {
                    w.trusted = List.of(selfSignedDevice());
                    w.brought = List.of(selfSignedDevice());
                }),
                wrong("a trusted issuer as root", Link.ROOT, w -> {
                    CvcMaker other = new CvcMaker("XXROOT00001", "XXOTHER00001", 0x80);
                    w.issuer.car = other.chr;
                    w.issuer.signer = other.key;
                    w.trusted = List.of(other);
                }),
                wrong("a trusted root as issuer", Link.DEVICE, w -> {
                    w.device.car = w.root.chr;
                    w.device.signer = w.root.key;
                }),
                wrong("a trusted root as device", Link.DEVICE, w -> w.brought = List.of(w.root)),
                wrong("a trusted issuer as device", Link.DEVICE, w -> {
                    w.trusted = List.of(w.issuer, w.root);
                    w.brought = List.of(w.issuer);
                }),
                wrong("the device's role is an issuer's", Link.DEVICE, w -> w.device.role = new byte[] {(byte) 0x80}),
                wrong("the device's role is a root's", Link.DEVICE, w -> w.device.role = new byte[] {(byte) 0xC0}),
                wrong("the device's role is none that is known", Link.DEVICE, w -> w.device.role = new byte[] {0x40}),
                wrong("the device's role has two bytes", Link.DEVICE, w -> w.device.role = new byte[2]),
                wrong("the device is an inspection system", Link.DEVICE, w -> w.device.roleOid = CvcMaker.ID_IS),
                wrong("the device is an authentication terminal", Link.DEVICE, w -> w.device.roleOid = CvcMaker.ID_AT),
                wrong("the issuer's role is a device's", Link.ISSUER, w -> w.issuer.role = new byte[] {0}),
                wrong("the issuer's role is a root's", Link.ISSUER, w -> w.issuer.role = new byte[] {(byte) 0xC0}),
                wrong("the issuer is an inspection system's", Link.ISSUER, w -> w.issuer.roleOid = CvcMaker.ID_IS),
                wrong(
                        "the issuer is an authentication terminal's",
                        Link.ISSUER,
                        w -> w.issuer.roleOid = CvcMaker.ID_AT),
                wrong("the root is an authentication terminal's", Link.ROOT, w -> w.root.roleOid = CvcMaker.ID_AT),
                wrong("the root's role is an issuer's", Link.ROOT, w -> w.root.role = new byte[] {(byte) 0x80}),
                wrong("the device's profile is 1", Link.DEVICE, w -> w.device.profile = new byte[] {1}),
                wrong("the device has no profile", Link.DEVICE, w -> w.device.profile = null),
                wrong("the issuer's profile is 1", Link.ISSUER, w -> w.issuer.profile = new byte[] {1}),
                wrong("the issuer's profile has two bytes", Link.ISSUER, w -> w.issuer.profile = new byte[2]),
                wrong("the root's profile is 1", Link.ROOT, w -> w.root.profile = new byte[] {1}),
                wrong("a trusted device's own profile is 1", Link.DEVICE, w -> {
                    w.device.profile = new byte[] {1};
                    w.trusted = List.of(w.device);
                }),
                wrong("a trusted issuer's profile is 1", Link.ROOT, w -> {
                    w.issuer.profile = new byte[] {1};
                    w.trusted = List.of(w.issuer);
                }),
                wrong("the profile is 1 in a device of a trusted issuer", Link.DEVICE, w -> {
                    w.device.profile = new byte[] {1};
                    w.trusted = List.of(w.issuer);
                }),
                wrong("the role is an issuer's in a device of a trusted issuer", Link.DEVICE, w -> {
                    w.device.role = new byte[] {(byte) 0x80};
                    w.trusted = List.of(w.issuer);
                }),
                wrong("the device names another issuer", Link.DEVICE, w -> w.device.car = "XXOTHER00001"),
                wrong("the device names no issuer", Link.DEVICE, w -> w.device.car = null),
                wrong("the issuer names another root", Link.ROOT, w -> w.issuer.car = "XXOTHER00001"),
                wrong("the issuer names no root", Link.ROOT, w -> w.issuer.car = null),
                wrong("another key signed the device", Link.DEVICE, w -> w.device.signer = CvcMaker.pair()),
                wrong("the device signed itself", Link.DEVICE, w -> w.device.signer = w.device.key),
                wrong("the root signed the device", Link.DEVICE, w -> w.device.signer = w.root.key),
                wrong("another key signed the issuer", Link.ISSUER, w -> w.issuer.signer = CvcMaker.pair()),
                wrong("the issuer signed itself", Link.ISSUER, w -> w.issuer.signer = w.issuer.key),
                wrong("another key signed the self-signed root", Link.ROOT, w -> w.root.signer = CvcMaker.pair()),
                wrong("a self-signed device is not", Link.DEVICE, w -> {
                    CvcMaker device = selfSignedDevice();
                    device.signer = CvcMaker.pair();
                    w.trusted = List.of(device);
                    w.brought = List.of(device);
                }),
                wrong("the device is expired on the day", Link.VALIDITY, w -> {
                    w.day = DAY;
                    w.device.expiration = CvcMaker.date(DAY.minusDays(1));
                }),
                wrong("the device is not yet valid on the day", Link.VALIDITY, w -> {
                    w.day = DAY;
                    w.device.effective = CvcMaker.date(DAY.plusDays(1));
                }),
                wrong("the issuer is expired on the day", Link.VALIDITY, w -> {
                    w.day = DAY;
                    w.issuer.expiration = CvcMaker.date(DAY.minusDays(1));
                }),
                wrong("the root is expired on the day", Link.VALIDITY, w -> {
                    w.day = DAY;
                    w.root.expiration = CvcMaker.date(DAY.minusDays(1));
                }),
                wrong("a trusted issuer is expired on the day", Link.VALIDITY, w -> {
                    w.day = DAY;
                    w.issuer.expiration = CvcMaker.date(DAY.minusDays(1));
                    w.trusted = List.of(w.issuer);
                }),
                wrong("a trusted device is expired on the day", Link.VALIDITY, w -> {
                    w.day = DAY;
                    w.device.expiration = CvcMaker.date(DAY.minusDays(1));
                    w.trusted = List.of(w.device);
                }),
                wrong("the device of a trusted issuer is expired on the day", Link.VALIDITY, w -> {
                    w.day = DAY;
                    w.device.expiration = CvcMaker.date(DAY.minusDays(1));
                    w.trusted = List.of(w.issuer);
                }),
                wrong("the issuer is not yet valid on the day", Link.VALIDITY, w -> {
                    w.day = DAY;
                    w.issuer.effective = CvcMaker.date(DAY.plusDays(1));
                }),
                wrong("the root is not yet valid on the day", Link.VALIDITY, w -> {
                    w.day = DAY;
                    w.root.effective = CvcMaker.date(DAY.plusDays(1));
                }),
                wrong("the device has no dates where a day is asked", Link.VALIDITY, w -> {
                    w.day = DAY;
                    w.device.effective = null;
                    w.device.expiration = null;
                }),
                wrong("the issuer has no last day where a day is asked", Link.VALIDITY, w -> {
                    w.day = DAY;
                    w.issuer.expiration = null;
                }),
                wrong("the device is expired and dates are required", Link.VALIDITY, w -> {
                    w.required = true;
                    w.device.expiration = CvcMaker.date(LocalDate.of(2021, 1, 1));
                }),
                wrong("the device has no dates and dates are required", Link.VALIDITY, w -> {
                    w.required = true;
                    w.device.effective = null;
                }),
                wrong("the device is valid on no day", Link.VALIDITY, w -> {
                    w.device.effective = CvcMaker.date(LocalDate.of(2031, 1, 1));
                    w.device.expiration = CvcMaker.date(LocalDate.of(2030, 1, 1));
                }),
                wrong("the issuer is valid on no day", Link.VALIDITY, w -> {
                    w.issuer.effective = CvcMaker.date(LocalDate.of(2031, 1, 1));
                    w.issuer.expiration = CvcMaker.date(LocalDate.of(2030, 1, 1));
                }));
    }

    @ParameterizedTest
    @MethodSource("rows")
    void aChainHoldsOrBreaksAtItsLink(Row row) throws Exception {
        World world = new World();
        row.change.to(world);
        DeviceTrust trust = world.trust();
        DeviceIdentity identity = world.identity();
        AttestedPublicKey key = world.key();

        if (row.broken == null) {
            VerifiedDevice verified = trust.verify(identity, world.day);
            assertThat(trust.roots()).contains(verified.root());
            List<Cvc> chain = verified.chain();
            for (int i = 0; i + 1 < chain.size(); i++) {
                assertThat(chain.get(i).isSignedBy(chain.get(i + 1))).isTrue();
            }
            assertThat(chain.get(chain.size() - 1)).isEqualTo(verified.root());
            trust.verify(key, world.day);
        } else {
            for (Attempt attempt : List.<Attempt>of(
                    () -> trust.verify(identity, world.day),
                    () -> trust.verify(key, world.day),
                    () -> KeyAttestation.of(key).verify(trust, world.day))) {
                assertThatThrownBy(attempt::make)
                        .isInstanceOfSatisfying(
                                UntrustedDeviceException.class,
                                untrusted -> assertThat(untrusted.link())
                                        .as(untrusted.getMessage())
                                        .contains(row.broken));
            }
        }
    }

    private interface Attempt {
        void make() throws SchsmException;
    }

    private static Stream<Arguments> requests() {
        CvcMaker renamed = new CvcMaker("XXISSUER00001", "XXDEVICE00200000", 0x00);
        CvcMaker namesake = new CvcMaker("XXISSUER00001", "XXDEVICE00100000", 0x00);
        KeyPair key = CvcMaker.pair();
        return Stream.of(
                arguments("the private key is somebody else's", null, key, CvcMaker.pair(), Link.KEY),
                arguments("the device signed for the key", null, key, null, Link.KEY),
                arguments("another name, the device's key", renamed, key, key, Link.REQUEST),
                arguments("the device's name, another key", namesake, key, key, Link.REQUEST));
    }

    /**
     * The chain is right each time, and one thing about the request is not.
     *
     * @param attester who signs the request; null for the device
     * @param signer   who signs inside it; null for the device
     */
    @ParameterizedTest(name = "{0}")
    @MethodSource("requests")
    void aRequestThatDoesNotHoldIsRefusedUnderATrustedDevice(
            String what, @Nullable CvcMaker attester, KeyPair key, @Nullable KeyPair signer, Link broken)
            throws Exception {
        World world = new World();
        if (attester != null && !attester.chr.equals(world.device.chr)) {
            attester.key = world.device.key;
        }
        Cvc request = CvcMaker.request(
                key,
                signer == null ? world.device.key : signer,
                "XXDEVICE00100001",
                attester == null ? world.device : attester);
        AttestedPublicKey attested = AttestedPublicKey.of(request, world.identity());

        world.trust().verify(world.identity());
        for (Attempt attempt : List.<Attempt>of(
                () -> world.trust().verify(attested),
                () -> KeyAttestation.of(attested).verify(world.trust()))) {
            assertThatThrownBy(attempt::make)
                    .isInstanceOfSatisfying(
                            UntrustedDeviceException.class,
                            untrusted -> assertThat(untrusted.link())
                                    .as(untrusted.getMessage())
                                    .contains(broken));
        }
        assertThat(KeyAttestation.of(attested).isSignedByKey()).isEqualTo(broken != Link.KEY);
        assertThat(KeyAttestation.of(attested).isSignedByDevice()).isEqualTo(broken == Link.KEY);
    }

    @Test
    void aRequestOfAnotherProfileIsRefusedUnderATrustedDevice() throws Exception {
        World world = new World();
        CvcMaker inner = CvcMaker.inner(CvcMaker.pair(), "XXDEVICE00100001", world.device);
        inner.profile = new byte[] {1};
        AttestedPublicKey attested = AttestedPublicKey.of(inner.authenticatedBy(world.device), world.identity());

        assertThatThrownBy(() -> world.trust().verify(attested))
                .isInstanceOfSatisfying(
                        UntrustedDeviceException.class,
                        untrusted -> assertThat(untrusted.link()).contains(Link.KEY))
                .hasMessageContaining("profile 1");
    }

    /** It says of itself that it is a root, and nobody but its own key and some device signed that. */
    @Test
    void aRequestWithTheRightsOfARootIsNoRoot() throws Exception {
        World world = new World();
        CvcMaker inner = CvcMaker.inner(world.root.key, world.root.chr, world.root);
        inner.role = world.root.role;
        Cvc request = inner.authenticatedBy(world.device);

        assertThatThrownBy(() -> DeviceTrust.of(List.of(request)).verify(world.identity()))
                .isInstanceOf(UntrustedDeviceException.class);
    }

    @Test
    void aForgedIssuerUnderATrustedDeviceIsRefused() throws Exception {
        World world = new World();
        CvcMaker own = new CvcMaker("DECC040100200000", "DECC040100200000", 0x00);
        world.issuer.car = own.chr;
        world.issuer.signer = own.key;
        world.trusted = List.of(own);

        assertThatThrownBy(() -> world.trust().verify(world.identity()))
                .isInstanceOf(UntrustedDeviceException.class)
                .hasMessageContaining("DECC040100200000")
                .hasMessageContaining("not the certificate of a root");
    }

    @Test
    void aDateThatIsNoneIsRefusedWhereItIsRead() {
        for (byte[] bad : List.of(
                new byte[] {2, 0, 1, 3, 0, 1},
                new byte[] {2, 0, 0, 2, 3, 0},
                new byte[] {2, 0, 0, 1, 0},
                new byte[] {2, 0, 0, 1, 0, 10},
                new byte[] {'2', '0', '0', '1', '0', '1'},
                new byte[0])) {
            CvcMaker maker = new CvcMaker("XXROOT00001", "XXISSUER00001", 0x80);
            maker.expiration = bad;
            assertThatThrownBy(maker::make)
                    .isInstanceOf(MalformedDataException.class)
                    .hasMessageContaining("date");
        }
    }

    @Test
    void aRequestAsTrustedCertificateIsRefusedInTheConfiguration(@TempDir Path folder) throws Exception {
        World world = new World();
        Path file = folder.resolve("request.cvc");
        Files.write(file, world.key().request().inner().getEncoded());

        assertThatThrownBy(() -> DeviceTrust.parse("file:" + file))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("request");
    }

    @Test
    void theConfigurationAsksForDates() throws Exception {
        assertThat(SchsmConfiguration.of("").trust().areDatesRequired()).isFalse();
        assertThat(SchsmConfiguration.of("dates = ignored").trust().areDatesRequired())
                .isFalse();
        assertThat(SchsmConfiguration.of("dates = required; trust = test")
                        .trust()
                        .areDatesRequired())
                .isTrue();
        assertThatThrownBy(() -> SchsmConfiguration.of("dates = maybe"))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("required")
                .hasMessageContaining("ignored");
    }

    @Test
    void anUnknownSignatureAlgorithmIsRefusedAndNotTakenForAnother() throws Exception {
        byte[] encoded = new World().root.make().getEncoded();
        int at = new String(encoded, java.nio.charset.StandardCharsets.ISO_8859_1)
                .indexOf(new String(
                        new byte[] {4, 0, 0x7F, 0, 7, 2, 2, 2, 2, 3}, java.nio.charset.StandardCharsets.ISO_8859_1));
        encoded[at + 9] = 9;

        assertThatThrownBy(() -> Cvc.parse(encoded))
                .isInstanceOf(MalformedDataException.class)
                .hasMessageContaining("unknown public key algorithm");
    }
}
