// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider.card;

import io.github.schsm.AttestedPublicKey;
import io.github.schsm.DeviceException;
import io.github.schsm.InvalidRequestException;
import io.github.schsm.Kdm;
import io.github.schsm.KeyAlgorithm;
import io.github.schsm.KeyDetails;
import io.github.schsm.KeyDomain;
import io.github.schsm.KeyDomainException;
import io.github.schsm.KeyType;
import io.github.schsm.MalformedDataException;
import io.github.schsm.PinException;
import io.github.schsm.SchsmException;
import io.github.schsm.SchsmException.Reason;
import io.github.schsm.TokenKey;
import io.github.schsm.UnsupportedByDeviceException;
import io.github.schsm.WrappedKeyEntry;
import io.github.schsm.card.SmartCardHsm;
import io.github.schsm.card.apdu.RetryPolicy;
import io.github.schsm.card.apdu.StatusWords;
import io.github.schsm.card.dkek.Dkek;
import io.github.schsm.card.files.Files;
import io.github.schsm.card.files.PrivateKeyDescription;
import io.github.schsm.codec.EcCurve;
import io.github.schsm.codec.SoftwareKey;
import io.github.schsm.codec.X509Certificates;
import io.github.schsm.mechanism.Lightweight;
import io.github.schsm.spi.ImportRequest;
import io.github.schsm.spi.KeyDomains;
import io.github.schsm.spi.KeyProof;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.interfaces.ECPublicKey;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import org.bouncycastle.crypto.BlockCipher;
import org.bouncycastle.crypto.macs.CMac;
import org.bouncycastle.crypto.params.KeyParameter;
import org.jspecify.annotations.Nullable;

/** The key domains of a SmartCard-HSM. What the device would refuse anyway is checked here only to say why. */
final class CardKeyDomains implements KeyDomains {
    private static final byte SEQUENCE = 0x30;
    private static final int AES_BLOCK = 16;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final CardToken token;
    private volatile boolean manyExpected;

    CardKeyDomains(CardToken token) {
        this.token = token;
    }

    @Override
    public KeyDomain.Status status(int slot) throws SchsmException {
        return token.withCard(card -> status(card, slot));
    }

    private KeyDomain.Status status(SmartCardHsm card, int slot) throws SchsmException {
        return card.queryKeyDomain(slot)
                .orElseThrow(() -> new DeviceException(
                        Reason.OBJECT_NOT_FOUND,
                        "MANAGE KEY DOMAIN",
                        0x6A88,
                        "there is no key domain in slot " + slot + " of device " + token.name()));
    }

    @Override
    public int slots() throws SchsmException {
        return token.withCard(card -> card.listKeyDomains().slots());
    }

    @Override
    public List<KeyDomain.Status> list() throws SchsmException {
        return token.withCard(card -> card.listKeyDomains().domains());
    }

    @Override
    public KeyDomain.Status createXkek(int slot, Kdm kdm) throws SchsmException {
        kdm.verifyFor(token.identity());
        token.trust().verify(kdm.identity());
        KeyDomain.Status status = token.withCard(card -> {
            Optional<KeyDomain.Status> before = card.queryKeyDomain(slot);
            if (before.isPresent()) {
                throw new KeyDomainException("slot " + slot + " of device " + token.name()
                        + " has a key domain already: " + before.get() + "; choose another slot or delete it first");
            }
            KeyDomain.Status made = card.createXkekDomain(slot, kdm);
            if (!KeyDomain.Status.sameUid(made.uid(), kdm.uid())) {
                throw takenBack(card, made, "which is not the domain of " + kdm);
            }
            return made;
        });
        return status;
    }

    /** A key domain that is not the one that was asked for goes again: nothing is in it yet. */
    private KeyDomainException takenBack(SmartCardHsm card, KeyDomain.Status made, String reason) {
        KeyDomainException wrong = new KeyDomainException(
                "device " + token.name() + " created " + made + ", " + reason + ": it is not used and was deleted");
        try {
            card.deleteKeyDomain(made.slot());
        } catch (SchsmException stays) {
            wrong.addSuppressed(stays);
        }
        return wrong;
    }

