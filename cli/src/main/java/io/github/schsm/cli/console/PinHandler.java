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
    private @Nullable CliException problem;

    public PinHandler(Io io, Secret source) {
        this.io = io;
        this.source = source;
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
            char[] pin = source.read(
                    io, "of device " + wanted.deviceId(), wanted.triesLeft().orElse(-1));
            wanted.setPassword(pin);
            Arrays.fill(pin, '\0');
        } else if (callback instanceof NewPinCallback wanted) {
            changeTransportPin(wanted);
        } else if (callback instanceof PinPadCallback pad) {
            if (pad.entry() != PinPadCallback.Entry.FINISHED) {
                io.err().println(pad.getMessage());
            }
        } else if (!(callback instanceof LoginCallback)) {
            throw new UnsupportedCallbackException(callback);
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
