// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.spi;

import io.github.schsm.DataObject;
import io.github.schsm.InvalidRequestException;
import io.github.schsm.KeyDetails;
import io.github.schsm.PinException;
import io.github.schsm.SchsmDevice.Leftover;
import io.github.schsm.SchsmException;
import io.github.schsm.TokenCertificate;
import io.github.schsm.TokenKey;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What is on a token: keys, certificates, data objects. Contents are read when they are first asked for and kept until
 * {@link TokenSession#load}.
 */
public interface TokenContents {
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
     * The public key of a pair, where it is known: what {@link #details} says of it, where that costs more.
     *
     * @throws SchsmException if it cannot be read or is not there any more
     */
    default Optional<PublicKey> publicKey(TokenKey key) throws SchsmException {
        return Optional.ofNullable(details(key).publicKey());
    }

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
     * Gives a certificate that belongs to no key another label.
     *
     * @return the certificate under its new label
     * @throws SchsmException if the token refuses; it has the label then that it had
     */
    TokenCertificate rename(TokenCertificate certificate, String label) throws SchsmException;

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
    void remove(Leftover leftover) throws SchsmException;
}
