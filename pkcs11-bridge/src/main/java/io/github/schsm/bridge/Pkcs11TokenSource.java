// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.bridge;

import io.github.schsm.ConfigurationException;
import io.github.schsm.SchsmException;
import io.github.schsm.spi.TokenSource;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Tokens behind PKCS#11 modules: {@code terminal = pkcs11:<path of the module>}, or
 * {@code terminal = pkcs11:<rest of an RFC 7512 URI>} with {@code module-path} or {@code module-name} in its query; what
 * such a URI says of library, slot and token has to be so for every token that is listed or found.
 *
 * <p>Which token is meant, {@code device = …} says: its serial number; its label, where no token has such a serial number;
 * {@code slot:<id>}, decimal or with 0x; or an RFC 7512 URI. Where several are meant, or none, an error lists what is
 * there. One JVM may use several modules, and several tokens of each.
 */
public final class Pkcs11TokenSource implements TokenSource {
    /** For {@link java.util.ServiceLoader}. */
    public Pkcs11TokenSource() {}

    @Override
    public String scheme() {
        return "pkcs11";
    }

    @Override
    public Opened open(String location, Host host) throws SchsmException {
        for (String device : host.devices()) {
            TokenChoice.parse(device);
        }
        if (!Pkcs11Uri.isRest(location)) {
            return directory(path(location), new TokenChoice.Any(), host);
        }
        Pkcs11Uri uri = Pkcs11Uri.parse(Pkcs11Uri.SCHEME + location);
        return directory(module(uri), TokenChoice.of(uri), host);
    }

    private static Opened directory(Path module, TokenChoice terminal, Host host) throws SchsmException {
        return new Pkcs11Directory(Modules.get(module), terminal, host, HybridToken::new);
    }

    private static Path path(String text) throws ConfigurationException {
        try {
            return Path.of(text);
        } catch (InvalidPathException malformed) {
            throw new ConfigurationException(
                    "terminal = pkcs11:" + text + ": this is no path of a file: " + malformed.getReason(), malformed);
        }
    }

    private static Path module(Pkcs11Uri uri) throws ConfigurationException {
        Optional<String> name = uri.moduleName();
        Optional<String> given = uri.modulePath();
        if (given.isPresent()) {
            Path path = path(given.get());
            return name.isPresent() && Files.isDirectory(path) ? named(name.get(), List.of(path)) : path;
        }
        if (name.isEmpty()) {
            throw new ConfigurationException("terminal = pkcs11:… names no module: write the module's path, or end the"
                    + " URI with ?module-path=<path> or ?module-name=<name>");
        }
        return named(name.get(), libraryFolders());
    }

    /** Where this JVM looks for libraries. */
    private static List<Path> libraryFolders() {
        return Stream.of(System.getProperty("java.library.path", "").split(File.pathSeparator, -1))
                .filter(folder -> !folder.isEmpty())
                .map(Path::of)
                .toList();
    }

    /**
     * A module's name has neither what a platform puts in front of a library's name nor what it puts behind. Modules are
     * often in a folder of their own: {@code pkcs11}, or one with the name of what they belong to.
     */
    private static Path named(String name, List<Path> folders) throws ConfigurationException {
        if (!name.matches("[\\w.-]+")) {
            throw new ConfigurationException(
                    "module-name=" + name
                            + " in a PKCS#11 URI is no name: it has letters, digits, dots and hyphens; a path is for module-path");
        }
        String library = System.mapLibraryName(name);
        String suffix = library.substring(library.lastIndexOf('.'));
        List<String> files = List.of(library, name + suffix, name + "-pkcs11" + suffix);
        List<String> subfolders = List.of("", "pkcs11", name, name.replaceFirst("\\d+$", ""));
        return folders.stream()
                .flatMap(folder -> subfolders.stream().map(folder::resolve))
                .flatMap(folder -> files.stream().map(folder::resolve))
                .filter(Files::isRegularFile)
                .findFirst()
                .orElseThrow(() -> new ConfigurationException("there is no PKCS#11 module " + name + ": looked for "
                        + String.join(", ", files) + " in "
                        + String.join(", ", folders.stream().map(Path::toString).toList())
                        + " and their folders pkcs11 and " + name + "; name the file itself by module-path=<path>"));
    }
}
