// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.Cvc;
import io.github.schsm.CvcPathParameters;
import io.github.schsm.DeviceTrust;
import io.github.schsm.SchsmLoadParameter;
import io.github.schsm.UnwrapProtection;
import io.github.schsm.WrapProtection;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.InvalidAlgorithmParameterException;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.security.ProviderException;
import java.security.UnrecoverableEntryException;
import java.security.cert.CRLException;
import java.security.cert.CertPath;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Entries and certificates that cannot be read or stored. */
final class BadStores {
    private static final char[] PIN = "648219".toCharArray();

    private BadStores() {}

    static Stream<BadInput<?>> tables() {
        return Stream.of(loading(), entries(), certificates(), paths());
    }

    private static void load(KeyStore keyStore, BadInputWorld world) throws Exception {
        keyStore.load(null, PIN);
    }

    private static void look(KeyStore keyStore, BadInputWorld world) throws Exception {
        assertThat(keyStore.getKey("ec", null)).isEqualTo(world.ec.getPrivate());
    }

    private static BadInput<KeyStore> loading() {
        return new BadInput<>(
                        "KeyStore, loading",
                        world -> KeyStore.getInstance("SCHSM", world.provider),
                        BadStores::load,
                        BadStores::look)
                .fresh(
                        "stream",
                        IOException.class,
                        (keyStore, world) -> keyStore.load(new ByteArrayInputStream(new byte[3]), PIN))
                .fresh("wrong PIN", IOException.class, (keyStore, world) -> keyStore.load(null, "111111".toCharArray()))
                .fresh(
                        "PIN of 3 digits",
                        IOException.class,
                        (keyStore, world) -> keyStore.load(null, "648".toCharArray()))
                .fresh(
                        "PIN of 20 digits",
                        IOException.class,
                        (keyStore, world) -> keyStore.load(null, "64821964821964821964".toCharArray()))
                .fresh(
                        "PIN with half of a character",
                        IOException.class,
                        (keyStore, world) -> keyStore.load(null, "\uD800".toCharArray()))
                .fresh(
                        "protection of another kind",
                        IOException.class,
                        (keyStore, world) -> keyStore.load(new SchsmLoadParameter(
                                "ZZSIM000000", new WrapProtection(world.keks().source()))))
                .fresh(
                        "device that is not there",
                        IOException.class,
                        (keyStore, world) -> keyStore.load(
                                new SchsmLoadParameter("ZZSIM999999", new KeyStore.PasswordProtection(PIN))))
                .fresh("getKey before load", KeyStoreException.class, (keyStore, world) -> keyStore.getKey("ec", null))
                .fresh("aliases before load", KeyStoreException.class, (keyStore, world) -> keyStore.aliases())
                .fresh("size before load", KeyStoreException.class, (keyStore, world) -> keyStore.size())
                .fresh(
                        "deleteEntry before load",
                        KeyStoreException.class,
                        (keyStore, world) -> keyStore.deleteEntry("ec"))
                .fresh("store before load", KeyStoreException.class, (keyStore, world) -> keyStore.store(null, PIN))
                .lost(
                        "wrong PIN after the right one",
                        IOException.class,
                        (keyStore, world) -> keyStore.load(null, "111111".toCharArray()))
                .fresh(
                        "device taken out",
                        IOException.class,
                        (keyStore, world) -> world.without(() -> keyStore.load(null, PIN)));
    }

