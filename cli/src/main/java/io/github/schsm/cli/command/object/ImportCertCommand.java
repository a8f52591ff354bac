// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.command.object;

import io.github.schsm.admin.certificate.CertificateBundle;
import io.github.schsm.admin.certificate.CertificateImport;
import io.github.schsm.admin.certificate.CertificateImport.KeyChain;
import io.github.schsm.cli.command.Connected;
import io.github.schsm.cli.command.Context;
import io.github.schsm.cli.command.SchsmCommand;
import io.github.schsm.cli.io.FileIo;
import io.github.schsm.cli.io.StandardFile;
import io.github.schsm.cli.option.AttestationOptions;
import io.github.schsm.cli.option.OutputOptions;
import io.github.schsm.cli.option.SecretOptions;
import io.github.schsm.cli.report.Answer;
import io.github.schsm.cli.report.CliException;
import io.github.schsm.cli.report.Errors;
import io.github.schsm.cli.report.Text;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "import-cert",
        description = {
            "Stores X.509 certificates with the keys that they belong to, which their public keys say; with --label, with"
                    + " that key, or if there is none, as a certificate without a key.",
            "One use of the key proves that the certificate is its own. The certificate takes the place of the device's"
                    + " request, which ends the key's attestation: that is saved to a file first."
        },
        footer = {"", "Example:", "  schsm import-cert --device ZZSIM000001 tls.pem"})
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class ImportCertCommand extends SchsmCommand {
    private static final String ENDING = ".attestation";

    @Option(
            names = "--label",
            paramLabel = "LABEL",
            description = "The label of the key it is for. Default: each key that has a certificate in the file.")
    private @Nullable String label;

    @Mixin
    private AttestationOptions attestation;

    @Parameters(
            paramLabel = "FILE",
            description =
                    "The certificates, DER, PEM, PKCS#7 or PKCS#12; of several keys at once, and with those of their"
                            + " issuers, in any order; - for standard input. A key in the file is not read.")
    private Path file;

    @Mixin
    private SecretOptions.Password password;

    @Override
    protected Answer answer(Context context) throws GeneralSecurityException {
        String what = FileIo.named(file);
        CertificateBundle bundle = CertificateBundle.parse(
                what, FileIo.read(file, "certificate"), () -> password.secret().read(context.io(), "of " + file));
        Connected connected = context.openWithPin();
        return label == null ? byKeys(connected, bundle) : byLabel(connected, bundle, label);
    }

    private Answer byLabel(Connected connected, CertificateBundle bundle, String name) throws GeneralSecurityException {
        if (connected.keyStore().isKeyEntry(name)) {
            KeyChain chain = new KeyChain(
                    name, bundle.chain(connected.key(name).details().publicKey()));
            Stored stored = store(connected, keeper(connected, name, false), chain);
            return Answer.of(
                    stored.sentence(connected.id())
                            + leftOut(bundle, Set.copyOf(chain.chain()), "its")
                            + stored.keeper.sentence(stored.ended),
                    stored.json(connected.id(), name, true));
        }
        if (bundle.all().size() > 1) {
            throw new CliException("device " + connected.id() + " has no key \"" + name + "\", and " + bundle.what()
                    + " holds " + bundle.all().size() + " certificates: one at a time can be stored without a key");
        }
        X509Certificate certificate = bundle.all().get(0);
        connected.keyStore().setCertificateEntry(name, certificate);
        String holder = certificate.getSubjectX500Principal().getName();
        return Answer.of(
                "Certificate of " + holder + " stored on device " + connected.id() + " as \"" + name + "\".",
                new Stored(new KeyChain(name, List.of(certificate)), attestation.keeper(file), false)
                        .json(connected.id(), name, false));
    }

    private Answer byKeys(Connected connected, CertificateBundle bundle) throws GeneralSecurityException {
        List<KeyChain> chains = CertificateImport.match(connected.keyStore(), bundle);
        if (chains.isEmpty()) {
            throw new CliException("no key on device " + connected.id() + " belongs to a certificate in "
                    + bundle.what() + ": give --label to store one without a key");
        }
        boolean several = chains.size() > 1;
        if (several && attestation.file() != null) {
            throw new CliException("--attestation names one file, but " + bundle.what() + " has certificates of "
                    + chains.size() + " keys: give --label, too, or leave --attestation out");
        }
        List<AttestationOptions.Keeper> keepers = new ArrayList<>();
        for (KeyChain chain : chains) {
            keepers.add(keeper(connected, chain.label(), several));
        }
        List<Stored> stored = new ArrayList<>();
        for (int i = 0; i < chains.size(); i++) {
            at((i + 1) + " of " + chains.size() + " certificates");
            try {
                stored.add(store(connected, keepers.get(i), chains.get(i)));
            } catch (GeneralSecurityException failed) {
                if (stored.isEmpty()) {
                    throw failed;
                }
                throw new CliException(
                        "the certificate of key \"" + chains.get(i).label() + "\" is not stored: "
                                + Errors.message(failed) + ". Stored before: "
                                + String.join(
                                        ", ",
                                        stored.stream()
                                                .map(one -> one.chain.label())
                                                .toList()),
                        failed);
            }
        }
        Set<X509Certificate> used = new HashSet<>();
        chains.forEach(chain -> used.addAll(chain.chain()));
        List<Object> lines = new ArrayList<>();
        List<Map<String, @Nullable Object>> json = new ArrayList<>();
        for (Stored one : stored) {
            lines.add(one.sentence(connected.id()) + one.keeper.sentence(one.ended));
            json.add(one.json(connected.id(), one.chain.label(), true));
        }
        String leftOut = leftOut(bundle, used, "their");
        if (!leftOut.isEmpty()) {
            lines.add(leftOut.strip());
        }
        return Answer.of(
                Text.lines(lines.toArray()),
                Answer.json("device", connected.id())
                        .and("stored", json)
                        .and("leftOut", bundle.all().size() - used.size())
                        .members());
    }

    /** Of several, all that can be known is known before the first one is stored. */
    private AttestationOptions.Keeper keeper(Connected connected, String name, boolean several)
            throws GeneralSecurityException {
        if (StandardFile.is(file)) {
            return attestation.keeper(null);
        }
        String beside = file.getFileName() + (several ? "." + OutputOptions.fileName(name) : "") + ENDING;
        AttestationOptions.Keeper keeper = attestation.keeper(file.resolveSibling(beside));
        if (several) {
            var ending = CertificateImport.attestation(connected.keyStore(), name);
            if (ending.isPresent()) {
                keeper.require(ending.get());
            }
        }
        return keeper;
    }

    private static Stored store(Connected connected, AttestationOptions.Keeper keeper, KeyChain chain)
            throws GeneralSecurityException {
        return new Stored(chain, keeper, CertificateImport.store(connected.keyStore(), chain, keeper.orNone()));
    }

    private static String leftOut(CertificateBundle bundle, Set<X509Certificate> used, String whose) {
        int number = bundle.all().size() - used.size();
        return number == 0
                ? ""
                : " Left out: " + number + (number == 1 ? " certificate that is" : " certificates that are") + " not "
                        + whose + " issuers'.";
    }

    /** What was stored, and what became of the attestation. */
    private record Stored(KeyChain chain, AttestationOptions.Keeper keeper, boolean ended) {
        private String holder() {
            return chain.chain().get(0).getSubjectX500Principal().getName();
        }

        String sentence(String device) {
            return "Certificate of " + holder() + " stored on device " + device + " with key \"" + chain.label()
                    + "\".";
        }

        Map<String, @Nullable Object> json(String device, String label, boolean ofKey) {
            return Answer.json("device", device)
                    .and("label", label)
                    .and("ofKey", ofKey)
                    .and("holder", holder())
                    .and("certificates", chain.chain().size())
                    .and("attestation", keeper.file(ended))
                    .and("attestationEnded", ended)
                    .members();
        }
    }
}
