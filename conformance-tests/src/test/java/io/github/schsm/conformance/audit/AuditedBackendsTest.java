// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.KeyMigration;
import io.github.schsm.admin.audit.AuditReader;
import io.github.schsm.admin.audit.AuditRecord;
import io.github.schsm.admin.audit.AuditVerifier;
import io.github.schsm.conformance.bench.Bench;
import io.github.schsm.conformance.bench.DomainBench;
import io.github.schsm.conformance.bench.Group;
import io.github.schsm.conformance.bench.SimulatorBench;
import io.github.schsm.conformance.bench.SoftHsmBench;
import io.github.schsm.conformance.command.JsonSchemas;
import io.github.schsm.provider.SchsmProvider;
import io.github.schsm.simulator.profile.DeviceProfile;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.Signature;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Devices, members of a domain, tokens behind a module: whatever a program calls, each device's part of it is in the log. */
class AuditedBackendsTest {
    @TempDir
    private Path folder;

    private String settings() {
        return "; audit = \"file:" + folder.resolve("audit.log") + "\"; audit.uses = required";
    }

    /** What was done, as {@code DEVICE EVENT}; each line is as the schema has it. */
    private List<String> done() throws Exception {
        AuditReader reader = AuditReader.of(folder.resolve("audit.log"));
        assertThat(AuditVerifier.of(reader).verify().findings()).isEmpty();
        List<AuditRecord> lines = new ArrayList<>();
        reader.forEach(lines::add);
        List<String> done = new ArrayList<>();
        for (AuditRecord line : lines) {
            assertThat(JsonSchemas.problems("audit-line", line.members()))
                    .as("%s", line.members())
                    .isEmpty();
            if (line.isEnd() && !line.isFailed()) {
                done.add(line.device().orElseThrow() + " " + line.event());
            }
        }
        return done;
    }

    @Test
    void migrationIsTheStepsThatItConsistsOf() throws Exception {
        try (SimulatorBench bench = new SimulatorBench(DeviceProfile.smartCardHsm4k(), settings())) {
            Group group = Group.of(bench);
            group.source().movable("code-signing");

            KeyMigration.from(group.source().keyStore())
                    .to(group.target().keyStore())
                    .move("code-signing");

            String source = bench.source().id();
            String target = bench.target().id();
            assertThat(done())
                    .containsSubsequence(
                            source + " domain.create-xkek",
                            target + " domain.create-xkek",
                            source + " key.generate",
                            source + " domain.agree",
                            target + " domain.agree",
                            source + " key.wrap",
                            target + " key.unwrap",
                            target + " domain.clear-kek",
                            target + " key.delete");
        }
    }

    @Test
    void membersOfADomainAreInTheLogEachByItself() throws Exception {
        try (DomainBench bench = new DomainBench(2, settings())) {
            KeyStore keyStore = bench.source().keyStore();
            assertThat(keyStore.containsAlias("tls")).isFalse();
            KeyPair pair = Group.generateEc(bench.source().provider(), "tls", "secp256r1");
            Signature signature =
                    Signature.getInstance("SHA256withECDSA", bench.source().provider());
            signature.initSign(pair.getPrivate());
            signature.update((byte) 1);
            signature.sign();

            String first = bench.device(0).id();
            String second = bench.device(1).id();
            assertThat(done())
                    .contains(first + " key.generate", second + " key.unwrap")
                    .containsAnyOf(first + " use.sign", second + " use.sign");
        }
    }

    @Test
    void tokensBehindAModuleAreInTheLog() throws Exception {
        Bench.Member token = new SoftHsmBench().source();
        try (SchsmProvider provider =
                (SchsmProvider) new SchsmProvider().configure(token.configuration() + settings())) {
            KeyStore keyStore = KeyStore.getInstance("SCHSM", provider);
            keyStore.load(null, token.pin());
            Group.generateEc(provider, "tls", "secp256r1");
            keyStore.deleteEntry("tls");
        }

        assertThat(done())
                .containsSubsequence(
                        token.id() + " session.login", token.id() + " key.generate", token.id() + " key.delete");
    }
}
