// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.examples.servers;

import io.github.schsm.examples.support.DeviceWorld;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLSession;

/** The JDK's HTTPS client with a key in software. */
final class SoftwareClient {
    private static final int MILLISECONDS = 60_000;

    /** What a server answered, and with which key. */
    record Answer(String body, String protocol, X509Certificate server) {}

    private SoftwareClient() {}

    /** Reads the first page of a server at 127.0.0.1 by a new connection. */
    static Answer get(DeviceWorld world, int port, String protocol, String name)
            throws GeneralSecurityException, IOException {
        HttpsURLConnection connection = (HttpsURLConnection)
                URI.create("https://127.0.0.1:" + port + "/").toURL().openConnection();
        connection.setSSLSocketFactory(world.softwareContext(protocol, name).getSocketFactory());
        connection.setConnectTimeout(MILLISECONDS);
        connection.setReadTimeout(MILLISECONDS);
        connection.setRequestProperty("Connection", "close");
        try (InputStream in = connection.getInputStream()) {
            SSLSession session = connection.getSSLSession().orElseThrow();
            return new Answer(
                    new String(in.readAllBytes(), StandardCharsets.UTF_8), session.getProtocol(), (X509Certificate)
                            session.getPeerCertificates()[0]);
        } finally {
            connection.disconnect();
        }
    }
}
