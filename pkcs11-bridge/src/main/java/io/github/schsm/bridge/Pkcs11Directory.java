// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.bridge;

import io.github.schsm.ConfigurationException;
import io.github.schsm.SchsmException;
import io.github.schsm.TokenNotPresentException;
import io.github.schsm.bridge.cryptoki.Ck;
import io.github.schsm.bridge.cryptoki.Cryptoki;
import io.github.schsm.bridge.cryptoki.Cryptoki.SlotInfo;
import io.github.schsm.bridge.cryptoki.CryptokiException;
import io.github.schsm.bridge.cryptoki.FailureScope;
import io.github.schsm.bridge.session.ErrorMapper;
import io.github.schsm.bridge.session.Pkcs11Module;
import io.github.schsm.bridge.session.TokenLink;
import io.github.schsm.spi.Token;
import io.github.schsm.spi.TokenSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.Lock;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The tokens that a module sees. Slots are looked at again each time, because tokens come and go; a token that was
 * found before is the same object again, and one that is away is still given to who asks for it as before: it waits for
 * its return by itself.
 */
final class Pkcs11Directory implements TokenSource.Directory {
    private static final System.Logger LOGGER = System.getLogger(Pkcs11Directory.class.getName());
    private static final String ANY = "";

    private final Pkcs11Module module;
    private final TokenChoice terminal;
    private final TokenSource.Host host;
    private final TokenMaker maker;
    private final Map<List<String>, Made> tokens = new HashMap<>();
    private final Map<String, Made> found = new HashMap<>();
    private boolean closed;

    /** Makes a token over a link. */
    interface TokenMaker {
        /**
         * Makes it.
         *
         * @param id what the configuration may call it
         */
        Token make(TokenLink link, String id, TokenSource.Host host) throws SchsmException;
    }

    /**
     * A directory.
     *
     * @param terminal what the terminal says of the tokens that are meant
     */
    Pkcs11Directory(Pkcs11Module module, TokenChoice terminal, TokenSource.Host host, TokenMaker maker) {
        this.module = module;
        this.terminal = terminal;
        this.host = host;
        this.maker = maker;
    }

    /** What was seen in the slots; in any, also in those that are not wanted. */
    private record Look(List<TokenPlace> places, List<Found> empty, boolean anySlot) {}

    /**
     * Looks into the slots. A module that has none, or does not get at them, may have lost its other side, or not had it
     * when it was initialized: p11-kit's client looks for its server then only.
     */
    private Look look() throws SchsmException {
        long incarnation = module.incarnation();
        try {
            Look look = lookOnce(false);
            if (look.anySlot() || !module.revive(incarnation, false)) {
                return look;
            }
        } catch (CryptokiException refused) {
            FailureScope loss = refused.scope();
            if (!loss.maybeGone() || !module.revive(incarnation, loss == FailureScope.MODULE)) {
                throw refused(refused);
            }
        }
        try {
            return lookOnce(false);
        } catch (CryptokiException stillRefused) {
            throw refused(stillRefused);
        }
    }

    /** Those slots only that the module says have a token in them: modules take their time over each slot. */
    private Optional<Look> lookAtTokens() throws SchsmException {
        try {
            return Optional.of(lookOnce(true));
        } catch (CryptokiException refused) {
            if (!refused.scope().maybeGone()) {
                throw refused(refused);
            }
            return Optional.empty();
        }
    }

    private SchsmException refused(CryptokiException refused) {
        return ErrorMapper.of(module.name(), "looking into its slots", refused);
    }

    private Look lookOnce(boolean tokenPresent) throws CryptokiException {
        List<TokenPlace> places = new ArrayList<>();
        List<Found> empty = new ArrayList<>();
        Lock use = module.use();
        use.lock();
        try {
            Cryptoki.Info library = module.cryptoki().info();
            List<Long> slots = module.cryptoki().slots(tokenPresent);
            for (long id : slots) {
                Optional<SlotInfo> slot = slot(id);
                if (slot.isPresent() && host.isWantedReader(slot.get().description())) {
                    look(library, slot.get(), places, empty);
                }
            }
            for (TokenPlace place : places) {
                if (isAlike(place, places)) {
                    module.areAlike(place.token());
                }
            }
            return new Look(places, empty, !slots.isEmpty());
        } finally {
            use.unlock();
        }
    }

