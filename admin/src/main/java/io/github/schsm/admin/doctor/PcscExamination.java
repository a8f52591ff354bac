// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.doctor;

import io.github.schsm.SchsmException;
import io.github.schsm.admin.doctor.Finding.Severity;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The PC/SC service, who may use it, and its readers, on Linux from the library up to the driver. */
final class PcscExamination {
    private static final String SOCKET_VARIABLE = "PCSCLITE_CSOCK_NAME";
    private static final String SOCKET = "/run/pcscd/pcscd.comm";
    private static final String POLICY = "/usr/share/polkit-1/actions/org.debian.pcsc-lite.policy";
    private static final String USB = "/sys/bus/usb/devices";
    private static final String LIBRARY = "libpcsclite.so.1";
    private static final List<String> LIBRARY_FOLDERS = List.of(
            "/usr/lib/x86_64-linux-gnu",
            "/usr/lib/aarch64-linux-gnu",
            "/usr/lib/arm-linux-gnueabihf",
            "/usr/lib/i386-linux-gnu",
            "/usr/lib64",
            "/usr/lib",
            "/lib64",
            "/lib",
            "/usr/local/lib");
    private static final List<String> DRIVER_LISTS = List.of(
            "/etc/libccid_Info.plist",
            "/usr/lib/pcsc/drivers/ifd-ccid.bundle/Contents/Info.plist",
            "/usr/lib64/pcsc/drivers/ifd-ccid.bundle/Contents/Info.plist");
    private static final String SMART_CARD_CLASS = "0b";

    /** USB sticks that are a SmartCard-HSM. */
    private static final Map<String, String> KNOWN = Map.of(
            "04e6:5816", "SmartCard-HSM (Identiv token)",
            "04e6:5817", "SmartCard-HSM (Identiv reader)",
            "20a0:4230", "Nitrokey HSM");

    private final Surroundings surroundings;
    private final boolean sun;

    PcscExamination(Surroundings surroundings, boolean sun) {
        this.surroundings = surroundings;
        this.sun = sun;
    }

    List<Finding> findings() {
        List<Finding> findings = new ArrayList<>();
        if (surroundings.isLinux()) {
            findings.add(library());
            findings.add(socket());
        }
        List<String> readers = readers(findings);
        if (surroundings.isLinux()) {
            usb(readers, findings);
        }
        return findings;
    }

    private Finding library() {
        String id = "pcsc.library";
        List<String> folders = new ArrayList<>(LIBRARY_FOLDERS);
        String path = surroundings.environment().getOrDefault("LD_LIBRARY_PATH", "") + ":"
                + surroundings.property("jna.library.path");
        for (String folder : path.split(":", -1)) {
            if (!folder.isBlank()) {
                folders.add(folder);
            }
        }
        for (String folder : folders) {
            try {
                Path file = surroundings.path(folder).resolve(LIBRARY);
                if (Files.exists(file)) {
                    return Finding.ok(id, folder + "/" + LIBRARY);
                }
            } catch (InvalidPathException noPath) {
                // Of a variable: not a place.
            }
        }
        return Finding.problem(
                id,
                "the PC/SC library " + LIBRARY + " is in none of the usual folders",
                "install it, on Debian and Ubuntu: apt-get install libpcsclite1 pcscd; if it is elsewhere:"
                        + " -Djna.library.path=FOLDER");
    }

    private Finding socket() {
        String id = "pcsc.service";
        String named = surroundings.environment().getOrDefault(SOCKET_VARIABLE, "");
        String name = named.isBlank() ? SOCKET : named;
        String version = surroundings
                .serviceVersion()
                .get()
                .map(said -> " (" + said + ")")
                .orElse("");
        Path socket;
        try {
            socket = surroundings.path(name);
        } catch (InvalidPathException noPath) {
            return Finding.problem(
                    id, SOCKET_VARIABLE + " is no file: " + noPath.getReason(), "unset it, or name the socket");
        }
        if (!Files.exists(socket)) {
            return Finding.problem(
                    id,
                    "the PC/SC service is not running: there is no socket " + name + version,
                    version.isEmpty()
                            ? "install and start it, on Debian and Ubuntu: apt-get install pcscd; systemctl enable --now"
                                    + " pcscd.socket; in a container mount the socket's folder"
                            : "start it: systemctl enable --now pcscd.socket; in a container mount the socket's folder");
        }
        if (surroundings.isSocketRefused().of(socket)) {
            return Finding.problem(
                    id,
                    "the PC/SC service is there, and this user may not use its socket " + name + version,
                    "change owner, group, or mode of the socket (in the unit pcscd.socket: SocketMode=, SocketGroup=)");
        }
        return named.isBlank()
                ? Finding.ok(id, "its socket is " + name + version)
                : Finding.warning(
                        id,
                        "its socket is " + name + version + ", by " + SOCKET_VARIABLE
                                + ": it counts as another computer's, so PINs go over a secure channel only",
                        "unset " + SOCKET_VARIABLE + " if the service is this computer's own");
    }

