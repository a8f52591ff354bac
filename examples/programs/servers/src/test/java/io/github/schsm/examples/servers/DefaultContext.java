// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.examples.servers;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.examples.support.DeviceWorld;
import io.github.schsm.provider.SchsmProvider;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Starts {@link WhoAmI} in a JVM whose default TLS context has a device's key: by options and a file, as the page shows. */
final class DefaultContext {
    private DefaultContext() {}

    /**
     * What the program prints. The world has to be closed, because two processes do not share a simulated device.
     *
     * @param alias the key
     */
    static String run(DeviceWorld world, String alias, String url) throws Exception {
        Path hsm = Files.writeString(
                world.folder().resolve("hsm.schsm"),
                shown("hsm.schsm")
                        .replace("terminal = pcsc\ndevice = DECC0401002\n", world.configuration())
                        .replace("/etc/app/pin", world.pinFile().toString())
                        .replace("alias = tls", "alias = " + alias));
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-Djava.security.properties=" + registered(world));
        shown("options")
                .replace("/etc/app/hsm.schsm", hsm.toString())
                .replace("/etc/app/trust.p12", world.trustStore().toString())
                .lines()
                .filter(line -> line.startsWith("-D"))
                .forEach(command::add);
        command.addAll(List.of("-Djavax.net.ssl.trustStorePassword=" + DeviceWorld.TRUST_PASSWORD, "-cp"));
        command.add(System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
        command.addAll(List.of(WhoAmI.class.getName(), url));
        Path said = world.folder().resolve("said.txt");
        Path complaints = world.folder().resolve("complaints.txt");
        Process program = new ProcessBuilder(command)
                .redirectOutput(said.toFile())
                .redirectError(complaints.toFile())
                .start();
        try {
            assertThat(program.waitFor(2, TimeUnit.MINUTES)).isTrue();
        } finally {
            program.destroyForcibly();
        }
        assertThat(program.exitValue()).as(Files.readString(complaints)).isZero();
        return Files.readString(said).strip();
    }

    private static String shown(String name) throws Exception {
        return Files.readString(
                Path.of(DefaultContext.class.getResource("/jdk/" + name).toURI()));
    }

    /** A file that puts the provider behind those of the JDK. */
    private static Path registered(DeviceWorld world) throws IOException {
        Path ofTheJdk = Path.of(System.getProperty("java.home"), "conf", "security", "java.security");
        try (Stream<String> lines = Files.lines(ofTheJdk)) {
            long providers =
                    lines.filter(line -> line.startsWith("security.provider.")).count();
            return Files.writeString(
                    world.folder().resolve("java.security"),
                    "security.provider." + (providers + 1) + "=" + SchsmProvider.class.getName() + "\n",
                    StandardCharsets.US_ASCII);
        }
    }
}