    private static BadInput<KeyStore> entries() {
        return new BadInput<>(
                        "KeyStore, entries",
                        world -> KeyStore.getInstance("SCHSM", world.provider),
                        BadStores::load,
                        BadStores::look)
                .kept(
                        "software private key",
                        KeyStoreException.class,
                        (keyStore, world) -> keyStore.setKeyEntry(
                                "new", world.softwareEc.getPrivate(), null, new Certificate[] {world.certificate}))
                .kept(
                        "software secret key",
                        KeyStoreException.class,
                        (keyStore, world) ->
                                keyStore.setEntry("new", new KeyStore.SecretKeyEntry(world.softwareAes), null))
                .kept(
                        "no key",
                        KeyStoreException.class,
                        (keyStore, world) -> keyStore.setKeyEntry("new", (byte[]) null, null))
                .kept(
                        "wrapped key that is none",
                        KeyStoreException.class,
                        (keyStore, world) -> keyStore.setKeyEntry("new", new byte[100], null))
                .kept(
                        "no alias",
                        KeyStoreException.class,
                        (keyStore, world) -> keyStore.setCertificateEntry(null, world.certificate))
                .kept(
                        "blank alias",
                        KeyStoreException.class,
                        (keyStore, world) -> keyStore.setCertificateEntry(" ", world.certificate))
                .kept(
                        "no certificate",
                        KeyStoreException.class,
                        (keyStore, world) -> keyStore.setCertificateEntry("new", null))
                .kept(
                        "CVC as a trusted certificate",
                        KeyStoreException.class,
                        (keyStore, world) -> keyStore.setCertificateEntry(
                                "new", world.attested().chain().get(1)))
                .kept(
                        "certificate under a key's alias",
                        KeyStoreException.class,
                        (keyStore, world) -> keyStore.setCertificateEntry("ec", world.certificate))
                .kept(
                        "certificate of another key",
                        KeyStoreException.class,
                        (keyStore, world) -> keyStore.setKeyEntry(
                                "ec", world.ec.getPrivate(), null, new Certificate[] {world.certificate}))
                .kept(
                        "chain with a hole",
                        KeyStoreException.class,
                        (keyStore, world) ->
                                keyStore.setKeyEntry("ec", world.ec.getPrivate(), null, new Certificate[] {null}))
                .kept(
                        "secret key with a certificate",
                        Exception.class,
                        (keyStore, world) ->
                                keyStore.setKeyEntry("aes", world.aes, null, new Certificate[] {world.certificate}))
                .kept(
                        "alias of another key",
                        KeyStoreException.class,
                        (keyStore, world) ->
                                keyStore.setKeyEntry("other-curve", world.ec.getPrivate(), null, world.chain))
                .kept(
                        "key of another device",
                        KeyStoreException.class,
                        (keyStore, world) -> keyStore.setKeyEntry(
                                "new", world.exchangeOfTarget().getPrivate(), null, world.chain))
                .kept(
                        "key that was deleted",
                        KeyStoreException.class,
                        (keyStore, world) -> keyStore.setKeyEntry("new", world.deleted, null, world.chain))
                .kept(
                        "wrapping under another device's KEK",
                        UnrecoverableEntryException.class,
                        (keyStore, world) -> keyStore.getEntry(
                                "movable", new WrapProtection(world.keks().target())))
                .kept(
                        "wrapping of a key in no domain",
                        UnrecoverableEntryException.class,
                        (keyStore, world) -> keyStore.getEntry(
                                "ec", new WrapProtection(world.keks().source())))
                .kept(
                        "unwrapping of something else",
                        KeyStoreException.class,
                        (keyStore, world) -> keyStore.setEntry(
                                "new",
                                new KeyStore.TrustedCertificateEntry(world.certificate),
                                new UnwrapProtection(world.keks().source())))
                .kept("device taken out", ProviderException.class, (keyStore, world) -> {
                    KeyStore fresh = KeyStore.getInstance("SCHSM", world.provider);
                    fresh.load(null, PIN);
                    world.without(() -> fresh.getCertificate("exchange"));
                })
                .kept(
                        "device taken out before a change",
                        KeyStoreException.class,
                        (keyStore, world) ->
                                world.without(() -> keyStore.setCertificateEntry("new", world.certificate)));
    }

    // CVC

    private static byte[] deviceFile(BadInputWorld world) {
        return world.attested().chain().get(1).getEncoded();
    }

    private static InputStream in(byte[] bytes) {
        return new ByteArrayInputStream(bytes);
    }

