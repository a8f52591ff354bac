package io.github.schsm.bridge;

import java.nio.file.Path;

/**
 * A module that is loaded and initialized.
 *
 * @param path     its file, without symbolic links
 * @param cryptoki its functions
 * @param info     what it says of itself
 */
record Pkcs11Module(Path path, Cryptoki cryptoki, Cryptoki.Info info) {
    /** Its file's name, by which messages call it. */
    String name() {
        return name(path);
    }

    static String name(Path file) {
        Path name = file.getFileName();
        return name == null ? file.toString() : name.toString();
    }

    @Override
    public String toString() {
        return name();
    }
}