    @Override
    public KeyDomain.Status createDkek(int slot, int shares) throws SchsmException {
        return token.withCard(card -> {
            Optional<KeyDomain.Status> before = card.queryKeyDomain(slot);
            if (before.isPresent()) {
                throw new KeyDomainException("slot " + slot + " of device " + token.name()
                        + " has a key domain already: " + before.get() + "; choose another slot or delete it first");
            }
            KeyDomain.Status made = card.createDkekDomain(slot, shares);
            if (made.isXkek() || made.shares() != shares || made.outstanding() != shares || made.hasKek()) {
                throw takenBack(card, made, "where a DKEK of " + shares + " shares was asked for");
            }
            return made;
        });
    }

    @Override
    public KeyDomain.Status importShare(int slot, byte[] share) throws SchsmException {
        return token.withCard(card -> card.importDkekShare(slot, share));
    }

    @Override
    public void clearKek(int slot) throws SchsmException {
        KeyDomain.Status status = token.withCard(card -> card.deleteKek(slot));
        if (status.hasKek()) {
            throw new KeyDomainException("device " + token.name() + " was told to delete the KEK in slot " + slot
                    + ", and still has one: " + status);
        }
    }

    @Override
    public void delete(int slot) throws SchsmException {
        token.withCard(card -> {
            card.deleteKeyDomain(slot);
            return true;
        });
    }

    @Override
    public KeyDomain.Status agree(TokenKey exchange, AttestedPublicKey peer) throws SchsmException {
        int kid = CardToken.kid(exchange);
        KeyDetails details = token.details(exchange);
        if (!details.isExchangeKey() || details.keyDomain().isEmpty()) {
            throw new KeyDomainException(exchange + " of device " + token.name()
                    + " is not an exchange key: one is generated in the key domain with ECDH_XKEK as its only algorithm"
                    + " (SchsmKeySpec.exchangeKey)");
        }
        token.trust().verify(peer);
        byte[] peersDomain = peer.keyDomainUid()
                .orElseThrow(() -> new KeyDomainException("the public key from device "
                        + peer.identity().deviceId() + " is not that of an exchange key: it names no key domain"));
        int slot = details.keyDomain().getAsInt();
        byte[] ours = domainUid(details, slot);
        if (!KeyDomain.Status.sameUid(ours, peersDomain)) {
            HexFormat hex = HexFormat.of().withUpperCase();
            throw new KeyDomainException("the exchange key from device "
                    + peer.identity().deviceId()
                    + " is of key domain " + hex.formatHex(peersDomain) + ", " + exchange + " of device " + token.name()
                    + " is of key domain " + hex.formatHex(ours));
        }
        KeyDomain.Status status = token.withCard(card -> {
            card.deriveXkek(kid, peer);
            return status(card, slot);
        });
        if (!status.hasKek()) {
            throw new KeyDomainException("device " + token.name() + " has no KEK in slot " + slot
                    + " after the agreement with " + peer.identity().deviceId());
        }
        if (!KeyDomain.Status.sameUid(status.uid(), ours)) {
            throw new KeyDomainException("device " + token.name() + " agreed on the KEK of " + status
                    + ", which is not the key domain of " + exchange);
        }
        return status;
    }

    /** The exchange key's own request names the domain; only where a certificate replaced it the device is asked. */
    private byte[] domainUid(KeyDetails details, int slot) throws SchsmException {
        if (details.publicKey() instanceof AttestedPublicKey attested
                && attested.keyDomainUid().isPresent()) {
            return attested.keyDomainUid().get();
        }
        return status(slot).uid();
    }

    @Override
    public WrappedKeyEntry wrap(TokenKey key) throws SchsmException {
        int kid = CardToken.kid(key);
        return token.withContents(card -> {
            byte[] blob;
            try {
                blob = card.wrapKey(kid);
            } catch (PinException noReasonToLookFurther) {
                throw noReasonToLookFurther;
            } catch (DeviceException refused) {
                throw whyNotWrapped(card, key, kid, refused);
            }
            byte[] description = token.description(card, kid)
                    .map(PrivateKeyDescription::encode)
                    .orElse(null);
            return WrappedKeyEntry.of(
                    blob, description, token.certificate(card, kid).orElse(null), List.of());
        });
    }

