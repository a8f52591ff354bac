// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider.card;

import io.github.schsm.DataObject;
import io.github.schsm.DeviceException;
import io.github.schsm.InvalidRequestException;
import io.github.schsm.MalformedDataException;
import io.github.schsm.SchsmDevice.Leftover;
import io.github.schsm.SchsmException;
import io.github.schsm.card.SmartCardHsm;
import io.github.schsm.card.files.DataObjectDescription;
import io.github.schsm.card.files.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;

/**
 * Data objects of a SmartCard-HSM: a file CDii or CFii and its description C9ii. Contents are not kept in memory, they
 * may be secret. A new content goes into a new file, and the old one goes when the new one is complete: a file is not
 * cut when less is written into it, and what is cut off half-way leaves the old object as it was.
 */
final class CardDataObjects {
    private static final int NUMBERS = 256;

    private final CardToken token;

    CardDataObjects(CardToken token) {
        this.token = token;
    }

    /** A data object on the device: its files, and what is said of it. */
    private record Found(int fid, OptionalInt descriptionFid, DataObject object, Optional<ReplacementMark> mark) {}

    List<DataObject> list() throws SchsmException {
        return token.withContents(card -> find(card).stream().map(Found::object).toList());
    }

    /** By descriptions, and the files that have none; some firmware lists no data files. */
    private List<Found> find(SmartCardHsm card) throws SchsmException {
        Set<Integer> present = token.contents().present(card);
        Map<Integer, Found> found = new TreeMap<>();
        for (int fid : present) {
            int number = fid & 0xFF;
            if (fid == Files.dataDescription(number)) {
                Optional<Found> described = described(card, present, number);
                described.ifPresent(object -> found.put(object.fid(), object));
            }
        }
        for (int fid : present) {
            int number = fid & 0xFF;
            if (fid == Files.privateData(number) || fid == Files.publicData(number)) {
                found.putIfAbsent(
                        fid,
                        new Found(
                                fid,
                                OptionalInt.empty(),
                                object(fid, Optional.empty(), Optional.empty(), ""),
                                Optional.empty()));
            }
        }
        return List.copyOf(found.values());
    }

    private Optional<Found> described(SmartCardHsm card, Set<Integer> present, int number) throws SchsmException {
        int descriptionFid = Files.dataDescription(number);
        Optional<byte[]> file = token.contents().file(card, descriptionFid);
        if (file.isEmpty()) {
            return Optional.empty();
        }
        DataObjectDescription description;
        OptionalInt path;
        try {
            description = DataObjectDescription.parse(file.get());
            path = description.fileIdentifier();
        } catch (MalformedDataException writtenBySomebodyElse) {
            return Optional.empty();
        }
        for (int fid : candidates(path, number)) {
            if (present.contains(fid) || card.exists(fid)) {
                return Optional.of(new Found(
                        fid,
                        OptionalInt.of(descriptionFid),
                        object(
                                fid,
                                description.label().filter(label -> !label.isBlank()),
                                description.application(),
                                description.applicationOid().orElse("")),
                        Optional.of(ReplacementMark.of(file.get()))));
            }
        }
        return Optional.empty();
    }

    private static List<Integer> candidates(OptionalInt path, int number) {
        int publicFid = Files.publicData(number);
        int privateFid = Files.privateData(number);
        if (path.isPresent() && isData(path.getAsInt())) {
            return List.of(path.getAsInt());
        }
        return List.of(publicFid, privateFid);
    }

    private static boolean isData(int fid) {
        return fid == Files.publicData(fid & 0xFF) || fid == Files.privateData(fid & 0xFF);
    }

    private static DataObject object(int fid, Optional<String> label, Optional<String> application, String oid) {
        return new DataObject(
                reference(fid),
                label.orElseGet(() -> "data-" + reference(fid)),
                application.orElse(""),
                oid,
                Files.isPrivate(fid));
    }

    private static String reference(int fid) {
        return HexFormat.of().withUpperCase().toHexDigits((short) fid);
    }

    private Found require(SmartCardHsm card, DataObject object) throws SchsmException {
        for (Found found : find(card)) {
            if (found.object().reference().equals(object.reference().toUpperCase(Locale.ROOT))) {
                return found;
            }
        }
        throw new InvalidRequestException(object + " is not in device " + token.name() + " any more");
    }

    byte[] read(DataObject object) throws SchsmException {
        return token.withContents(card -> card.readData(require(card, object).fid()));
    }

    DataObject store(DataObject object, byte[] content) throws SchsmException {
        return token.withContents(card -> {
            Set<Integer> present = token.contents().enumerate(card);
            if (object.reference().isEmpty()) {
                return write(card, present, object, content, Optional.empty());
            }
            Found old = require(card, object);
            DataObject stored = write(card, present, object, content, old.mark().map(ReplacementMark::number));
            try {
                delete(card, old);
            } catch (SchsmException failed) {
                takeBackUnlessAlone(card, stored, old, failed);
            }
            return stored;
        });
    }

    /** If the old object could not be deleted the new one goes again; if at least its content is gone, that is well. */
    private void takeBackUnlessAlone(SmartCardHsm card, DataObject stored, Found old, SchsmException reason)
            throws SchsmException {
        try {
            // Perhaps the card was reset and the applet is not selected any more.
            card.selectApplet();
            if (!card.exists(old.fid())) {
                if (old.descriptionFid().isPresent()) {
                    CardToken.deleteIfThere(card, old.descriptionFid().getAsInt());
                }
                return;
            }
            token.contents().enumerate(card);
            delete(card, require(card, stored));
        } catch (SchsmException alsoFailed) {
            reason.addSuppressed(alsoFailed);
        }
        throw reason;
    }

