// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.inventory;

import io.github.schsm.AttestedPublicKey;
import io.github.schsm.Cvc;
import io.github.schsm.DataObject;
import io.github.schsm.DeviceIdentity;
import io.github.schsm.DeviceTrust.VerifiedDevice;
import io.github.schsm.KeyAttestation;
import io.github.schsm.KeyDetails;
import io.github.schsm.KeyDomain;
import io.github.schsm.MalformedDataException;
import io.github.schsm.SchsmDevice;
import io.github.schsm.SchsmDevice.FoundDevice;
import io.github.schsm.SchsmDevice.TokenInfo;
import io.github.schsm.SchsmException;
import io.github.schsm.TokenAdministration;
import io.github.schsm.TokenAdministration.PinStatus;
import io.github.schsm.TokenCertificate;
import io.github.schsm.TokenKey;
import io.github.schsm.TokenNotPresentException;
import io.github.schsm.TransportException;
import io.github.schsm.UnsupportedByDeviceException;
import io.github.schsm.UntrustedDeviceException;
import io.github.schsm.admin.inventory.Inventory.Attestation;
import io.github.schsm.admin.inventory.Inventory.Certificate;
import io.github.schsm.admin.inventory.Inventory.ChainLink;
import io.github.schsm.admin.inventory.Inventory.Data;
import io.github.schsm.admin.inventory.Inventory.LooseCertificate;
import io.github.schsm.admin.inventory.Inventory.Pin;
import io.github.schsm.admin.inventory.Inventory.Trust;
import io.github.schsm.admin.inventory.ReadDevice.ReadKey;
import io.github.schsm.codec.Tlv;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads one device. What cannot be read becomes a problem of the device, and the rest is read all the same; only a device
 * that is gone ends it.
 */
final class DeviceReading {
    private final FoundDevice found;
    private final SchsmDevice device;
    private final Evidence evidence;
    private final boolean contents;
    private final List<String> problems;
    private @Nullable String keyProblem;

    /**
     * Of a device.
     *
     * @param contents whether what is on it is read
     * @param problems what went wrong so far; more is added
     */
    DeviceReading(FoundDevice found, SchsmDevice device, Evidence evidence, boolean contents, List<String> problems) {
        this.found = found;
        this.device = device;
        this.evidence = evidence;
        this.contents = contents;
        this.problems = problems;
    }

    private interface Part<T> {
        @Nullable
        T read() throws SchsmException;
    }

    /** Reads a part, on which the other parts do not depend; null if it could not be read. */
    private <T> @Nullable T part(String what, Part<T> part) throws SchsmException {
        try {
            return part.read();
        } catch (UnsupportedByDeviceException hasNone) {
            return null;
        } catch (TokenNotPresentException | TransportException gone) {
            throw gone;
        } catch (SchsmException failed) {
            problems.add(what + " could not be read: " + failed.getMessage());
            return null;
        }
    }

    private <T> T partOr(T otherwise, String what, Part<T> part) throws SchsmException {
        T read = part(what, part);
        return read == null ? otherwise : read;
    }

    ReadDevice read(boolean pinVerified) throws SchsmException {
        if (contents) {
            device.refresh();
        }
        TokenInfo info = device.info();
        DeviceIdentity identity = part("the device certificate", this::identity);
        Trust trust = trust(identity);
        Pin userPin = part(
                "the state of the user PIN", () -> pin(device.administration().userPin()));
        Pin soPin = contents
                ? part(
                        "the state of the SO-PIN",
                        () -> pin(device.administration().soPin()))
                : null;
        Long free = part("the free memory", this::freeMemory);
        Leaving leaving = partOr(new Leaving(-1, List.of()), "the key domains", () -> Leaving.of(device));
        List<ReadKey> keys = contents ? keys(leaving) : List.of();
        List<LooseCertificate> certificates =
                contents ? partOr(List.of(), "the certificates", this::certificates) : List.of();
        List<Data> data = contents ? partOr(List.of(), "the data objects", this::data) : List.of();
        return new ReadDevice(
                device.name(),
                device.deviceId(),
                found.reader(),
                info,
                identity,
                trust,
                userPin,
                soPin,
                free,
                leaving,
                keys,
                certificates,
                data,
                pinVerified,
                device.defect().orElse(null),
                pinVerified ? List.of() : notSeen(trust, leaving, keys),
                problems,
                keyProblem);
    }

    private @Nullable DeviceIdentity identity() throws SchsmException {
        DeviceIdentity identity = device.identity();
        return identity.isMissing() ? null : identity;
    }

    private Trust trust(@Nullable DeviceIdentity identity) throws SchsmException {
        try {
            VerifiedDevice verified = device.attest();
            return new Trust(true, null, evidence.chain(verified));
        } catch (UnsupportedByDeviceException another) {
            // No SmartCard-HSM, so there is nothing to trace.
            return new Trust(null, another.getMessage(), List.of());
        } catch (TokenNotPresentException | TransportException gone) {
            throw gone;
        } catch (SchsmException distrust) {
            return new Trust(false, distrust.getMessage(), identity == null ? List.of() : claimed(identity));
        }
    }

