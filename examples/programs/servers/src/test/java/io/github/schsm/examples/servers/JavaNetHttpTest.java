// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.examples.servers;

import io.github.schsm.examples.support.Recipe;
import io.github.schsm.examples.support.Verdict;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import javax.net.ssl.SSLContext;

@Recipe(
        program = "java.net.http",
        version = "JDK 17 and newer",
        verdict = Verdict.UNCHANGED,
        how = "an `SSLContext` with the device's key store, or the default one of the row for the JDK")
class JavaNetHttpTest extends ClientScenario {
    @Override
    String get(URI page, String alias) throws Exception {
        SSLContext context = Keys.context(world(), alias);
        // region context
        HttpClient client = HttpClient.newBuilder().sslContext(context).build();
        // endregion
        return client.send(
                        HttpRequest.newBuilder(page)
                                .timeout(Duration.ofMinutes(1))
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .body();
    }
}
