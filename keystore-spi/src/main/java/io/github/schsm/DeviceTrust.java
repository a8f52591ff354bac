package io.github.schsm;

import io.github.schsm.UntrustedDeviceException.Link;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The roots a device may trace to, and the check that it does: device certificate ← issuer ← root. It decides about
 * attestation, key domain memberships and the peers of a key agreement (section 3 of the protocol notes).
 *
 * <p>Expired certificates of devices are accepted unless a date is given: the date says until when the vendor's
 * issuer vouched for a new device, and hardware outlives it.
 */
public final class DeviceTrust {
    /** Root of genuine devices. */
    public static final String PRODUCTION = "production";
    /** Root of the vendor's test devices. */
    public static final String TEST = "test";
    /** Root of this project's simulator; its private key is public, so it proves nothing. */
    public static final String SIMULATOR = "simulator";

    private static final String FILE = "file:";

    private final List<Root> trusted;

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

    private DeviceTrust(List<Root> trusted) {
        this.trusted = List.copyOf(trusted);
    }

    /** Trust in these certificates: roots, or a device's very own self-signed certificate. */
    public static DeviceTrust of(List<Cvc> roots) {
        List<Cvc> certificates = List.copyOf(roots);
        return new DeviceTrust(List.of(() -> certificates));
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
        return new DeviceTrust(roots);
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
     * @param day the day, or null to accept expired certificates
     * @return what was verified
     * @throws UntrustedDeviceException if it does not; message and link say at which step
     */
    public VerifiedDevice verify(DeviceIdentity identity, @Nullable LocalDate day) throws UntrustedDeviceException {
        Cvc device = identity.deviceCertificate();
        if (roots().stream().anyMatch(root -> isSame(root, device)) && device.isSelfSigned()) {
            requireValid(device, day);
            return new VerifiedDevice(identity, device, day);
        }
        Cvc issuer = identity.issuerCertificate()
                .orElseThrow(
                        () -> new UntrustedDeviceException(
                                Link.ROOT,
                                "device " + identity.deviceId()
                                        + " has a self-signed certificate; name that very certificate as trust = file:PATH to trust it"));
        requireRole(Link.DEVICE, device, Cvc.Role.DEVICE);
        requireRole(Link.ISSUER, issuer, Cvc.Role.DEVICE_ISSUER);
        requireIssued(Link.DEVICE, device, issuer);
        Cvc root = root(identity, issuer);
        requireValid(device, day);
        requireValid(issuer, day);
        requireValid(root, day);
        return new VerifiedDevice(identity, root, day);
    }

    /** The root that signed the issuer's certificate; several may have one name. */
    private Cvc root(DeviceIdentity identity, Cvc issuer) throws UntrustedDeviceException {
        String name = issuer.car().orElse("");
        List<Cvc> named =
                roots().stream().filter(root -> root.chr().equals(name)).toList();
        if (named.isEmpty()) {
            throw new UntrustedDeviceException(
                    Link.ROOT,
                    "device " + identity.deviceId() + " traces to the root "
                            + issuer.car().orElse("(unnamed)") + ", trusted are " + rootNames());
        }
        for (Cvc root : named) {
            if (issuer.isSignedBy(root)) {
                return root;
            }
        }
        throw notSigned(Link.ISSUER, issuer, name);
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
     * @param day the day, or null to accept expired certificates
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

    private static boolean isSame(Cvc one, Cvc other) {
        return Arrays.equals(one.getEncoded(), other.getEncoded());
    }

    private static void requireRole(Link link, Cvc certificate, Cvc.Role role) throws UntrustedDeviceException {
        if (certificate.role().filter(role::equals).isEmpty()) {
            throw new UntrustedDeviceException(
                    link,
                    certificate + " is not the certificate of a "
                            + role.name().toLowerCase(Locale.ROOT).replace('_', ' '));
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
        return PrintableText.of("trust in " + rootNames());
    }
}