    private SchsmException whyNotWrapped(SmartCardHsm card, TokenKey key, int kid, DeviceException refused)
            throws SchsmException {
        KeyDetails details = token.details(card, kid, key.type());
        Optional<KeyDomain.Status> domain = domainOf(card, details);
        if (domain.isEmpty()) {
            return withCause(
                    new KeyDomainException(key + " of device " + token.name()
                            + " is in no key domain and cannot leave: " + refused.getMessage()),
                    refused);
        }
        KeyDomain.Status status = domain.get();
        if (!status.hasKek() && !status.isKcvHidden()) {
            return withCause(
                    new KeyDomainException(
                            "key domain " + status.slot() + " of device " + token.name() + " has no KEK, so "
                                    + key + " cannot be wrapped: "
                                    + (status.isXkek()
                                            ? "agree on one first (KeyAgreement ECDH_XKEK)"
                                            : "import the DKEK's shares first")),
                    refused);
        }
        if (!details.lists(KeyAlgorithm.WRAP)) {
            return withCause(
                    new DeviceException(
                            Reason.ALGORITHM_NOT_ALLOWED,
                            refused.command(),
                            refused.statusWord(),
                            key + " of device "
                                    + token.name() + " may not be wrapped: WRAP is not in its algorithm list "
                                    + details.algorithmNames()
                                            .map(Object::toString)
                                            .orElse("(there is none)")
                                    + (details.lists(KeyAlgorithm.ALL) ? ", and ALL does not include it" : "")),
                    refused);
        }
        if (status.isXkek() && refused.statusWord() == StatusWords.REFERENCED_DATA_NOT_FOUND) {
            return withCause(
                    new UnsupportedByDeviceException("the firmware of device " + token.name()
                            + " cannot wrap the keys of an XKEK key domain: " + key
                            + ", its KEK and WRAP in its list are"
                            + " there, and the device answers "
                            + String.format(Locale.ROOT, "%04X", refused.statusWord())
                            + " to " + refused.command() + ". Some open firmware (versions 4 to 6.6) is so; keys cannot"
                            + " be moved from it this way"),
                    refused);
        }
        return refused;
    }

    /** A key that names no domain is in slot 0 of a device with one DKEK. */
    private Optional<KeyDomain.Status> domainOf(SmartCardHsm card, KeyDetails details) throws SchsmException {
        if (details.keyDomain().isPresent()) {
            return Optional.of(status(card, details.keyDomain().getAsInt()));
        }
        return card.listKeyDomains().domains().stream()
                .filter(domain -> domain.slot() == 0 && !domain.isXkek())
                .findFirst();
    }

    private static SchsmException withCause(SchsmException explained, DeviceException refused) {
        explained.addSuppressed(refused);
        return explained;
    }

    @Override
    public void removeRemains() throws SchsmException {
        token.removeRemainsOfMigrations();
    }

    @Override
    public void expectMany(boolean expected) {
        manyExpected = expected;
    }

    @Override
    public TokenKey unwrap(WrappedKeyEntry entry, String label) throws SchsmException {
        requireNoneOfSecretKey(entry);
        return token.withContents(card -> bring(card, entry, label, null));
    }

    /** @param known the public key, where it is certain what is in the blob, because it was wrapped here */
    private TokenKey bring(SmartCardHsm card, WrappedKeyEntry entry, String label, @Nullable SoftwareKey known)
            throws SchsmException {
        int kid = manyExpected ? makeAmongMany(card, entry) : make(card, entry);
        try {
            Optional<PublicKey> proven =
                    known == null ? prove(card, kid, entry) : proveImported(card, kid, entry, known);
            byte[] description = description(card, entry, label, kid, proven.orElse(null));
            Optional<byte[]> certificate = entry.certificate();
            if (proven.isPresent() && certificate.isPresent()) {
                store(card, Files.keyCertificate(kid), certificate.get());
            }
            // The label last: if the card is removed before, nothing that lacks its certificate has the alias.
            store(card, Files.keyDescription(kid), description);
        } catch (SchsmException | RuntimeException failed) {
            token.takeBack(card, fids(kid), failed);
            throw failed;
        }
        token.contents().forgetAttributes(kid);
        token.contents().add(Files.key(kid));
        return find(card, kid);
    }

    @Override
    public TokenKey importKey(ImportRequest request, byte[] dkek) throws SchsmException {
        try (Dkek host = Dkek.of(List.of(dkek))) {
            WrappedKeyEntry entry = wrapped(request, host);
            return token.withContents(card -> {
                requireDkek(card, host.kcv());
                return bring(card, entry, request.label(), request.key());
            });
        }
    }

