// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.examples.servers;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;

/** A program that knows nothing of SCHSM: what the server at a URL takes it for, by the JDK's default TLS context. */
public final class WhoAmI {
    private static final String CLIENT =
            "SELECT client_dn || ' by ' || version FROM pg_stat_ssl WHERE pid = pg_backend_pid()";

    private WhoAmI() {}

    /** Prints it. */
    public static void main(String[] arguments) throws Exception {
        String url = arguments[0];
        System.out.println(url.startsWith("jdbc:") ? database(url) : page(URI.create(url)));
    }

    /** Whose certificate a database has seen. */
    static String database(String url) throws Exception {
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(CLIENT)) {
            row.next();
            return row.getString(1);
        }
    }

    private static String page(URI url) throws Exception {
        // region client
        HttpClient client = HttpClient.newHttpClient();
        // endregion
        return client.send(
                        HttpRequest.newBuilder(url)
                                .timeout(Duration.ofMinutes(1))
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .body();
    }
}
