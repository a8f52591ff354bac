// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.card.transport;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Why a native library that PC/SC needs was not loaded, and what helps. There are two: the operating system's PC/SC
 * library, and JNA's own, which JNA unpacks into a temporary folder. The JVM tells of both by the same types, wrapped in
 * whatever was under way; the second time it says only that a class could not be initialized.
 */
final class LibraryFault {
    private static final int MAX_CAUSES = 16;
    private static final String[] PCSC_LIBRARIES = {"pcsclite", "winscard", "pcsc.framework", "j2pcsc", "no pc/sc"};
    private static final String[] NO_EXEC = {"failed to map segment", "operation not permitted"};

    private LibraryFault() {}

    /** Whether a library or class that could not be loaded is why. */
    static boolean is(Throwable thrown) {
        return find(thrown) != null;
    }

    private static @Nullable Throwable find(Throwable thrown) {
        @Nullable Throwable at = thrown;
        for (int depth = 0; at != null && depth < MAX_CAUSES; depth++, at = at.getCause()) {
            // SunPCSC: "PC/SC not available on this platform", JNA: "There is an incompatible JNA native library".
            boolean sun = at instanceof UnsupportedOperationException
                    && String.valueOf(at.getMessage()).contains("PC/SC");
            if (sun || at instanceof LinkageError || at.getClass() == Error.class) {
                return at;
            }
        }
        return null;
    }

    /** What happened and the way out. */
    static String explain(String source, Throwable thrown) {
        String said = said(thrown);
        String all = said.toLowerCase(Locale.ROOT);
        boolean sun = source.contains("sunpcsc");
        if (sun || containsAny(all, PCSC_LIBRARIES)) {
            return "the PC/SC library cannot be loaded (" + said
                    + "); install the PC/SC service, on Debian: apt-get install pcscd; if it is there under another name: "
                    + (sun
                            ? "-Dsun.security.smartcardio.library=<path of libpcsclite.so.1>"
                            : "-Djna.library.path=<its folder>");
        }
        if (all.contains("classnotfound")) {
            return "a class that PC/SC needs is missing (" + said
                    + "); put the jars of jna-jpms and apdu4j-jnasmartcardio on the class path, or use terminal = sunpcsc";
        }
        return "JNA's native library cannot be "
                + (containsAny(all, NO_EXEC)
                        ? "loaded from where it was unpacked: that folder is mounted noexec ("
                        : "unpacked or loaded: its temporary folder may be full, read-only or mounted noexec (")
                + said + "); name another folder by -Djna.tmpdir=<folder>, or use terminal = sunpcsc";
    }

    private static boolean containsAny(String text, String... parts) {
        for (String part : parts) {
            if (text.contains(part)) {
                return true;
            }
        }
        return false;
    }

    /** From where it began to be about libraries, in one line; a repetition is left out. */
    private static String said(Throwable thrown) {
        StringBuilder said = new StringBuilder();
        @Nullable Throwable at = find(thrown);
        for (int depth = 0; at != null && depth < MAX_CAUSES; depth++, at = at.getCause()) {
            String message = at.getMessage() == null ? "" : at.getMessage().replaceAll("\\s*\\R\\s*", "; ");
            if (said.indexOf(message) < 0 || message.isEmpty()) {
                said.append(said.length() == 0 ? "" : ": ")
                        .append(at.getClass().getSimpleName())
                        .append(message.isEmpty() ? "" : ": ")
                        .append(message);
            }
        }
        return said.toString();
    }
}
