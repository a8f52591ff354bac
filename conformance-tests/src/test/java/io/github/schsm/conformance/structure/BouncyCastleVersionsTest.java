// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.structure;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.github.schsm.SchsmKeySpec;
import io.github.schsm.conformance.bench.Jdk;
import io.github.schsm.conformance.bench.Program;
import io.github.schsm.provider.SchsmProvider;
import java.io.File;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Member;
import java.lang.reflect.Method;
import java.math.BigInteger;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.security.spec.RSAKeyGenParameterSpec;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Date;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A program's own Bouncy Castle, of any version since 1.64, is the one that the provider gets, if it comes first. */
@Tag("once")
class BouncyCastleVersionsTest {
    /** Where the build puts the older versions, a folder each. */
    private static final Path VERSIONS =
            Path.of(System.getProperty("schsm.home"), "conformance-tests", "target", "bouncycastle");

    private static final String OTHERS = "org.bouncycastle.";
    private static final String WITHOUT_PROVIDER = "io.github.schsm.admin.";

    @TempDir
    private Path folder;

    /** The program: makes keys, requests and certificates with its Bouncy Castle, and finds them in the key store. */
    static final class Application {
        private Application() {}

        public static void main(String[] arguments) throws Exception {
            Provider provider = new SchsmProvider().configure(arguments[0]);
            KeyStore keyStore = KeyStore.getInstance("SCHSM", provider);
            keyStore.load(null, "648219".toCharArray());
            System.out.println("Bouncy Castle " + new BouncyCastleProvider().getVersionStr());
            use(provider, keyStore, "EC", new ECGenParameterSpec("brainpoolP256r1"), "SHA256withECDSA");
            use(
                    provider,
                    keyStore,
                    "RSA",
                    new RSAKeyGenParameterSpec(2048, RSAKeyGenParameterSpec.F4),
                    "SHA256withRSA");
            KeyStore again = KeyStore.getInstance("SCHSM", provider);
            again.load(null, "648219".toCharArray());
            for (String alias : List.of("EC", "RSA")) {
                again.getCertificate(alias)
                        .verify(again.getCertificate(alias).getPublicKey(), new BouncyCastleProvider());
                System.out.println("found " + alias);
            }
            Signature pss = Signature.getInstance("RSASSA-PSS", provider);
            pss.setParameter(new PSSParameterSpec("SHA-384", "MGF1", MGF1ParameterSpec.SHA384, 48, 1));
            pss.initSign((PrivateKey) again.getKey("RSA", null));
            pss.update(new byte[100]);
            byte[] signature = pss.sign();
            pss.initVerify(again.getCertificate("RSA"));
            pss.update(new byte[100]);
            System.out.println("PSS " + pss.verify(signature));
        }

        private static void use(
                Provider provider, KeyStore keyStore, String type, AlgorithmParameterSpec parameters, String algorithm)
                throws Exception {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(type, provider);
            generator.initialize(
                    SchsmKeySpec.builder(type).parameters(parameters).build());
            KeyPair pair = generator.generateKeyPair();
            X500Principal name = new X500Principal("CN=" + type);
            ContentSigner signer =
                    new JcaContentSignerBuilder(algorithm).setProvider(provider).build(pair.getPrivate());
            PKCS10CertificationRequest request =
                    new JcaPKCS10CertificationRequestBuilder(name, pair.getPublic()).build(signer);
            System.out.println("request " + type + " "
                    + request.isSignatureValid(new JcaContentVerifierProviderBuilder()
                            .setProvider(new BouncyCastleProvider())
                            .build(request.getSubjectPublicKeyInfo())));
            Instant begin = Instant.parse("2026-01-01T00:00:00Z");
            X509Certificate certificate = new JcaX509CertificateConverter()
                    .setProvider(new BouncyCastleProvider())
                    .getCertificate(new JcaX509v3CertificateBuilder(
                                    name,
                                    BigInteger.ONE,
                                    Date.from(begin),
                                    Date.from(begin.plusSeconds(1_000_000_000)),
                                    name,
                                    pair.getPublic())
                            .build(signer));
            keyStore.setKeyEntry(type, pair.getPrivate(), null, new Certificate[] {certificate});
        }
    }

    private static Stream<Path> versions() throws IOException {
        try (Stream<Path> found = Files.list(VERSIONS)) {
            return found.sorted().toList().stream();
        }
    }

