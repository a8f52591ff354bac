// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider.audit;

import io.github.schsm.SchsmException;
import io.github.schsm.callback.NewPinCallback;
import io.github.schsm.callback.PinRequest;
import io.github.schsm.login.FixedPinSource;
import io.github.schsm.login.PinSource;
import java.util.Arrays;
import javax.security.auth.callback.TextOutputCallback;
import org.jspecify.annotations.Nullable;

/** Sees it when somebody has a login change the transport PIN. */
final class AuditedPinSource implements PinSource {
    private final PinSource source;
    private final Recorder recorder;

    private AuditedPinSource(PinSource source, Recorder recorder) {
        this.source = source;
        this.recorder = recorder;
    }

    /** A PIN that is only known never changes one, and tokens recognize it. */
    static PinSource of(PinSource source, Recorder recorder) {
        return source instanceof FixedPinSource ? source : new AuditedPinSource(source, recorder);
    }

    @Override
    public char @Nullable [] pin(PinRequest request) throws SchsmException {
        return source.pin(request);
    }

    @Override
    public boolean isInteractive() {
        return source.isInteractive();
    }

    @Override
    public boolean isStored() {
        return source.isStored();
    }

    @Override
    public boolean isOnReader() {
        return source.isOnReader();
    }

    @Override
    public void changeTransportPin(NewPinCallback wanted) throws SchsmException {
        source.changeTransportPin(wanted);
        char[] answered = wanted.newPin();
        if (answered != null) {
            Arrays.fill(answered, '\0');
            try {
                recorder.beginPinChange();
            } catch (SchsmException notLogged) {
                wanted.clear();
                throw notLogged;
            }
        }
    }

    @Override
    public boolean inform(TextOutputCallback event) {
        return source.inform(event);
    }

    @Override
    public void destroy() {
        source.destroy();
    }
}
