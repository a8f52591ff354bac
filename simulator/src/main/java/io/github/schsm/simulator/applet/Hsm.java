// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.simulator.applet;

import static java.util.Map.entry;

import io.github.schsm.MalformedDataException;
import io.github.schsm.simulator.apdu.Answer;
import io.github.schsm.simulator.apdu.Command;
import io.github.schsm.simulator.apdu.Refusal;
import io.github.schsm.simulator.apdu.Sw;
import io.github.schsm.simulator.applet.Applet.Handler;
import io.github.schsm.simulator.profile.DeviceProfile;
import io.github.schsm.simulator.state.DeviceState;
import io.github.schsm.simulator.state.StateKeeper;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;

/**
 * The device behind its contacts: takes a command APDU, finds who handles it, and has the state kept before it
 * answers. Answers every byte string with a status word. Not thread-safe: one command at a time, as in a card.
 */
public final class Hsm {
    /** ATR of a SmartCard-HSM on JCOP 3. */
    private static final String ATR = "3BDE18FF8191FE1FC38031815448534D317380214081071C";

    private static final Logger LOG = System.getLogger(Hsm.class.getName());
    private static final int SELECT = 0x00A4;
    private static final int MANAGE_SECURITY_ENVIRONMENT = 0x0022;
    private static final int EXTERNAL_AUTHENTICATE = 0x0082;

    private final Applet applet;
    private final StateKeeper keeper;
    private final Map<Integer, Handler> handlers;

    public Hsm(DeviceProfile profile, DeviceState state, StateKeeper keeper) {
        this.keeper = keeper;
        this.applet = new Applet(profile, state);
        FileCommands files = new FileCommands(applet);
        PinCommands pins = new PinCommands(applet);
        InitializeCommand initialize = new InitializeCommand(applet);
        KeyGeneration generation = new KeyGeneration(applet);
        VerificationKeys verificationKeys = new VerificationKeys(applet);
        PublicKeyCommands publicKeys = new PublicKeyCommands(applet, verificationKeys);
        KeyUse keyUse = new KeyUse(applet, verificationKeys);
        KeyDomainCommands domains = new KeyDomainCommands(applet);
        WrapCommands wrapping = new WrapCommands(applet);
        ChipAuthentication chipAuthentication = new ChipAuthentication(applet);
        Map<Integer, Handler> environments = Map.of(
                0x81B6, verificationKeys::select, 0x81A4, publicKeys::select, 0x41A4, chipAuthentication::choose);
        this.handlers = Map.ofEntries(
                entry(SELECT, files::select),
                entry(0x00B1, files::read),
                entry(0x00D7, files::update),
                entry(0x00E4, files::delete),
                entry(0x8058, files::enumerate),
                entry(0x0020, pins::verify),
                entry(0x0024, pins::change),
                entry(0x002C, pins::resetRetryCounter),
                entry(0x805A, pins::generateSessionPin),
                entry(0x8050, initialize::initialize),
                entry(0x0046, generation::generateKeyPair),
                entry(0x0048, generation::generateSecretKey),
                entry(0x8068, keyUse::sign),
                entry(0x8062, keyUse::decipher),
                entry(0x8078, keyUse::cipher),
                entry(0x8076, keyUse::deriveKeyPair),
                entry(0x0084, keyUse::getChallenge),
                entry(MANAGE_SECURITY_ENVIRONMENT, command -> environment(environments, command)),
                entry(0x0086, chipAuthentication::authenticate),
                entry(EXTERNAL_AUTHENTICATE, publicKeys::externalAuthenticate),
                entry(0x002A, verificationKeys::verify),
                entry(0x8052, domains::manage),
                entry(0x8054, publicKeys::manage),
                entry(0x8072, wrapping::wrap),
                entry(0x8074, wrapping::unwrap));
    }

    /** The holder reference in its certificate. */
    public String chr() {
        return applet.state().chr();
    }

    /** Kind and size of the key with that id, {@code ec-256}; empty if there is none. */
    public String keyKind(int keyId) {
        return applet.state().key(keyId).map(key -> key.material().kind()).orElse("");
    }

    /** MANAGE SECURITY ENVIRONMENT is several commands, told apart by P1 and P2. */
    private static Answer environment(Map<Integer, Handler> environments, Command command)
            throws Refusal, MalformedDataException {
        Handler handler = environments.get(command.p1p2());
        if (handler == null) {
            throw new Refusal(Sw.WRONG_P1_P2);
        }
        return handler.handle(command);
    }

