// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.bridge;

import io.github.schsm.callback.PinRequest;
import io.github.schsm.login.PinSource;
import java.util.ArrayList;
import java.util.List;
import javax.security.auth.callback.TextOutputCallback;
import org.jspecify.annotations.Nullable;

/** A PIN source that writes down what it was asked and told. */
public final class FakePin implements PinSource {
    private final @Nullable String pin;
    private final boolean interactive;
    private final boolean onReader;
    private final Runnable meanwhile;
    private final List<PinRequest> requests = new ArrayList<>();
    private final List<TextOutputCallback> events = new ArrayList<>();
    private boolean destroyed;

    private FakePin(@Nullable String pin, boolean interactive, boolean onReader, Runnable meanwhile) {
        this.pin = pin;
        this.interactive = interactive;
        this.onReader = onReader;
        this.meanwhile = meanwhile;
    }

    /** A program's password. */
    public static FakePin given(String pin) {
        return new FakePin(pin, false, false, () -> {});
    }

    /** The right password. */
    public static FakePin right() {
        return given(FakeToken.USER_PIN);
    }

    /** Somebody who is asked and types this. */
    public static FakePin asked(String pin) {
        return asked(pin, () -> {});
    }

    /** The same, and something happens before it is entered. */
    public static FakePin asked(String pin, Runnable meanwhile) {
        return new FakePin(pin, true, false, meanwhile);
    }

    /** The reader's pad. */
    public static FakePin onReader() {
        return new FakePin(null, true, true, () -> {});
    }

    @Override
    public synchronized char @Nullable [] pin(PinRequest request) {
        requests.add(request);
        meanwhile.run();
        return pin == null ? null : pin.toCharArray();
    }

    @Override
    public boolean isInteractive() {
        return interactive;
    }

    @Override
    public boolean isOnReader() {
        return onReader;
    }

    @Override
    public synchronized boolean inform(TextOutputCallback event) {
        events.add(event);
        return true;
    }

    @Override
    public synchronized void destroy() {
        destroyed = true;
    }

    /** What it was asked, in order. */
    public synchronized List<PinRequest> requests() {
        return List.copyOf(requests);
    }

    /** What it was told, in order. */
    public synchronized List<TextOutputCallback> events() {
        return List.copyOf(events);
    }

    synchronized boolean isDestroyed() {
        return destroyed;
    }
}