    private static WrappedKeyEntry wrapped(ImportRequest request, Dkek host) throws SchsmException {
        SoftwareKey key = request.key();
        Optional<PublicKey> pair = key.publicKey();
        byte[] id = request.id();
        if (id == null && pair.isPresent()) {
            id = CardToken.keyIdentifier(pair.get());
        }
        byte[] certificate = request.certificate();
        if (certificate == null && pair.isPresent()) {
            certificate = Dkek.request(key);
        }
        byte[] description = id == null
                ? null
                : PrivateKeyDescription.of(Dkek.keyType(key), request.label(), id, key.size())
                        .encode();
        byte[] blob = host.wrap(key, request.allowed(), RANDOM).encode();
        return WrappedKeyEntry.of(blob, description, certificate, List.of());
    }

    /** Before the key goes to the device: whether it has the DKEK that the host has. */
    private void requireDkek(SmartCardHsm card, byte[] kcv) throws SchsmException {
        List<KeyDomain.Status> domains = card.listKeyDomains().domains();
        if (domains.stream().anyMatch(KeyDomain.Status::isKcvHidden)) {
            card.login();
            domains = card.listKeyDomains().domains();
        }
        if (domains.stream().anyMatch(domain -> !domain.isXkek() && Arrays.equals(domain.kcv(), kcv))) {
            return;
        }
        String ours = HexFormat.of().withUpperCase().formatHex(kcv);
        String there = domains.isEmpty()
                ? "none"
                : String.join(
                        ", ", domains.stream().map(KeyDomain.Status::toString).toList());
        if (!domains.isEmpty() && domains.stream().allMatch(KeyDomain.Status::isXkek)) {
            throw new KeyDomainException("device " + token.name() + " has XKEK key domains only (" + there
                    + "), whose KEK devices agree on and nobody else has: no software key comes in there. Generate the key"
                    + " in the device, or make a key domain with a DKEK");
        }
        throw new KeyDomainException("the shares make the DKEK with KCV " + ours + ", which device " + token.name()
                + " does not have; its key domains: " + there
                + ". Nothing was sent. A share is missing, wrong, or of another DKEK, or the device lacks shares"
                + " (schsm domain import-share)");
    }

    /**
     * One use of the imported key. The list may allow none that proves anything: then the device has checked the blob that
     * was made here, and that is all there is.
     */
    private Optional<PublicKey> proveImported(SmartCardHsm card, int kid, WrappedKeyEntry entry, SoftwareKey key)
            throws SchsmException {
        Optional<PublicKey> pair = key.publicKey();
        boolean disproven = pair.isPresent()
                ? KeyProof.of(
                                entry.keyType(),
                                pair.get(),
                                algorithm -> allows(entry, algorithm),
                                new CardUses(card, kid))
                        == KeyProof.Verdict.DISPROVEN
                : key instanceof SoftwareKey.Aes aes && isOtherSecret(card, kid, entry, aes);
        if (disproven) {
            throw new InvalidRequestException("device " + token.name() + " made another key of the imported " + key
                    + ": what it does with it is not what that key does. It was deleted; do not trust this device with"
                    + " imports");
        }
        return pair;
    }

    private static boolean isOtherSecret(SmartCardHsm card, int kid, WrappedKeyEntry entry, SoftwareKey.Aes key)
            throws SchsmException {
        byte[] challenge = new byte[AES_BLOCK];
        RANDOM.nextBytes(challenge);
        byte[] zero = new byte[AES_BLOCK];
        if (allows(entry, KeyAlgorithm.AES_CBC_ENCRYPT)) {
            return !Arrays.equals(
                    encrypted(key, challenge), card.aesCbc(kid, true, zero, challenge, RetryPolicy.ALLOWED));
        }
        if (allows(entry, KeyAlgorithm.AES_CBC_DECRYPT)) {
            byte[] answer = card.aesCbc(kid, false, zero, encrypted(key, challenge), RetryPolicy.ALLOWED);
            return !Arrays.equals(challenge, answer);
        }
        if (allows(entry, KeyAlgorithm.AES_CMAC)) {
            byte[] answer = card.cmac(kid, challenge, card.keyAttributes(kid), RetryPolicy.ALLOWED);
            return !Arrays.equals(mac(key, challenge), answer);
        }
        return false;
    }

    private static byte[] encrypted(SoftwareKey.Aes key, byte[] block) {
        BlockCipher aes = Lightweight.aes();
        aes.init(true, new KeyParameter(key.value()));
        byte[] encrypted = new byte[AES_BLOCK];
        aes.processBlock(block, 0, encrypted, 0);
        return encrypted;
    }