    public static byte[] atr() {
        return HexFormat.of().parseHex(ATR);
    }

    /** Power off and on, or a warm reset: nothing is selected, and logins end. */
    public void reset() {
        applet.reset();
    }

    /** Carries out one command; never throws, whatever the bytes. */
    public byte[] process(byte[] apdu) {
        Command outer;
        Optional<SecureChannel> channel;
        Command command;
        try {
            outer = parse(apdu);
            channel = channel(outer);
            command = channel.isPresent() ? channel.get().open(outer) : outer;
        } catch (Refusal refusal) {
            applet.session().closeChannel();
            return Answer.status(refusal.sw()).encoded();
        }
        Answer answer = keep(execute(command));
        return channel.isPresent() ? sealed(channel.get(), outer, answer).encoded() : answer.encoded();
    }

    private Command parse(byte[] apdu) throws Refusal {
        if (apdu.length > applet.profile().commandLimit()) {
            throw new Refusal(Sw.WRONG_LENGTH);
        }
        Command command = Command.parse(apdu);
        if (command.extended() && !applet.profile().extendedLength()) {
            throw new Refusal(Sw.WRONG_LENGTH);
        }
        return command;
    }

    /** The channel that the command comes through; empty for a plain command, which ends the channel there was. */
    private Optional<SecureChannel> channel(Command command) throws Refusal {
        if (!command.isProtected()) {
            applet.session().closeChannel();
            return Optional.empty();
        }
        if (!applet.profile().hasSecureMessaging()) {
            throw new Refusal(Sw.UNKNOWN_CLASS);
        }
        if (!applet.isSelected()) {
            throw new Refusal(Sw.UNKNOWN_INSTRUCTION);
        }
        return Optional.of(applet.session().channel().orElseThrow(() -> new Refusal(Sw.SM_OBJECT_WRONG)));
    }

    private Answer sealed(SecureChannel channel, Command command, Answer answer) {
        Answer sealed = channel.seal(command, answer);
        if (sealed.data().length <= command.ne()) {
            return sealed;
        }
        applet.session().closeChannel();
        return Answer.status(Sw.WRONG_LENGTH);
    }

    private Answer execute(Command command) {
        try {
            return dispatch(command);
        } catch (Refusal refusal) {
            return Answer.status(refusal.sw());
        } catch (MalformedDataException malformed) {
            return Answer.status(Sw.WRONG_DATA);
        } catch (RuntimeException defect) {
            // A card answers, come what may. What the failed command left half done is undone.
            LOG.log(Level.ERROR, "command failed inside the simulator", defect);
            restore();
            return Answer.status(Sw.EXECUTION_ERROR);
        }
    }

    private Answer dispatch(Command command) throws Refusal, MalformedDataException {
        if (command.cla() != 0x00 && command.cla() != 0x80) {
            throw new Refusal(Sw.UNKNOWN_CLASS);
        }
        Handler handler = handlers.get(command.instruction());
        if (handler == null || (!applet.isSelected() && command.instruction() != SELECT)) {
            throw new Refusal(Sw.UNKNOWN_INSTRUCTION);
        }
        if (command.instruction() != MANAGE_SECURITY_ENVIRONMENT && command.instruction() != EXTERNAL_AUTHENTICATE) {
            applet.session().takeChallenge();
        }
        Answer answer = handler.handle(command);
        if (command.ne() == Command.NO_LE) {
            return Answer.status(answer.sw());
        }
        return answer.data().length <= command.ne() ? answer : Answer.status(Sw.WRONG_LENGTH);
    }

    /** Keeps what has changed, refused command or not: a wrong PIN costs a try. */
    private Answer keep(Answer answer) {
        if (!applet.state().isChanged()) {
            return answer;
        }
        try {
            keeper.keep(applet.state());
            applet.state().markKept();
            return answer;
        } catch (IOException notKept) {
            LOG.log(Level.ERROR, "the state of a simulated device cannot be written", notKept);
            restore();
            return Answer.status(Sw.MEMORY_FAILURE);
        }
    }

    private void restore() {
        if (applet.state().isChanged()) {
            try {
                applet.restore(keeper.kept());
            } catch (IOException | MalformedDataException notReadable) {
                LOG.log(Level.ERROR, "the state of a simulated device cannot be read back", notReadable);
            }
        }
    }
}
