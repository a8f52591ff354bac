// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.examples.servers;

import io.github.schsm.examples.support.DeviceWorld;
import io.github.schsm.examples.support.Recipe;
import io.github.schsm.examples.support.Verdict;
import java.nio.file.Path;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.ssl.SslContextFactory;

@Recipe(
        program = "Jetty",
        version = "12.1.14",
        verdict = Verdict.CONFIGURATION,
        how = "`jetty.sslContext.keyStorePath=hsm.schsm`, `jetty.sslContext.keyStoreType=SCHSM`")
class JettyTest extends ServerScenario {
    private static SslContextFactory.Server keys(Path hsm, String pin) {
        // region keys
        SslContextFactory.Server ssl = new SslContextFactory.Server();
        ssl.setKeyStorePath(hsm.toString());
        ssl.setKeyStoreType("SCHSM");
        ssl.setKeyStorePassword(pin);
        // endregion
        return ssl;
    }

    /** Says who the client is. */
    private static final class WhoAreYou extends Handler.Abstract {
        @Override
        public boolean handle(Request request, Response response, Callback callback) {
            EndPoint.SslSessionData session =
                    (EndPoint.SslSessionData) request.getAttribute(EndPoint.SslSessionData.ATTRIBUTE);
            Content.Sink.write(
                    response,
                    true,
                    session.peerCertificates()[0].getSubjectX500Principal().getName(),
                    callback);
            return true;
        }
    }

    @Override
    Running start(String alias) throws Exception {
        SslContextFactory.Server ssl = keys(Keys.file(world(), alias), DeviceWorld.PIN);
        ssl.setTrustStoreType("PKCS12"); // it is that of the keys otherwise
        ssl.setTrustStorePath(world().trustStore().toString());
        ssl.setTrustStorePassword(DeviceWorld.TRUST_PASSWORD);
        ssl.setNeedClientAuth(true);
        Server server = new Server();
        HttpConfiguration http = new HttpConfiguration();
        http.addCustomizer(new SecureRequestCustomizer(false));
        ServerConnector connector = new ServerConnector(server, ssl, new HttpConnectionFactory(http));
        connector.setHost("127.0.0.1");
        server.addConnector(connector);
        server.setHandler(new WhoAreYou());
        server.start();
        return Running.at(connector.getLocalPort(), () -> {
            server.stop();
            return server;
        });
    }
}
