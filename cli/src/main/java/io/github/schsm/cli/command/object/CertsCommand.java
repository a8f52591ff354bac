// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.command.object;

import io.github.schsm.Cvc;
import io.github.schsm.cli.command.Connected;
import io.github.schsm.cli.command.Context;
import io.github.schsm.cli.command.SchsmCommand;
import io.github.schsm.cli.report.Answer;
import io.github.schsm.cli.report.Table;
import io.github.schsm.cli.report.Text;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;

@Command(
        name = "certs",
        description = "Lists a device's certificates: those of its keys, and of others such as CAs.",
        footer = {"", "Example:", "  schsm certs --device ZZSIM000001"})
public final class CertsCommand extends SchsmCommand {
    @Override
    protected Answer answer(Context context) throws Exception {
        Connected connected = context.openToSee();
        KeyStore keyStore = connected.keyStore();
        Table table = new Table("LABEL", "OF", "KIND", "HOLDER", "ISSUER", "VALID UNTIL");
        List<Map<String, @Nullable Object>> json = new ArrayList<>();
        for (String alias : Collections.list(keyStore.aliases())) {
            Certificate certificate = keyStore.getCertificate(alias);
            if (certificate == null) {
                continue;
            }
            String of = keyStore.isKeyEntry(alias) ? "key" : "other";
            Row row = Row.of(certificate);
            table.row(alias, of, row.kind, row.holder, row.issuer, row.until);
            json.add(Answer.json("label", alias)
                    .and("ofKey", keyStore.isKeyEntry(alias))
                    .and("kind", row.kind)
                    .and("holder", row.holder)
                    .and("issuer", row.issuer)
                    .and("serial", row.serial)
                    .and("validUntil", row.until)
                    .members());
        }
        return Answer.of(
                json.isEmpty() ? Text.lines("Device " + connected.id() + " has no certificates.") : table.text(),
                Answer.json("device", connected.id()).and("certificates", json).members());
    }

    private record Row(
            String kind,
            @Nullable String holder,
            @Nullable String issuer,
            @Nullable String serial,
            @Nullable String until) {
        static Row of(Certificate certificate) {
            if (certificate instanceof X509Certificate x509) {
                return new Row(
                        "X.509",
                        x509.getSubjectX500Principal().getName(),
                        x509.getIssuerX500Principal().getName(),
                        x509.getSerialNumber().toString(16),
                        x509.getNotAfter()
                                .toInstant()
                                .atZone(ZoneOffset.UTC)
                                .toLocalDate()
                                .toString());
            }
            if (certificate instanceof Cvc cvc) {
                return new Row(
                        cvc.kind() == Cvc.Kind.CERTIFICATE ? "CVC" : "request",
                        cvc.chr(),
                        cvc.outerCar().or(cvc::car).orElse(null),
                        null,
                        cvc.expirationDate().map(Object::toString).orElse(null));
            }
            return new Row(certificate.getType(), null, null, null, null);
        }
    }
}