    private static byte[] mac(SoftwareKey.Aes key, byte[] data) {
        CMac cmac = new CMac(Lightweight.aes());
        cmac.init(new KeyParameter(key.value()));
        cmac.update(data, 0, data.length);
        byte[] mac = new byte[AES_BLOCK];
        cmac.doFinal(mac, 0);
        return mac;
    }

    private static List<Integer> fids(int kid) {
        return List.of(Files.key(kid), Files.keyDescription(kid), Files.keyCertificate(kid));
    }

    /** The key, at an id that is certainly free: whatever is there afterwards is of this UNWRAP. */
    private int make(SmartCardHsm card, WrappedKeyEntry entry) throws SchsmException {
        int kid = token.freeKid(card);
        try {
            unwrap(card, kid, entry);
            return kid;
        } catch (SchsmException | RuntimeException failed) {
            token.takeBack(card, fids(kid), failed);
            throw failed;
        }
    }

    /**
     * The key, at an id that was free a moment ago. If another program has made a key there since, that one stays, and
     * this key gets another id.
     */
    private int makeAmongMany(SmartCardHsm card, WrappedKeyEntry entry) throws SchsmException {
        CardToken.FreeKid free = token.freeKidAmongMany(card);
        try {
            unwrap(card, free.kid(), entry);
            return free.kid();
        } catch (SchsmException | RuntimeException failed) {
            if (CardToken.isInUse(failed)) {
                return make(card, entry);
            }
            if (free.certain()) {
                token.takeBack(card, fids(free.kid()), failed);
            } else {
                leave(card, free.kid(), failed);
            }
            throw failed;
        }
    }

    /** Nothing says whose a key is that is there after all: it stays, and is told. */
    private void leave(SmartCardHsm card, int kid, Exception reason) {
        try {
            token.contents().clear();
            if (token.contents().enumerate(card).contains(Files.key(kid))) {
                reason.addSuppressed(new SchsmException("key " + kid + " of device " + token.name()
                        + " was left there: it may be this one, or one that another program has made meanwhile"));
            }
        } catch (SchsmException | RuntimeException alsoFailed) {
            reason.addSuppressed(alsoFailed);
        }
    }

    private TokenKey find(SmartCardHsm card, int kid) throws SchsmException {
        return token.keys(card).stream()
                .filter(key -> key.reference().equals(Integer.toString(kid)))
                .findFirst()
                .orElseThrow(() -> new KeyDomainException("the unwrapped key " + kid + " is not in device "
                        + card.identity().deviceId() + " any more"));
    }

    private void store(SmartCardHsm card, int fid, byte[] content) throws SchsmException {
        card.updateBinary(fid, content);
        token.contents().put(fid, content);
    }

    private static void requireNoneOfSecretKey(WrappedKeyEntry entry) throws InvalidRequestException {
        if (!entry.keyType().isPrivate() && entry.certificate().isPresent()) {
            throw new InvalidRequestException("a certificate or request comes with " + entry
                    + ", which as a secret key has none: take the file from the device that wrapped the key");
        }
    }

    /**
     * The public key in the certificate or request that came with the key, proven by one use of the key: neither blob nor
     * device says whose it is. Empty if nothing came, or nothing that can be proven or would be readable afterwards: then
     * it is not stored, and the log says so.
     *
     * @throws InvalidRequestException if it is of another key
     */
    private Optional<PublicKey> prove(SmartCardHsm card, int kid, WrappedKeyEntry entry) throws SchsmException {
        Optional<byte[]> certificate = entry.certificate();
        if (certificate.isEmpty()) {
            return Optional.empty();
        }
        PublicKey claimed = CardToken.publicKeyIn(certificate.get(), card.identity());
        if (claimed == null || !isReadable(certificate.get())) {
            warn(entry, "cannot be read");
            return Optional.empty();
        }
        KeyProof.Verdict verdict =
                KeyProof.of(entry.keyType(), claimed, algorithm -> allows(entry, algorithm), new CardUses(card, kid));
        if (verdict == KeyProof.Verdict.DISPROVEN) {
            throw new InvalidRequestException("the certificate or request that came with " + entry
                    + " is of another key: nothing was stored. Take the file from the device that wrapped the key, or"
                    + " import the blob alone (setKeyEntry)");
        }
        if (verdict == KeyProof.Verdict.IMPOSSIBLE) {
            warn(entry, "cannot be proven to be the key's, which may neither sign nor agree nor decrypt");
            return Optional.empty();
        }
        return Optional.of(claimed);
    }

