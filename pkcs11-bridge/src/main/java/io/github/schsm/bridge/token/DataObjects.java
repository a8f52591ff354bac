// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.bridge.token;

import io.github.schsm.DataObject;
import io.github.schsm.InvalidRequestException;
import io.github.schsm.SchsmException;
import io.github.schsm.UnsupportedByDeviceException;
import io.github.schsm.bridge.cryptoki.Ck;
import io.github.schsm.bridge.cryptoki.Ckr;
import io.github.schsm.bridge.cryptoki.CryptokiException;
import io.github.schsm.bridge.cryptoki.Template;
import io.github.schsm.bridge.object.ObjectIdentifiers;
import io.github.schsm.bridge.object.ObjectKind;
import io.github.schsm.bridge.object.ObjectSnapshot;
import io.github.schsm.bridge.object.TokenObjects;
import io.github.schsm.bridge.session.Session;
import io.github.schsm.bridge.session.SessionAccess;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Data objects. Contents are not kept in memory, they may be secret; a new content is written before the old one goes. */
final class DataObjects {
    private final Pkcs11Token token;

    DataObjects(Pkcs11Token token) {
        this.token = token;
    }

    private TokenObjects.DataEntry require(Session session, DataObject object)
            throws CryptokiException, SchsmException {
        return token.table()
                .contents(session)
                .find(object)
                .orElseThrow(
                        () -> new InvalidRequestException(object + " is not in " + token.description() + " any more"));
    }

    byte[] read(DataObject object) throws SchsmException {
        return token.link().withSession(object.pinProtected() ? SessionAccess.USER : SessionAccess.PUBLIC, session -> {
            if (object.pinProtected()) {
                session.requireLogin();
            }
            session.about("reading " + object);
            long handle = require(session, object).object().handle();
            return session.module()
                    .attributes(session.handle(), handle, List.of(Ck.CKA_VALUE))
                    .bytes(Ck.CKA_VALUE)
                    .orElse(new byte[0]);
        });
    }

    DataObject store(DataObject object, byte[] content) throws SchsmException {
        Rollback undo = new Rollback(token, template(object, content));
        Optional<DataObject> stored = undo.guard(() -> token.link().withSession(SessionAccess.USER_WRITE, session -> {
            session.mayRepeat(true);
            session.requireLogin();
            ObjectSnapshot old = object.reference().isEmpty()
                    ? null
                    : require(session, object).object();
            token.table().contents(session);
            session.about("storing " + object);
            undo.begin(session);
            long made = create(session, object, content);
            if (old != null) {
                session.module().destroyObject(session.handle(), old.handle());
            }
            undo.done();
            return lookAt(session, old, made);
        }));
        return stored.isPresent() ? stored.get() : search(object);
    }

    /** What was stored, as a listing shows it; empty if it cannot be read at the moment. */
    private Optional<DataObject> lookAt(Session session, @Nullable ObjectSnapshot old, long made) {
        try {
            if (old != null) {
                token.table().remove(session, List.of(old));
            }
            token.table().refresh(session, ObjectKind.DATA, made);
            return token.table().contents(session).dataWithHandle(made).map(TokenObjects.DataEntry::data);
        } catch (CryptokiException unread) {
            token.table().forget();
            return Optional.empty();
        }
    }

    private DataObject search(DataObject object) throws SchsmException {
        return token.dataObjects().stream()
                .filter(stored -> stored.label().equals(object.label())
                        && stored.application().equals(object.application())
                        && stored.oid().equals(object.oid()))
                .findFirst()
                .orElseThrow(
                        () -> new InvalidRequestException(object + " is not in " + token.description() + " any more"));
    }

    private long create(Session session, DataObject object, byte[] content) throws CryptokiException, SchsmException {
        try {
            return session.module().createObject(session.handle(), template(object, content));
        } catch (CryptokiException refused) {
            if (content.length == 0 && refused.is(Ckr.ARGUMENTS_BAD)) {
                throw new UnsupportedByDeviceException(
                        token.description() + " keeps no data object without content: give it at least one byte",
                        refused);
            }
            throw refused;
        }
    }

    /** OpenSC 0.23 reads on behind the application's name until it meets a zero byte. */
    private String application(DataObject object) {
        boolean readsOn = token.link().module().info().manufacturer().startsWith("OpenSC")
                && !object.application().isEmpty();
        return readsOn ? object.application() + "\0" : object.application();
    }

    private Template template(DataObject object, byte[] content) {
        Template template = new Template()
                .with(Ck.CKA_CLASS, Ck.CKO_DATA)
                .with(Ck.CKA_TOKEN, true)
                .with(Ck.CKA_PRIVATE, object.pinProtected())
                .with(Ck.CKA_LABEL, object.label())
                .with(Ck.CKA_APPLICATION, application(object))
                .with(Ck.CKA_VALUE, content);
        return object.oid().isEmpty()
                ? template
                : template.with(Ck.CKA_OBJECT_ID, ObjectIdentifiers.encode(object.oid()));
    }

    void delete(DataObject object) throws SchsmException {
        token.link().withSession(SessionAccess.USER_WRITE, session -> {
            session.mayRepeat(true);
            session.requireLogin();
            ObjectSnapshot found = require(session, object).object();
            session.about("deletion of " + object);
            session.mayRepeat(false);
            session.module().destroyObject(session.handle(), found.handle());
            token.table().remove(session, List.of(found));
            return true;
        });
    }
}
