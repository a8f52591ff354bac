// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.examples.support;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSession;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * What a server says to a client that uses no device, trusts the authority's root, and checks the server's name.
 *
 * @param status the status of HTTP
 * @param body the text
 * @param protocol TLSv1.2 or TLSv1.3
 * @param certificate the certificate that the server showed
 */
public record HttpsAnswer(int status, String body, String protocol, X509Certificate certificate) {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    /** Asks by the newest version of TLS. */
    public static HttpsAnswer get(DeviceWorld world, URI address)
            throws GeneralSecurityException, IOException, InterruptedException {
        return get(world, address, null);
    }

    /**
     * Asks by one version of TLS.
     *
     * @param protocol TLSv1.2 or TLSv1.3; null for the newest
     */
    public static HttpsAnswer get(DeviceWorld world, URI address, @Nullable String protocol)
            throws GeneralSecurityException, IOException, InterruptedException {
        TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(world.trusted());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        HttpClient.Builder builder = HttpClient.newBuilder()
                .sslContext(context)
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(LIMIT);
        if (protocol != null) {
            SSLParameters parameters = context.getDefaultSSLParameters();
            parameters.setProtocols(new String[] {protocol});
            builder.sslParameters(parameters);
        }
        HttpResponse<String> response = builder.build()
                .send(HttpRequest.newBuilder(address).timeout(LIMIT).build(), HttpResponse.BodyHandlers.ofString());
        Optional<SSLSession> session = response.sslSession();
        if (session.isEmpty()) {
            throw new IOException(address + " was not answered over TLS");
        }
        return new HttpsAnswer(
                response.statusCode(), response.body(), session.get().getProtocol(), (X509Certificate)
                        session.get().getPeerCertificates()[0]);
    }
}