    private List<ChainLink> claimed(DeviceIdentity identity) {
        List<ChainLink> chain = new ArrayList<>();
        chain.add(evidence.link(identity.deviceCertificate()));
        identity.issuerCertificate().map(evidence::link).ifPresent(chain::add);
        return chain;
    }

    private @Nullable Long freeMemory() throws SchsmException {
        TokenAdministration administration = device.administration();
        long free = administration.freeMemory();
        return free < 0 ? null : free;
    }

    private static Pin pin(PinStatus status) {
        return new Pin(status.state(), status.triesLeft() < 0 ? null : status.triesLeft());
    }

    private List<ReadKey> keys(Leaving leaving) throws SchsmException {
        List<TokenKey> listed = part("the keys", device::keys);
        if (listed == null) {
            keyProblem = problems.isEmpty() ? "its keys could not be read" : problems.get(problems.size() - 1);
            return List.of();
        }
        List<ReadKey> keys = new ArrayList<>();
        for (TokenKey key : listed) {
            keys.add(key(key, leaving));
        }
        return keys;
    }

    private ReadKey key(TokenKey key, Leaving leaving) throws SchsmException {
        String what = "key \"" + key.label() + "\" (" + key.reference() + ")";
        KeyDetails nothing = new KeyDetails(
                null, null, 0, null, OptionalLong.empty(), OptionalInt.empty(), OptionalInt.empty(), Set.of());
        KeyDetails details = partOr(nothing, what, () -> device.details(key));
        byte[] stored = key.type().isPrivate()
                ? part(
                        "the certificate of " + what,
                        () -> device.certificate(key).orElse(null))
                : null;
        return new ReadKey(
                key,
                details,
                details.publicKey() == null
                        ? null
                        : KeyFingerprint.of(details.publicKey()).orElse(null),
                details.equals(nothing) ? new Leaving.Way(null, null) : leaving.of(details),
                attestation(key, details, stored),
                stored == null || stored.length == 0 ? null : evidence.certificate(stored),
                stored);
    }

    private Attestation attestation(TokenKey key, KeyDetails details, byte @Nullable [] stored) {
        if (!key.type().isPrivate()) {
            return none("devices attest key pairs, not secret keys");
        }
        if (details.publicKey() instanceof AttestedPublicKey attested) {
            List<String> chain = evidence.keepAll(attested.chain());
            try {
                KeyAttestation.of(attested).verify(device.trust());
                return new Attestation(true, attested.identity().deviceId(), null, chain);
            } catch (UntrustedDeviceException broken) {
                return new Attestation(false, attested.identity().deviceId(), broken.getMessage(), chain);
            }
        }
        if (stored == null || stored.length == 0) {
            return none(
                    "nothing is stored with it, as after an import: the device in which it was generated attests it");
        }
        Certificate certificate = evidence.certificate(stored);
        return switch (certificate.kind()) {
            case X509 ->
                none("an X.509 certificate took the place of the attestation: use the file that the attestation was"
                        + " saved to before that");
            case UNREADABLE -> none("what is stored with it can not be read");
            case CVC, REQUEST -> foreign(stored);
        };
    }

    private Attestation foreign(byte[] stored) {
        try {
            Cvc request = Cvc.parse(Tlv.parseFirst(stored));
            String maker = request.outerCar().orElse(null);
            return maker == null
                    ? none("what is stored with it was not authenticated by a device")
                    : new Attestation(
                            false,
                            maker,
                            "it was generated in another device, " + maker + ", which attests it",
                            List.of(evidence.keep(request.getEncoded())));
        } catch (MalformedDataException unreadable) {
            return none("what is stored with it can not be read");
        }
    }

    private static Attestation none(String reason) {
        return new Attestation(false, null, reason, List.of());
    }

    private List<LooseCertificate> certificates() throws SchsmException {
        List<LooseCertificate> certificates = new ArrayList<>();
        for (TokenCertificate certificate : device.certificates()) {
            byte[] encoded = part("certificate \"" + certificate.label() + "\"", () -> device.certificate(certificate));
            if (encoded != null) {
                certificates.add(new LooseCertificate(
                        certificate.label(), certificate.reference(), evidence.certificate(encoded)));
            }
        }
        return certificates;
    }

    private List<Data> data() throws SchsmException {
        List<Data> data = new ArrayList<>();
        for (DataObject object : device.dataObjects()) {
            data.add(new Data(object.label(), object.application(), object.oid(), object.pinProtected()));
        }
        return data;
    }

    private static List<String> notSeen(Trust trust, Leaving leaving, List<ReadKey> keys) {
        List<String> notSeen = new ArrayList<>();
        if (trust.genuine() == null) {
            notSeen.add("secret keys and protected objects, which the module shows after the login only");
        }
        leaving.domains().stream()
                .filter(KeyDomain.Status::isKcvHidden)
                .map(status -> "the key check value of the DKEK in slot " + status.slot())
                .forEach(notSeen::add);
        keys.stream()
                .filter(key -> key.publicKey() == null && key.key().type().isPrivate())
                .map(key -> "the public key of \"" + key.key().label() + "\", which its use shows")
                .forEach(notSeen::add);
        return notSeen;
    }
}
