// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.bridge.object;

import io.github.schsm.bridge.cryptoki.Attributes;
import io.github.schsm.bridge.cryptoki.Ck;
import io.github.schsm.bridge.cryptoki.Ckr;
import io.github.schsm.bridge.cryptoki.Cryptoki;
import io.github.schsm.bridge.cryptoki.CryptokiException;
import io.github.schsm.bridge.session.Session;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The token's objects, read once: a search for each kind, and one call for each object that asks for all of its
 * attributes. Read again when somebody wants a fresh look, when handles became stale (another generation of sessions,
 * a login that shows more), or when a handle was refused. What this program changes is changed here as well.
 *
 * <p>The lock is taken while holding a session, never the other way round.
 */
public final class ObjectTable {
    private final Object lock = new Object();
    private @Nullable Known known;
    /** What was read last, also after it was forgotten: what is the same again need not be made out again. */
    private @Nullable Known last;

    private Set<String> noKeys = Set.of();

    /** What was read. */
    private static final class Known {
        private final long generation;
        private final boolean privateKeysHide;
        private final Map<Long, ObjectSnapshot> objects = new LinkedHashMap<>();
        /** As the module told them, without what was found out by other means. */
        private final Map<Long, ObjectSnapshot> told = new LinkedHashMap<>();

        private @Nullable TokenObjects contents;
        private Set<String> without = Set.of();

        private Known(long generation, boolean privateKeysHide) {
            this.generation = generation;
            this.privateKeysHide = privateKeysHide;
        }

        private TokenObjects contents(Set<String> noKeys) {
            TokenObjects made = contents;
            if (made == null || !without.equals(noKeys)) {
                made = TokenObjects.of(objects.values(), privateKeysHide, noKeys);
                contents = made;
                without = noKeys;
            }
            return made;
        }

        private void put(ObjectSnapshot object) {
            objects.put(object.handle(), object);
            contents = null;
        }

        /** The same objects as before are put together in the same way. */
        private void takeOver(@Nullable Known before) {
            if (before != null && before.privateKeysHide == privateKeysHide && isSame(before.objects.values())) {
                contents = before.contents;
                without = before.without;
            }
        }

        private boolean isSame(Collection<ObjectSnapshot> others) {
            Iterator<ObjectSnapshot> other = others.iterator();
            return objects.size() == others.size()
                    && objects.values().stream().allMatch(object -> object.equals(other.next()));
        }
    }

    /** What the token holds, read if it is not known. */
    public TokenObjects contents(Session session) throws CryptokiException {
        synchronized (lock) {
            return known(session).contents(noKeys);
        }
    }

    /** What public keys do not stand for: references of keys that somebody knows not to be there. */
    public void noKeys(Set<String> references) {
        synchronized (lock) {
            noKeys = Set.copyOf(references);
        }
    }

    /** What the token holds; null if it has to be read, in this generation. */
    @Nullable
    public TokenObjects known(long generation) {
        synchronized (lock) {
            return known == null || known.generation != generation ? null : known.contents(noKeys);
        }
    }

    /** Whether what is known was read without a login, so that private objects may be missing. */
    public boolean wasReadByAnybody() {
        synchronized (lock) {
            return known != null && known.privateKeysHide;
        }
    }

    private Known known(Session session) throws CryptokiException {
        Known read = known;
        if (read == null || read.generation != session.generation()) {
            read = read(session);
            known = read;
            last = read;
        }
        return read;
    }

    /** Forgets everything, so that the next use looks again. */
    public void forget() {
        synchronized (lock) {
            known = null;
        }
    }

    private Known read(Session session) throws CryptokiException {
        Known read = new Known(session.generation(), !session.isUser());
        if (!isAsBefore(session, read)) {
            readAll(session, read);
        }
        read.takeOver(last);
        completePublicKeys(session, read);
        return read;
    }

    /**
     * Whether there are the objects that were read last: one search, in place of one for each kind, and those attributes
     * that may change or that tell an object from another one which has its handle by now. Nothing else may be there: a
     * handle that is not known may become that of a key.
     */
    private boolean isAsBefore(Session session, Known read) throws CryptokiException {
        Known before = last;
        if (before == null
                || before.told.isEmpty()
                || before.privateKeysHide != read.privateKeysHide
                || !before.told
                        .keySet()
                        .equals(Set.copyOf(session.module().find(session.handle(), ObjectKind.any())))) {
            return false;
        }
        boolean certain = before.contents(noKeys).keys().stream().allMatch(TokenObjects.KeyEntry::isTold);
        try {
            for (ObjectSnapshot object : before.told.values()) {
                List<Long> types =
                        certain ? object.kind().telling() : object.kind().attributes();
                if (!object.attributes()
                        .isSame(session.module().attributes(session.handle(), object.handle(), types), types)) {
                    return false;
                }
            }
        } catch (CryptokiException refused) {
            if (refused.is(Ckr.OBJECT_HANDLE_INVALID)) {
                return false;
            }
            throw refused;
        }
        for (ObjectSnapshot object : before.told.values()) {
            read.told.put(object.handle(), object);
            read.put(object);
        }
        return true;
    }

