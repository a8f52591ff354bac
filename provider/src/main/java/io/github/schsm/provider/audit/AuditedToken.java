// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider.audit;

import io.github.schsm.DataObject;
import io.github.schsm.DeviceIdentity;
import io.github.schsm.DeviceTrust;
import io.github.schsm.KeyAlgorithm;
import io.github.schsm.KeyDetails;
import io.github.schsm.PublicKeyAuthentication;
import io.github.schsm.SchsmDevice.Leftover;
import io.github.schsm.SchsmDevice.TokenInfo;
import io.github.schsm.SchsmDomain;
import io.github.schsm.SchsmException;
import io.github.schsm.TokenAdministration;
import io.github.schsm.TokenCertificate;
import io.github.schsm.TokenKey;
import io.github.schsm.audit.AuditEvent;
import io.github.schsm.audit.AuditLog;
import io.github.schsm.login.PinSource;
import io.github.schsm.spi.KeyDomains;
import io.github.schsm.spi.KeyRequest;
import io.github.schsm.spi.Token;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.AlgorithmParameterSpec;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A token with the audit log before it. Each method is a change, a use of a key, or reads only, and is written
 * accordingly; it asks the device for nothing more than the token behind it does.
 */
public final class AuditedToken implements Token {
    /** Hashes are no longer: longer input of the same algorithm is hashed here. */
    private static final int LONGEST_HASH = 64;

    private final Token token;
    private final Recorder recorder;

    /** The token, with what is done with it written to a log. */
    public AuditedToken(Token token, AuditLog log) {
        this.token = token;
        this.recorder = new Recorder(log, token);
    }

    // What it is

    @Override
    public String id() {
        return token.id();
    }

    @Override
    public String uniqueId() {
        return token.uniqueId();
    }

    @Override
    public String name() {
        return token.name();
    }

    @Override
    public String description() {
        return token.description();
    }

    @Override
    public List<String> holders(TokenKey key) {
        return token.holders(key);
    }

    @Override
    public Optional<SchsmDomain> domain() {
        return token.domain();
    }

    @Override
    public DeviceTrust trust() {
        return token.trust();
    }

    @Override
    public Optional<String> defect() {
        return token.defect();
    }

    @Override
    public TokenInfo info() throws SchsmException {
        return recorder.read(token::info);
    }

    @Override
    public DeviceIdentity identity() throws SchsmException {
        return recorder.read(token::identity);
    }

    // Roles that are asked for

    @Override
    public TokenAdministration administration() throws SchsmException {
        return new AuditedAdministration(recorder.read(token::administration), recorder);
    }

    @Override
    public KeyDomains keyDomains() throws SchsmException {
        return new AuditedKeyDomains(recorder.read(token::keyDomains), recorder);
    }

    @Override
    public PublicKeyAuthentication publicKeyAuthentication() throws SchsmException {
        return new AuditedKeyAuthentication(recorder.read(token::publicKeyAuthentication), recorder);
    }

    // Login

    @Override
    public void load(@Nullable PinSource pin) throws SchsmException {
        if (pin == null) {
            recorder.readOnly(() -> token.load(null));
        } else {
            recorder.use(new Line(AuditEvent.SESSION_LOGIN), () -> token.load(AuditedPinSource.of(pin, recorder)));
        }
    }

    @Override
    public void login(PinSource pin) throws SchsmException {
        recorder.use(new Line(AuditEvent.SESSION_LOGIN), () -> token.login(AuditedPinSource.of(pin, recorder)));
    }

    @Override
    public boolean isLoggedIn() throws SchsmException {
        return recorder.read(token::isLoggedIn);
    }

    @Override
    public void useWhenNeeded(PinSource pin) {
        token.useWhenNeeded(AuditedPinSource.of(pin, recorder));
    }

    @Override
    public void logout() throws SchsmException {
        recorder.use(new Line(AuditEvent.SESSION_LOGOUT), token::logout);
    }

    // What is on it

    @Override
    public List<TokenKey> keys() throws SchsmException {
        return recorder.read(token::keys);
    }

    @Override
    public KeyDetails details(TokenKey key) throws SchsmException {
        return recorder.read(() -> token.details(key));
    }

    @Override
    public Optional<PublicKey> publicKey(TokenKey key) throws SchsmException {
        return recorder.read(() -> token.publicKey(key));
    }

