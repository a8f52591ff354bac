package io.github.schsm.spi;

import io.github.schsm.AlgorithmNotAllowedException;
import io.github.schsm.DataObject;
import io.github.schsm.DeviceException;
import io.github.schsm.DeviceIdentity;
import io.github.schsm.DeviceTrust;
import io.github.schsm.InvalidDataException;
import io.github.schsm.InvalidRequestException;
import io.github.schsm.KeyAlgorithm;
import io.github.schsm.KeyDetails;
import io.github.schsm.Leftover;
import io.github.schsm.MalformedDataException;
import io.github.schsm.PinException;
import io.github.schsm.SchsmException;
import io.github.schsm.TokenInfo;
import io.github.schsm.UnsupportedByDeviceException;
import io.github.schsm.codec.PrintableText;
import java.security.interfaces.ECPublicKey;
import java.security.spec.AlgorithmParameterSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A token as the engines see it: named keys and certificates, and operations on them. Two backends stand behind it,
 * the device itself and any PKCS#11 module, so nothing here speaks of APDUs or sessions.
 *
 * <p>A token object stands for the physical token, not for a connection: it survives removal and re-insertion, and
 * may be used by many threads. Contents are read when they are first asked for and kept until {@link #load}.
 */
public interface Token {
    /**
     * Whether a failure is of the one object that was asked for, which holds something else than it should or cannot be
     * read: the others are not harmed, so a listing goes on without it. A token that is gone or wants a PIN is no such.
     */
    static boolean isOfOneObject(SchsmException failed) {
        return failed instanceof MalformedDataException
                || (failed instanceof DeviceException device
                        && device.statusWord() != 0
                        && !(failed instanceof PinException));
    }

    /** Device id or serial number: a name for people, which several devices may have. */
    String id();

    /**
     * What tells this token from every other one, for comparing only: of a SmartCard-HSM it is that of its device public
     * key. Costs no command.
     */
    default String uniqueId() {
        return id();
    }

    /** What to call the token where one of several is named: its id, with more behind it where others have that id too. */
    default String name() {
        return id();
    }

    /** The token as people are told of it: {@code device DECC0401002}, {@code token "Signing" of libsofthsm2.so}. */
    default String description() {
        return PrintableText.of("device " + name());
    }

    /**
     * What the token says of itself.
     *
     * @throws SchsmException if it cannot be read
     */
    TokenInfo info() throws SchsmException;

    /** What the configuration trusts. */
    DeviceTrust trust();

    /** A defect that this very kind of device is known for, in a sentence for its owner; empty almost always. */
    default Optional<String> defect() {
        return Optional.empty();
    }

    /**
     * The certificates of the device.
     *
     * @throws UnsupportedByDeviceException if the token has none
     * @throws SchsmException               if they cannot be read
     */
    DeviceIdentity identity() throws SchsmException;

    /**
     * PINs and initialization.
     *
     * @throws UnsupportedByDeviceException if the backend cannot do it
     */
    TokenAdministration administration() throws SchsmException;

    /**
     * The device's key domains.
     *
     * @throws UnsupportedByDeviceException if the token has none
     */
    KeyDomains keyDomains() throws SchsmException;

    /**
     * Authentication by registered public keys (n of m).
     *
     * @throws UnsupportedByDeviceException if the backend cannot do it
     */
    PublicKeyAuthentication publicKeyAuthentication() throws SchsmException;

    /**
     * Looks at the token anew: what another program made, deleted or replaced is seen from the next use on. With a
     * source the user PIN is verified as well, and the source kept for when it has to be verified again; if it is
     * refused, a source that was accepted before stays. A source that asks somebody is not used while the PIN is verified.
     *
     * @param pin where the PIN comes from; null for the public view
     * @throws PinException   if the PIN is wrong, blocked, or there is none
     * @throws SchsmException if the token is not there
     */
    void load(@Nullable PinSource pin) throws SchsmException;

    /**
     * Verifies the user PIN now, and keeps the source for when it has to be verified again.
     *
     * @throws PinException   if the PIN is wrong, blocked, or there is none
     * @throws SchsmException if the token is not there
     */
    void login(PinSource pin) throws SchsmException;

    /**
     * Whether the user PIN is verified by a login of this object.
     *
     * @throws SchsmException if the token cannot be asked
     */
    boolean isLoggedIn() throws SchsmException;

    /** Keeps the source for when the PIN is first needed, unless there is one already; nothing is verified now. */
    void useWhenNeeded(PinSource pin);

    /**
     * Forgets the PIN and ends the authenticated state.
     *
     * @throws SchsmException if the token cannot be reached
     */
    void logout() throws SchsmException;

    /**
     * The keys, in a fixed order.
     *
     * @throws SchsmException if they cannot be read
     */
    List<TokenKey> keys() throws SchsmException;

    /**
     * What is known of a key.
     *
     * @throws SchsmException if it cannot be read or is not there any more
     */
    KeyDetails details(TokenKey key) throws SchsmException;

    /**
     * The certificate of a key: X.509 DER, or a card-verifiable request or certificate.
     *
     * @throws SchsmException if it cannot be read
     */
    Optional<byte[]> certificate(TokenKey key) throws SchsmException;

    /**
     * Stores a certificate with a key, in place of what was there.
     *
     * @param encoded X.509 DER or CVC
     * @throws SchsmException if the token refuses; what was there before stays then
     */
    void storeCertificate(TokenKey key, byte[] encoded) throws SchsmException;

    /**
     * Gives a key another label.
     *
     * @return the key under its new label
     * @throws SchsmException if the token refuses
     */
    TokenKey rename(TokenKey key, String label) throws SchsmException;

    /**
     * Deletes a key, its description and its certificate.
     *
     * @throws SchsmException if the token refuses
     */
    void delete(TokenKey key) throws SchsmException;

    /**
     * The certificates that belong to no key, in a fixed order.
     *
     * @throws SchsmException if they cannot be read
     */
    List<TokenCertificate> certificates() throws SchsmException;

    /**
     * A certificate's X.509 DER.
     *
     * @throws SchsmException if it cannot be read
     */
    byte[] certificate(TokenCertificate certificate) throws SchsmException;

    /**
     * The X.509 certificates, DER, out of which chains can be made: those that belong to no key and, where a token shows
     * an authority's certificate as that of the authority's key, those of keys too. One that cannot be read is left out.
     *
     * @throws SchsmException if the token cannot be reached
     */
    default List<byte[]> issuerCertificates() throws SchsmException {
        List<byte[]> issuers = new ArrayList<>();
        for (TokenCertificate certificate : certificates()) {
            try {
                issuers.add(certificate(certificate));
            } catch (SchsmException failed) {
                if (!Token.isOfOneObject(failed)) {
                    throw failed;
                }
            }
        }
        return issuers;
    }

    /**
     * Stores a certificate that belongs to no key.
     *
     * @throws SchsmException if the token refuses; nothing is left behind then
     */
    TokenCertificate addCertificate(String label, byte[] encoded) throws SchsmException;

    /**
     * Deletes a certificate and its description.
     *
     * @throws SchsmException if the token refuses
     */
    void delete(TokenCertificate certificate) throws SchsmException;

    /**
     * Generates a key.
     *
     * @throws SchsmException if the token refuses; nothing is left behind then
     */
    TokenKey generate(KeyRequest request) throws SchsmException;

    /**
     * Signs.
     *
     * @param algorithm  one that the key's algorithm list allows
     * @param parameters for the PSS algorithms a {@link java.security.spec.PSSParameterSpec}, for others null; null for PSS:
     *                   MGF1 with the same hash, a salt as long as the hash, and where the hash is given the one of SHA-1
     *                   and SHA-256 that is as long
     * @param input      what the algorithm takes: a hash for {@link KeyAlgorithm#ECDSA} and {@link KeyAlgorithm#RSA_PSS},
     *                   a DigestInfo for {@link KeyAlgorithm#RSA_PKCS1}, a padded block as long as the modulus for
     *                   {@link KeyAlgorithm#RSA_RAW}, the data itself where the token hashes
     * @return for ECDSA strict DER, whatever the token itself gives; for RSA as many bytes as the modulus has
     * @throws AlgorithmNotAllowedException if the token does not have the algorithm (with these parameters) or the key's
     *                                      list lacks it
     * @throws InvalidRequestException      if the input does not fit into what the token takes at once
     * @throws SchsmException               if the token refuses
     */
    byte[] sign(TokenKey key, KeyAlgorithm algorithm, @Nullable AlgorithmParameterSpec parameters, byte[] input)
            throws SchsmException;

    /**
     * Signs without parameters; see {@link #sign(TokenKey, KeyAlgorithm, AlgorithmParameterSpec, byte[])}.
     *
     * @throws SchsmException if the token refuses
     */
    default byte[] sign(TokenKey key, KeyAlgorithm algorithm, byte[] input) throws SchsmException {
        return sign(key, algorithm, null, input);
    }

    /**
     * Whether PSS and OAEP take parameters of any kind: hash, mask generation function, salt length, label. A device
     * has one hash function for both purposes, a salt as long as the hash, and no label.
     */
    default boolean takesPaddingParameters() {
        return false;
    }

    /**
     * Decrypts with an RSA key.
     *
     * @param algorithm  {@link KeyAlgorithm#RSA_DECRYPT_RAW}, {@link KeyAlgorithm#RSA_DECRYPT_PKCS1} or
     *                   {@link KeyAlgorithm#RSA_DECRYPT_OAEP}
     * @param parameters for OAEP an {@link javax.crypto.spec.OAEPParameterSpec}, or null for whichever the device finds;
     *                   for others null
     * @param input      as many bytes as the modulus has
     * @return as many bytes for the first, the message without padding for the others; the caller's to wipe
     * @throws InvalidDataException if the padding is wrong, or the input no number below the modulus
     * @throws SchsmException       if the token refuses
     */
    byte[] decrypt(TokenKey key, KeyAlgorithm algorithm, @Nullable AlgorithmParameterSpec parameters, byte[] input)
            throws SchsmException;

    /**
     * Decrypts without parameters; see {@link #decrypt(TokenKey, KeyAlgorithm, AlgorithmParameterSpec, byte[])}.
     *
     * @throws SchsmException if the token refuses
     */
    default byte[] decrypt(TokenKey key, KeyAlgorithm algorithm, byte[] input) throws SchsmException {
        return decrypt(key, algorithm, null, input);
    }

    /**
     * Elliptic curve Diffie-Hellman.
     *
     * @param peer a point that was checked to be on the key's curve
     * @return the shared point's x-coordinate, as long as the field
     * @throws SchsmException if the token refuses
     */
    byte[] agree(TokenKey key, ECPublicKey peer) throws SchsmException;

    /**
     * AES-CBC without padding.
     *
     * @param iv   16 bytes
     * @param data whole blocks of 16 bytes, any number
     * @throws SchsmException if the token refuses
     */
    byte[] cipher(TokenKey key, boolean encrypt, byte[] iv, byte[] data) throws SchsmException;

    /**
     * AES-CMAC.
     *
     * @return 16 bytes
     * @throws SchsmException if the token refuses
     */
    byte[] mac(TokenKey key, byte[] data) throws SchsmException;

    /**
     * Derives a key from an AES key, SP 800-56C extract-then-expand. What exactly enters the extraction differs between
     * firmwares, so input and output are passed through.
     *
     * @param input the derivation input, at least one byte and at most what one command carries
     * @return 32 bytes, the caller's to wipe
     * @throws SchsmException if the token refuses
     */
    byte[] derive(TokenKey key, byte[] input) throws SchsmException;

    /**
     * Makes a new EC key pair from one on the token: {@code d' = d + value mod n}. It inherits what the parent may be
     * used for.
     *
     * @param value   1 to n - 1, big-endian, as long as the curve's order; the caller's to wipe
     * @param request label and id of the new key
     * @throws SchsmException if the token refuses; nothing is left behind then
     */
    TokenKey deriveKey(TokenKey parent, byte[] value, KeyRequest request) throws SchsmException;

    /**
     * The data objects, in a fixed order.
     *
     * @throws SchsmException if they cannot be read
     */
    List<DataObject> dataObjects() throws SchsmException;

    /**
     * A data object's content.
     *
     * @return the caller's to wipe
     * @throws PinException   if it is PIN protected and there is no PIN
     * @throws SchsmException if it cannot be read or is not there any more
     */
    byte[] read(DataObject object) throws SchsmException;

    /**
     * Stores a data object, new or in place of what was there.
     *
     * @param object  without a reference a new one; with one the object that it replaces, which stays if this fails
     * @param content any bytes, also none
     * @return the object as it is stored; a replaced one may have another reference now
     * @throws SchsmException if the token refuses; nothing is left behind then
     */
    DataObject store(DataObject object, byte[] content) throws SchsmException;

    /**
     * Deletes a data object and its description.
     *
     * @throws SchsmException if the token refuses
     */
    void delete(DataObject object) throws SchsmException;

    /**
     * What operations that broke half-way left on the token.
     *
     * @throws SchsmException if it cannot be read
     */
    default List<Leftover> leftovers() throws SchsmException {
        return List.of();
    }

    /**
     * Removes something that was left.
     *
     * @throws InvalidRequestException if it is not there any more
     * @throws SchsmException          if the token refuses
     */
    default void remove(Leftover leftover) throws SchsmException {
        throw new UnsupportedByDeviceException(description() + ": what is left over cannot be told there");
    }

    /**
     * Random bytes from the token.
     *
     * @throws SchsmException if the token is not there
     */
    byte[] random(int length) throws SchsmException;
}
