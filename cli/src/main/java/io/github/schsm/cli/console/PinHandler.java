// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.console;

import io.github.schsm.callback.LoginCallback;
import io.github.schsm.callback.NewPinCallback;
import io.github.schsm.callback.PinPadCallback;
import io.github.schsm.callback.TokenPinCallback;
import io.github.schsm.cli.io.Io;
import io.github.schsm.cli.option.Secret;
import io.github.schsm.cli.report.CliException;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.CallbackHandler;
import javax.security.auth.callback.UnsupportedCallbackException;
import org.jspecify.annotations.Nullable;

/**
 * Answers a device that wants its user PIN: from where the options say, or by asking the user, who then knows how many
 * tries are left.
 */
public final class PinHandler implements CallbackHandler {
    private final Io io;
    private final Secret source;
    private final @Nullable TypedPins session;
    private final Map<String, char[]> entered = new HashMap<>();
    private @Nullable CliException problem;

    public PinHandler(Io io, Secret source) {
        this(io, source, null);
    }

    /** @param session where PINs are kept that are typed once for several commands; null if they are not */
    public PinHandler(Io io, Secret source, @Nullable TypedPins session) {
        this.io = io;
        this.source = source;
        this.session = session;
    }

    /** Why there was no answer, in the words of the command. */
    @Nullable
    public CliException problem() {
        return problem;
    }

    @Override
    public void handle(Callback[] callbacks) throws IOException, UnsupportedCallbackException {
        for (Callback callback : callbacks) {
            try {
                handle(callback);
            } catch (CliException noAnswer) {
                problem = noAnswer;
                throw new IOException(noAnswer.getMessage(), noAnswer);
            }
        }
    }

    private void handle(Callback callback) throws CliException, UnsupportedCallbackException {
        if (callback instanceof TokenPinCallback wanted) {
            char[] pin = pin(wanted);
            wanted.setPassword(pin);
            Arrays.fill(pin, '\0');
        } else if (callback instanceof NewPinCallback wanted) {
            changeTransportPin(wanted);
        } else if (callback instanceof PinPadCallback pad) {
            if (pad.entry() != PinPadCallback.Entry.FINISHED) {
                io.err().println(pad.getMessage());
            }
        } else if (callback instanceof LoginCallback login) {
            ended(login);
        } else {
            throw new UnsupportedCallbackException(callback);
        }
    }

    /** The last try is for a person who is told so, whatever was typed before. */
    private char[] pin(TokenPinCallback wanted) throws CliException {
        TypedPins kept = source.isGiven() ? null : session;
        char[] pin = kept == null || wanted.isLastTry() ? null : kept.get(wanted.deviceId());
        if (pin != null) {
            return pin;
        }
        pin = source.read(
                io, "of device " + wanted.deviceId(), wanted.triesLeft().orElse(-1));
        if (kept != null) {
            forgetEntered(wanted.deviceId());
            entered.put(wanted.deviceId(), pin.clone());
        }
        return pin;
    }

    /** Only a PIN that the device took is kept; one that it refuses is not sent again. */
    private void ended(LoginCallback login) {
        char[] pin = entered.get(login.deviceId());
        if (session != null && login.isAccepted() && pin != null) {
            session.keep(login.deviceId(), pin);
        } else if (session != null && !login.isAccepted()) {
            session.forget(login.deviceId());
        }
        forgetEntered(login.deviceId());
    }

    private void forgetEntered(String device) {
        char[] pin = entered.remove(device);
        if (pin != null) {
            Arrays.fill(pin, '\0');
        }
    }

    /** Only with a terminal: a PIN that options give is not known to be a transport PIN. */
    private void changeTransportPin(NewPinCallback wanted) throws CliException {
        if (source.isGiven() || io.person() == null) {
            return;
        }
        String whose = "of device " + wanted.request().deviceId();
        char[] present = Secret.of("transport PIN", "--pin", null, null).read(io, whose + ", which must be changed");
        try {
            char[] chosen = Secret.of("new user PIN", "--new-pin", null, null).readNew(io, whose);
            wanted.setPins(present, chosen);
            Arrays.fill(chosen, '\0');
        } finally {
            Arrays.fill(present, '\0');
        }
    }
}
