// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.backup;

import io.github.schsm.DeviceException;
import io.github.schsm.InvalidRequestException;
import io.github.schsm.KeyDomainException;
import io.github.schsm.MalformedDataException;
import io.github.schsm.SchsmException;
import io.github.schsm.UnsupportedByDeviceException;
import io.github.schsm.UntrustedDeviceException;
import java.security.GeneralSecurityException;
import java.security.ProviderException;

/** What goes wrong on the way through the JCA, as our own exceptions. */
final class Failures {
    private static final int DEPTH = 16;

    private Failures() {}

    interface Step<T> {
        T run() throws GeneralSecurityException;
    }

    /** The exception of ours that an engine wrapped, or one for what is none. */
    static <T> T typed(Step<T> step) throws SchsmException {
        try {
            return step.run();
        } catch (SchsmException ours) {
            throw ours;
        } catch (GeneralSecurityException | ProviderException failed) {
            throw of(failed);
        }
    }

    private static SchsmException of(Exception failed) {
        Throwable cause = failed;
        for (int i = 0; i < DEPTH && cause != null; i++) {
            if (cause instanceof SchsmException ours) {
                return ours;
            }
            cause = cause.getCause();
        }
        String message = failed.getMessage();
        return new SchsmException(
                message == null || message.isBlank()
                        ? "failed: " + failed.getClass().getSimpleName()
                        : message,
                failed);
    }

    /** Whether other objects of the device may well be in order; otherwise it is away, or nobody is logged in. */
    static boolean isOfOneObject(SchsmException failed) {
        return failed instanceof DeviceException
                || failed instanceof InvalidRequestException
                || failed instanceof KeyDomainException
                || failed instanceof MalformedDataException
                || failed instanceof UnsupportedByDeviceException
                || failed instanceof UntrustedDeviceException
                || failed.getClass() == SchsmException.class;
    }

    /** What it says; never empty. */
    static String message(SchsmException failed) {
        return String.valueOf(failed.getMessage());
    }
}
