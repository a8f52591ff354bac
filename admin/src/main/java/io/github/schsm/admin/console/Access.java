// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.console;

import com.sun.net.httpserver.Headers;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.Base64;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Who may see the page.
 *
 * <p>The address has a token that works once. The browser that brings it gets a cookie, and the page a key: browsers give
 * cookies of one port to servers on all others of the same computer, so a cookie alone could be another user's by now. The
 * key stays in the tab that the page is in; data takes both.
 *
 * <p>The host that the browser believes to talk to has to be the one here, else a name that somebody points to this
 * computer would make a foreign page one of ours.
 */
final class Access {
    static final String OPEN = "/open/";
    static final String KEY_HEADER = "Schsm-Page-Key";

    private static final int SECRET_BYTES = 24;
    private static final int MOST_VISITORS = 16;
    private static final Set<String> SAME_SITE = Set.of("same-origin", "none");

    /** What a browser that was let in shows. */
    record Visitor(String cookie, String pageKey) {}

    private final SecureRandom random = new SecureRandom();
    private final String host;
    private final String cookieName;
    private final Pattern cookieValue;
    private final Deque<Visitor> visitors = new ArrayDeque<>();
    private @Nullable String token;

    Access(int port) {
        host = "127.0.0.1:" + port;
        // Cookies are one jar for all ports: two consoles must not take away each other's.
        cookieName = "schsm-console-" + port;
        cookieValue = Pattern.compile("(?:^|;)\\s*" + cookieName + "=([A-Za-z0-9_-]{32})\\s*(?=;|$)");
    }

    private String secret() {
        byte[] bytes = new byte[SECRET_BYTES];
        random.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    synchronized String newToken() {
        String fresh = secret();
        token = fresh;
        return fresh;
    }

    /** Lets the bearer of the token in, once; null if it is another or was used. */
    synchronized @Nullable Visitor enter(String brought) {
        String expected = token;
        if (expected == null || !isSame(expected, brought)) {
            return null;
        }
        token = null;
        if (visitors.size() == MOST_VISITORS) {
            visitors.removeFirst();
        }
        Visitor visitor = new Visitor(secret(), secret());
        visitors.addLast(visitor);
        return visitor;
    }

    /** The cookie for a browser. */
    String cookie(Visitor visitor) {
        return cookieName + "=" + visitor.cookie() + "; Path=/; HttpOnly; SameSite=Strict";
    }

    /** The visitor whose cookie comes with a request; null if there is none. */
    synchronized @Nullable Visitor visitor(Headers request) {
        for (String cookies : request.getOrDefault("Cookie", List.of())) {
            Matcher ours = cookieValue.matcher(cookies);
            while (ours.find()) {
                for (Visitor visitor : visitors) {
                    if (isSame(visitor.cookie(), ours.group(1))) {
                        return visitor;
                    }
                }
            }
        }
        return null;
    }

    static boolean hasPageKey(Visitor visitor, Headers request) {
        List<String> keys = request.getOrDefault(KEY_HEADER, List.of());
        return keys.size() == 1 && isSame(visitor.pageKey(), keys.get(0));
    }

    private static boolean isSame(String expected, String given) {
        return MessageDigest.isEqual(expected.getBytes(StandardCharsets.UTF_8), given.getBytes(StandardCharsets.UTF_8));
    }

    /** Why a request is not for this server, or from a foreign page; null if it is fine. */
    @Nullable
    String objection(Headers request, boolean opening) {
        List<String> hosts = request.getOrDefault("Host", List.of());
        if (hosts.size() != 1 || !hosts.get(0).equals(host)) {
            return "this server is called " + host + " and nothing else";
        }
        for (String origin : request.getOrDefault("Origin", List.of())) {
            if (!origin.equals("http://" + host)) {
                return "pages of other servers have no business here";
            }
        }
        // A link in another program may lead to the address with the token, but nothing else here is for other sites.
        if (!opening && !SAME_SITE.containsAll(request.getOrDefault("Sec-fetch-site", List.of()))) {
            return "pages of other servers have no business here";
        }
        return null;
    }
}
