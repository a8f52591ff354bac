// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.docs;

import io.github.schsm.conformance.bench.Jdk;
import io.github.schsm.conformance.bench.Libraries;
import io.github.schsm.conformance.bench.VirtualReader;
import io.github.schsm.conformance.programs.OpenSc;
import io.github.schsm.simulator.VirtualReaders;
import io.github.schsm.simulator.profile.DeviceProfile;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the documents say of OpenSC's programs, with a simulated device in the first reader. */
@Tag("pcsc")
@Tag("once")
class OpenScSnippetsTest {
    @TempDir
    private Path folder;

    private VirtualReader reader;
    private Shell shell;

    @BeforeEach
    void plug() throws Exception {
        reader = VirtualReader.plug(
                0, VirtualReaders.create(DeviceProfile.smartCardHsm4k()).device("ZZSIM340001"));
        shell = new Shell(folder, Jdk.all().get(0));
    }

    @AfterEach
    void takeOut() {
        reader.close();
    }

    @Test
    @RunsSnippets("docs/opensc.md#pkcs11-tool")
    void keyIsMadeAndSigns() throws Exception {
        Files.write(folder.resolve("hash"), new byte[32]);

        shell.run(
                        "docs/opensc.md#pkcs11-tool",
                        "/usr/lib/x86_64-linux-gnu/opensc-pkcs11.so",
                        Libraries.find(Libraries.OPEN_SC).toString(),
                        "--login",
                        "--login --pin " + OpenSc.PIN)
                .succeeded()
                .says("made-there");
        shell.bash("[ -s signature ]").succeeded();
    }

    @Test
    @RunsSnippets("docs/opensc.md#sc-hsm-tool")
    void keyIsWrappedAndUnwrapped() throws Exception {
        shell.bash("""
                        sc-hsm-tool --initialize --so-pin %s --pin %s --dkek-shares 1
                        """.formatted(OpenSc.SO_PIN, OpenSc.PIN)).succeeded();
        shell.run(
                        "docs/opensc.md#sc-hsm-tool",
                        "share.pbe\n",
                        "share.pbe --password a-password\n",
                        "sc-hsm-tool --wrap-key",
                        "pkcs11-tool --module " + Libraries.find(Libraries.OPEN_SC) + " --login --pin " + OpenSc.PIN
                                + " --keypairgen --key-type EC:secp256r1 --id 01 --label first\nsc-hsm-tool --wrap-key",
                        "--key-reference",
                        "--pin " + OpenSc.PIN + " --key-reference")
                .succeeded();
        shell.bash("pkcs15-tool --list-keys").succeeded().says("first");
    }
}
