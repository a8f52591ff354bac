// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.programs;

import io.github.schsm.conformance.bench.Jdk;
import io.github.schsm.conformance.bench.Libraries;
import io.github.schsm.conformance.bench.Pki;
import io.github.schsm.conformance.bench.VirtualReader;
import io.github.schsm.simulator.VirtualReaders;
import io.github.schsm.simulator.profile.DeviceProfile;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** keytool and jarsigner of this JDK with a device behind OpenSC's PKCS#11 module. */
@Tag("pcsc")
class KeytoolOverPkcs11Test {
    private final Jdk jdk = new Jdk(Path.of(System.getProperty("java.home")));

    @TempDir
    private Path folder;

    private VirtualReader reader;
    private String configuration;

    @BeforeEach
    void plug() throws Exception {
        VirtualReaders readers = VirtualReaders.create(DeviceProfile.smartCardHsm4k());
        reader = VirtualReader.plug(0, readers.device("ZZSIM320001"));
        configuration = "terminal = pkcs11:" + Libraries.find(Libraries.OPEN_SC) + "; device = ZZSIM320001";
    }

    @AfterEach
    void takeOut() {
        reader.close();
    }

    private Keytool keytool(Keytool.Way way) {
        return new Keytool(jdk, way, configuration, folder);
    }

    @Test
    void keyLivesFromGenerationToDeletionWithTheProviderInTheListOfTheJdk() throws Exception {
        LifeOfAKey.run(keytool(Keytool.Way.JAVA_SECURITY), () -> MakeKey.run(jdk, configuration, "bare"), folder);
    }

    @Test
    void rsaKeyIsGeneratedCertifiedAndSignsJars() throws Exception {
        Keytool keytool = keytool(Keytool.Way.ADD_PROVIDER);
        LifeOfAKey.generate(keytool, "signer", "-keyalg", "RSA", "-keysize", "2048");
        LifeOfAKey.certify(keytool, Pki.create(), "signer", "CN=Signer", folder);

        for (String algorithm : List.of("SHA384withRSA", "RSASSA-PSS")) {
            Path jar = KeytoolTest.jar(folder);
            keytool.jarsigner("-sigalg", algorithm, jar.toString(), "signer")
                    .succeeded()
                    .says("jar signed");
            KeytoolTest.verify(jdk, jar);
        }
    }

    @Test
    void softwareKeyIsRefusedAndWrongPinIsSaid() throws Exception {
        Keytool keytool = keytool(Keytool.Way.PROVIDER_PATH);
        keytool.run("-genkeypair", "-alias", "soft", "-keyalg", "EC", "-dname", "CN=Soft", "-keypass", Keytool.PIN)
                .failed()
                .says("a software key cannot be stored on a device", "-providername");
        keytool.run("-list").succeeded().says("contains 0 entries");
        keytool.runWithoutPin(Map.of(), "-list", "-storepass", "123456")
                .failed()
                .says("PIN");
    }
}
