// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.examples.servers;

import io.github.schsm.examples.support.Recipe;
import io.github.schsm.examples.support.Verdict;
import java.net.URI;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import javax.net.ssl.X509TrustManager;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;

@Recipe(
        program = "OkHttp",
        version = "5.5.1",
        verdict = Verdict.UNCHANGED,
        how = "the socket factory of an `SSLContext` with the device's key store")
class OkHttpTest extends ClientScenario {
    @Override
    String get(URI page, String alias) throws Exception {
        SSLContext context = Keys.context(world(), alias);
        X509TrustManager trusted = (X509TrustManager) world().trustManagers()[0];
        // region client
        OkHttpClient client = new OkHttpClient.Builder()
                .sslSocketFactory(context.getSocketFactory(), trusted)
                .build();
        // endregion
        OkHttpClient patient = client.newBuilder()
                .callTimeout(Duration.ofMinutes(1))
                .readTimeout(Duration.ofMinutes(1))
                .build();
        try (Response response =
                patient.newCall(new Request.Builder().url(page.toURL()).build()).execute()) {
            return response.body().string();
        } finally {
            client.connectionPool().evictAll();
            client.dispatcher().executorService().shutdown();
        }
    }
}
