// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.keystore;

import io.github.schsm.DataObject;
import io.github.schsm.DeviceIdentity;
import io.github.schsm.DeviceTrust;
import io.github.schsm.DeviceTrust.VerifiedDevice;
import io.github.schsm.DeviceTrust.VerifiedKey;
import io.github.schsm.InvalidRequestException;
import io.github.schsm.Kdm;
import io.github.schsm.KeyDetails;
import io.github.schsm.KeyDomain;
import io.github.schsm.KeyMigration;
import io.github.schsm.PublicKeyAuthentication;
import io.github.schsm.SchsmDevice;
import io.github.schsm.SchsmDevice.Leftover;
import io.github.schsm.SchsmDevice.TokenInfo;
import io.github.schsm.SchsmException;
import io.github.schsm.SchsmKey;
import io.github.schsm.TokenAdministration;
import io.github.schsm.TokenCertificate;
import io.github.schsm.TokenKey;
import io.github.schsm.codec.Labels;
import io.github.schsm.codec.PrintableText;
import io.github.schsm.spi.KeyHandle;
import io.github.schsm.spi.Token;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A device, by the token that stands for it. */
public final class TokenDevice extends SchsmDevice {
    private final Token token;
    private final TokenFinder finder;

    /**
     * A device by its token.
     *
     * @param finder what found it, which knows where its PIN comes from
     */
    public TokenDevice(Token token, TokenFinder finder) {
        this.token = Objects.requireNonNull(token, "token");
        this.finder = Objects.requireNonNull(finder, "finder");
    }

    /** The token behind a device. */
    public static Token tokenOf(SchsmDevice device) {
        if (device instanceof TokenDevice ours) {
            return ours.token;
        }
        throw new IllegalArgumentException("a device of this provider is needed, not a "
                + device.getClass().getName());
    }

    @Override
    public String deviceId() {
        return token.id();
    }

    @Override
    public String name() {
        return token.name();
    }

    @Override
    public TokenInfo info() throws SchsmException {
        return token.info();
    }

    @Override
    public DeviceIdentity identity() throws SchsmException {
        return token.identity();
    }

    @Override
    public VerifiedDevice attest() throws SchsmException {
        return token.trust().verify(token.identity());
    }

    @Override
    public VerifiedKey attest(String alias) throws SchsmException {
        return Handles.find(token, alias)
                .orElseThrow(() -> new InvalidRequestException(token.description() + " has no key \"" + alias + "\""))
                .attestation()
                .verify(token.trust());
    }

    @Override
    public KeyDomain createKeyDomain(int slot, Kdm kdm) throws SchsmException {
        return new TokenKeyDomain(token, token.keyDomains().createXkek(slot, kdm));
    }

    @Override
    public KeyDomain createDkekDomain(int slot, int shares) throws SchsmException {
        return new TokenKeyDomain(token, token.keyDomains().createDkek(slot, shares));
    }

    @Override
    public List<KeyDomain> keyDomains() throws SchsmException {
        return token.keyDomains().list().stream()
                .<KeyDomain>map(status -> new TokenKeyDomain(token, status))
                .toList();
    }

    @Override
    public KeyDomain keyDomain(int slot) throws SchsmException {
        return new TokenKeyDomain(token, token.keyDomains().status(slot));
    }

    @Override
    public List<DataObject> dataObjects() throws SchsmException {
        return token.dataObjects();
    }

    @Override
    public byte[] readData(DataObject object) throws SchsmException {
        return token.read(object);
    }

    @Override
    public DataObject storeData(DataObject object, byte[] content) throws SchsmException {
        try {
            Labels.requireWhole("label", object.label());
            Labels.requireWhole("application's name", object.application());
        } catch (IllegalArgumentException unreadable) {
            throw new InvalidRequestException(String.valueOf(unreadable.getMessage()), unreadable);
        }
        return token.store(object, content);
    }

    @Override
    public void deleteData(DataObject object) throws SchsmException {
        token.delete(object);
    }

    @Override
    public List<Leftover> leftovers() throws SchsmException {
        return token.leftovers();
    }

    @Override
    public void remove(Leftover leftover) throws SchsmException {
        token.remove(leftover);
    }