    private DataObject write(
            SmartCardHsm card, Set<Integer> present, DataObject object, byte[] content, Optional<byte[]> replaced)
            throws SchsmException {
        int number = freeNumber(card, present, object.pinProtected());
        int fid = object.pinProtected() ? Files.privateData(number) : Files.publicData(number);
        int descriptionFid = Files.dataDescription(number);
        byte[] description = ReplacementMark.behind(
                DataObjectDescription.of(object.label(), object.application(), object.oid(), fid)
                        .encode(),
                replaced);
        try {
            card.updateBinary(fid, content);
            // The description last: where it is missing the object has no label.
            card.updateBinary(descriptionFid, description);
        } catch (SchsmException | RuntimeException failed) {
            takeBack(card, List.of(fid, descriptionFid), failed);
            throw failed;
        }
        token.contents().add(fid);
        token.contents().put(descriptionFid, description);
        return new DataObject(
                reference(fid), object.label(), object.application(), object.oid(), object.pinProtected());
    }

    /** Whether firmware lists the files or not, and also if the card was reset and the applet is not selected any more. */
    private void takeBack(SmartCardHsm card, List<Integer> fids, Exception reason) {
        try {
            deleteEach(card, fids);
        } catch (DeviceException refused) {
            try {
                card.selectApplet();
                deleteEach(card, fids);
            } catch (SchsmException | RuntimeException alsoFailed) {
                reason.addSuppressed(alsoFailed);
            }
        } catch (SchsmException | RuntimeException alsoFailed) {
            reason.addSuppressed(alsoFailed);
        } finally {
            token.contents().clear();
        }
    }

    private static void deleteEach(SmartCardHsm card, List<Integer> fids) throws SchsmException {
        for (int fid : fids) {
            CardToken.deleteIfThere(card, fid);
        }
    }

    /** A file that firmware does not list may be there all the same, and would not be cut by a shorter content. */
    private int freeNumber(SmartCardHsm card, Set<Integer> present, boolean pinProtected) throws SchsmException {
        for (int number = 0; number < NUMBERS; number++) {
            if (!present.contains(Files.dataDescription(number))
                    && !present.contains(Files.privateData(number))
                    && !present.contains(Files.publicData(number))
                    && !card.exists(pinProtected ? Files.privateData(number) : Files.publicData(number))) {
                return number;
            }
        }
        throw new InvalidRequestException(
                "device " + token.name() + " holds " + NUMBERS + " data objects, there is no place for another");
    }

    /** What broken operations left; the list of objects was just read. */
    List<Leftover> leftovers(SmartCardHsm card) throws SchsmException {
        List<Leftover> leftovers = new ArrayList<>();
        List<Found> all = find(card);
        for (Found found : all) {
            if (found.descriptionFid().isEmpty()) {
                leftovers.add(CardLeftovers.leftover(
                        Leftover.Kind.DATA_WITHOUT_DESCRIPTION,
                        found.fid(),
                        "data object " + reference(found.fid()) + " without a description",
                        false));
            }
            replacement(found, all)
                    .ifPresent(newer -> leftovers.add(CardLeftovers.leftover(
                            Leftover.Kind.REPLACED_DATA,
                            found.fid(),
                            "data object \"" + found.object().label() + "\", which was replaced by "
                                    + newer.object().reference(),
                            found.mark().filter(ReplacementMark::isOwn).isPresent())));
        }
        for (int fid : token.contents().present(card)) {
            boolean described = fid != Files.dataDescription(fid & 0xFF)
                    || all.stream().anyMatch(found -> found.descriptionFid().orElse(-1) == fid)
                    || !isDescription(card, fid);
            if (!described) {
                leftovers.add(CardLeftovers.leftover(
                        Leftover.Kind.DESCRIPTION_WITHOUT_DATA,
                        fid,
                        "description of a data object that is not there",
                        true));
            }
        }
        return leftovers;
    }

    private boolean isDescription(SmartCardHsm card, int fid) throws SchsmException {
        Optional<byte[]> file = token.contents().file(card, fid);
        try {
            return file.isPresent()
                    && DataObjectDescription.parse(file.get()).label().isPresent();
        } catch (MalformedDataException writtenBySomebodyElse) {
            return false;
        }
    }

    private static Optional<Found> replacement(Found old, List<Found> all) {
        return all.stream()
                .filter(found -> found.fid() != old.fid()
                        && old.mark().isPresent()
                        && found.mark()
                                .flatMap(ReplacementMark::replaced)
                                .filter(number ->
                                        Arrays.equals(number, old.mark().get().number()))
                                .isPresent())
                .findFirst();
    }

    void delete(SmartCardHsm card, String reference) throws SchsmException {
        for (Found found : find(card)) {
            if (found.object().reference().equals(reference)) {
                delete(card, found);
            }
        }
    }

    void delete(DataObject object) throws SchsmException {
        token.withContents(card -> {
            token.contents().enumerate(card);
            delete(card, require(card, object));
            return true;
        });
    }

    private void delete(SmartCardHsm card, Found found) throws SchsmException {
        List<Integer> fids = new ArrayList<>();
        fids.add(found.fid());
        found.descriptionFid().ifPresent(fids::add);
        token.deleteAll(card, fids);
    }
}
