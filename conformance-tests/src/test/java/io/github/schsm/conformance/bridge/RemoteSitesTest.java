// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.bridge;

import io.github.schsm.conformance.bench.Jdk;
import io.github.schsm.conformance.bench.Program;
import io.github.schsm.conformance.bench.SoftHsmFolder;
import io.github.schsm.conformance.docs.RunsSnippets;
import io.github.schsm.conformance.docs.Snippet;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tokens on two computers, reached by one JVM: both servers, and p11-kit's proxy over them, are on this one. */
@Tag("pcsc")
@Tag("namespaces")
public class RemoteSitesTest {
    static final String FIRST = "Site one";
    static final String SECOND = "Site two";

    @TempDir
    private Path folder;

    static Path socket(Path site) {
        return site.resolve("socket");
    }

    @Test
    @RunsSnippets("docs/pkcs11.md#p11-kit-proxy")
    void oneProgramUsesTokensOfTwoServersAndLosesOneOfThem() throws Exception {
        Path first = site("one", FIRST);
        Path second = site("two", SECOND);
        Path home = Files.createDirectory(folder.resolve("home"));
        Map<String, String> environment = Map.of(
                "HOME",
                home.toString(),
                "XDG_CONFIG_HOME",
                home.resolve(".config").toString());
        String settings = Snippet.text("docs/pkcs11.md#p11-kit-proxy")
                .replace("/run/user/1000/site-one.sock", socket(first).toString())
                .replace("/run/user/1000/site-two.sock", socket(second).toString());
        Program.run(List.of("bash", "-ec", settings), environment).succeeded();

        // p11-kit ignores the home folder of root, so the program is another user, as it would be.
        Program.run(
                        List.of(
                                "unshare",
                                "--user",
                                "--map-user=1000",
                                new Jdk(Path.of(System.getProperty("java.home"))).tool("java"),
                                "-cp",
                                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                                RemoteSites.class.getName(),
                                first.toString(),
                                second.toString()),
                        environment)
                .succeeded()
                .says(RemoteSites.BOTH, RemoteSites.LOST, RemoteSites.FIRST_GOES_ON, RemoteSites.BACK);
    }

    private Path site(String name, String label) throws Exception {
        Path site = folder.resolve(name);
        new SoftHsmFolder(site).add(label);
        return site;
    }
}