    private static BadInput<CertificateFactory> certificates() {
        BadInput<CertificateFactory> table = new BadInput<>(
                "CertificateFactory CVC",
                world -> CertificateFactory.getInstance("CVC", world.provider),
                (factory, world) -> {},
                (factory, world) -> assertThat(factory.generateCertificate(in(deviceFile(world))))
                        .isInstanceOf(Cvc.class));
        table.kept("no stream", CertificateException.class, (factory, world) -> factory.generateCertificate(null))
                .kept(
                        "no stream of several",
                        CertificateException.class,
                        (factory, world) -> factory.generateCertificates(null))
                .kept(
                        "empty stream",
                        CertificateException.class,
                        (factory, world) -> factory.generateCertificate(in(new byte[0])))
                .kept(
                        "X.509",
                        CertificateException.class,
                        (factory, world) -> factory.generateCertificate(in(world.certificate.getEncoded())))
                .kept("several of which the last is X.509", CertificateException.class, (factory, world) -> {
                    byte[] device = deviceFile(world);
                    byte[] x509 = world.certificate.getEncoded();
                    byte[] both = Arrays.copyOf(device, device.length + x509.length);
                    System.arraycopy(x509, 0, both, device.length, x509.length);
                    factory.generateCertificates(in(both));
                })
                .kept(
                        "length of 4 GB",
                        CertificateException.class,
                        (factory, world) -> factory.generateCertificate(in(
                                new byte[] {0x7F, 0x21, (byte) 0x84, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF
                                })))
                .kept(
                        "2 MB",
                        CertificateException.class,
                        (factory, world) -> factory.generateCertificate(in(new byte[2 << 20])))
                .kept("stream that was closed", CertificateException.class, (factory, world) -> {
                    InputStream closed = InputStream.nullInputStream();
                    closed.close();
                    factory.generateCertificate(closed);
                })
                .kept("revocation list", CRLException.class, (factory, world) -> factory.generateCRL(in(new byte[3])))
                .kept("revocation lists", CRLException.class, (factory, world) -> factory.generateCRLs(in(new byte[3])))
                .kept(
                        "path in another encoding",
                        CertificateException.class,
                        (factory, world) -> factory.generateCertPath(in(deviceFile(world)), "PKCS7"))
                .kept(
                        "path of X.509",
                        CertificateException.class,
                        (factory, world) -> factory.generateCertPath(List.of(world.certificate)));
        for (int length : new int[] {1, 3, 50}) {
            table.kept(
                    "only the first " + length + " bytes",
                    CertificateException.class,
                    (factory, world) -> factory.generateCertificate(in(Arrays.copyOf(deviceFile(world), length))));
        }
        return table;
    }

    private static CertPath path(BadInputWorld world, Certificate... certificates) throws Exception {
        return CertificateFactory.getInstance("CVC", world.provider).generateCertPath(List.of(certificates));
    }

    private static CertPath good(BadInputWorld world) throws Exception {
        return path(world, world.attested().chain().toArray(Certificate[]::new));
    }

    private static CvcPathParameters simulator() throws Exception {
        return CvcPathParameters.of(DeviceTrust.parse("simulator"));
    }

    private static BadInput<CertPathValidator> paths() {
        return new BadInput<CertPathValidator>(
                        "CertPathValidator CVC",
                        world -> CertPathValidator.getInstance("CVC", world.provider),
                        (validator, world) -> {},
                        (validator, world) -> assertThat(validator.validate(good(world), simulator()))
                                .isNotNull())
                .kept(
                        "no path",
                        InvalidAlgorithmParameterException.class,
                        (validator, world) -> validator.validate(null, simulator()))
                .kept(
                        "no parameters",
                        InvalidAlgorithmParameterException.class,
                        (validator, world) -> validator.validate(good(world), null))
                .kept(
                        "parameters of PKIX",
                        InvalidAlgorithmParameterException.class,
                        (validator, world) -> validator.validate(
                                good(world), new PKIXParameters(Set.of(new TrustAnchor(world.certificate, null)))))
                .kept(
                        "path of X.509",
                        InvalidAlgorithmParameterException.class,
                        (validator, world) -> validator.validate(
                                CertificateFactory.getInstance("X.509").generateCertPath(List.of(world.certificate)),
                                simulator()))
                .kept(
                        "empty path",
                        CertPathValidatorException.class,
                        (validator, world) -> validator.validate(path(world), simulator()))
                .kept(
                        "root that is not trusted",
                        CertPathValidatorException.class,
                        (validator, world) ->
                                validator.validate(good(world), CvcPathParameters.of(DeviceTrust.parse("production"))))
                .kept("path with a gap", CertPathValidatorException.class, (validator, world) -> {
                    List<Cvc> chain = world.attested().chain();
                    validator.validate(path(world, chain.get(0), chain.get(2)), simulator());
                })
                .kept("path upside down", CertPathValidatorException.class, (validator, world) -> {
                    List<Cvc> chain = world.attested().chain();
                    validator.validate(path(world, chain.get(2), chain.get(1), chain.get(0)), simulator());
                })
                .kept("changed signature", CertPathValidatorException.class, (validator, world) -> {
                    List<Cvc> chain = world.attested().chain();
                    byte[] changed = chain.get(0).getEncoded();
                    changed[changed.length - 1] ^= 1;
                    Certificate request = CertificateFactory.getInstance("CVC", world.provider)
                            .generateCertificate(in(changed));
                    validator.validate(path(world, request, chain.get(1), chain.get(2)), simulator());
                });
    }
}
