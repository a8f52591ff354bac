// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.keystore;

import io.github.schsm.KeyAlgorithm;
import io.github.schsm.KeyDetails;
import io.github.schsm.KeyDomain;
import io.github.schsm.KeyDomainException;
import io.github.schsm.KeyMigration.Obstacle;
import io.github.schsm.SchsmException;
import io.github.schsm.UnsupportedByDeviceException;
import io.github.schsm.UntrustedDeviceException;
import io.github.schsm.spi.Token;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** The key domains that two devices have in common. Each device is asked once, and only for what is needed. */
final class CommonDomains {
    private final Token from;
    private final Token to;
    private final Map<Integer, KeyDomain.Status> here = new HashMap<>();
    private final Map<Integer, Membership> memberships = new HashMap<>();
    private @Nullable OptionalInt unnamed;
    private @Nullable Integer slots;

    CommonDomains(Token from, Token to) {
        this.from = from;
        this.to = to;
    }

    /** Whether the target is in a key domain of the source. */
    sealed interface Membership {}

    /**
     * It is.
     *
     * @param here  the domain on the source
     * @param there the same on the target
     */
    record Member(KeyDomain.Status here, KeyDomain.Status there) implements Membership {
        /** Whether both have the same KEK, so that nothing has to be agreed. */
        boolean hasCommonKek() {
            return here.hasKek() && Arrays.equals(here.kcv(), there.kcv());
        }
    }

    /** It is not, or cannot take keys of it. */
    record Stranger(Obstacle obstacle, SchsmException reason) implements Membership {}

    /** A key domain of the source, as it was when the first key of it was looked at. */
    KeyDomain.Status here(int slot) throws SchsmException {
        KeyDomain.Status known = here.get(slot);
        if (known == null) {
            known = from.keyDomains().status(slot);
            here.put(slot, known);
        }
        return known;
    }

    /** The slot that a key is in; empty if it is in none. See {@link KeyWrapping#domainSlot}. */
    OptionalInt slotOf(KeyDetails details) throws SchsmException {
        if (details.keyDomain().isPresent()) {
            return details.keyDomain();
        }
        OptionalInt known = unnamed;
        if (known == null) {
            known = KeyWrapping.hasOneDkek(from) ? OptionalInt.of(0) : OptionalInt.empty();
            unnamed = known;
        }
        return known;
    }

    /**
     * Whether the key's list lets it leave its key domain's device, as far as that can be told before the device is asked:
     * one that was initialized with a DKEK for all its keys lets a key without a list leave, and looks like one with a
     * single slot.
     */
    boolean mayLeave(KeyDetails details, KeyDomain.Status domain) throws SchsmException {
        if (details.lists(KeyAlgorithm.WRAP)) {
            return true;
        }
        return details.allowedAlgorithms() == null
                && !domain.isXkek()
                && (details.keyDomain().isEmpty() || slots() == 1);
    }

    private int slots() throws SchsmException {
        Integer known = slots;
        if (known == null) {
            known = from.keyDomains().slots();
            slots = known;
        }
        return known;
    }

    Membership membership(int slot) throws SchsmException {
        Membership known = memberships.get(slot);
        if (known == null) {
            known = find(here(slot));
            memberships.put(slot, known);
        }
        return known;
    }

    private Membership find(KeyDomain.Status here) throws SchsmException {
        List<KeyDomain.Status> domains;
        try {
            domains = to.keyDomains().list();
        } catch (UnsupportedByDeviceException noKeyDomains) {
            return new Stranger(Obstacle.NO_COMMON_DOMAIN, noKeyDomains);
        }
        return find(here, domains);
    }

    private Membership find(KeyDomain.Status here, List<KeyDomain.Status> domains) throws SchsmException {
        return here.isXkek() ? findXkek(here, domains) : findDkek(here, domains);
    }

    private Membership findXkek(KeyDomain.Status here, List<KeyDomain.Status> domains) throws SchsmException {
        for (KeyDomain.Status candidate : domains) {
            if (candidate.isXkek() && KeyDomain.Status.sameUid(here.uid(), candidate.uid())) {
                Member member = new Member(here, candidate);
                UntrustedDeviceException untrusted = member.hasCommonKek() ? null : untrusted();
                return untrusted == null ? member : new Stranger(Obstacle.UNTRUSTED, untrusted);
            }
        }
        return notAMember(here, domains);
    }

    /** A side that agrees on a KEK verifies the peer's device first. */
    private @Nullable UntrustedDeviceException untrusted() throws SchsmException {
        try {
            from.trust().verify(to.identity());
            to.trust().verify(from.identity());
            return null;
        } catch (UntrustedDeviceException notTheirs) {
            return notTheirs;
        }
    }

    private Membership findDkek(KeyDomain.Status here, List<KeyDomain.Status> domains) {
        List<KeyDomain.Status> candidates =
                domains.stream().filter(domain -> !domain.isXkek()).toList();
        if (candidates.isEmpty()) {
            return notAMember(here, domains);
        }
        if (!here.hasKek()) {
            return new Stranger(Obstacle.NO_KEK, new KeyDomainException(noDkek(from, List.of(here))));
        }
        List<KeyDomain.Status> withoutKek = new ArrayList<>();
        for (KeyDomain.Status candidate : candidates) {
            if (Arrays.equals(here.kcv(), candidate.kcv())) {
                return new Member(here, candidate);
            }
            if (!candidate.hasKek()) {
                withoutKek.add(candidate);
            }
        }
        if (withoutKek.isEmpty()) {
            return new Stranger(
                    Obstacle.OTHER_KEK,
                    new KeyDomainException("device " + to.name() + " is not a member of " + here + " of device "
                            + from.name() + ": the KCVs of its DKEKs are "
                            + String.join(
                                    ", ",
                                    candidates.stream()
                                            .map(domain -> hex(domain.kcv()))
                                            .toList())
                            + ", so other shares were imported there"));
        }
        return new Stranger(Obstacle.NO_KEK, new KeyDomainException(noDkek(to, withoutKek)));
    }

    private static String noDkek(Token token, List<KeyDomain.Status> domains) {
        boolean isHidden = domains.stream().allMatch(KeyDomain.Status::isKcvHidden);
        return "device " + token.name() + " shows no DKEK in "
                + String.join(" or ", domains.stream().map(Object::toString).toList())
                + (isHidden ? ": verify the user PIN first, then it is shown" : ": import the shares that are missing");
    }

    private Stranger notAMember(KeyDomain.Status here, List<KeyDomain.Status> domains) {
        return new Stranger(
                Obstacle.NO_COMMON_DOMAIN,
                new KeyDomainException("device " + to.name() + " is not a member of " + here + " of device "
                        + from.name() + "; it has " + (domains.isEmpty() ? "no key domain" : domains)));
    }

    private static String hex(byte[] kcv) {
        return HexFormat.of().withUpperCase().formatHex(kcv);
    }
}
