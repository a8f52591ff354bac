package io.github.schsm;

import io.github.schsm.codec.PrintableText;
import java.io.Serializable;
import java.util.Locale;
import java.util.Objects;

/**
 * What a PKCS#11 module answered instead of CKR_OK.
 *
 * @param module      the module's file name, e.g. {@code opensc-pkcs11.so}
 * @param function    the function as the standard names it, e.g. {@code C_Sign}
 * @param returnValue the CK_RV, as a non-negative number
 * @param name        the standard's name for it, e.g. {@code CKR_PIN_INCORRECT}; for a vendor's own value what says so
 */
public record ModuleAnswer(String module, String function, long returnValue, String name) implements Serializable {
    /** Checks that there is something to tell. */
    public ModuleAnswer {
        Objects.requireNonNull(module, "module");
        Objects.requireNonNull(function, "function");
        Objects.requireNonNull(name, "name");
    }

    /** As it stands at the end of a message: {@code C_Sign of opensc-pkcs11.so answered CKR_PIN_INCORRECT, 0xA0}. */
    @Override
    public String toString() {
        return PrintableText.of(
                String.format(Locale.ROOT, "%s of %s answered %s, 0x%X", function, module, name, returnValue));
    }
}