    @Override
    public Optional<byte[]> certificate(TokenKey key) throws SchsmException {
        return recorder.read(() -> token.certificate(key));
    }

    @Override
    public List<TokenCertificate> certificates() throws SchsmException {
        return recorder.read(token::certificates);
    }

    @Override
    public byte[] certificate(TokenCertificate certificate) throws SchsmException {
        return recorder.read(() -> token.certificate(certificate));
    }

    @Override
    public List<byte[]> issuerCertificates() throws SchsmException {
        return recorder.read(token::issuerCertificates);
    }

    @Override
    public List<DataObject> dataObjects() throws SchsmException {
        return recorder.read(token::dataObjects);
    }

    @Override
    public byte[] read(DataObject object) throws SchsmException {
        return recorder.read(() -> token.read(object));
    }

    @Override
    public List<Leftover> leftovers() throws SchsmException {
        return recorder.read(token::leftovers);
    }

    @Override
    public byte[] random(int length) throws SchsmException {
        return recorder.read(() -> token.random(length));
    }

    @Override
    public boolean takesPaddingParameters() {
        return token.takesPaddingParameters();
    }

    // Changes

    @Override
    public void storeCertificate(TokenKey key, byte[] encoded) throws SchsmException {
        recorder.change(
                new Line(AuditEvent.CERTIFICATE_STORE).key(key).sha256("certificateSha256", encoded),
                () -> token.storeCertificate(key, encoded));
    }

    @Override
    public TokenKey rename(TokenKey key, String label) throws SchsmException {
        return recorder.change(
                new Line(AuditEvent.KEY_RENAME).key(key).and("label", label),
                () -> token.rename(key, label),
                Line::key);
    }

    @Override
    public TokenCertificate rename(TokenCertificate certificate, String label) throws SchsmException {
        return recorder.change(
                new Line(AuditEvent.CERTIFICATE_RENAME).certificate(certificate).and("label", label),
                () -> token.rename(certificate, label),
                Line::certificate);
    }

    @Override
    public void delete(TokenKey key) throws SchsmException {
        recorder.change(new Line(AuditEvent.KEY_DELETE).key(key), () -> token.delete(key));
    }

    @Override
    public TokenCertificate addCertificate(String label, byte[] encoded) throws SchsmException {
        return recorder.change(
                new Line(AuditEvent.CERTIFICATE_ADD).and("label", label).sha256("certificateSha256", encoded),
                () -> token.addCertificate(label, encoded),
                Line::certificate);
    }

    @Override
    public void delete(TokenCertificate certificate) throws SchsmException {
        recorder.change(
                new Line(AuditEvent.CERTIFICATE_DELETE).certificate(certificate), () -> token.delete(certificate));
    }

    @Override
    public TokenKey generate(KeyRequest request) throws SchsmException {
        return recorder.change(
                request(new Line(AuditEvent.KEY_GENERATE), request), () -> token.generate(request), Line::key);
    }

    @Override
    public TokenKey deriveKey(TokenKey parent, byte[] value, KeyRequest request) throws SchsmException {
        return recorder.change(
                request(new Line(AuditEvent.KEY_DERIVE), request).key("parent", parent),
                () -> token.deriveKey(parent, value, request),
                Line::key);
    }

    private static Line request(Line line, KeyRequest request) {
        line.and("type", request.type().name())
                .and("label", request.label())
                .bytes("id", request.id())
                .and("curve", request.curve() == null ? null : request.curve().curveName())
                .and("size", request.size() == 0 ? null : request.size())
                .and("purpose", request.forMigration() ? "migration" : null)
                .allowed(request.allowedAlgorithms());
        request.useCounter().ifPresent(uses -> line.and("useCounter", uses));
        request.keyDomain().ifPresent(slot -> line.and("slot", slot));
        request.wrappingKey().ifPresent(id -> line.and("wrappingKey", id));
        return line;
    }

    @Override
    public DataObject store(DataObject object, byte[] content) throws SchsmException {
        return recorder.change(
                new Line(AuditEvent.DATA_STORE).data(object).and("length", content.length),
                () -> token.store(object, content),
                Line::data);
    }

    @Override
    public void delete(DataObject object) throws SchsmException {
        recorder.change(new Line(AuditEvent.DATA_DELETE).data(object), () -> token.delete(object));
    }

