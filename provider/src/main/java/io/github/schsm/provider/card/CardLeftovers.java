// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider.card;

import io.github.schsm.AttestedPublicKey;
import io.github.schsm.InvalidRequestException;
import io.github.schsm.KeyDetails;
import io.github.schsm.KeyDomain;
import io.github.schsm.SchsmDevice.Leftover;
import io.github.schsm.SchsmDevice.Leftover.Kind;
import io.github.schsm.SchsmException;
import io.github.schsm.TokenKey;
import io.github.schsm.card.SmartCardHsm;
import io.github.schsm.card.files.Files;
import io.github.schsm.keystore.MigrationKeys;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;

/** Finds what broken operations left on a SmartCard-HSM, and removes it when it is asked to. */
final class CardLeftovers {
    private static final int X509 = 0x30;

    private final CardToken token;
    private final CardDataObjects dataObjects;

    CardLeftovers(CardToken token, CardDataObjects dataObjects) {
        this.token = token;
        this.dataObjects = dataObjects;
    }

    List<Leftover> find() throws SchsmException {
        return token.withContents(card -> find(card));
    }

    private List<Leftover> find(SmartCardHsm card) throws SchsmException {
        Set<Integer> present = token.contents().look(card);
        List<Leftover> found = new ArrayList<>();
        for (int fid : new TreeSet<>(present)) {
            int number = fid & 0xFF;
            if (number != 0 && fid == Files.key(number)) {
                key(card, number, found);
            } else if (number != 0 && fid == Files.keyDescription(number) && !present.contains(Files.key(number))) {
                found.add(leftover(
                        Kind.DESCRIPTION_WITHOUT_KEY,
                        fid,
                        "description of key " + number + ", which is not there",
                        true));
            } else if (number != 0 && fid == Files.keyCertificate(number) && !present.contains(Files.key(number))) {
                certificate(card, number, found);
            } else if (fid == Files.certificateDescription(number)
                    && !present.contains(Files.caCertificate(number))
                    && !card.exists(Files.caCertificate(number))) {
                found.add(leftover(
                        Kind.DESCRIPTION_WITHOUT_CERTIFICATE,
                        fid,
                        "description of certificate " + number + ", which is not there",
                        true));
            }
        }
        found.addAll(dataObjects.leftovers(card));
        return List.copyOf(found);
    }

    private void key(SmartCardHsm card, int kid, List<Leftover> found) throws SchsmException {
        TokenKey key = token.key(card, kid);
        boolean undescribed = token.description(card, kid).isEmpty();
        if (!undescribed && !MigrationKeys.hasLabel(key)) {
            return;
        }
        KeyDetails details = token.details(card, kid, key.type());
        if (MigrationKeys.isExchangeKey(details)) {
            found.add(leftover(
                    Kind.EXCHANGE_KEY_OF_A_MIGRATION,
                    Files.key(kid),
                    "exchange key \"" + key.label() + "\" of a migration that was interrupted"
                            + kek(card, key, details.keyDomain()),
                    true));
        } else if (undescribed) {
            found.add(leftover(
                    Kind.KEY_WITHOUT_DESCRIPTION,
                    Files.key(kid),
                    key.type() + " key " + kid + " without a description",
                    false));
        }
    }

    /** What becomes of the KEK when the exchange key is removed, for people. */
    private static String kek(SmartCardHsm card, TokenKey key, OptionalInt slot) throws SchsmException {
        Optional<KeyDomain.Status> domain = domain(card, slot).filter(KeyDomain.Status::hasKek);
        if (domain.isEmpty()) {
            return "";
        }
        if (isAgreedOnWith(key, domain.get())) {
            return ", with the KEK of key domain " + domain.get().slot();
        }
        return MigrationKeys.notedKcv(key).isPresent()
                ? "; the KEK in key domain " + domain.get().slot() + " is another one and stays"
                : "; the KEK in key domain " + domain.get().slot() + " stays, for whose it is cannot be told";
    }

    private static Optional<KeyDomain.Status> domain(SmartCardHsm card, OptionalInt slot) throws SchsmException {
        return slot.isPresent() ? card.queryKeyDomain(slot.getAsInt()) : Optional.empty();
    }

