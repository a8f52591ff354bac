// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider.audit;

import io.github.schsm.AttestedPublicKey;
import io.github.schsm.Kdm;
import io.github.schsm.KeyDomain;
import io.github.schsm.SchsmException;
import io.github.schsm.TokenKey;
import io.github.schsm.WrappedKeyEntry;
import io.github.schsm.audit.AuditEvent;
import io.github.schsm.spi.ImportRequest;
import io.github.schsm.spi.KeyDomains;
import java.util.List;

/** Key domains with the audit log before them. */
final class AuditedKeyDomains implements KeyDomains {
    private final KeyDomains domains;
    private final Recorder recorder;

    AuditedKeyDomains(KeyDomains domains, Recorder recorder) {
        this.domains = domains;
        this.recorder = recorder;
    }

    @Override
    public KeyDomain.Status status(int slot) throws SchsmException {
        return recorder.read(() -> domains.status(slot));
    }

    @Override
    public int slots() throws SchsmException {
        return recorder.read(domains::slots);
    }

    @Override
    public List<KeyDomain.Status> list() throws SchsmException {
        return recorder.read(domains::list);
    }

    @Override
    public KeyDomain.Status createXkek(int slot, Kdm kdm) throws SchsmException {
        return recorder.change(
                slot(AuditEvent.DOMAIN_CREATE_XKEK, slot).bytes("uid", kdm.uid()),
                () -> domains.createXkek(slot, kdm),
                Line::domain);
    }

    @Override
    public KeyDomain.Status createDkek(int slot, int shares) throws SchsmException {
        return recorder.change(
                slot(AuditEvent.DOMAIN_CREATE_DKEK, slot).and("shares", shares),
                () -> domains.createDkek(slot, shares),
                Line::domain);
    }

    @Override
    public KeyDomain.Status importShare(int slot, byte[] share) throws SchsmException {
        return recorder.change(
                slot(AuditEvent.DOMAIN_IMPORT_SHARE, slot),
                () -> domains.importShare(slot, share),
                (line, status) -> line.domain(status).and("sharesMissing", status.outstanding()));
    }

    @Override
    public void clearKek(int slot) throws SchsmException {
        recorder.change(slot(AuditEvent.DOMAIN_CLEAR_KEK, slot), () -> domains.clearKek(slot));
    }

    @Override
    public void delete(int slot) throws SchsmException {
        recorder.change(slot(AuditEvent.DOMAIN_DELETE, slot), () -> domains.delete(slot));
    }

    @Override
    public KeyDomain.Status agree(TokenKey exchange, AttestedPublicKey peer) throws SchsmException {
        return recorder.change(
                new Line(AuditEvent.DOMAIN_AGREE).key(exchange).peer(peer),
                () -> domains.agree(exchange, peer),
                (line, status) -> line.and("slot", status.slot()).domain(status));
    }

    @Override
    public WrappedKeyEntry wrap(TokenKey key) throws SchsmException {
        return recorder.change(
                new Line(AuditEvent.KEY_WRAP).key(key),
                () -> domains.wrap(key),
                (line, entry) -> line.bytes("kcv", entry.kcv()).sha256("blobSha256", entry.blob()));
    }

    @Override
    public void expectMany(boolean expected) {
        domains.expectMany(expected);
    }

    @Override
    public void removeRemains() throws SchsmException {
        recorder.change(new Line(AuditEvent.LEFTOVER_CLEAN), domains::removeRemains);
    }

    @Override
    public TokenKey unwrap(WrappedKeyEntry entry, String label) throws SchsmException {
        return recorder.change(
                new Line(AuditEvent.KEY_UNWRAP)
                        .and("type", entry.keyType().name())
                        .and("label", label)
                        .bytes("kcv", entry.kcv())
                        .sha256("blobSha256", entry.blob()),
                () -> domains.unwrap(entry, label),
                Line::key);
    }

    @Override
    public TokenKey importKey(ImportRequest request, byte[] dkek) throws SchsmException {
        return recorder.change(
                new Line(AuditEvent.KEY_IMPORT)
                        .and("label", request.label())
                        .bytes("id", request.id())
                        .and("size", request.key().size())
                        .allowed(request.allowed())
                        .sha256("certificateSha256", request.certificate()),
                () -> domains.importKey(request, dkek),
                Line::key);
    }

    private static Line slot(AuditEvent event, int slot) {
        return new Line(event).and("slot", slot);
    }
}
