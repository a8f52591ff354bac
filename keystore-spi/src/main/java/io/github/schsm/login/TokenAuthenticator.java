// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.login;

import io.github.schsm.SchsmException;
import io.github.schsm.callback.LoginCallback;
import io.github.schsm.callback.NewPinCallback;
import io.github.schsm.callback.PinPadCallback;
import io.github.schsm.callback.PinRequest;
import io.github.schsm.codec.SecretBytes;
import java.util.Arrays;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One login to one token. Keeps what was entered for as long as the token stays connected, so that another
 * program's SELECT does not bring the question up again, and asks again after it was out. A PIN that was refused is not
 * given out again.
 */
public final class TokenAuthenticator implements Authenticator {
    private static final PinSource NO_PIN = request -> null;

    private final String tokenId;
    private final PinSource source;
    private final Supplier<SecretBytes.Rule> rule;
    private byte @Nullable [] entered;
    private boolean refused;
    private boolean fresh;
    private boolean wasAccepted;
    private boolean asked;
    private volatile boolean lent;

    /**
     * A login.
     *
     * @param tokenId  the token's id, for what people are told
     * @param source   where the PIN comes from; destroyed with this object
     * @param givenNow whether a program gave the source this very moment in order to log in, which is asking for a last
     *                 try as well; otherwise only a source that asks somebody uses it
     */
    public TokenAuthenticator(String tokenId, PinSource source, boolean givenNow) {
        this(tokenId, source, givenNow, () -> SecretBytes.USER_PIN);
    }

    /**
     * The same for a token that may take other PINs than a SmartCard-HSM.
     *
     * @param rule how long its PINs are, asked for when there is one
     */
    public TokenAuthenticator(String tokenId, PinSource source, boolean givenNow, Supplier<SecretBytes.Rule> rule) {
        this.tokenId = tokenId;
        this.source = source;
        this.rule = rule;
        this.fresh = givenNow;
    }

    /** What registered keys log in with, whose holders alone can do it again. */
    public static TokenAuthenticator ofKeys(String tokenId) {
        return new TokenAuthenticator(tokenId, NO_PIN, false);
    }

    @Override
    public boolean hasPin() {
        return source != NO_PIN;
    }

    @Override
    public synchronized byte @Nullable [] pin(PinRequest request) throws SchsmException {
        if (refused && !source.isInteractive()) {
            return null;
        }
        if (request.isLastTry()) {
            forget();
            if (!mayUseLastTry()) {
                return null;
            }
        }
        if (entered != null) {
            return entered.clone();
        }
        char[] pin = source.pin(request);
        asked = true;
        if (pin == null || pin.length == 0) {
            // VERIFY without data only asks for the state, and a state that another user brought about is no login.
            return null;
        }
        byte[] bytes = toBytes(pin);
        refused = false;
        if (source.isInteractive()) {
            entered = bytes.clone();
        }
        return bytes;
    }

    /** Wipes the characters. */
    private byte[] toBytes(char[] pin) throws SchsmException {
        try {
            return SecretBytes.of(pin, rule.get());
        } finally {
            Arrays.fill(pin, '\0');
        }
    }

    @Override
    public synchronized boolean isGivenNow() {
        return fresh && !source.isInteractive() && !source.isStored();
    }

    @Override
    public boolean isInteractive() {
        return source.isInteractive();
    }

    @Override
    public boolean isOnReader() {
        return source.isOnReader();
    }

    @Override
    public void changeTransportPin(NewPinCallback wanted) throws SchsmException {
        source.changeTransportPin(wanted);
        char[] chosen = wanted.newPin();
        if (chosen != null) {
            synchronized (this) {
                forget();
                entered = toBytes(chosen);
            }
        }
    }

    @Override
    public boolean entryOnReader(PinRequest request, boolean change) {
        return source.inform(
                new PinPadCallback(request, change ? PinPadCallback.Entry.CHANGE : PinPadCallback.Entry.VERIFY));
    }

    @Override
    public void entryFinished(PinRequest request) {
        source.inform(new PinPadCallback(request, PinPadCallback.Entry.FINISHED));
    }

    /** A backend that this is lent to leaves it to the lender, so that nobody is asked once per way to the same card. */
    @Override
    public void cardWasAway() {
        if (!lent) {
            forgetEntered();
        }
    }

    /** What was entered before has to be entered again. */
    public synchronized void forgetEntered() {
        forget();
    }

    /** Another backend uses this login for the same device from now on. */
    void lend() {
        lent = true;
    }

    /** Tells who was asked. That what was entered before is verified again, after another program, is no news. */
    @Override
    public void accepted() {
        boolean news;
        synchronized (this) {
            fresh = false;
            wasAccepted = true;
            news = asked || source.isOnReader();
            asked = false;
        }
        if (news) {
            source.inform(LoginCallback.accepted(tokenId));
        }
    }

    /** Whether the device accepted the PIN before, and has not refused it since. */
    public synchronized boolean wasAccepted() {
        return wasAccepted;
    }

    @Override
    public void refused(int triesLeft) {
        synchronized (this) {
            refused = true;
            wasAccepted = false;
            fresh = false;
            forget();
        }
        source.inform(LoginCallback.refused(tokenId, triesLeft));
    }

    private void forget() {
        if (entered != null) {
            Arrays.fill(entered, (byte) 0);
            entered = null;
        }
    }

    /** Wipes what was entered, and lets the source do the same. */
    public synchronized void destroy() {
        forget();
        source.destroy();
    }
}