    private List<String> readers(List<Finding> findings) {
        String id = "pcsc.readers";
        try {
            List<String> names = surroundings.readers().names(sun);
            findings.add(
                    names.isEmpty()
                            ? Finding.warning(
                                    id,
                                    "there is no reader",
                                    "plug one in; see the finding usb for those that have no driver")
                            : Finding.ok(id, String.join(", ", names)));
            return names;
        } catch (SchsmException refused) {
            findings.add(unreachable(id, refused));
            return List.of();
        } catch (RuntimeException | LinkageError unexpected) {
            findings.add(Finding.problem(
                    id,
                    "PC/SC cannot be asked: " + unexpected.getClass().getSimpleName() + ": " + unexpected.getMessage(),
                    "see the findings above; terminal = sunpcsc is another way to PC/SC"));
            return List.of();
        }
    }

    private Finding unreachable(String id, SchsmException refused) {
        String said = Doctor.words(refused);
        boolean denied = said.contains("does not let this user in")
                || said.contains("security_violation")
                || said.contains("no_access");
        String message = String.valueOf(refused.getMessage());
        if (!denied) {
            return Finding.problem(id, message, "mend what the findings above say, then look again");
        }
        String user = surroundings.property("user.name");
        Finding.Proposal rule = Files.exists(surroundings.path(POLICY)) ? Doctor.polkitRule(user) : null;
        return new Finding(
                "pcsc.permission",
                Severity.PROBLEM,
                message,
                rule != null
                        ? "polkit guards the service: write this rule as root, no restart is needed"
                        : "the service guards its cards: let the user " + user + " in",
                rule);
    }

    // USB

    /** Known devices on USB that are no reader of PC/SC. */
    private void usb(List<String> readers, List<Finding> findings) {
        Map<String, String> found = devices();
        if (found.isEmpty()) {
            return;
        }
        String id = "usb";
        String shown = String.join(", ", found.values());
        boolean enough = readers.size() >= found.size();
        if (enough) {
            findings.add(Finding.ok(id, shown));
            return;
        }
        Optional<String> drivers = driverList();
        if (drivers.isEmpty()) {
            findings.add(Finding.problem(
                    id,
                    shown + " is plugged in, and there is no driver for readers (CCID)",
                    "install it, on Debian and Ubuntu: apt-get install libccid; then start pcscd again"));
            return;
        }
        List<String> unknown = found.keySet().stream()
                .filter(ids -> KNOWN.containsKey(ids) && !isListed(drivers.get(), ids))
                .toList();
        findings.add(
                unknown.isEmpty()
                        ? Finding.warning(
                                id,
                                shown + " is plugged in, and PC/SC has " + readers.size()
                                        + (readers.size() == 1 ? " reader" : " readers"),
                                "pull it out and plug it in again; see journalctl -u pcscd; another program (GnuPG's scdaemon,"
                                        + " a virtual machine) may hold it")
                        : Finding.problem(
                                id,
                                shown + " is plugged in, and the driver's list Info.plist does not know "
                                        + String.join(", ", unknown),
                                "install a newer libccid, then start pcscd again"));
    }

    private Map<String, String> devices() {
        Map<String, String> found = new LinkedHashMap<>();
        Path usb = surroundings.path(USB);
        if (!Files.isDirectory(usb)) {
            return found;
        }
        try (DirectoryStream<Path> all = Files.newDirectoryStream(usb)) {
            for (Path device : all) {
                String vendor = line(device.resolve("idVendor"));
                String product = line(device.resolve("idProduct"));
                if (vendor == null || product == null) {
                    continue;
                }
                String ids = vendor.toLowerCase(Locale.ROOT) + ":" + product.toLowerCase(Locale.ROOT);
                String name = KNOWN.get(ids);
                if (name != null) {
                    found.put(ids, name + " " + ids);
                } else if (isReader(usb, device)) {
                    String product2 = line(device.resolve("product"));
                    found.put(ids, (product2 == null ? "a reader" : product2) + " " + ids);
                }
            }
        } catch (IOException unreadable) {
            return found;
        }
        return found;
    }

    /** Whether an interface of the device is of the class of smart card readers. */
    private static boolean isReader(Path usb, Path device) throws IOException {
        try (DirectoryStream<Path> interfaces = Files.newDirectoryStream(usb, device.getFileName() + ":*")) {
            for (Path one : interfaces) {
                if (SMART_CARD_CLASS.equals(line(one.resolve("bInterfaceClass")))) {
                    return true;
                }
            }
        }
        return false;
    }

    private static @Nullable String line(Path file) {
        try {
            return Files.isRegularFile(file)
                    ? Files.readString(file, StandardCharsets.UTF_8).strip()
                    : null;
        } catch (IOException unreadable) {
            return null;
        }
    }

    private Optional<String> driverList() {
        for (String place : DRIVER_LISTS) {
            Path list = surroundings.path(place);
            try {
                if (Files.isReadable(list)) {
                    return Optional.of(Files.readString(list, StandardCharsets.UTF_8));
                }
            } catch (IOException unreadable) {
                // The next one.
            }
        }
        return Optional.empty();
    }

    /** The list has vendors and products in two arrays, one after the other. */
    private static boolean isListed(String list, String ids) {
        String lower = list.toLowerCase(Locale.ROOT);
        int colon = ids.indexOf(':');
        return lower.contains("0x" + ids.substring(0, colon)) && lower.contains("0x" + ids.substring(colon + 1));
    }
}
