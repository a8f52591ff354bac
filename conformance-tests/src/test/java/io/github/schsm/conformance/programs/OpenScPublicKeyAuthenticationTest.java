// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.programs;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.AttestedPublicKey;
import io.github.schsm.DeviceInitialization;
import io.github.schsm.PublicKeyAuthentication;
import io.github.schsm.PublicKeyAuthentication.RegisteredPublicKey;
import io.github.schsm.SchsmDevice;
import io.github.schsm.conformance.bench.Bench;
import io.github.schsm.conformance.bench.PcscBench;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.PrivateKey;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Public key authentication with OpenSC: the first reader's device is guarded, in the second is a holder's. OpenSC can
 * initialize, export, register and show; only we can authenticate.
 */
@Tag("pcsc")
class OpenScPublicKeyAuthenticationTest {
    @TempDir
    private Path folder;

    private final OpenSc guarded = new OpenSc(0);
    private final OpenSc holder = new OpenSc(1);
    private PcscBench bench;
    private KeyStore keyStore;
    private PublicKeyAuthentication keys;

    @BeforeEach
    void openBench() throws Exception {
        bench = new PcscBench("pcsc");
        keyStore = KeyStore.getInstance("SCHSM", bench.source().provider());
        keyStore.load(null, null);
        keys = SchsmDevice.of(keyStore).publicKeyAuthentication();
    }

    @AfterEach
    void closeBench() throws Exception {
        bench.close();
    }

    /** The state as sc-hsm-tool shows it; its SELECT makes the last number 0. */
    private void assertBothShow(int total, int missing, int required) throws Exception {
        assertThat(keys.status()).isEqualTo(new PublicKeyAuthentication.Status(total, missing, required, 0));
        guarded.scHsmTool("--public-key-auth-status")
                .succeeded()
                .says(
                        "Number of public keys:     " + total,
                        "Missing public keys:       " + missing,
                        "Required pubkeys for auth: " + required,
                        "Authenticated public keys: 0");
        assertThat(keys.status()).isEqualTo(new PublicKeyAuthentication.Status(total, missing, required, 0));
    }

    private AttestedPublicKey madeByUs(String label) throws Exception {
        bench.target().keyStore();
        KeyPair pair = OpenScTest.generate(bench.target(), label, "brainpoolP256r1");
        return (AttestedPublicKey) pair.getPublic();
    }

    private Path exportedByOpenSc(int reference) throws Exception {
        Path file = folder.resolve("exported-" + reference + ".pka");
        holder.scHsmTool("--export-for-pub-key-auth", file.toString(), "--key-reference", String.valueOf(reference))
                .succeeded();
        return file;
    }

    private void assertOpens(Bench.Member member, String label, String chr) throws Exception {
        PrivateKey key = (PrivateKey) member.keyStore().getKey(label, null);
        assertThat(keys.authenticate(key, chr).isAuthenticated()).isTrue();
        KeyPair pair = OpenScTest.generate(bench.source(), "guarded", "secp256r1");
        OpenScTest.assertSigns(bench.source(), pair.getPrivate(), pair.getPublic());
    }

    @Test
    void keysExportedByOpenScAreRegisteredByUsOnADeviceInitializedByOpenSc() throws Exception {
        guarded.scHsmTool(
                        "--initialize",
                        "--so-pin",
                        OpenSc.SO_PIN,
                        "--pin",
                        OpenSc.PIN,
                        "--public-key-auth",
                        "2",
                        "--required-pub-keys",
                        "1",
                        "--label",
                        "guarded")
                .succeeded();
        assertBothShow(2, 2, 1);
        holder.pkcs11("--keypairgen", "--key-type", "EC:secp256r1", "--id", "01", "--label", "theirs")
                .succeeded();
        AttestedPublicKey theirs = AttestedPublicKey.parse(Files.readAllBytes(exportedByOpenSc(1)));
        keys.register(theirs);
        assertBothShow(2, 1, 1);
        keys.register(madeByUs("ours"));
        assertBothShow(2, 0, 1);
        assertOpens(bench.target(), "theirs", theirs.request().chr());
    }

    @Test
    void keysMadeAndExportedByUsAreRegisteredByOpenScOnADeviceInitializedByUs() throws Exception {
        DeviceInitialization settings = DeviceInitialization.builder(new char[0], OpenSc.SO_PIN.toCharArray())
                .publicKeyAuthentication(1, 2)
                .build();
        SchsmDevice.of(keyStore).administration().initialize(settings);
        guarded.scHsmTool().says("Public key authentication active.");
        assertBothShow(2, 2, 1);
        AttestedPublicKey ours = madeByUs("ours");
        Path written = Files.write(folder.resolve("ours.pub"), ours.encode());
        guarded.scHsmTool("--register-public-key", written.toString())
                .succeeded()
                .says("Missing public keys:       1");
        assertBothShow(2, 1, 1);
        assertThat(exportedByOpenSc(1)).as("both write the same file").hasBinaryContent(ours.encode());
        madeByUs("second");
        guarded.scHsmTool("--register-public-key", exportedByOpenSc(2).toString())
                .succeeded();
        assertBothShow(2, 0, 1);
        assertThat(keys.registeredKeys())
                .extracting(RegisteredPublicKey::chr)
                .containsOnly(ours.request().chr());
        assertOpens(bench.target(), "second", ours.request().chr());
        guarded.scHsmTool("--register-public-key", written.toString()).failed();
    }
}
