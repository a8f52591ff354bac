// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.examples.servers;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.Properties;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.postgresql.PGProperty;
import org.postgresql.ssl.WrappedFactory;

// region factory
/** Connections to PostgreSQL with the device's key: sslfactory names this class, sslfactoryarg the file hsm.schsm. */
public final class DeviceSocketFactory extends WrappedFactory {
    /** As the driver makes it, with the properties of the connection. */
    public DeviceSocketFactory(Properties connection) throws GeneralSecurityException, IOException {
        KeyStore keyStore = KeyStore.getInstance("SCHSM");
        try (InputStream hsm = Files.newInputStream(Path.of(PGProperty.SSL_FACTORY_ARG.getOrDefault(connection)))) {
            keyStore.load(hsm, null); // the PIN from where the file says
        }
        KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
        keys.init(keyStore, null);
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        try (InputStream root = Files.newInputStream(Path.of(PGProperty.SSL_ROOT_CERT.getOrDefault(connection)))) {
            trusted.setCertificateEntry(
                    "root", CertificateFactory.getInstance("X.509").generateCertificate(root));
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        factory = context.getSocketFactory();
    }
}
// endregion
