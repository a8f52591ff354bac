// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.examples.servers;

import io.github.schsm.examples.support.Recipe;
import io.github.schsm.examples.support.Verdict;
import io.undertow.Undertow;
import java.net.InetSocketAddress;
import javax.net.ssl.SSLContext;
import org.xnio.Options;
import org.xnio.Sequence;
import org.xnio.SslClientAuthMode;

@Recipe(
        program = "Undertow",
        version = "2.4.4.Final",
        verdict = Verdict.UNCHANGED,
        how = "an `SSLContext` with the device's key store")
class UndertowTest extends ServerScenario {
    @Override
    Running start(String alias) throws Exception {
        return start(Keys.context(world(), alias));
    }

    /** Starts one with any context. */
    static Running start(SSLContext context) {
        // region listener
        Undertow.Builder builder = Undertow.builder().addHttpsListener(0, "127.0.0.1", context);
        // endregion
        Undertow server = builder.setSocketOption(Options.SSL_CLIENT_AUTH_MODE, SslClientAuthMode.REQUIRED)
                .setSocketOption(Options.SSL_ENABLED_PROTOCOLS, Sequence.of("TLSv1.2", "TLSv1.3"))
                .setHandler(exchange -> exchange.getResponseSender()
                        .send(exchange.getConnection()
                                .getSslSessionInfo()
                                .getSSLSession()
                                .getPeerPrincipal()
                                .getName()))
                .build();
        server.start();
        InetSocketAddress address =
                (InetSocketAddress) server.getListenerInfo().get(0).getAddress();
        return Running.at(address.getPort(), () -> {
            server.stop();
            return server;
        });
    }
}
