// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.remote.server;

import io.github.schsm.ConfigurationException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.util.Locale;

/**
 * Where a server listens.
 *
 * @param secure whether it speaks TLS
 * @param host   the address that it binds to
 * @param port   the TCP port
 * @param path   the path that readers dial in to
 */
record ServerAddress(boolean secure, InetAddress host, int port, String path) {
    private static final int HTTPS = 443;
    private static final int HTTP = 80;
    private static final int MOST = 65_535;

    /**
     * Reads what follows {@code ram:}.
     *
     * @throws ConfigurationException if it is no such URL, or plain HTTP that others could hear
     */
    static ServerAddress parse(String location) throws ConfigurationException {
        URI url;
        try {
            url = new URI(location);
        } catch (URISyntaxException none) {
            throw wrong(location, "it is no URL: " + none.getReason());
        }
        String scheme = String.valueOf(url.getScheme()).toLowerCase(Locale.ROOT);
        boolean secure = scheme.equals("https");
        if (!secure && !scheme.equals("http")) {
            throw wrong(location, "it begins neither with https: nor with http:");
        }
        if (url.getHost() == null || url.getUserInfo() != null || url.getQuery() != null || url.getFragment() != null) {
            throw wrong(location, "it has to be host, port, and path, and nothing else");
        }
        int port = url.getPort() >= 0 ? url.getPort() : secure ? HTTPS : HTTP;
        if (port < 1 || port > MOST) {
            throw wrong(location, "its port is not one from 1 to " + MOST);
        }
        InetAddress host;
        try {
            host = InetAddress.getByName(url.getHost());
        } catch (UnknownHostException unknown) {
            throw wrong(location, "there is no host " + url.getHost());
        }
        if (!secure && !host.isLoopbackAddress()) {
            throw wrong(location, "plain HTTP is for this computer alone: use https, or a loopback address");
        }
        String path = url.getPath();
        return new ServerAddress(secure, host, port, path == null || path.isEmpty() ? "/" : path);
    }

    private static ConfigurationException wrong(String location, String why) {
        return new ConfigurationException(
                "terminal = ram:" + location + ": " + why + "; use ram:https://0.0.0.0:8443/path");
    }

    InetSocketAddress socket() {
        return new InetSocketAddress(host, port);
    }

    /** Whether nobody but this computer gets there. */
    boolean isLoopback() {
        return host.isLoopbackAddress();
    }

    @Override
    public String toString() {
        return "ram:" + (secure ? "https" : "http") + "://"
                + (host.getHostAddress().contains(":") ? "[" + host.getHostAddress() + "]" : host.getHostAddress())
                + ":" + port + path;
    }
}
