package io.github.schsm;

import java.io.Serial;

/** A PIN, or what takes its place, is between the program and the device; subclasses say how. */
public abstract sealed class PinException extends DeviceException
        permits PinRequiredException,
                PublicKeyAuthenticationRequiredException,
                WrongPinException,
                PinBlockedException,
                TransportPinException {
    @Serial
    private static final long serialVersionUID = 1L;

    PinException(String command, int statusWord, String message) {
        super(command, statusWord, message);
    }

    PinException(ModuleAnswer answer, String message) {
        super(answer, message);
    }
}
