// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.bridge.token;

import io.github.schsm.InvalidRequestException;
import io.github.schsm.SchsmException;
import io.github.schsm.TokenCertificate;
import io.github.schsm.TokenKey;
import io.github.schsm.bridge.cryptoki.Ck;
import io.github.schsm.bridge.cryptoki.Ckr;
import io.github.schsm.bridge.cryptoki.CryptokiException;
import io.github.schsm.bridge.cryptoki.Template;
import io.github.schsm.bridge.object.ObjectKind;
import io.github.schsm.bridge.object.ObjectSnapshot;
import io.github.schsm.bridge.object.TokenObjects;
import io.github.schsm.bridge.session.Session;
import io.github.schsm.bridge.session.SessionAccess;
import io.github.schsm.codec.HashAlgorithm;
import io.github.schsm.codec.Tlv;
import io.github.schsm.codec.X509Certificates;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Changes of the objects that make a key, and certificates: nothing is left half done. */
final class KeyObjects {
    private static final System.Logger LOGGER = System.getLogger(KeyObjects.class.getName());
    private static final int X509 = 0x30;
    private static final int INTEGER = 0x02;

    private final Pkcs11Token token;

    KeyObjects(Pkcs11Token token) {
        this.token = token;
    }

    // Keys

    /** The private key object's label is the key's; that of the others follows as far as the module lets it. */
    TokenKey rename(TokenKey key, String label) throws SchsmException {
        return token.withKey(SessionAccess.USER_WRITE, key, (session, entry, object) -> {
            session.about("renaming " + key);
            session.mayRepeat(false);
            for (ObjectSnapshot renamed : entry.objects()) {
                try {
                    session.module()
                            .setAttributes(
                                    session.handle(), renamed.handle(), new Template().with(Ck.CKA_LABEL, label));
                } catch (CryptokiException refused) {
                    if (renamed.equals(object)) {
                        throw refused;
                    }
                    LOGGER.log(
                            System.Logger.Level.DEBUG,
                            "{0} of {1} keeps its label: {2}",
                            renamed.kind(),
                            key,
                            refused.getMessage());
                }
                token.table().refresh(session, renamed.kind(), renamed.handle());
            }
            return token.table()
                    .contents(session)
                    .withHandle(object.handle())
                    .map(TokenObjects.KeyEntry::key)
                    .orElseThrow(() -> new InvalidRequestException(
                            key + " is not in " + token.description() + " any more; load the key store again"));
        });
    }

    /** The key first: should the rest fail, what is left is no key any more. */
    void delete(TokenKey key) throws SchsmException {
        List<ObjectSnapshot> left = token.withKey(SessionAccess.USER_WRITE, key, (session, entry, object) -> {
            session.about("deletion of " + key);
            session.mayRepeat(false);
            destroy(session, object);
            List<ObjectSnapshot> refused = new ArrayList<>();
            for (ObjectSnapshot other : entry.objects()) {
                if (!other.equals(object) && !isDestroyed(session, other)) {
                    refused.add(other);
                }
            }
            forget(session, entry.objects());
            return refused;
        });
        if (!left.isEmpty()) {
            destroyAgain(key, left);
        }
    }

    private static boolean isDestroyed(Session session, ObjectSnapshot object) {
        try {
            destroy(session, object);
            return true;
        } catch (CryptokiException refused) {
            return false;
        }
    }

    private void forget(Session session, List<ObjectSnapshot> destroyed) {
        try {
            token.table().remove(session, destroyed);
        } catch (CryptokiException unread) {
            token.table().forget();
        }
    }

    /** In another session, should it be that which was lost. */
    private void destroyAgain(TokenKey key, List<ObjectSnapshot> left) throws SchsmException {
        token.table().forget();
        token.link().withSession(SessionAccess.USER_WRITE, session -> {
            session.about("deletion of what belonged to " + key + ", which is deleted");
            for (ObjectSnapshot object : left) {
                for (long handle : session.module().find(session.handle(), object.like())) {
                    session.module().destroyObject(session.handle(), handle);
                }
            }
            return true;
        });
    }

    /** Some modules delete what belongs to an object along with it. */
    private static void destroy(Session session, ObjectSnapshot object) throws CryptokiException {
        try {
            session.module().destroyObject(session.handle(), object.handle());
        } catch (CryptokiException refused) {
            if (!refused.is(Ckr.OBJECT_HANDLE_INVALID) || object.kind().isPrivate()) {
                throw refused;
            }
        }
    }

