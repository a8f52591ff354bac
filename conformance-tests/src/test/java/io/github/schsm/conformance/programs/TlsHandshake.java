// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.programs;

import io.github.schsm.SchsmKeySpec;
import io.github.schsm.conformance.bench.Pki;
import io.github.schsm.provider.SchsmProvider;
import io.github.schsm.simulator.ApduRecorder;
import io.github.schsm.simulator.VirtualReaders;
import java.io.IOException;
import java.net.InetAddress;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.Provider;
import java.security.Security;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/**
 * A TLS handshake of the JDK with itself, both sides with one RSA key in a device. A program of its own because which
 * cipher suites there are is decided once in a JVM.
 */
final class TlsHandshake {
    private static final String ID = "ZZSIM000007";
    private static final int SECONDS = 60_000;

    private TlsHandshake() {}

    /** Arguments: the provider's position in the list, the protocol, the cipher suite. */
    public static void main(String[] arguments) throws Exception {
        Security.setProperty("jdk.tls.disabledAlgorithms", "");
        Provider provider = new SchsmProvider().configure("terminal = simulator:memory; device = " + ID);
        Security.insertProviderAt(provider, Integer.parseInt(arguments[0]));
        SSLContext context = context(provider);
        ApduRecorder recorder = VirtualReaders.memory().device(ID).recorder();
        recorder.start();
        try (SSLServerSocket listening = (SSLServerSocket)
                context.getServerSocketFactory().createServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            listening.setNeedClientAuth(true);
            listening.setEnabledProtocols(new String[] {arguments[1]});
            listening.setEnabledCipherSuites(new String[] {arguments[2]});
            CompletableFuture<Void> served = CompletableFuture.runAsync(() -> serve(listening));
            try (SSLSocket client = (SSLSocket) context.getSocketFactory()
                    .createSocket(InetAddress.getLoopbackAddress(), listening.getLocalPort())) {
                client.setSoTimeout(SECONDS);
                client.setEnabledCipherSuites(new String[] {arguments[2]});
                client.getOutputStream().write(42);
                System.out.println("answered " + client.getInputStream().read());
                System.out.println(client.getSession().getProtocol() + " "
                        + client.getSession().getCipherSuite());
            }
            served.join();
        }
        Map<String, Integer> algorithms = new TreeMap<>();
        for (ApduRecorder.Exchange exchange : recorder.exchanges()) {
            if (exchange.ins() == 0x68 || exchange.ins() == 0x62) {
                algorithms.merge(
                        HexFormat.of().toHexDigits((byte) exchange.p2()).toUpperCase(Locale.ROOT), 1, Integer::sum);
            }
        }
        System.out.println("device " + algorithms);
    }

    private static void serve(SSLServerSocket listening) {
        try (SSLSocket socket = (SSLSocket) listening.accept()) {
            socket.setSoTimeout(SECONDS);
            socket.getOutputStream().write(socket.getInputStream().read());
        } catch (IOException failed) {
            throw new java.io.UncheckedIOException(failed);
        }
    }

    private static SSLContext context(Provider provider) throws Exception {
        char[] pin = Keytool.PIN.toCharArray();
        KeyStore keys = KeyStore.getInstance("SCHSM", provider);
        keys.load(null, pin);
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA", provider);
        generator.initialize(SchsmKeySpec.builder("tls").keySize(2048).build());
        KeyPair pair = generator.generateKeyPair();
        Pki pki = Pki.create();
        keys.setKeyEntry("tls", pair.getPrivate(), null, pki.chain(pki.issue("localhost", pair.getPublic())));
        KeyManagerFactory keyManagers = KeyManagerFactory.getInstance("PKIX");
        keyManagers.init(keys, pin);
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("root", pki.root());
        TrustManagerFactory trustManagers = TrustManagerFactory.getInstance("PKIX");
        trustManagers.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keyManagers.getKeyManagers(), trustManagers.getTrustManagers(), null);
        return context;
    }
}
