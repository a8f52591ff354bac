// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli;

import static io.github.schsm.cli.Bench.A;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import javax.crypto.Cipher;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is done with keys by command, checked by others. */
class RsaTest {
    @TempDir
    Path folder;

    private Bench bench;
    private Bench json;

    @BeforeEach
    void bench() {
        bench = new Bench(folder, false);
        json = new Bench(folder, true);
    }

    private PublicKey publicKey(String type) throws Exception {
        Map<?, ?> key =
                (Map<?, ?>) json.withoutPinOn(A, "attest", "k").done().json().get("key");
        return KeyFactory.getInstance(type)
                .generatePublic(new X509EncodedKeySpec(Base64.getDecoder().decode((String) key.get("publicKey"))));
    }

    private boolean isSigned(String algorithm, PublicKey key, Path file, byte[] signature) throws Exception {
        Signature verifier = Signature.getInstance(algorithm);
        verifier.initVerify(key);
        verifier.update(Files.readAllBytes(file));
        return verifier.verify(signature);
    }

    @Test
    void rsaKeyIsGeneratedAttestedAndSignsAndDecrypts() throws Exception {
        Path file = Files.write(folder.resolve("data"), new byte[100_000]);

        assertThat(bench.on(A, "generate", "--label=k", "--type=RSA", "--size=1024", "--public-exponent=3")
                        .done()
                        .out())
                .contains("RSA-1024");

        assertThat(bench.withoutPinOn(A, "attest", "k").done().out()).contains("RSA-1024, public exponent 3");
        PublicKey key = publicKey("RSA");
        bench.on(A, "sign", "--label=k", "--out=" + bench.file("sig"), file.toString())
                .done();
        assertThat(isSigned("SHA256withRSA", key, file, bench.content("sig"))).isTrue();
        Cipher cipher = Cipher.getInstance("RSA/ECB/OAEPWithSHA-256AndMGF1Padding");
        cipher.init(Cipher.ENCRYPT_MODE, key);
        Files.write(folder.resolve("encrypted"), cipher.doFinal("secret".getBytes(StandardCharsets.US_ASCII)));
        String[] decrypt = {"decrypt", "--label=k", "--out=" + bench.file("plain"), bench.file("encrypted")};
        bench.on(A, with(decrypt, "--algorithm=RSA/ECB/OAEPWithSHA-256AndMGF1Padding"))
                .done();
        assertThat(folder.resolve("plain")).hasContent("secret");
        bench.on(A, with(decrypt, "--overwrite")).done();
        assertThat(folder.resolve("plain")).as("default").hasContent("secret");
        assertThat(bench.on(A, with(with(decrypt, "--overwrite"), "--algorithm=AES/CBC/NoPadding"))
                        .misused()
                        .err())
                .contains("RSA/ECB/PKCS1Padding");
        assertThat(bench.on(A, "generate", "--label=x", "--type=RSA", "--size=1000")
                        .misused()
                        .err())
                .contains("1000", "4096");
    }

    private static String[] with(String[] arguments, String more) {
        String[] all = Arrays.copyOf(arguments, arguments.length + 1);
        all[arguments.length] = more;
        return all;
    }

    @Test
    void ecKeySignsByTheAlgorithmAskedFor() throws Exception {
        Path file = Files.writeString(folder.resolve("data"), "data");
        bench.on(A, "generate", "--label=k").done();

        bench.on(A, "sign", "--label=k", "--algorithm=SHA384withECDSA", "--out=" + bench.file("sig"), file.toString())
                .done();

        assertThat(isSigned("SHA384withECDSA", publicKey("EC"), file, bench.content("sig")))
                .isTrue();
        assertThat(bench.on(A, "sign", "--label=k", "--algorithm=SHA256withRSA", file.toString())
                        .failed()
                        .err())
                .contains("SHA256withECDSA");
        assertThat(bench.on(A, "generate", "--label=x", "--public-exponent=3")
                        .misused()
                        .err())
                .contains("RSA");
    }
}
