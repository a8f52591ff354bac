// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.command.audit;

import io.github.schsm.admin.audit.AuditReader;
import io.github.schsm.admin.audit.AuditSeal;
import io.github.schsm.admin.audit.AuditVerification;
import io.github.schsm.admin.audit.AuditVerifier;
import io.github.schsm.admin.json.JsonDocuments;
import io.github.schsm.admin.key.DeviceKey;
import io.github.schsm.cli.command.Context;
import io.github.schsm.cli.command.SchsmCommand;
import io.github.schsm.cli.option.OutputOptions;
import io.github.schsm.cli.report.Answer;
import io.github.schsm.cli.report.CliException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Signs where the log ends now. */
@Command(
        name = "seal",
        description = {
            "Verifies the audit log and signs its last line with a key of a device. The seal, kept out of reach of those who"
                    + " can write to the log, proves later that nothing up to here was changed or cut off: audit verify --seal.",
            "A key that its device attests is best: then anybody can verify who signed."
        },
        footer = {
            "",
            "Example:",
            "  schsm generate --device ZZSIM000001 --label audited --audit file:audit.log",
            "  schsm audit seal --device ZZSIM000001 --label audited --audit file:audit.log --out audit.seal",
            "  schsm audit verify --audit file:audit.log --seal audit.seal"
        })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class AuditSealCommand extends SchsmCommand {
    @Option(
            names = "--label",
            required = true,
            paramLabel = "LABEL",
            description = "The key that signs, of type EC or RSA.")
    private String label;

    @Mixin
    private OutputOptions output;

    @Override
    protected String work() {
        return "reading the audit log";
    }

    @Override
    protected Answer answer(Context context) throws Exception {
        AuditReader reader = AuditReader.of(LogFiles.configured(context).file());
        AuditVerification verified = AuditVerifier.of(reader)
                .withListener(lines -> at(lines + " lines"))
                .verify();
        if (!verified.isWhole()) {
            throw new CliException(
                    "the audit log is not as it was written, and was not sealed: see schsm audit verify");
        }
        Instant now = Clock.systemUTC().instant().truncatedTo(ChronoUnit.SECONDS);
        String name = "audit-" + verified.last() + ".seal";
        output.require(name);
        DeviceKey key = DeviceKey.of(context.openWithPin().keyStore(), label);
        AuditSeal seal = AuditSeal.create(verified, key, now);
        Path file = output.write(name, seal.encode());
        Map<String, @Nullable Object> json = new LinkedHashMap<>(JsonDocuments.members(seal));
        json.put("file", file.toString());
        return Answer.of(
                "The audit log is sealed up to line " + seal.sequence() + " by \"" + label + "\" of device "
                        + seal.device() + ": " + file + ". Keep it out of reach of those who can write to the log.",
                json);
    }
}