    // Certificates of keys

    /**
     * The new one is written before the old one is deleted. A token that has place for one certificate of a key only
     * refuses that: there the old one goes first, and is written again if the new one cannot be.
     */
    void storeCertificate(TokenKey key, byte[] encoded) throws SchsmException {
        X509Certificate certificate = x509(encoded);
        Rollback undo = new Rollback(token, only(encoded));
        undo.guard(() -> token.withKey(SessionAccess.USER_WRITE, key, (session, entry, object) -> {
            List<ObjectSnapshot> before = entry.certificates();
            if (before.size() == 1
                    && is(before.get(0), encoded)
                    && before.get(0).hasIdOf(object)) {
                return true;
            }
            Template template = template(object.label().orElse(key.label()), object.id(), certificate, encoded);
            session.about("storing a certificate with " + key);
            undo.begin(session);
            long made = create(session, template, before);
            undo.done();
            lookAt(session, object, before, made);
            return true;
        }));
    }

    /** What finds a certificate. */
    private static Template only(byte[] encoded) {
        return ObjectKind.CERTIFICATE.template().with(Ck.CKA_VALUE, encoded);
    }

    private void lookAt(Session session, ObjectSnapshot key, List<ObjectSnapshot> before, long made) {
        try {
            token.table().remove(session, before);
            token.table().refresh(session, ObjectKind.CERTIFICATE, made);
            // Some modules give the key the label of its certificate.
            token.table().refresh(session, key.kind(), key.handle());
        } catch (CryptokiException unread) {
            token.table().forget();
        }
    }

    private static long create(Session session, Template template, List<ObjectSnapshot> before)
            throws CryptokiException, SchsmException {
        long made;
        try {
            made = session.module().createObject(session.handle(), template);
        } catch (CryptokiException refused) {
            if (before.isEmpty()) {
                throw refused;
            }
            return createInstead(session, template, before);
        }
        for (ObjectSnapshot old : before) {
            destroy(session, old);
        }
        return made;
    }

    private static long createInstead(Session session, Template template, List<ObjectSnapshot> before)
            throws CryptokiException, SchsmException {
        List<ObjectSnapshot> destroyed = new ArrayList<>();
        try {
            for (ObjectSnapshot old : before) {
                destroy(session, old);
                destroyed.add(old);
            }
            return session.module().createObject(session.handle(), template);
        } catch (CryptokiException refused) {
            for (ObjectSnapshot old : destroyed) {
                try {
                    session.module().createObject(session.handle(), template(old));
                } catch (CryptokiException | SchsmException alsoFailed) {
                    refused.addSuppressed(alsoFailed);
                }
            }
            throw refused;
        }
    }

    private static Template template(ObjectSnapshot certificate) throws SchsmException {
        byte[] encoded = certificate.certificate().orElse(new byte[0]);
        return template(certificate.label().orElse(""), certificate.id(), x509(encoded), encoded);
    }

    private static boolean is(ObjectSnapshot object, byte[] encoded) {
        return object.certificate()
                .filter(value -> Arrays.equals(value, encoded))
                .isPresent();
    }

    private static X509Certificate x509(byte[] encoded) throws SchsmException {
        if (encoded.length == 0 || encoded[0] != X509) {
            throw new InvalidRequestException(
                    "PKCS#11 tokens take X.509 certificates; card-verifiable ones go to the device itself"
                            + " (terminal = pcsc)");
        }
        return X509Certificates.parse(encoded);
    }

    private static Template template(String label, byte[] id, X509Certificate certificate, byte[] encoded) {
        return new Template()
                .with(Ck.CKA_CLASS, Ck.CKO_CERTIFICATE)
                .with(Ck.CKA_CERTIFICATE_TYPE, Ck.CKC_X_509)
                .with(Ck.CKA_TOKEN, true)
                .with(Ck.CKA_PRIVATE, false)
                .with(Ck.CKA_LABEL, label)
                .with(Ck.CKA_ID, id)
                .with(Ck.CKA_SUBJECT, certificate.getSubjectX500Principal().getEncoded())
                .with(Ck.CKA_ISSUER, certificate.getIssuerX500Principal().getEncoded())
                .with(
                        Ck.CKA_SERIAL_NUMBER,
                        Tlv.of(INTEGER, certificate.getSerialNumber().toByteArray())
                                .encoded())
                .with(Ck.CKA_VALUE, encoded);
    }