    private void readAll(Session session, Known read) throws CryptokiException {
        Cryptoki module = session.module();
        for (ObjectKind kind : ObjectKind.values()) {
            for (long handle : module.find(session.handle(), kind.template())) {
                ObjectSnapshot object = read(session, kind, handle, read);
                if (object != null) {
                    read.put(object);
                }
            }
        }
    }

    /** An object; null if it went since it was found: a refused handle that a search still finds is no such thing. */
    private @Nullable ObjectSnapshot read(Session session, ObjectKind kind, long handle, Known read)
            throws CryptokiException {
        try {
            return readOnce(session, kind, handle, read);
        } catch (CryptokiException refused) {
            if (!refused.is(Ckr.OBJECT_HANDLE_INVALID)) {
                throw refused;
            }
            return session.module().find(session.handle(), kind.template()).contains(handle)
                    ? readOnce(session, kind, handle, read)
                    : null;
        }
    }

    private ObjectSnapshot readOnce(Session session, ObjectKind kind, long handle, Known read)
            throws CryptokiException {
        Attributes attributes = session.module().attributes(session.handle(), handle, kind.attributes());
        ObjectSnapshot before = last == null ? null : last.told.get(handle);
        ObjectSnapshot object =
                before != null && before.kind() == kind && before.attributes().isSame(attributes, kind.attributes())
                        ? before
                        : ObjectSnapshot.of(handle, kind, attributes);
        read.told.put(handle, object);
        return object;
    }

    /** The standard gives EC private keys no point; modules that do are asked only where nothing else tells it. */
    private void completePublicKeys(Session session, Known read) throws CryptokiException {
        for (TokenObjects.KeyEntry entry : read.contents(noKeys).keys()) {
            ObjectSnapshot object = entry.object();
            if (object != null && object.kind() == ObjectKind.EC_PRIVATE && entry.publicKey() == null) {
                Map<Long, byte[]> values = new HashMap<>(object.attributes().values());
                values.putAll(session.module()
                        .attributes(session.handle(), object.handle(), List.of(Ck.CKA_EC_POINT))
                        .values());
                read.put(ObjectSnapshot.of(object.handle(), object.kind(), new Attributes(values)));
            }
        }
    }

    /** Takes up objects that were just made or changed. */
    public void refresh(Session session, ObjectKind kind, long handle) throws CryptokiException {
        synchronized (lock) {
            Known read = known(session);
            ObjectSnapshot object = read(session, kind, handle, read);
            if (object == null) {
                read.objects.remove(handle);
                read.contents = null;
            } else {
                read.put(object);
            }
            completePublicKeys(session, read);
        }
    }

    /** Looks again at all objects of a kind, where a module may have made or deleted others along with one. */
    void refresh(Session session, ObjectKind kind) throws CryptokiException {
        synchronized (lock) {
            Known read = known(session);
            List<Long> present = session.module().find(session.handle(), kind.template());
            read.objects.values().removeIf(object -> object.kind() == kind && !present.contains(object.handle()));
            read.contents = null;
            for (long handle : present) {
                ObjectSnapshot object = read(session, kind, handle, read);
                if (object != null) {
                    read.put(object);
                }
            }
            completePublicKeys(session, read);
        }
    }

    /** Drops objects that were deleted. */
    public void remove(Session session, List<ObjectSnapshot> objects) throws CryptokiException {
        synchronized (lock) {
            Known read = known(session);
            for (ObjectSnapshot object : new ArrayList<>(objects)) {
                read.objects.remove(object.handle());
            }
            read.contents = null;
        }
    }

    /** A public key that no object tells, found out by using the private key. */
    public void recovered(Session session, ObjectSnapshot object, PublicKey publicKey) throws CryptokiException {
        synchronized (lock) {
            known(session).put(new ObjectSnapshot(object.handle(), object.kind(), object.attributes(), publicKey));
        }
    }
}