    /** Empty if it has just gone: a reader may be unplugged at any time. */
    private Optional<SlotInfo> slot(long id) throws CryptokiException {
        try {
            return Optional.of(module.cryptoki().slotInfo(id));
        } catch (CryptokiException refused) {
            if (refused.scope() == FailureScope.TOKEN) {
                return Optional.empty();
            }
            throw refused;
        }
    }

    private void look(Cryptoki.Info library, SlotInfo slot, List<TokenPlace> places, List<Found> empty) {
        if ((slot.flags() & Ck.CKF_TOKEN_PRESENT) == 0) {
            empty.add(new Found(reader(slot), null, "there is no token in slot " + number(slot)));
            return;
        }
        try {
            places.add(new TokenPlace(library, slot, module.cryptoki().tokenInfo(slot.id())));
        } catch (CryptokiException unreadable) {
            String why = ErrorMapper.of(module.name(), "asking the token in slot " + number(slot), unreadable)
                    .getMessage();
            empty.add(new Found(reader(slot), null, why));
        }
    }

    private static String number(SlotInfo slot) {
        return Long.toUnsignedString(slot.id());
    }

    private static String reader(SlotInfo slot) {
        return slot.description().isEmpty() ? "slot " + number(slot) : slot.description();
    }

    /**
     * A token that was made.
     *
     * @param link its own
     */
    private record Made(Token token, TokenLink link) {
        /** Logs out; nothing can be asked of it afterwards. */
        void close() {
            try {
                token.logout();
            } catch (SchsmException gone) {
                LOGGER.log(System.Logger.Level.DEBUG, "the token was gone before it was logged out", gone);
            } finally {
                link.close();
            }
        }
    }

