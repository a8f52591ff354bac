// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.programs;

import io.github.schsm.conformance.bench.Libraries;
import io.github.schsm.conformance.bench.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/** OpenSC's programs on the device in one reader. */
public final class OpenSc {
    public static final String PIN = "648219";
    public static final String SO_PIN = "3537363231383830";

    private static final int SLOTS_PER_READER = 4;

    private final int reader;

    /**
     * @param reader the reader's number, from 0
     */
    OpenSc(int reader) {
        this.reader = reader;
    }

    /** OpenSC's PKCS#11 module, with the PIN. */
    Program.Result pkcs11(String... command) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(List.of(
                "pkcs11-tool",
                "--module",
                Libraries.find(Libraries.OPEN_SC).toString(),
                "--slot",
                String.valueOf(reader * SLOTS_PER_READER),
                "--login",
                "--pin",
                PIN));
        all.addAll(List.of(command));
        return run(all);
    }

    Program.Result pkcs15(String... command) throws IOException, InterruptedException {
        return onReader("pkcs15-tool", command);
    }

    Program.Result pkcs15Init(String... command) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(List.of("--auth-id", "01", "--pin", PIN));
        all.addAll(List.of(command));
        return onReader("pkcs15-init", all.toArray(new String[0]));
    }

    Program.Result scHsmTool(String... command) throws IOException, InterruptedException {
        return onReader("sc-hsm-tool", command);
    }

    Program.Result openscTool(String... command) throws IOException, InterruptedException {
        return onReader("opensc-tool", command);
    }

    /**
     * Signs a hash with the key that has this id; the answer is DER. OpenSC 0.23 misreads one of 256 signatures on
     * secp521r1, and says CKR_DATA_INVALID; only then, another is made.
     */
    byte[] sign(byte[] id, byte[] hash, Path folder) throws IOException, InterruptedException {
        Path input = Files.write(folder.resolve("hash"), hash);
        Path output = folder.resolve("signature");
        Program.Result result;
        int left = 4;
        do {
            result = pkcs11(
                    "--sign",
                    "--mechanism",
                    "ECDSA",
                    "--id",
                    HexFormat.of().formatHex(id),
                    "--signature-format",
                    "openssl",
                    "--input-file",
                    input.toString(),
                    "--output-file",
                    output.toString());
        } while (result.status() != 0 && result.output().contains("CKR_DATA_INVALID") && --left > 0);
        result.succeeded();
        return Files.readAllBytes(output);
    }

    private Program.Result onReader(String program, String... command) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(List.of(program, "--reader", String.valueOf(reader)));
        all.addAll(List.of(command));
        return run(all);
    }

    private static Program.Result run(List<String> command) throws IOException, InterruptedException {
        return Program.run(command, Map.of());
    }
}