    @Override
    public void setLabel(String label) throws SchsmException {
        try {
            Labels.requireWhole("label", label);
        } catch (IllegalArgumentException unreadable) {
            throw new InvalidRequestException(String.valueOf(unreadable.getMessage()), unreadable);
        }
        token.administration().setLabel(label);
    }

    @Override
    public TokenAdministration administration() throws SchsmException {
        return token.administration();
    }

    @Override
    public PublicKeyAuthentication publicKeyAuthentication() throws SchsmException {
        return token.publicKeyAuthentication();
    }

    @Override
    public boolean isLoggedIn() throws SchsmException {
        return token.isLoggedIn();
    }

    @Override
    public void login() throws SchsmException {
        if (!token.isLoggedIn()) {
            token.login(finder.present());
        }
    }

    @Override
    public void logout() throws SchsmException {
        token.logout();
    }

    @Override
    public void refresh() throws SchsmException {
        token.load(null);
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
    public List<TokenKey> keys() throws SchsmException {
        return token.keys();
    }

    @Override
    public KeyDetails details(TokenKey key) throws SchsmException {
        return token.details(key);
    }

    @Override
    public Optional<byte[]> certificate(TokenKey key) throws SchsmException {
        return token.certificate(key);
    }

    @Override
    public List<TokenCertificate> certificates() throws SchsmException {
        return token.certificates();
    }

    @Override
    public byte[] certificate(TokenCertificate certificate) throws SchsmException {
        return token.certificate(certificate);
    }

    @Override
    public void rename(String alias, String label) throws SchsmException {
        Aliases aliases = Aliases.of(token);
        Aliases.Entry entry = aliases.get(alias);
        if (entry == null) {
            throw new InvalidRequestException(token.description() + " has no entry \"" + PrintableText.of(alias)
                    + "\": it has "
                    + (aliases.names().isEmpty() ? "none" : PrintableText.of(String.join(", ", aliases.names()))));
        }
        KeyTransfer.requireLabel(label);
        if (alias.equals(label)) {
            return;
        }
        if (aliases.get(label) != null) {
            throw new InvalidRequestException("another entry has the alias \"" + PrintableText.of(label)
                    + "\": delete or rename it first, or choose another label");
        }
        if (entry.key() != null) {
            token.rename(entry.key(), label);
        } else if (entry.certificate() != null) {
            token.rename(entry.certificate(), label);
        }
    }

    @Override
    public int keyDomainSlots() throws SchsmException {
        return token.keyDomains().slots();
    }

    @Override
    public List<KeyDomain.Status> keyDomainStatuses() throws SchsmException {
        return token.keyDomains().list();
    }

    @Override
    public KeyDomain keyDomain(SchsmKey key) throws SchsmException {
        if (key instanceof KeyHandle handle) {
            return keyDomain(KeyWrapping.domainSlot(handle));
        }
        throw new InvalidRequestException(
                "a key of this provider is needed, not a " + key.getClass().getName());
    }

    @Override
    public byte[] random(int length) throws SchsmException {
        return token.random(length);
    }

    @Override
    protected KeyMigration.Result migrate(SchsmDevice target, String alias, boolean useCounterMayBeLost)
            throws SchsmException {
        return new Migrations().move(token, tokenOf(target), alias, useCounterMayBeLost);
    }

    @Override
    protected List<KeyMigration.Result> migrate(
            SchsmDevice target,
            @Nullable List<String> aliases,
            boolean useCounterMayBeLost,
            Consumer<KeyMigration.Progress> listener)
            throws SchsmException {
        Migrations.Request request = aliases == null
                ? Migrations.Request.all(useCounterMayBeLost)
                : Migrations.Request.named(aliases, useCounterMayBeLost);
        return new Migrations().move(token, tokenOf(target), request, listener);
    }

    @Override
    protected KeyMigration.Plan planMigration(
            SchsmDevice target, @Nullable List<String> aliases, boolean useCounterMayBeLost) throws SchsmException {
        return new Migrations()
                .plan(token, tokenOf(target), new Migrations.Request(aliases, useCounterMayBeLost, true));
    }

    @Override
    public String toString() {
        return token.description();
    }
}
