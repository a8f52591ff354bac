// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.examples.servers;

import io.github.schsm.examples.support.DeviceWorld;
import io.github.schsm.examples.support.Recipe;
import io.github.schsm.examples.support.Verdict;
import java.net.URI;
import java.nio.file.Path;
import javax.net.ssl.SSLContext;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.io.HttpClientConnectionManager;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.apache.hc.core5.ssl.SSLContexts;

@Recipe(
        program = "Apache HttpClient",
        version = "5.6.5",
        verdict = Verdict.CONFIGURATION,
        how = "`setKeyStoreType(\"SCHSM\")` and the file `hsm.schsm` as key material")
class HttpClient5Test extends ClientScenario {
    private static SSLContext context(Path hsm, char[] pin, Path trusted, char[] password) throws Exception {
        // region context
        SSLContext context = SSLContexts.custom()
                .setKeyStoreType("SCHSM")
                .loadKeyMaterial(hsm, pin, pin)
                .setKeyStoreType("PKCS12")
                .loadTrustMaterial(trusted, password)
                .build();
        // endregion
        return context;
    }

    @Override
    String get(URI page, String alias) throws Exception {
        SSLContext context = context(
                Keys.file(world(), alias),
                DeviceWorld.PIN.toCharArray(),
                world().trustStore(),
                DeviceWorld.TRUST_PASSWORD.toCharArray());
        HttpClientConnectionManager connections = PoolingHttpClientConnectionManagerBuilder.create()
                .setTlsSocketStrategy(new DefaultClientTlsStrategy(context))
                .build();
        try (CloseableHttpClient client =
                HttpClients.custom().setConnectionManager(connections).build()) {
            return client.execute(new HttpGet(page), response -> EntityUtils.toString(response.getEntity()));
        }
    }
}