    /** The request that a SmartCard-HSM made for a key, which only its vendor's module gives away. */
    Optional<byte[]> request(TokenObjects.KeyEntry entry) throws SchsmException {
        if (!token.isVendorsModule() || entry.publicKeys().isEmpty()) {
            return Optional.empty();
        }
        long handle = entry.publicKeys().get(0).handle();
        return token.link()
                .withSession(
                        SessionAccess.VIEW,
                        session -> session.module()
                                .attributes(session.handle(), handle, List.of(Ck.CKA_SC_HSM_PUBLIC_KEY_REQUEST))
                                .bytes(Ck.CKA_SC_HSM_PUBLIC_KEY_REQUEST)
                                .filter(request -> request.length > 0));
    }

    // Certificates of others

    byte[] certificate(TokenCertificate certificate) throws SchsmException {
        return token.link()
                .withSession(
                        SessionAccess.PUBLIC,
                        session -> require(session, certificate)
                                .object()
                                .certificate()
                                .orElseThrow(() -> gone(certificate)));
    }

    private TokenObjects.CertificateEntry require(Session session, TokenCertificate certificate)
            throws CryptokiException, SchsmException {
        Optional<TokenObjects.CertificateEntry> known =
                token.table().contents(session).find(certificate);
        return known.orElseThrow(() -> gone(certificate));
    }

    private InvalidRequestException gone(TokenCertificate certificate) {
        return new InvalidRequestException(
                "certificate \"" + certificate.label() + "\" is not in " + token.description() + " any more");
    }

    TokenCertificate addCertificate(String label, byte[] encoded) throws SchsmException {
        X509Certificate certificate = x509(encoded);
        Rollback undo = new Rollback(token, only(encoded));
        return undo.guard(() -> token.link().withSession(SessionAccess.USER_WRITE, session -> {
            session.mayRepeat(true);
            session.requireLogin();
            byte[] id = newId(token.table().contents(session), certificate, label);
            session.about("storing the certificate \"" + label + "\"");
            undo.begin(session);
            long made = session.module().createObject(session.handle(), template(label, id, certificate, encoded));
            token.table().refresh(session, ObjectKind.CERTIFICATE, made);
            return token.table()
                    .contents(session)
                    .certificateWithHandle(made)
                    .map(TokenObjects.CertificateEntry::certificate)
                    .orElseThrow(() -> new InvalidRequestException("the certificate \"" + label
                            + "\" belongs to a key in " + token.description()
                            + ", by its public key: store it with that key"));
        }));
    }

    /** Made from the public key, and from the label where that is taken: some modules want each to be there once. */
    private static byte[] newId(TokenObjects contents, X509Certificate certificate, String label) {
        byte[] publicKey = certificate.getPublicKey().getEncoded();
        byte[] id = HashAlgorithm.SHA1.digest(publicKey);
        boolean taken = contents.certificates().stream()
                .anyMatch(entry -> Arrays.equals(entry.object().id(), id));
        return taken ? HashAlgorithm.SHA1.digest(publicKey, label.getBytes(StandardCharsets.UTF_8)) : id;
    }

    TokenCertificate rename(TokenCertificate certificate, String label) throws SchsmException {
        return token.link().withSession(SessionAccess.USER_WRITE, session -> {
            session.mayRepeat(true);
            session.requireLogin();
            ObjectSnapshot object = require(session, certificate).object();
            session.about("renaming the certificate \"" + certificate.label() + "\"");
            session.mayRepeat(false);
            session.module().setAttributes(session.handle(), object.handle(), new Template().with(Ck.CKA_LABEL, label));
            token.table().refresh(session, object.kind(), object.handle());
            return token.table()
                    .contents(session)
                    .certificateWithHandle(object.handle())
                    .map(TokenObjects.CertificateEntry::certificate)
                    .orElseThrow(() -> gone(certificate));
        });
    }

    void delete(TokenCertificate certificate) throws SchsmException {
        token.link().withSession(SessionAccess.USER_WRITE, session -> {
            session.mayRepeat(true);
            session.requireLogin();
            TokenObjects.CertificateEntry entry = require(session, certificate);
            session.about("deletion of the certificate \"" + certificate.label() + "\"");
            session.mayRepeat(false);
            destroy(session, entry.object());
            token.table().remove(session, new ArrayList<>(List.of(entry.object())));
            return true;
        });
    }
}