    /** The exchange key alone proves nothing about whose KEK is in the slot now; its note of the check value does. */
    private static boolean isAgreedOnWith(TokenKey key, KeyDomain.Status domain) {
        return domain.hasKek()
                && MigrationKeys.notedKcv(key)
                        .filter(noted -> Arrays.equals(noted, domain.kcv()))
                        .isPresent();
    }

    private void certificate(SmartCardHsm card, int kid, List<Leftover> found) throws SchsmException {
        byte[] content = token.contents().file(card, Files.keyCertificate(kid)).orElse(new byte[] {0});
        boolean x509 = (content[0] & 0xFF) == X509;
        found.add(leftover(
                Kind.CERTIFICATE_WITHOUT_KEY,
                Files.keyCertificate(kid),
                (x509 ? "certificate" : "request") + " of key " + kid + ", which is not there",
                !x509));
    }

    /** What stands for an exchange key that is gone. The list is read once more before anything is deleted. */
    void removeRemainsOfMigrations() throws SchsmException {
        token.withContents(card -> {
            if (!remains(card, token.contents().present(card)).isEmpty()) {
                List<Integer> remains = remains(card, token.contents().enumerate(card));
                for (int fid : remains) {
                    CardToken.deleteIfThere(card, fid);
                }
                token.contents().remove(remains);
            }
            return true;
        });
    }

    private List<Integer> remains(SmartCardHsm card, Set<Integer> present) throws SchsmException {
        List<Integer> remains = new ArrayList<>();
        for (int fid : present) {
            int kid = fid & 0xFF;
            if (kid != 0 && !present.contains(Files.key(kid)) && isOfMigration(card, fid, kid)) {
                remains.add(fid);
            }
        }
        return remains;
    }

    private boolean isOfMigration(SmartCardHsm card, int fid, int kid) throws SchsmException {
        if (fid == Files.keyDescription(kid)) {
            return MigrationKeys.hasLabel(token.key(card, kid));
        }
        if (fid != Files.keyCertificate(kid)) {
            return false;
        }
        Optional<byte[]> content = token.contents().file(card, fid);
        return content.isPresent()
                && CardToken.publicKeyIn(content.get(), card.identity()) instanceof AttestedPublicKey attested
                && MigrationKeys.isRequestOfExchangeKey(attested);
    }

    static Leftover leftover(Kind kind, int fid, String description, boolean proven) {
        return new Leftover(kind, HexFormat.of().withUpperCase().toHexDigits((short) fid), description, proven);
    }

    /** Looks once more: what was found may have been finished by now. */
    void remove(Leftover leftover) throws SchsmException {
        token.withContents(card -> {
            if (find(card).stream()
                    .noneMatch(found ->
                            found.kind() == leftover.kind() && found.reference().equals(leftover.reference()))) {
                throw new InvalidRequestException(
                        leftover + " is not on device " + token.name() + " any more, or not left over any more");
            }
            int fid = HexFormat.fromHexDigits(leftover.reference());
            switch (leftover.kind()) {
                case KEY_WITHOUT_DESCRIPTION -> token.deleteKey(card, fid & 0xFF);
                case EXCHANGE_KEY_OF_A_MIGRATION -> {
                    TokenKey key = token.key(card, fid & 0xFF);
                    OptionalInt slot = card.keyAttributes(fid & 0xFF).keyDomain();
                    Optional<KeyDomain.Status> domain = domain(card, slot);
                    if (domain.isPresent() && isAgreedOnWith(key, domain.get())) {
                        card.deleteKek(domain.get().slot());
                    }
                    token.deleteKey(card, fid & 0xFF);
                }
                case REPLACED_DATA, DATA_WITHOUT_DESCRIPTION -> dataObjects.delete(card, leftover.reference());
                case DESCRIPTION_WITHOUT_KEY,
                        CERTIFICATE_WITHOUT_KEY,
                        DESCRIPTION_WITHOUT_DATA,
                        DESCRIPTION_WITHOUT_CERTIFICATE -> token.deleteAll(card, List.of(fid));
            }
            return true;
        });
    }
}
