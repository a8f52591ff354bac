// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider.audit;

import io.github.schsm.AttestedPublicKey;
import io.github.schsm.PublicKeyAuthentication;
import io.github.schsm.PublicKeyChallenge;
import io.github.schsm.PublicKeyResponse;
import io.github.schsm.SchsmException;
import io.github.schsm.audit.AuditEvent;
import java.security.PrivateKey;
import java.util.List;

/** Public key authentication with the audit log before it. */
final class AuditedKeyAuthentication implements PublicKeyAuthentication {
    private final PublicKeyAuthentication authentication;
    private final Recorder recorder;

    AuditedKeyAuthentication(PublicKeyAuthentication authentication, Recorder recorder) {
        this.authentication = authentication;
        this.recorder = recorder;
    }

    @Override
    public Status status() throws SchsmException {
        return recorder.read(authentication::status);
    }

    @Override
    public List<RegisteredPublicKey> registeredKeys() throws SchsmException {
        return recorder.read(authentication::registeredKeys);
    }

    @Override
    public Status register(AttestedPublicKey key) throws SchsmException {
        return recorder.change(
                new Line(AuditEvent.PKA_REGISTER).peer(key),
                () -> authentication.register(key),
                AuditedKeyAuthentication::told);
    }

    @Override
    public Status replace(int index, AttestedPublicKey key) throws SchsmException {
        return recorder.change(
                new Line(AuditEvent.PKA_REPLACE).and("index", index).peer(key),
                () -> authentication.replace(index, key),
                AuditedKeyAuthentication::told);
    }

    @Override
    public PublicKeyChallenge challenge(String chr) throws SchsmException {
        return recorder.read(() -> authentication.challenge(chr));
    }

    @Override
    public Status authenticate(PublicKeyResponse response) throws SchsmException {
        return recorder.change(
                new Line(AuditEvent.PKA_AUTHENTICATE)
                        .and("peerKey", response.challenge().key()),
                () -> authentication.authenticate(response),
                AuditedKeyAuthentication::told);
    }

    /** A challenge, its signature, the response: which goes through this border by itself. */
    @Override
    public Status authenticate(PrivateKey key, String chr) throws SchsmException {
        return PublicKeyAuthentication.super.authenticate(key, chr);
    }

    private static void told(Line line, Status status) {
        line.and("registered", status.total() - status.missing()).and("authenticated", status.authenticated());
    }
}