    /** Logs out and gives the module back, which ends with its last user. */
    @Override
    public void close() {
        List<Made> made;
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            made = List.copyOf(tokens.values());
            tokens.clear();
            found.clear();
        }
        made.forEach(Made::close);
        Modules.release(module);
    }

    @Override
    public List<Found> list() throws SchsmException {
        Look look = look();
        List<TokenPlace> meant = terminal.among(look.places());
        List<Found> listed = new ArrayList<>();
        for (TokenPlace place : look.places()) {
            if (!place.isInitialized()) {
                listed.add(new Found(
                        reader(place.slot()),
                        null,
                        "the token in slot " + number(place.slot())
                                + " is not initialized; choose it by device = slot:" + number(place.slot())
                                + " in order to do that"));
            } else if (meant.contains(place)) {
                listed.add(new Found(reader(place.slot()), token(place, look.places()), null));
            }
        }
        listed.addAll(look.empty());
        return listed;
    }

    @Override
    public Token find(@Nullable String device) throws SchsmException {
        TokenChoice choice = device == null ? new TokenChoice.Any() : TokenChoice.parse(device);
        String name = device == null ? ANY : device;
        Token stays = stillThere(name, choice);
        if (stays != null) {
            return stays;
        }
        Look look;
        List<TokenPlace> meant;
        try {
            Optional<Look> tokens = lookAtTokens();
            look = tokens.isPresent() ? tokens.get() : look();
            meant = among(look, choice);
            if (meant.isEmpty() && tokens.isPresent()) {
                look = look();
                meant = among(look, choice);
            }
        } catch (SchsmException notNow) {
            Token before = before(name);
            if (before == null) {
                throw notNow;
            }
            return before;
        }
        if (meant.size() > 1) {
            throw new ConfigurationException("the PKCS#11 module " + module.name() + " sees several tokens "
                    + (choice instanceof TokenChoice.Any ? "" : choice + " ") + "(" + listed(meant)
                    + "); choose one by device = <serial number>, <label>, slot:<id> or a PKCS#11 URI in the"
                    + " configuration, or by a SchsmLoadParameter");
        }
        if (meant.isEmpty()) {
            Token before = before(name);
            if (before == null) {
                throw none(choice, look);
            }
            return before;
        }
        Token token;
        synchronized (this) {
            Made made = made(meant.get(0), look.places());
            found.put(name, made);
            token = made.token();
        }
        return token;
    }

    /**
     * The token that a name stood for before, if it is in use, or where it was and still goes by that name: then the
     * module's other slots are not looked into, which takes some modules longer than all else. Where the name is not one
     * token's, others may have come.
     */
    private @Nullable Token stillThere(String name, TokenChoice choice) {
        Made known;
        synchronized (this) {
            known = found.get(name);
        }
        if (known == null || !choice.isName()) {
            return null;
        }
        if (known.link().isInUse()) {
            return known.token();
        }
        SlotInfo slot = known.link().lastSlot();
        List<TokenPlace> seen = known.link().stillThere().stream()
                .map(said -> new TokenPlace(module.info(), slot, said))
                .toList();
        return choice.among(terminal.among(candidates(seen, choice))).isEmpty() ? null : known.token();
    }

    private List<TokenPlace> among(Look look, TokenChoice choice) {
        return choice.among(terminal.among(candidates(look.places(), choice)));
    }

    /** A token that is not initialized has to be named by its slot, so that nobody takes it by mistake for an empty one. */
    private static List<TokenPlace> candidates(List<TokenPlace> places, TokenChoice choice) {
        return choice instanceof TokenChoice.ByName
                ? places.stream()
                        .filter(place ->
                                place.isInitialized() || !place.token().serial().isEmpty())
                        .toList()
                : places;
    }

    private synchronized @Nullable Token before(String name) {
        Made known = found.get(name);
        return known == null ? null : known.token();
    }

    private TokenNotPresentException none(TokenChoice choice, Look look) {
        String seen = look.places().isEmpty() ? "" : "; there are: " + listed(look.places());
        String empty = look.empty().stream()
                .map(place -> place.problem() + " (" + place.reader() + ")")
                .collect(Collectors.joining("; "));
        return new TokenNotPresentException("the PKCS#11 module " + module.name() + " sees no token " + choice
                + (terminal instanceof TokenChoice.Any ? "" : " among those " + terminal)
                + seen
                + (seen.isEmpty() && empty.isEmpty()
                        ? ": it has no slot; see that a reader is connected, or that the service or server it speaks to runs"
                        : "")
                + (empty.isEmpty() ? "" : "; " + empty));
    }

    private static String listed(List<TokenPlace> places) {
        return places.stream().map(TokenPlace::toString).collect(Collectors.joining("; "));
    }

    private synchronized Token token(TokenPlace place, List<TokenPlace> all) throws SchsmException {
        return made(place, all).token();
    }

    private synchronized Made made(TokenPlace place, List<TokenPlace> all) throws SchsmException {
        List<String> key = key(place, all);
        Made known = tokens.get(key);
        if (known == null) {
            TokenLink link = new TokenLink(module, place.slot(), place.token());
            known = new Made(maker.make(link, id(place, all), host), link);
            tokens.put(key, known);
        }
        return known;
    }

    /** A label may change, and a slot's id as well: they count only where no serial number tells tokens apart. */
    private List<String> key(TokenPlace place, List<TokenPlace> all) {
        List<String> key = device(place);
        if (module.isPlaced(place.token())) {
            key.add("slot:" + number(place.slot()));
            key.add(place.slot().description());
        } else if (all.stream().filter(other -> device(other).equals(key)).count() > 1) {
            key.add(place.token().label());
        }
        return key;
    }

    /** What it can be chosen by: the first that no other token has. */
    private static String id(TokenPlace place, List<TokenPlace> all) {
        String serial = place.token().serial();
        if (!serial.isEmpty()
                && all.stream()
                                .filter(other -> other.token().serial().equals(serial))
                                .count()
                        <= 1) {
            return serial;
        }
        String label = place.token().label();
        if (!label.isEmpty()
                && all.stream()
                                .filter(other -> other.token().label().equals(label))
                                .count()
                        <= 1) {
            return label;
        }
        return "slot:" + number(place.slot());
    }

    /** Whether another token says the same of itself. */
    private static boolean isAlike(TokenPlace place, List<TokenPlace> all) {
        List<String> said = Pkcs11Module.said(place.token());
        return all.stream()
                        .filter(other -> Pkcs11Module.said(other.token()).equals(said))
                        .count()
                > 1;
    }

    private static List<String> device(TokenPlace place) {
        return new ArrayList<>(List.of(
                place.token().serial(), place.token().model(), place.token().manufacturer()));
    }
}
