// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider.card;

import io.github.schsm.DeviceException;
import io.github.schsm.KeyType;
import io.github.schsm.SchsmException;
import io.github.schsm.SchsmException.Reason;
import io.github.schsm.card.SmartCardHsm;
import io.github.schsm.card.files.KeyAttributes;
import java.security.PublicKey;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a device's files. Each is read when it is first needed, and once more at its first use after
 * {@link #look}, because another program may have replaced it in place; what the list of objects no longer names is
 * forgotten. Used under the token's lock.
 */
final class CardContents {
    private final Map<Integer, Known> files = new HashMap<>();
    private final Map<Integer, Attributes> attributes = new HashMap<>();
    private final Map<Integer, PublicKey> recovered = new HashMap<>();
    private final Map<Integer, KeyType> kinds = new HashMap<>();
    private @Nullable Set<Integer> list;
    private int generation;

    /** A file's bytes; null if there is no such file. */
    private record Known(byte @Nullable [] content, int generation) {}

    /** Finds out a public key that is stored nowhere. */
    interface Recovery {
        @Nullable
        PublicKey recover() throws SchsmException;
    }

    private record Attributes(KeyAttributes value, int generation) {}

    /** Reads the list of objects; what is known of their contents is to be read again. */
    Set<Integer> look(SmartCardHsm card) throws SchsmException {
        Set<Integer> present = enumerate(card);
        generation++;
        recovered.clear();
        kinds.clear();
        return present;
    }

    /** Reads the list of objects, for finding a free place. */
    Set<Integer> enumerate(SmartCardHsm card) throws SchsmException {
        Set<Integer> present = new TreeSet<>(card.enumerateObjects());
        list = present;
        return present;
    }

    Set<Integer> present(SmartCardHsm card) throws SchsmException {
        return list == null ? look(card) : list;
    }

    /** A file's content; empty if there is no such file. */
    Optional<byte[]> file(SmartCardHsm card, int fid) throws SchsmException {
        Known known = files.get(fid);
        if (known == null || known.generation != generation) {
            known = new Known(read(card, fid), generation);
            files.put(fid, known);
        }
        return Optional.ofNullable(known.content).map(byte[]::clone);
    }

    private static byte @Nullable [] read(SmartCardHsm card, int fid) throws SchsmException {
        try {
            byte[] content = card.readBinary(fid);
            return content.length == 0 ? null : content;
        } catch (DeviceException noSuchFile) {
            if (noSuchFile.reason() != Reason.OBJECT_NOT_FOUND) {
                throw noSuchFile;
            }
            return null;
        }
    }

    KeyAttributes attributes(SmartCardHsm card, int kid) throws SchsmException {
        Attributes known = attributes.get(kid);
        if (known == null || known.generation != generation) {
            known = new Attributes(card.keyAttributes(kid), generation);
            attributes.put(kid, known);
        }
        return known.value;
    }

    /** What is known of a key's attributes, however old. */
    Optional<KeyAttributes> knownAttributes(int kid) {
        return Optional.ofNullable(attributes.get(kid)).map(Attributes::value);
    }

    void forgetAttributes(int kid) {
        attributes.remove(kid);
    }

    @Nullable
    PublicKey recovered(int kid, Recovery recovery) throws SchsmException {
        PublicKey known = recovered.get(kid);
        if (known == null) {
            known = recovery.recover();
            if (known != null) {
                recovered.put(kid, known);
            }
        }
        return known;
    }

    /** Finds out what kind a key is that nothing describes. */
    interface Kind {
        KeyType find() throws SchsmException;
    }

    KeyType kind(int kid, Kind kind) throws SchsmException {
        KeyType known = kinds.get(kid);
        if (known == null) {
            known = kind.find();
            kinds.put(kid, known);
        }
        return known;
    }

    void putAttributes(int kid, KeyAttributes value) {
        attributes.put(kid, new Attributes(value, generation));
    }

    /** A file that was just written. */
    void put(int fid, byte[] content) {
        files.put(fid, new Known(content.clone(), generation));
        if (list != null) {
            list.add(fid);
        }
    }

    /** An object that was just made and has no content to be known. */
    void add(int fid) {
        if (list != null) {
            list.add(fid);
        }
    }

    /** A file that is to be read again at its next use. */
    void forget(int fid) {
        files.remove(fid);
    }

    /** Objects that were just deleted, or of which nothing certain is known any more. */
    void remove(List<Integer> fids) {
        for (int fid : fids) {
            files.remove(fid);
            recovered.remove(fid & 0xFF);
            kinds.remove(fid & 0xFF);
            if (list != null) {
                list.remove(fid);
            }
        }
    }

    void clear() {
        files.clear();
        attributes.clear();
        recovered.clear();
        kinds.clear();
        list = null;
    }
}
