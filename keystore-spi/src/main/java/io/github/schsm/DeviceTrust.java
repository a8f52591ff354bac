// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm;

import io.github.schsm.UntrustedDeviceException.Link;
import io.github.schsm.codec.PrintableText;
import io.github.schsm.codec.TextFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The roots a device may trace to, and the check that it does: device certificate ← issuer ← root. It decides about
 * attestation, key domain memberships, the peers of a key agreement, keys for public key authentication and the secure
 * channel (docs/protocol.md#certificates-and-trust, BSI TR-03110 part 3, C.1).
 *
 * <p>What a configured certificate is trusted for is its role: a root for the certificates of device issuers, a device
 * issuer for those of devices, and the certificate of a device, or one that gives no role, for that very device and
 * nothing else. The signature of each certificate, the names in it (its CAR is the CHR of its issuer), its role and its
 * profile have to be right; a date has to be there and right where a day is asked for.
 *
 * <p>Expired certificates of devices are accepted unless a day is given or {@link #withDatesRequired()} asks for it: the
 * date says until when the vendor's issuer vouched for a new device, and hardware outlives it.
 */
public final class DeviceTrust {
    /** Root of genuine devices. */
    public static final String PRODUCTION = "production";
    /** Root of the vendor's test devices. */
    public static final String TEST = "test";
    /** Root of this project's simulator; its private key is public, so it proves nothing. */
    public static final String SIMULATOR = "simulator";

    private static final String FILE = "file:";
    private static final int PROFILE = 0;

    private final List<Root> trusted;
    private final boolean datesRequired;

    /** One or more certificates. */
    private interface Root {
        List<Cvc> certificates();
    }

    /**
     * A root that this build has. Parsed when it is first needed: that takes curves, and so Bouncy Castle, which a program
     * that only has the provider in its list need not wait for.
     */
    private static final class BuiltIn implements Root {
        private final String resource;
        private volatile @Nullable Cvc parsed;

        BuiltIn(String resource) {
            this.resource = resource;
        }

        @Override
        public List<Cvc> certificates() {
            Cvc known = parsed;
            if (known == null) {
                known = parse();
                parsed = known;
            }
            return List.of(known);
        }

        private Cvc parse() {
            try (InputStream in = DeviceTrust.class.getResourceAsStream("roots/" + resource + ".cvc")) {
                if (in == null) {
                    throw new IllegalStateException("the root certificate " + resource + " is missing from this build");
                }
                return Cvc.parse(in.readAllBytes());
            } catch (IOException | MalformedDataException partOfThisBuild) {
                throw new IllegalStateException(partOfThisBuild);
            }
        }
    }

    private DeviceTrust(List<Root> trusted, boolean datesRequired) {
        this.trusted = List.copyOf(trusted);
        this.datesRequired = datesRequired;
    }

    /**
     * Trust in these certificates: each in its role.
     *
     * @param roots certificates of roots, of device issuers, or devices' very own
     */
    public static DeviceTrust of(List<Cvc> roots) {
        List<Cvc> certificates = List.copyOf(roots);
        return new DeviceTrust(List.of(() -> certificates), false);
    }

    /** The same trust, but every certificate of a chain has to be valid today, where no other day is given. */
    public DeviceTrust withDatesRequired() {
        return new DeviceTrust(trusted, true);
    }

    /** Whether certificates have to be valid today where no other day is given. */
    public boolean areDatesRequired() {
        return datesRequired;
    }

    /**
     * Trust by names.
     *
     * @param names comma-separated: {@code production}, {@code test}, {@code simulator}, {@code file:PATH} (one or
     *             more certificates one after the other)
     * @throws ConfigurationException if a name is unknown or a file cannot be used
     */
    public static DeviceTrust parse(String names) throws ConfigurationException {
        List<Root> roots = new ArrayList<>();
        for (String part : names.split(",", -1)) {
            String name = part.strip();
            if (name.startsWith(FILE)) {
                List<Cvc> certificates =
                        fromFile(TextFile.named(name.substring(FILE.length()).strip(), "trust = " + name));
                roots.add(() -> certificates);
            } else {
                roots.add(builtIn(name));
            }
        }
        return new DeviceTrust(roots, false);
    }

    private static Root builtIn(String name) throws ConfigurationException {
        return switch (name.toLowerCase(Locale.ROOT)) {
            case PRODUCTION -> new BuiltIn("DESRCACC100001");
            case TEST -> new BuiltIn("UTSRCACC100001");
            case SIMULATOR -> new BuiltIn("ZZSRCACC100001");
            default ->
                throw new ConfigurationException(
                        "trust = " + name + " is no root: use production, test, simulator or file:PATH");
        };
    }

    private static List<Cvc> fromFile(Path file) throws ConfigurationException {
        try {
            List<Cvc> roots = Cvc.parseAll(Files.readAllBytes(file));
            if (roots.isEmpty()) {
                throw new ConfigurationException("trust = file:" + file + " is empty");
            }
            for (Cvc root : roots) {
                if (root.kind() != Cvc.Kind.CERTIFICATE) {
                    throw new ConfigurationException("trust = file:" + file + ": " + root
                            + " is no certificate of a root, an issuer or a device, but a request for one");
                }
            }
            return roots;
        } catch (IOException unreadable) {
            throw new ConfigurationException("trust = file:" + file + " cannot be read", unreadable);
        } catch (MalformedDataException malformed) {
            throw new ConfigurationException(
                    "trust = file:" + file + " holds no CVC: " + malformed.getMessage(), malformed);
        }
    }

    /** The trusted certificates. */
    public List<Cvc> roots() {
        return trusted.stream().flatMap(root -> root.certificates().stream()).toList();
    }

    /**
     * Verifies that a device traces to a trusted root.
     *
     * @return what was verified
     * @throws UntrustedDeviceException if it does not; message and link say at which step
     */
    public VerifiedDevice verify(DeviceIdentity identity) throws UntrustedDeviceException {
        return verify(identity, null);
    }

    /**
     * Verifies that a device traces to a trusted root, and that its certificates were valid on a day.
     *
     * @param day the day; null to accept expired certificates, or for today where {@link #areDatesRequired()}
     * @return what was verified
     * @throws UntrustedDeviceException if it does not; message and link say at which step
     */
    public VerifiedDevice verify(DeviceIdentity identity, @Nullable LocalDate day) throws UntrustedDeviceException {
        LocalDate asked = day == null && datesRequired ? LocalDate.now(ZoneId.systemDefault()) : day;
        Cvc device = identity.require("the device").deviceCertificate();
        List<Cvc> roots = roots();
        if (roots.stream().anyMatch(trustedOne -> isThatDevice(trustedOne, device))) {
            requireSound(Link.DEVICE, device);
            requireValid(device, asked);
            return new VerifiedDevice(identity, device, asked);
        }
        if (identity.issuerCertificate().isEmpty() && isOnItsOwn(device)) {
            throw new UntrustedDeviceException(
                    Link.ROOT,
                    "device " + identity.deviceId()
                            + " has a self-signed certificate; name that very certificate as trust = file:PATH to trust"
                            + " it");
        }
        Optional<Cvc> trustedIssuer = signer(device, roots, Cvc.Role.DEVICE_ISSUER);
        if (trustedIssuer.isPresent()) {
            requireRole(Link.DEVICE, device, Cvc.Role.DEVICE);
            requireSound(Link.DEVICE, device);
            requireSound(Link.ROOT, trustedIssuer.get());
            requireValid(device, asked);
            requireValid(trustedIssuer.get(), asked);
            return new VerifiedDevice(identity, trustedIssuer.get(), asked);
        }
        Cvc issuer = issuer(identity);
        List<Cvc> named = named(identity, issuer, roots);
        requireRole(Link.DEVICE, device, Cvc.Role.DEVICE);
        requireRole(Link.ISSUER, issuer, Cvc.Role.DEVICE_ISSUER);
        requireIssued(Link.DEVICE, device, issuer);
        Cvc root = root(issuer, named);
        requireSound(Link.DEVICE, device);
        requireSound(Link.ISSUER, issuer);
        requireSound(Link.ROOT, root);
        requireValid(device, asked);
        requireValid(issuer, asked);
        requireValid(root, asked);
        return new VerifiedDevice(identity, root, asked);
    }

    /** A trusted certificate speaks for a device itself, unless it is one that speaks for others. */
    private static boolean isThatDevice(Cvc trustedOne, Cvc device) {
        return trustedOne.equals(device) && !speaksForOthers(device);
    }

    private static boolean speaksForOthers(Cvc certificate) {
        return certificate.role().filter(role -> role != Cvc.Role.DEVICE).isPresent();
    }

    /** Whether nobody but the device itself says who it is. */
    private static boolean isOnItsOwn(Cvc device) {
        return device.car().filter(device.chr()::equals).isPresent() && !speaksForOthers(device);
    }

    private Cvc issuer(DeviceIdentity identity) throws UntrustedDeviceException {
        if (identity.issuerCertificate().isEmpty()) {
            requireRole(Link.DEVICE, identity.deviceCertificate(), Cvc.Role.DEVICE);
        }
        return identity.issuerCertificate()
                .orElseThrow(() -> new UntrustedDeviceException(
                        Link.ROOT,
                        "the certificate of device " + identity.deviceId() + " comes without that of its issuer "
                                + identity.deviceCertificate().car().orElse("(unnamed)") + "; trusted are "
                                + rootNames()));
    }

    /** The trusted certificate of that role that signed another; several may have one name. */
    private static Optional<Cvc> signer(Cvc certificate, List<Cvc> roots, Cvc.Role role) {
        String name = certificate.car().orElse("");
        return roots.stream()
                .filter(root -> root.chr().equals(name)
                        && root.kind() == Cvc.Kind.CERTIFICATE
                        && root.role().filter(role::equals).isPresent()
                        && certificate.isSignedBy(root))
                .findFirst();
    }

    /** The trusted certificates that the issuer's names as its own issuer. */
    private List<Cvc> named(DeviceIdentity identity, Cvc issuer, List<Cvc> roots) throws UntrustedDeviceException {
        String name = issuer.car().orElse("(unnamed)");
        List<Cvc> named = roots.stream().filter(root -> root.chr().equals(name)).toList();
        if (named.isEmpty()) {
            boolean came = identity.rootCertificate()
                    .filter(root -> root.chr().equals(name))
                    .isPresent();
            throw new UntrustedDeviceException(
                    Link.ROOT,
                    "device " + identity.deviceId() + " traces to the root " + name
                            + (came ? ", whose certificate it brings along" : "") + ", trusted are " + rootNames());
        }
        return named;
    }

    /** The root that signed the issuer's certificate. */
    private static Cvc root(Cvc issuer, List<Cvc> named) throws UntrustedDeviceException {
        if (named.stream()
                .noneMatch(root -> root.role().filter(Cvc.Role.ROOT::equals).isPresent())) {
            throw new UntrustedDeviceException(
                    Link.ROOT,
                    named.get(0) + " is trusted, but is not the certificate of a root, and so does not speak for the"
                            + " issuer " + issuer.chr());
        }
        return signer(issuer, named, Cvc.Role.ROOT)
                .orElseThrow(() -> notSigned(Link.ISSUER, issuer, issuer.car().orElse("(unnamed)")));
    }

    /**
     * Verifies that a key was generated in a device that traces to a trusted root: the device's chain, the device's
     * signature on the request, and the key's own.
     *
     * @return what was verified
     * @throws UntrustedDeviceException if any of it does not hold
     */
    public VerifiedKey verify(AttestedPublicKey key) throws UntrustedDeviceException {
        return verify(key, null);
    }

    /**
     * The same, and that the certificates were valid on a day.
     *
     * @param day the day; null to accept expired certificates, or for today where {@link #areDatesRequired()}
     * @return what was verified
     * @throws UntrustedDeviceException if any of it does not hold
     */
    public VerifiedKey verify(AttestedPublicKey key, @Nullable LocalDate day) throws UntrustedDeviceException {
        VerifiedDevice device = verify(key.identity(), day);
        requireAttested(key);
        return new VerifiedKey(device, KeyAttestation.of(key));
    }

    /**
     * Verifies a key's attestation by its device, without regard to the device's own chain.
     *
     * @throws UntrustedDeviceException if it does not hold
     */
    static void requireAttested(AttestedPublicKey key) throws UntrustedDeviceException {
        Cvc request = key.request();
        Cvc device = key.identity().deviceCertificate();
        if (request.profile() != PROFILE) {
            throw new UntrustedDeviceException(Link.KEY, profile(request));
        }
        if (!request.outerCar().orElse("").equals(device.chr())) {
            throw new UntrustedDeviceException(
                    Link.REQUEST,
                    "the public key was attested by " + request.outerCar().orElse("nobody")
                            + ", but the certificates with it are of " + device.chr());
        }
        if (!request.isSignedBy(device)) {
            throw new UntrustedDeviceException(
                    Link.REQUEST,
                    "the attestation of the public key is not signed by device "
                            + key.identity().deviceId());
        }
        if (!request.isSelfSigned()) {
            throw new UntrustedDeviceException(
                    Link.KEY, "the public key's request is not signed with the key itself: it was changed on the way");
        }
    }

    private static String profile(Cvc certificate) {
        return certificate + " is of profile " + (certificate.profile() < 0 ? "(none)" : certificate.profile())
                + ", only " + PROFILE + " is known";
    }

    /** What TR-03110 asks of a certificate by itself. */
    private static void requireSound(Link link, Cvc certificate) throws UntrustedDeviceException {
        if (certificate.profile() != PROFILE) {
            throw new UntrustedDeviceException(link, profile(certificate));
        }
        if (certificate.car().filter(certificate.chr()::equals).isPresent() && !certificate.isSelfSigned()) {
            throw new UntrustedDeviceException(
                    link, certificate + " is said to be signed with its own key, and is not: it was changed");
        }
        LocalDate from = certificate.effectiveDate().orElse(null);
        LocalDate until = certificate.expirationDate().orElse(null);
        if (from != null && until != null && from.isAfter(until)) {
            throw new UntrustedDeviceException(
                    Link.VALIDITY, certificate + " is valid on no day: it begins after it ends");
        }
    }

    private static void requireRole(Link link, Cvc certificate, Cvc.Role role) throws UntrustedDeviceException {
        if (certificate.role().filter(role::equals).isEmpty()) {
            String what = certificate + " is not the certificate of a "
                    + role.name().toLowerCase(Locale.ROOT).replace('_', ' ');
            if (certificate.role().isEmpty()) {
                what += ": it says something else of its holder's rights (as id-IS or id-AT) or nothing at all";
            }
            throw new UntrustedDeviceException(
                    link,
                    role == Cvc.Role.DEVICE && !speaksForOthers(certificate)
                            ? what + "; to trust that very device, name its certificate as trust = file:PATH"
                            : what);
        }
    }

    private static void requireIssued(Link link, Cvc certificate, Cvc issuer) throws UntrustedDeviceException {
        if (!certificate.car().orElse("").equals(issuer.chr()) || !certificate.isSignedBy(issuer)) {
            throw notSigned(link, certificate, issuer.chr());
        }
    }

    private static UntrustedDeviceException notSigned(Link link, Cvc certificate, String issuer) {
        return new UntrustedDeviceException(link, certificate + " is not signed by " + issuer);
    }

    private static void requireValid(Cvc certificate, @Nullable LocalDate day) throws UntrustedDeviceException {
        if (day == null) {
            return;
        }
        if (certificate.effectiveDate().isEmpty()
                || certificate.expirationDate().isEmpty()) {
            throw new UntrustedDeviceException(
                    Link.VALIDITY, certificate + " does not say when it is valid, so nobody can tell for " + day);
        }
        if (certificate.effectiveDate().filter(day::isBefore).isPresent()
                || certificate.expirationDate().filter(day::isAfter).isPresent()) {
            throw new UntrustedDeviceException(Link.VALIDITY, certificate + " is not valid on " + day);
        }
    }

    private String rootNames() {
        return roots().isEmpty()
                ? "none"
                : String.join(", ", roots().stream().map(Cvc::chr).toList());
    }

    @Override
    public String toString() {
        return PrintableText.of("trust in " + rootNames() + (datesRequired ? ", dates required" : ""));
    }

    /**
     * A device whose certificates were verified up to a trusted root (docs/protocol.md#certificates-and-trust). Having one
     * says that the chain holds; {@link DeviceTrust#verify(DeviceIdentity)} and {@link SchsmDevice#attest()} make it.
     *
     * <p>Certificates are public and can be copied: what proves that the device itself is there is a key of it, attested by
     * it, that is used, or a secure channel.
     *
     * @param identity the device's and its issuer's certificate
     * @param root     the trusted certificate at the end of the chain: a root, an issuer, or the device's very own
     * @param day      the day on which all of them had to be valid; null where expired ones were accepted
     */
    public record VerifiedDevice(
            DeviceIdentity identity, Cvc root, @Nullable LocalDate day) {
        /** Checks that nothing is missing. */
        public VerifiedDevice {
            Objects.requireNonNull(identity, "identity");
            Objects.requireNonNull(root, "root");
        }

        /** The device id, e.g. {@code DECC0401002}. */
        public String deviceId() {
            return identity.deviceId();
        }

        /**
         * The certificates from the device's to the trusted one, each signed by the next: three, two where the issuer is
         * trusted itself, or one where that very device is.
         */
        public List<Cvc> chain() {
            Cvc device = identity.deviceCertificate();
            if (Arrays.equals(root.getEncoded(), device.getEncoded())) {
                return List.of(device);
            }
            if (root.role().filter(Cvc.Role.DEVICE_ISSUER::equals).isPresent()) {
                return List.of(device, root);
            }
            List<Cvc> chain = new ArrayList<>();
            chain.add(device);
            identity.issuerCertificate().ifPresent(chain::add);
            chain.add(root);
            return List.copyOf(chain);
        }

        /** The last day on which every certificate of the chain is valid; empty if none says until when it is. */
        public Optional<LocalDate> validUntil() {
            return chain().stream()
                    .flatMap(certificate -> certificate.expirationDate().stream())
                    .min(LocalDate::compareTo);
        }
    }

    /**
     * A key that was verified to have been generated in a device that traces to a trusted root. Having one says that every
     * link holds: the request's inner signature (the device has the private key), its outer signature (by the device), and
     * the device's chain; {@link KeyAttestation#verify(DeviceTrust)} and {@link SchsmDevice#attest(String)} make it.
     *
     * @param device      the device and its chain
     * @param attestation the key and what is said of it
     */
    public record VerifiedKey(VerifiedDevice device, KeyAttestation attestation) {
        /** Checks that nothing is missing. */
        public VerifiedKey {
            Objects.requireNonNull(device, "device");
            Objects.requireNonNull(attestation, "attestation");
        }
    }
}
