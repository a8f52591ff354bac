// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.remote.server;

import io.github.schsm.ConfigurationException;
import io.github.schsm.codec.PrintableText;
import io.github.schsm.codec.SecretFile;
import io.github.schsm.codec.TextFile;
import io.github.schsm.config.RamEntries;
import io.github.schsm.remote.tls.StoreFile;
import io.github.schsm.remote.tls.TlsContexts;
import io.github.schsm.spi.TokenSource;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * What the configuration says about a server. Two that are equal can share one.
 *
 * @param keys     the server's TLS key; null for none
 * @param trusted  whom it lets in; null for none
 * @param password where the password of both comes from; null for none
 * @param clients  who may dial in: names in certificates, or fingerprints of them; empty for all that are trusted
 * @param limit    how many readers may be dialed in at once
 * @param silence  after how long without a word a line is dead
 * @param firstWait   how long the first use waits for readers
 */
record ServerSettings(
        @Nullable StoreFile keys,
        @Nullable StoreFile trusted,
        @Nullable String password,
        List<String> clients,
        int limit,
        Duration silence,
        Duration firstWait) {
    private static final String ENV = "env:";
    private static final String FILE = "file:";
    /** SHA-256, with or without colons. */
    private static final Pattern FINGERPRINT = Pattern.compile("(?:[0-9A-Fa-f]{2}:?){31}[0-9A-Fa-f]{2}");

    private static final Duration WAIT_BESIDE_OTHERS = Duration.ofSeconds(3);

    /** Longer than this no answer is kept back: clients give up after 40 seconds. */
    private static final Duration LONGEST_HOLD = Duration.ofSeconds(20);

    static ServerSettings of(TokenSource.Host host) throws ConfigurationException {
        return new ServerSettings(
                store(host, RamEntries.KEYSTORE),
                store(host, RamEntries.TRUSTSTORE),
                host.setting(RamEntries.PASSWORD).orElse(null),
                clients(host.setting(RamEntries.CLIENTS)),
                number(host, RamEntries.LIMIT),
                Duration.ofSeconds(number(host, RamEntries.SILENCE)),
                firstWait(host));
    }

    /** Where other places are asked too, some of the named devices are there, and those that are not come later. */
    private static Duration firstWait(TokenSource.Host host) throws ConfigurationException {
        boolean isShort = host.isOneOfSeveral() && host.setting(RamEntries.WAIT).isEmpty();
        return isShort ? WAIT_BESIDE_OTHERS : Duration.ofSeconds(number(host, RamEntries.WAIT));
    }

    private static int number(TokenSource.Host host, String key) throws ConfigurationException {
        return RamEntries.number(key, host.setting(key).orElse(null));
    }

    private static @Nullable StoreFile store(TokenSource.Host host, String key) throws ConfigurationException {
        String path = host.setting(key).orElse(null);
        return path == null ? null : new StoreFile(TextFile.named(path, key + " = " + path), key + " = " + path);
    }

    private static List<String> clients(Optional<String> configured) {
        return configured.stream()
                .flatMap(value -> Arrays.stream(value.split(",", -1)))
                .map(String::strip)
                .filter(name -> !name.isEmpty())
                .map(name -> FINGERPRINT.matcher(name).matches()
                        ? name.replace(":", "").toLowerCase(Locale.ROOT)
                        : name)
                .toList();
    }

    /**
     * TLS for a server at that address.
     *
     * @throws ConfigurationException if keys are missing, or anybody could dial in
     */
    SSLContext tls(ServerAddress address) throws ConfigurationException {
        if (keys == null) {
            throw new ConfigurationException("terminal = " + address + " needs " + RamEntries.KEYSTORE
                    + " = …: a PKCS#12 file with the server's key and certificate");
        }
        if (trusted == null && !address.isLoopback()) {
            throw new ConfigurationException("terminal = " + address + " needs " + RamEntries.TRUSTSTORE
                    + " = …: a file with the certificates that issued those of the computers that may dial in; without"
                    + " it any computer could");
        }
        char[] secret = password == null ? null : secret(password);
        try {
            return TlsContexts.of(keys, trusted, secret);
        } finally {
            if (secret != null) {
                Arrays.fill(secret, '\0');
            }
        }
    }

    private static char[] secret(String password) throws ConfigurationException {
        String what = RamEntries.PASSWORD + " = " + password;
        if (password.startsWith(FILE)) {
            return SecretFile.firstLine(Path.of(password.substring(FILE.length())), what);
        }
        String value = System.getenv(password.substring(ENV.length()));
        if (value == null || value.isEmpty()) {
            throw new ConfigurationException(what + ": there is no such environment variable, or it is empty");
        }
        if (!PrintableText.isWhole(value)) {
            throw new ConfigurationException(what + " has characters that are not readable in the locale of this"
                    + " process; start the program with LC_ALL=C.UTF-8");
        }
        return value.toCharArray();
    }

    /** Whether a server with these can serve those who configured the others: how long they wait is their own affair. */
    boolean isSharedWith(ServerSettings others) {
        return new ServerSettings(keys, trusted, password, clients, limit, silence, others.firstWait).equals(others);
    }

    /** Whether every client has to show a certificate. */
    boolean asksForCertificates() {
        return trusted != null;
    }

    /** How long an answer is kept back while nothing is wanted of a client. */
    Duration hold() {
        Duration half = silence.dividedBy(2);
        return half.compareTo(LONGEST_HOLD) < 0 ? half : LONGEST_HOLD;
    }

    /** How long a client that has nothing to do may take until it posts again. */
    Duration patience() {
        return silence.multipliedBy(2).dividedBy(5);
    }

    /** How long an ordinary command may take. */
    Duration patienceWithCommands() {
        return silence.multipliedBy(9).dividedBy(10);
    }
}
