// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.command.dkek;

import io.github.schsm.InvalidRequestException;
import io.github.schsm.KeyAlgorithm;
import io.github.schsm.KeyDomain;
import io.github.schsm.SchsmException;
import io.github.schsm.admin.certificate.CertificateBundle;
import io.github.schsm.admin.dkek.KeyFile;
import io.github.schsm.admin.dkek.KeyImport;
import io.github.schsm.card.dkek.Dkek;
import io.github.schsm.cli.command.Connected;
import io.github.schsm.cli.command.Context;
import io.github.schsm.cli.command.SchsmCommand;
import io.github.schsm.cli.io.FileIo;
import io.github.schsm.cli.io.Io;
import io.github.schsm.cli.option.Secret;
import io.github.schsm.cli.option.SecretOptions;
import io.github.schsm.cli.option.Values;
import io.github.schsm.cli.report.Answer;
import io.github.schsm.cli.report.CliException;
import io.github.schsm.cli.report.Json;
import io.github.schsm.cli.report.Table;
import io.github.schsm.cli.report.Text;
import io.github.schsm.codec.SoftwareKey;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "import-key",
        description = {
            "Imports keys of software from a file into a DKEK key domain: PKCS#12, PKCS#8, PEM of openssl, JKS, JCEKS, BCFKS.",
            "The shares of the DKEK are needed: this program wraps each key under it as a device would, and forgets it. One"
                    + " use of the imported key proves that it is the one in the file."
        },
        footer = {
            "",
            "Example:",
            "  schsm import-key --list keys.p12 --password-file p12-password.txt",
            "  schsm import-key keys.p12 --device ZZSIM000003 --password-file p12-password.txt --share dkek.pbe"
                    + " --share-password-file dkek-password.txt"
        })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class ImportKeyCommand extends SchsmCommand {
    @Parameters(paramLabel = "FILE", description = "The file with the keys; - for standard input.")
    private Path file;

    @Option(
            names = "--alias",
            paramLabel = "NAME",
            description =
                    "A key in the file, by the name that it has there; may be given several times. Default: all keys.")
    private @Nullable List<String> aliases;

    @Option(
            names = "--label",
            paramLabel = "TEXT",
            converter = Values.Label.class,
            description = "The label that a single key gets. Default: its name in the file.")
    private @Nullable String label;

    @Option(names = "--list", description = "Only list the keys in the file, and whether a device can have them.")
    private boolean list;

    @Option(
            names = "--allow",
            split = ",",
            paramLabel = "ALGORITHM",
            description =
                    "What the keys may be used for, separated by commas, e.g. ECDSA,WRAP; as for generate. Default: no"
                            + " list, that is, everything of their type; such a key cannot leave a device with key domain slots."
                            + " One or more of: ${COMPLETION-CANDIDATES}.")
    private @Nullable List<KeyAlgorithm> allow;

    @Option(
            names = "--id",
            paramLabel = "HEX",
            converter = Id.class,
            description = "The id (CKA_ID) that a single key gets. Default: the hash of its public key.")
    private @Nullable String id;

    @Option(
            names = "--certificate",
            paramLabel = "FILE",
            description =
                    "Certificates, PEM, DER or PKCS#7, for keys whose file has none; those that a key needs are taken, in"
                            + " any order.")
    private @Nullable Path certificate;

    @Mixin
    private SecretOptions.Password password;

    @Mixin
    private SecretOptions.KeyPassword keyPassword;

    @Mixin
    DkekShareOptions shares;

    @Override
    protected String work() {
        return "opening a share takes its password 30,000,000 rounds";
    }

    @Override
    protected Answer answer(Context context) throws GeneralSecurityException {
        shares.require();
        byte[] content = FileIo.read(file, "file with keys");
        try (KeyFile read = KeyFile.read(FileIo.named(file), content, new Asking(context.io()))) {
            List<KeyFile.Entry> chosen = chosen(read);
            return list ? listing(read, chosen) : imported(context, read, labelled(chosen));
        } finally {
            Arrays.fill(content, (byte) 0);
        }
    }

    /** Asks for the file's password once, and for that of a key where it is another. */
    private final class Asking implements KeyFile.Passwords {
        private final Io io;

        private Asking(Io io) {
            this.io = io;
        }

        @Override
        public char[] ofFile() throws SchsmException {
            return password.secret().read(io, "of " + FileIo.named(file));
        }

        @Override
        public char[] ofKey(String alias) throws SchsmException {
            Secret own = keyPassword.secret();
            return own.isGiven() || io.person() != null
                    ? own.read(io, "of key \"" + alias + "\" in " + FileIo.named(file))
                    : ofFile();
        }
    }

    private List<KeyFile.Entry> chosen(KeyFile read) throws SchsmException {
        List<KeyFile.Entry> chosen = new ArrayList<>();
        for (String alias : aliases == null ? List.<String>of() : aliases) {
            chosen.add(read.entry(alias)
                    .orElseThrow(() -> new CliException(FileIo.named(file) + " has no key \"" + alias + "\": it has "
                            + String.join(
                                    ", ",
                                    read.entries().stream()
                                            .map(KeyFile.Entry::alias)
                                            .toList()))));
        }
        if (aliases == null) {
            chosen.addAll(read.entries());
        }
        return certificate == null ? chosen : certified(chosen, certificate);
    }

    private static List<KeyFile.Entry> certified(List<KeyFile.Entry> keys, Path file) throws SchsmException {
        List<X509Certificate> certificates = CertificateBundle.parse(
                        FileIo.named(file), FileIo.read(file, "certificate"), () -> {
                            throw new CliException(
                                    FileIo.named(file)
                                            + " has a password: --certificate takes PEM, DER or PKCS#7, a PKCS#12 file can be imported as it is");
                        })
                .all();
        List<KeyFile.Entry> certified = new ArrayList<>();
        boolean any = false;
        for (KeyFile.Entry key : keys) {
            KeyFile.Entry with = key.chain().isEmpty() && !key.isSecret() ? key.withCertificates(certificates) : key;
            any |= key.chain().isEmpty() && !with.chain().isEmpty();
            certified.add(with);
        }
        if (!any) {
            throw new CliException(
                    "none of the certificates of --certificate is for a key without one: nothing was imported");
        }
        return certified;
    }

    private Map<String, KeyFile.Entry> labelled(List<KeyFile.Entry> chosen) throws CliException {
        if (label != null && chosen.size() > 1) {
            throw new CliException(
                    "--label is for one key, and " + chosen.size() + " are to be imported: choose one with --alias");
        }
        Map<String, KeyFile.Entry> labelled = new LinkedHashMap<>();
        for (KeyFile.Entry key : chosen) {
            String named = label != null ? label : key.alias();
            if (named.isBlank()) {
                throw new CliException("the key in " + FileIo.named(file) + " has no name: give it one with --label");
            }
            if (labelled.put(named, key) != null) {
                throw new CliException("two keys would get the label \"" + named
                        + "\": import them one by one, with --alias and --label");
            }
        }
        return labelled;
    }

    private Answer listing(KeyFile read, List<KeyFile.Entry> keys) {
        Table table = new Table("ALIAS", "KEY", "CERTIFICATES", "HOLDER", "CAN BE IMPORTED");
        List<Map<String, @Nullable Object>> json = new ArrayList<>();
        for (KeyFile.Entry key : keys) {
            String description = null;
            String problem = null;
            try {
                SoftwareKey numbers = key.numbers();
                description = numbers.toString();
                numbers.destroy();
            } catch (SchsmException no) {
                problem = no.getMessage();
            }
            table.row(
                    key.alias(),
                    description == null ? key.key().getAlgorithm() : description,
                    key.chain().size(),
                    holder(key),
                    problem == null ? "yes" : "no: " + problem);
            json.add(json(key, null, description)
                    .and("problem", problem)
                    .and("imported", false)
                    .and("proven", null)
                    .and("keyDomain", null)
                    .members());
        }
        return Answer.of(table.text(), document(read, null, null, json));
    }

    private static @Nullable String holder(KeyFile.Entry key) {
        return key.chain().isEmpty()
                ? null
                : key.chain().get(0).getSubjectX500Principal().getName();
    }

    private static Json.ObjectBuilder json(KeyFile.Entry key, @Nullable String named, @Nullable String description) {
        return Answer.json("alias", key.alias())
                .and("label", named)
                .and("description", description)
                .and("certificates", key.chain().size())
                .and("holder", holder(key));
    }

    private Map<String, @Nullable Object> document(
            KeyFile read, @Nullable String device, @Nullable String kcv, List<Map<String, @Nullable Object>> keys) {
        return Answer.json("file", FileIo.named(file))
                .and("format", read.format())
                .and("device", device)
                .and("kcv", kcv)
                .and("keys", keys)
                .members();
    }

    private Answer imported(Context context, KeyFile read, Map<String, KeyFile.Entry> keys)
            throws GeneralSecurityException {
        byte[] chosenId = id == null ? null : bytes(id);
        Connected connected = context.openWithPin();
        KeyImport into = KeyImport.into(connected.keyStore()).allow(allow == null ? List.of() : allow);
        if (chosenId != null) {
            into = into.withId(chosenId);
        }
        into.require(keys);
        int expected = connected.device().keyDomainStatuses().stream()
                .filter(domain -> !domain.isXkek())
                .mapToInt(KeyDomain.Status::shares)
                .findFirst()
                .orElse(0);
        try (Dkek dkek = shares.dkek(context.io(), expected)) {
            List<KeyImport.Imported> done = into.store(keys, dkek, count -> at(count + " of " + keys.size() + " keys"));
            List<String> lines = new ArrayList<>();
            List<Map<String, @Nullable Object>> json = new ArrayList<>();
            for (KeyImport.Imported one : done) {
                lines.add(sentence(one, connected.id()));
                json.add(json(Objects.requireNonNull(keys.get(one.label())), one.label(), one.description())
                        .and("problem", null)
                        .and("imported", true)
                        .and("proven", one.proven())
                        .and("keyDomain", one.slot())
                        .members());
            }
            return Answer.of(Text.lines(lines.toArray()), document(read, connected.id(), Text.hex(dkek.kcv()), json));
        }
    }

    private static String sentence(KeyImport.Imported one, String device) {
        return "Key \"" + one.label() + "\" (" + one.description() + ") imported to device " + device
                + " in key domain " + one.slot() + "; "
                + switch (one.certificates()) {
                    case 0 -> "no certificate with it";
                    case 1 -> "its certificate with it";
                    default -> "its certificate and " + (one.certificates() - 1) + " of issuers with it";
                }
                + (one.proven()
                        ? "; one use in the device proved that it is the key in the file."
                        : "; its algorithms allow no use that proves it, the device has checked what it got.");
    }

    private static byte[] bytes(String hex) throws InvalidRequestException {
        try {
            byte[] bytes = HexFormat.of().parseHex(hex.strip().replace(":", ""));
            if (bytes.length > 0 && bytes.length <= 64) {
                return bytes;
            }
        } catch (IllegalArgumentException noHex) {
            throw new InvalidRequestException(
                    "that is no id: two hexadecimal digits for each byte are expected", noHex);
        }
        throw new InvalidRequestException("that is no id: it has 1 to 64 bytes");
    }

    /** The id of a key. */
    static final class Id extends Values.Text {
        @Override
        protected void require(String value) throws InvalidRequestException {
            bytes(value);
        }
    }
}