    private static boolean isReadable(byte[] certificate) {
        if (certificate[0] != SEQUENCE) {
            return true;
        }
        try {
            X509Certificates.parse(certificate);
            return true;
        } catch (MalformedDataException notForThisJdk) {
            return false;
        }
    }

    private static void warn(WrappedKeyEntry entry, String reason) {
        System.getLogger(CardKeyDomains.class.getName())
                .log(
                        System.Logger.Level.WARNING,
                        "the certificate or request that came with {0} {1}: the key is stored without it",
                        entry,
                        reason);
    }

    /** The list is in the part of the blob that is not encrypted, and the device has checked it with the rest. */
    private static boolean allows(WrappedKeyEntry entry, KeyAlgorithm algorithm) {
        List<Integer> list = entry.allowedAlgorithms();
        return list.isEmpty() || list.contains(algorithm.id()) || list.contains(KeyAlgorithm.ALL.id());
    }

    /** A key that was just unwrapped has no use counter. */
    private record CardUses(SmartCardHsm card, int kid) implements KeyProof.Uses {
        @Override
        public byte[] sign(KeyAlgorithm algorithm, byte[] input) throws SchsmException {
            return card.sign(kid, algorithm, input, RetryPolicy.ALLOWED);
        }

        @Override
        public byte[] decrypt(KeyAlgorithm algorithm, byte[] input) throws SchsmException {
            return card.decipher(kid, algorithm, input, RetryPolicy.ALLOWED);
        }

        @Override
        public byte[] agree(ECPublicKey peer) throws SchsmException {
            EcCurve curve = EcCurve.of(peer.getParams()).orElseThrow();
            return card.deriveEcdh(kid, curve.encode(peer.getW()), RetryPolicy.ALLOWED);
        }
    }

    /**
     * A blob alone comes without description: id and size then are those of the public key, if it can be found. In a
     * description that came along the size is the proven key's.
     */
    private byte[] description(
            SmartCardHsm card, WrappedKeyEntry entry, String label, int kid, @Nullable PublicKey proven)
            throws SchsmException {
        Optional<byte[]> stored = entry.description();
        if (stored.isPresent()) {
            PrivateKeyDescription description =
                    PrivateKeyDescription.parse(stored.get()).withLabel(label);
            int size = CardToken.size(proven);
            OptionalInt said = description.keySize();
            if (size != 0 && said.isPresent() && said.getAsInt() != size) {
                return PrivateKeyDescription.of(
                                entry.keyType(), label, description.id().orElse(new byte[] {(byte) kid}), size)
                        .encode();
            }
            return description.encode();
        }
        if (!entry.keyType().isPrivate()) {
            return PrivateKeyDescription.of(entry.keyType(), label, new byte[] {(byte) kid}, 0)
                    .encode();
        }
        PublicKey known = proven;
        if (known == null && entry.keyType() == KeyType.EC) {
            known = PublicKeyRecovery.recover(card, kid, card.keyAttributes(kid));
        }
        if (known == null) {
            throw new InvalidRequestException("the public key of the unwrapped key cannot be found out because "
                    + (entry.keyType() == KeyType.EC
                            ? "its algorithm list allows neither ECDSA nor ECDH"
                            : "it is an RSA key")
                    + ": import the whole .wky file or WrappedKeyEntry, which brings it along");
        }
        return PrivateKeyDescription.of(entry.keyType(), label, CardToken.keyIdentifier(known), CardToken.size(known))
                .encode();
    }

    private void unwrap(SmartCardHsm card, int kid, WrappedKeyEntry entry) throws SchsmException {
        try {
            card.unwrapKey(kid, entry.blob());
        } catch (PinException noReasonToLookFurther) {
            throw noReasonToLookFurther;
        } catch (DeviceException refused) {
            if (refused.reason() == Reason.DEVICE_FULL || CardToken.isInUse(refused)) {
                throw refused;
            }
            List<KeyDomain.Status> domains = card.listKeyDomains().domains();
            if (domains.stream()
                    .noneMatch(domain -> domain.isKcvHidden() || Arrays.equals(domain.kcv(), entry.kcv()))) {
                throw withCause(
                        new KeyDomainException("the key is wrapped under the KEK with KCV "
                                + HexFormat.of().withUpperCase().formatHex(entry.kcv())
                                + ", which is in no key domain of device "
                                + token.name() + " (" + (domains.isEmpty() ? "it has none" : domains) + ")"),
                        refused);
            }
            throw refused;
        }
    }
}