    @Override
    public void remove(Leftover leftover) throws SchsmException {
        recorder.change(
                new Line(AuditEvent.LEFTOVER_REMOVE)
                        .and("kind", leftover.kind().name())
                        .and("reference", leftover.reference())
                        .and("description", leftover.description()),
                () -> token.remove(leftover));
    }

    // Uses

    @Override
    public byte[] sign(TokenKey key, KeyAlgorithm algorithm, @Nullable AlgorithmParameterSpec parameters, byte[] input)
            throws SchsmException {
        Line line = use(AuditEvent.USE_SIGN, key, algorithm.name(), input);
        return used(line, () -> token.sign(key, algorithm, parameters, input), (told, signature) -> {});
    }

    @Override
    public byte[] sign(TokenKey key, KeyAlgorithm algorithm, byte[] input) throws SchsmException {
        Line line = use(AuditEvent.USE_SIGN, key, algorithm.name(), input);
        return used(line, () -> token.sign(key, algorithm, input), (told, signature) -> {});
    }

    @Override
    public byte[] decrypt(
            TokenKey key, KeyAlgorithm algorithm, @Nullable AlgorithmParameterSpec parameters, byte[] input)
            throws SchsmException {
        Line line = use(AuditEvent.USE_DECRYPT, key, algorithm.name(), input);
        return used(line, () -> token.decrypt(key, algorithm, parameters, input), (told, plain) -> {});
    }

    @Override
    public byte[] decrypt(TokenKey key, KeyAlgorithm algorithm, byte[] input) throws SchsmException {
        Line line = use(AuditEvent.USE_DECRYPT, key, algorithm.name(), input);
        return used(line, () -> token.decrypt(key, algorithm, input), (told, plain) -> {});
    }

    @Override
    public byte[] agree(TokenKey key, ECPublicKey peer) throws SchsmException {
        Line line = use(AuditEvent.USE_AGREE, key, KeyAlgorithm.ECDH.name(), peer.getEncoded());
        return used(line, () -> token.agree(key, peer), (told, secret) -> {});
    }

    @Override
    public byte[] cipher(TokenKey key, boolean encrypt, byte[] iv, byte[] data) throws SchsmException {
        // Of what is encrypted not even a hash is told: someone who can guess the text could see that it was this one.
        Line line = use(AuditEvent.USE_CIPHER, key, "AES_CBC", encrypt ? null : data)
                .and("direction", encrypt ? "encrypt" : "decrypt");
        return used(line, () -> token.cipher(key, encrypt, iv, data), (told, result) -> {
            if (encrypt && recorder.areUsesWanted()) {
                told.sha256("outputSha256", result);
            }
        });
    }

    @Override
    public byte[] mac(TokenKey key, byte[] data) throws SchsmException {
        Line line = use(AuditEvent.USE_MAC, key, KeyAlgorithm.AES_CMAC.name(), data);
        return used(line, () -> token.mac(key, data), (told, mac) -> {});
    }

    @Override
    public byte[] derive(TokenKey key, byte[] input) throws SchsmException {
        Line line = use(AuditEvent.USE_DERIVE, key, "SP80056C", input);
        return used(line, () -> token.derive(key, input), (told, secret) -> {});
    }

    private Line use(AuditEvent event, TokenKey key, String algorithm, byte @Nullable [] input) {
        Line line = new Line(event).key(key).and("algorithm", algorithm);
        if (!recorder.areUsesWanted() || input == null) {
            return line;
        }
        if (event == AuditEvent.USE_SIGN
                && input.length <= LONGEST_HASH
                && (algorithm.equals(KeyAlgorithm.ECDSA.name()) || algorithm.equals(KeyAlgorithm.RSA_PSS.name()))) {
            line.bytes("digest", input);
        }
        return line.sha256("inputSha256", input);
    }

    /** What was made and may not be given out does not stay in memory. */
    private byte[] used(Line line, Recorder.Operation<byte[]> operation, BiConsumer<Line, byte[]> after)
            throws SchsmException {
        byte[][] made = new byte[1][];
        try {
            return recorder.use(
                    line,
                    () -> {
                        made[0] = operation.run();
                        return made[0];
                    },
                    after);
        } catch (SchsmException failed) {
            if (made[0] != null) {
                Arrays.fill(made[0], (byte) 0);
            }
            throw failed;
        }
    }

    @Override
    public String toString() {
        return token.toString();
    }
}
