// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.doctor;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The JVM, and what it takes from its surroundings: encoding, temporary folder, libraries, providers, clock. */
final class JvmExamination {
    private static final int OLDEST = 17;
    private static final int ASKS_FOR_NATIVE_ACCESS = 24;
    private static final Pattern MOUNT = Pattern.compile("^\\S+ (\\S+) \\S+ (\\S+)");
    private static final Pattern OCTAL = Pattern.compile("\\\\([0-7]{3})");
    private static final String PROVIDER = "SCHSM";
    private static final String PROVIDER_CLASS = "io.github.schsm.provider.SchsmProvider";
    /** No clock that goes right shows a day before this was written. */
    private static final Instant EARLIEST = Instant.parse("2026-11-01T00:00:00Z");

    private final Surroundings surroundings;

    JvmExamination(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    List<Finding> findings() {
        List<Finding> findings = new ArrayList<>();
        findings.add(version());
        findings.add(nativeAccess());
        findings.add(modules());
        findings.add(encoding());
        findings.addAll(temporaryFolders());
        findings.add(bouncyCastle());
        findings.add(provider());
        findings.add(clock());
        return findings;
    }

    private int feature() {
        Matcher number = Pattern.compile("^(?:1\\.)?([0-9]+)").matcher(surroundings.property("java.version"));
        return number.find() ? Integer.parseInt(number.group(1)) : 0;
    }

    private Finding version() {
        String java = "Java " + surroundings.property("java.version") + ", " + surroundings.property("java.vendor");
        return feature() >= OLDEST
                ? Finding.ok("jvm.version", java)
                : Finding.problem("jvm.version", java + ": too old", "install Java " + OLDEST + " or newer");
    }

    private Finding nativeAccess() {
        String id = "jvm.native-access";
        if (feature() < ASKS_FOR_NATIVE_ACCESS) {
            return Finding.ok(id, "this Java does not ask for permission to load native libraries");
        }
        return surroundings.nativeAccess().orElse(true)
                ? Finding.ok(id, "JNA may load native libraries")
                : Finding.warning(
                        id,
                        "JNA loads native libraries without permission: Java warns now, and will refuse one day",
                        "start programs with --enable-native-access="
                                + (isOnModulePath() ? "com.sun.jna" : "ALL-UNNAMED"));
    }

    private boolean isOnModulePath() {
        return surroundings.property("jdk.module.path").contains("schsm");
    }

    /** Libraries on the class path are not seen by modules. */
    private Finding modules() {
        String id = "jvm.module-path";
        if (!isOnModulePath()) {
            return Finding.ok(id, "everything is on the class path");
        }
        String path = surroundings.property("jdk.module.path");
        List<String> missing = new ArrayList<>();
        for (String library : List.of("jna", "bcprov", "jnasmartcardio")) {
            if (!path.contains(library)) {
                missing.add(library);
            }
        }
        return missing.isEmpty()
                ? Finding.ok(id, "SCHSM and its libraries are on the module path")
                : Finding.problem(
                        id,
                        "SCHSM is on the module path, and " + String.join(", ", missing) + " is not: modules do not see"
                                + " the class path",
                        "put the jars of these on the module path, too, or all of them on the class path");
    }

    private Finding encoding() {
        String id = "locale";
        String names = surroundings.property("sun.jnu.encoding");
        String encoding = names.isEmpty() ? surroundings.property("file.encoding") : names;
        boolean unicode = encoding.toUpperCase(Locale.ROOT).replace("-", "").equals("UTF8");
        return unicode || !surroundings.isLinux()
                ? Finding.ok(id, "the locale's encoding is " + encoding)
                : Finding.warning(
                        id,
                        "the locale's encoding is " + encoding
                                + ": labels, file names, and PINs with other characters cannot" + " be read",
                        "set LC_ALL=C.UTF-8");
    }

    /** JNA and the PKCS#11 wrapper unpack libraries and load them from there. */
    private List<Finding> temporaryFolders() {
        String own = surroundings.property("jna.tmpdir");
        String wrapper = surroundings.environment().getOrDefault("PKCS11_TEMP_DIR", "");
        String common = surroundings.property("java.io.tmpdir");
        List<Finding> findings = new ArrayList<>();
        findings.add(folder("temporary-folder", own.isEmpty() ? common : own, "-Djna.tmpdir=FOLDER"));
        if (!wrapper.isEmpty()) {
            findings.add(folder("temporary-folder.pkcs11", wrapper, "PKCS11_TEMP_DIR=FOLDER"));
        }
        return findings;
    }

    private Finding folder(String id, String name, String option) {
        String other = "name another folder by " + option;
        Path folder;
        try {
            folder = Path.of(name);
        } catch (InvalidPathException noPath) {
            return Finding.problem(id, "the temporary folder \"" + name + "\" is none: " + noPath.getReason(), other);
        }
        if (!Files.isDirectory(folder)) {
            return Finding.problem(id, "the temporary folder " + folder + " does not exist", other);
        }
        try {
            Files.delete(Files.createTempFile(folder, "schsm-doctor", ".tmp"));
        } catch (IOException notWritable) {
            return Finding.problem(
                    id,
                    "the temporary folder " + folder + " cannot be written to (" + notWritable.getMessage()
                            + "): native libraries are unpacked there",
                    "make it writable, free space, or " + other);
        }
        return isMountedNoexec(folder)
                ? Finding.problem(
                        id,
                        "the temporary folder " + folder + " is mounted noexec: native libraries cannot be loaded from"
                                + " there",
                        other)
                : Finding.ok(id, "native libraries can be unpacked to " + folder);
    }

    /** By the longest mount point that the folder is under. */
    private boolean isMountedNoexec(Path folder) {
        Path mounts = surroundings.path("/proc/self/mounts");
        if (!Files.isReadable(mounts)) {
            return false;
        }
        String longest = "";
        boolean noexec = false;
        try {
            Path real = folder.toRealPath();
            for (String line : Files.readAllLines(mounts, StandardCharsets.UTF_8)) {
                Matcher mount = MOUNT.matcher(line);
                if (mount.find()) {
                    String point = OCTAL.matcher(mount.group(1))
                            .replaceAll(code -> Matcher.quoteReplacement(
                                    String.valueOf((char) Integer.parseInt(code.group(1), 8))));
                    // A later mount on the same point covers the earlier one.
                    if (real.startsWith(Path.of(point)) && point.length() >= longest.length()) {
                        longest = point;
                        noexec = ("," + mount.group(2) + ",").contains(",noexec,");
                    }
                }
            }
        } catch (IOException | InvalidPathException unreadable) {
            return false;
        }
        return noexec;
    }

    private Finding bouncyCastle() {
        String id = "bouncy-castle";
        List<String> places = surroundings.bouncyCastles();
        if (places.size() > 1) {
            return Finding.problem(
                    id,
                    "Bouncy Castle is there more than once, and the first is used: " + String.join(", ", places),
                    "leave one of them on the path: the newer one; schsm-all.jar has its own");
        }
        return places.isEmpty()
                ? Finding.problem(id, "Bouncy Castle is missing", "put the jars bcprov, bcpkix, bcutil on the path")
                : Finding.ok(id, "it is there once: " + places.get(0));
    }

    /** The JDK reads the numbers up to the first gap, and says nothing. */
    private Finding provider() {
        String id = "provider";
        Map<Integer, String> entries = surroundings.providerEntries();
        int last = 0;
        while (entries.containsKey(last + 1)) {
            last++;
        }
        int ours = 0;
        for (Map.Entry<Integer, String> entry : entries.entrySet()) {
            if (entry.getValue().startsWith(PROVIDER_CLASS) || entry.getValue().startsWith(PROVIDER)) {
                ours = entry.getKey();
            }
        }
        boolean loaded = surroundings.providerNames().stream().anyMatch(name -> name.startsWith(PROVIDER));
        if (ours == 0) {
            return Finding.ok(
                    id, "SCHSM is not registered in java.security; programs that name or create it do not need that");
        }
        if (ours > last) {
            return Finding.problem(
                    id,
                    "SCHSM is registered as security.provider." + ours + ", and the list ends at number " + last
                            + ": the JDK stops at the gap",
                    "register it as security.provider." + (last + 1));
        }
        return loaded
                ? Finding.ok(id, "SCHSM is registered as security.provider." + ours)
                : Finding.problem(
                        id,
                        "SCHSM is registered as security.provider." + ours + ", but not loaded; there are "
                                + surroundings.providers(),
                        "put its jar on the class path or module path of the program, and check the configuration behind"
                                + " its name");
    }

    private Finding clock() {
        return surroundings.now().isBefore(EARLIEST)
                ? Finding.problem(
                        "clock",
                        "the clock shows " + surroundings.now()
                                + ", which cannot be: certificates would be made and judged" + " by it",
                        "set the clock, e.g. by systemd-timesyncd or chrony")
                : Finding.ok("clock", "it shows " + surroundings.now().truncatedTo(ChronoUnit.SECONDS));
    }
}
