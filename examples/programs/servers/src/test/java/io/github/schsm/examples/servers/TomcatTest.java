// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.examples.servers;

import io.github.schsm.examples.support.KeyKind;
import io.github.schsm.examples.support.Recipe;
import io.github.schsm.examples.support.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.X509Certificate;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.startup.CatalinaBaseConfigurationSource;
import org.apache.catalina.startup.Tomcat;
import org.apache.catalina.valves.ValveBase;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Recipe(
        program = "Tomcat",
        version = "11.0.29",
        verdict = Verdict.CONFIGURATION,
        how = "`certificateKeystoreType=\"SCHSM\"`, `certificateKeystoreFile=\"conf/hsm.schsm\"`")
class TomcatTest extends ServerScenario {
    private static final String BY_FILE = "certificateKeystoreFile=\"conf/hsm.schsm\"";

    /** Says who the client is; Tomcat makes it as its server.xml says. */
    public static final class WhoAreYou extends ValveBase {
        /** For requests that wait, too. */
        public WhoAreYou() {
            super(true);
        }

        @Override
        public void invoke(Request request, Response response) throws IOException {
            X509Certificate[] client =
                    (X509Certificate[]) request.getAttribute("jakarta.servlet.request.X509Certificate");
            response.getWriter().print(client[0].getSubjectX500Principal().getName());
        }
    }

    /** A folder as Tomcat has it, where a line of server.xml is another one. */
    private Running start(String alias, String line, String other) throws Exception {
        Path base = world().folder().resolve("tomcat");
        Path conf = Files.createDirectories(base.resolve("conf"));
        Files.copy(Keys.file(world(), alias), conf.resolve("hsm.schsm"), StandardCopyOption.REPLACE_EXISTING);
        Files.copy(world().pinFile(), conf.resolve("pin"), StandardCopyOption.REPLACE_EXISTING);
        Files.copy(world().trustStore(), conf.resolve("trust.p12"), StandardCopyOption.REPLACE_EXISTING);
        Path xml = Path.of(TomcatTest.class.getResource("/tomcat/server.xml").toURI());
        Files.writeString(
                conf.resolve("server.xml"),
                Files.readString(xml)
                        .replace("port=\"8443\"", "port=\"0\" address=\"127.0.0.1\"")
                        .replace(line, other));
        Tomcat tomcat = new Tomcat();
        tomcat.setBaseDir(base.toString());
        tomcat.init(new CatalinaBaseConfigurationSource(base.toFile(), "conf/server.xml"));
        tomcat.start();
        return Running.at(tomcat.getConnector().getLocalPort(), () -> {
            tomcat.stop();
            tomcat.destroy();
            return tomcat;
        });
    }

    @Override
    Running start(String alias) throws Exception {
        return start(alias, BY_FILE, BY_FILE);
    }

    @Test
    void servesByAFile() throws Exception {
        serves(KeyKind.P256, "TLSv1.3");
    }

    /** The registered provider's device, and Tomcat's own choice of the key. */
    @Test
    @Tag("programs")
    void servesWithoutAFile() throws Exception {
        String alias = Keys.alias(KeyKind.P384);
        serves(
                alias,
                "TLSv1.3",
                start(alias, BY_FILE, "certificateKeystoreFile=\"NONE\" certificateKeyAlias=\"" + alias + "\""));
    }
}
