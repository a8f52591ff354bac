// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.mechanism.Mechanism;
import io.github.schsm.mechanism.MechanismTable;
import io.github.schsm.provider.SchsmProvider;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Provider;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** CAPABILITIES.md says what the mechanism table says, and the provider offers just that. */
class CapabilitiesTest {
    private static final Path DOCUMENT = Path.of(System.getProperty("schsm.home", "."), "CAPABILITIES.md");
    private static final String BEGIN = "<!-- begin: MechanismTable.toMarkdown() -->\n";
    private static final String END = "<!-- end -->\n";

    @Test
    void documentHasTheTable() throws Exception {
        String document = Files.readString(DOCUMENT);
        assertThat(document).contains(BEGIN).contains(END);

        String table = document.substring(document.indexOf(BEGIN) + BEGIN.length(), document.indexOf(END));

        assertThat(table).isEqualTo(MechanismTable.toMarkdown());
    }

    @Test
    void providerOffersEveryRowAndNothingElse() {
        Provider provider = new SchsmProvider();
        Set<String> rows = MechanismTable.all().stream()
                .map(row -> row.type() + " " + row.name())
                .collect(Collectors.toCollection(TreeSet::new));
        Set<String> registered = provider.getServices().stream()
                .map(service -> service.getType() + " " + service.getAlgorithm())
                .collect(Collectors.toCollection(TreeSet::new));
        // Not registered, so that it does not take over every new SecureRandom(), but there for programs that name it.
        registered.add("SecureRandom SCHSM");

        assertThat(registered).isEqualTo(rows);
    }

    @Test
    void everyRowIsFoundByItsNameAliasesAndOids() {
        Provider provider = new SchsmProvider();
        for (Mechanism row : MechanismTable.all()) {
            Provider.Service service = provider.getService(row.type(), row.name());
            assertThat(service).as(row.name()).isNotNull();
            for (String alias : row.aliases()) {
                assertThat(provider.getService(row.type(), alias)).as(alias).isSameAs(service);
            }
            for (String oid : row.oids()) {
                assertThat(provider.getService(row.type(), oid)).as(oid).isSameAs(service);
                assertThat(provider.getService(row.type(), "OID." + oid))
                        .as(oid)
                        .isSameAs(service);
            }
        }
    }
}
