package io.github.schsm.bridge;

import io.github.schsm.SchsmException;

/** The one place where a module's answer becomes an exception with a sentence. */
final class Refusals {
    private Refusals() {}

    /**
     * An exception.
     *
     * @param module the module's name
     * @param what   what did not work and the way out, as half a sentence, e.g. {@code "it has no token in slot 3"}
     */
    static SchsmException of(String module, String what, CryptokiException refused) {
        return new SchsmException(
                module + ": " + what + " (" + refused.function() + " answered " + ReturnValue.name(refused.value())
                        + ")",
                refused);
    }
}