    private static List<Path> jars(Path version) throws IOException {
        try (Stream<Path> jars = Files.list(version)) {
            return jars.sorted().toList();
        }
    }

    @ParameterizedTest
    @CsvSource({"1.64, 1.64", "1.70, 1.7", "1.78, 1.78", "'', 1.8"})
    void programSignsListsAndRequestsWithItsOwnVersionFirst(String version, String said) throws Exception {
        String first = version.isEmpty()
                ? ""
                : String.join(
                                File.pathSeparator,
                                jars(VERSIONS.resolve(version)).stream()
                                        .map(Path::toString)
                                        .toList())
                        + File.pathSeparator;

        Program.run(
                        List.of(
                                new Jdk(Path.of(System.getProperty("java.home"))).tool("java"),
                                "-cp",
                                first + Jdk.ownClassPath(),
                                Application.class.getName(),
                                "terminal = simulator:" + folder),
                        Map.of())
                .succeeded()
                .says(
                        "Bouncy Castle " + said,
                        "request EC true",
                        "request RSA true",
                        "found EC",
                        "found RSA",
                        "PSS true");
    }

    /** Also what no program of a test comes past. The command and what is behind it bring their own version. */
    @ParameterizedTest
    @MethodSource("versions")
    void allThatTheProviderUsesIsThere(Path version) throws Exception {
        List<URL> urls = new ArrayList<>();
        for (Path jar : jars(version)) {
            urls.add(jar.toUri().toURL());
        }
        TreeSet<String> missing = new TreeSet<>();
        int looked = 0;
        try (URLClassLoader loader =
                new URLClassLoader(urls.toArray(new URL[0]), ClassLoader.getPlatformClassLoader())) {
            for (JavaClass type : new ClassFileImporter()
                    .withImportOption(new ImportOption.DoNotIncludeTests())
                    .importPackages("io.github.schsm")) {
                if (type.getName().startsWith(WITHOUT_PROVIDER)
                        || type.getPackageName().contains(".conformance")) {
                    continue;
                }
                for (JavaAccess<?> access : type.getAccessesFromSelf()) {
                    AccessTarget target = access.getTarget();
                    if (target.getOwner().getName().startsWith(OTHERS)) {
                        looked++;
                        if (!isIn(loader, target)) {
                            missing.add(access.getDescription());
                        }
                    }
                }
            }
        }

        assertThat(looked).isGreaterThan(200);
        assertThat(missing).isEmpty();
    }

    private static boolean isIn(ClassLoader loader, AccessTarget target) {
        try {
            Deque<Class<?>> open =
                    new ArrayDeque<>(List.of(Class.forName(target.getOwner().getName(), false, loader)));
            while (!open.isEmpty()) {
                Class<?> type = open.remove();
                List<Member> members = new ArrayList<>(Arrays.asList(type.getDeclaredMethods()));
                members.addAll(Arrays.asList(type.getDeclaredFields()));
                members.addAll(Arrays.asList(type.getDeclaredConstructors()));
                if (members.stream().anyMatch(member -> isSame(member, target))) {
                    return true;
                }
                open.addAll(Arrays.asList(type.getInterfaces()));
                if (type.getSuperclass() != null) {
                    open.add(type.getSuperclass());
                } else if (type.isInterface()) {
                    open.add(Object.class);
                }
            }
            return false;
        } catch (ClassNotFoundException missing) {
            return false;
        }
    }

    /** By the descriptor: the JVM does not take a method whose result has become another type. */
    private static boolean isSame(Member member, AccessTarget target) {
        String name = member instanceof Constructor ? "<init>" : member.getName();
        if (!name.equals(target.getName())) {
            return false;
        }
        if (member instanceof Field field) {
            return target instanceof AccessTarget.FieldAccessTarget wanted
                    && field.getType().getName().equals(wanted.getRawType().getName());
        }
        if (!(target instanceof AccessTarget.CodeUnitAccessTarget wanted)) {
            return false;
        }
        List<String> parameters = Arrays.stream(((Executable) member).getParameterTypes())
                .map(Class::getName)
                .toList();
        String result = member instanceof Method method ? method.getReturnType().getName() : "void";
        return parameters.equals(wanted.getRawParameterTypes().stream()
                        .map(JavaClass::getName)
                        .toList())
                && result.equals(wanted.getRawReturnType().getName());
    }
}
