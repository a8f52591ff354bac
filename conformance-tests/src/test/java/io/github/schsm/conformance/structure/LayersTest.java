// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.structure;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * The borders between modules and packages: engine → token → card commands → transport, and never back.
 *
 * <p>Each rule comes with a class that breaks it, so that a rule that has become void is noticed.
 */
class LayersTest {
    private static final String BASE = "io.github.schsm";

    /** The folder of each module, and its packages. */
    private static final Map<String, List<String>> MODULES = Map.of(
            "keystore-spi",
                    List.of(
                            BASE,
                            BASE + ".audit..",
                            BASE + ".callback..",
                            BASE + ".codec..",
                            BASE + ".config..",
                            BASE + ".keystore..",
                            BASE + ".login..",
                            BASE + ".mechanism..",
                            BASE + ".net..",
                            BASE + ".spi.."),
            "card", List.of(BASE + ".card.."),
            "simulator", List.of(BASE + ".simulator.."),
            "remote", List.of(BASE + ".remote.."),
            "provider", List.of(BASE + ".provider.."),
            "pkcs11-bridge", List.of(BASE + ".bridge.."),
            "admin", List.of(BASE + ".admin.."),
            "examples", List.of(BASE + ".examples.."),
            "cli", List.of(BASE + ".cli.."));

    private static final String EXCEPTIONS = BASE + ".SchsmException";

    private static final List<String> EVERYWHERE = List.of("java..", "javax..", "org.jspecify.annotations..");

    /** What a module may use in addition to itself and what all may. */
    private static final Map<String, List<String>> MAY_USE = Map.of(
            "keystore-spi", List.of("org.bouncycastle.."),
            "card", packages("keystore-spi", "org.bouncycastle..", "jnasmartcardio..", "com.sun.jna.."),
            "simulator", packages("keystore-spi", "org.bouncycastle..", "jdk.net.."),
            "remote", packages("keystore-spi", BASE + ".card..", "com.sun.net.httpserver.."),
            "provider",
                    packages(
                            "keystore-spi",
                            BASE + ".card..",
                            "jdk.jfr..",
                            "org.bouncycastle.asn1..",
                            "org.bouncycastle.crypto.."),
            "pkcs11-bridge", packages("keystore-spi", "org.xipki..", "iaik.."),
            "admin",
                    List.of(
                            BASE,
                            BASE + ".audit",
                            BASE + ".callback",
                            BASE + ".codec",
                            BASE + ".config",
                            BASE + ".mechanism",
                            BASE + ".net",
                            BASE + ".card..",
                            BASE + ".provider",
                            BASE + ".simulator",
                            BASE + ".simulator.profile",
                            "com.fasterxml.jackson..",
                            "com.sun.net.httpserver..",
                            "jdk.net..",
                            "org.bouncycastle.."),
            "examples", List.of(BASE, BASE + ".provider", BASE + ".simulator"),
            "cli",
                    List.of(
                            BASE,
                            BASE + ".audit",
                            BASE + ".callback",
                            BASE + ".codec",
                            BASE + ".config",
                            BASE + ".mechanism",
                            BASE + ".admin..",
                            BASE + ".card.dkek",
                            BASE + ".provider",
                            BASE + ".remote.client",
                            BASE + ".remote.tls",
                            BASE + ".simulator",
                            BASE + ".simulator.profile",
                            BASE + ".examples",
                            "com.fasterxml.jackson.core..",
                            "org.jline..",
                            "picocli.."));

    private static final List<String> ENGINE_TYPES = List.of(
            "java.security.KeyFactorySpi",
            "java.security.KeyPairGeneratorSpi",
            "java.security.KeyStoreSpi",
            "java.security.SecureRandomSpi",
            "java.security.SignatureSpi",
            "java.security.cert.CertPathValidatorSpi",
            "java.security.cert.CertificateFactorySpi",
            "javax.crypto.CipherSpi",
            "javax.crypto.KeyAgreementSpi",
            "javax.crypto.KeyGeneratorSpi",
            "javax.crypto.MacSpi",
            "javax.crypto.SecretKeyFactorySpi");

    private static final JavaClasses PRODUCT = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages(BASE);

    /** A rule, and the source of a class that breaks it: its full name and its text. */
    private record Border(ArchRule rule, String culprit, String source) {}

    private static List<Border> borders() {
        List<Border> borders = new ArrayList<>();
        for (String module : MODULES.keySet()) {
            borders.add(onlyUsesWhatItMay(module));
        }
        borders.add(new Border(
                noClasses()
                        .that(engine())
                        .should()
                        .dependOnClassesThat(resideInAnyPackage(BASE + ".card..", "javax.smartcardio..")),
                BASE + ".provider.Bad",
                "abstract class Bad extends java.security.SignatureSpi { javax.smartcardio.CommandAPDU apdu; }"));
        borders.add(new Border(
                noClasses()
                        .that(residesIn("provider").or(residesIn("cli")))
                        .should()
                        .dependOnClassesThat(assignableTo("javax.smartcardio.CommandAPDU")
                                .or(assignableTo("javax.smartcardio.CardChannel"))),
                BASE + ".cli.Bad",
                "class Bad { void send(javax.smartcardio.CardChannel channel) {} }"));
        borders.add(new Border(
                noClasses()
                        .that(residesIn("card")
                                .or(residesIn("simulator"))
                                .or(residesIn("remote"))
                                .or(residesIn("pkcs11-bridge")))
                        .should()
                        .beAssignableTo(engine()),
                BASE + ".simulator.Bad",
                "abstract class Bad extends javax.crypto.MacSpi {}"));
        borders.add(new Border(
                noClasses()
                        .that(residesIn("pkcs11-bridge"))
                        .and()
                        .haveNameNotMatching(".*\\.(Ck|IaikCryptoki|WrapperLogger|WrapperLibrary)(\\$.*)?")
                        .should()
                        .dependOnClassesThat(resideInAnyPackage("org.xipki..", "iaik..")),
                BASE + ".bridge.Bad",
                "class Bad { org.xipki.pkcs11.wrapper.PKCS11Module module; }"));
        borders.add(new Border(
                noClasses()
                        .that(residesIn("card"))
                        .should()
                        .dependOnClassesThat(
                                assignableTo("java.security.Signature").or(assignableTo("javax.crypto.KeyAgreement"))),
                BASE + ".card.Bad",
                "class Bad { java.security.Signature signature; }"));
        for (String inner : List.of("audit", "config", "keystore", "login", "mechanism", "spi")) {
            borders.add(new Border(
                    noClasses()
                            .that(resideInAPackage(BASE))
                            .should()
                            .dependOnClassesThat(resideInAPackage(BASE + "." + inner + "..")),
                    BASE + ".Bad",
                    """
                    class Bad { io.github.schsm.%1$s.Engine engine; }
                    //// io.github.schsm.%1$s.Engine
                    public class Engine {}
                    """.formatted(inner)));
        }
        borders.add(new Border(
                noClasses()
                        .that(resideInAPackage(BASE + ".codec.."))
                        .should()
                        .dependOnClassesThat(resideInAPackage(BASE).and(not(exceptionOfTheApi()))),
                BASE + ".codec.Bad",
                "class Bad { io.github.schsm.Kdm kdm; }"));
        borders.add(new Border(
                noClasses()
                        .that(not(residesIn("cli").or(residesIn("examples"))))
                        .should(ACCESS_STANDARD_STREAMS),
                BASE + ".card.deep.Bad",
                "class Bad { void talk() { System.out.println(); } }"));
        borders.add(new Border(
                noClasses().should().dependOnClassesThat().resideInAPackage("java.util.logging"),
                BASE + ".Bad",
                "class Bad { java.util.logging.Logger logger; }"));
        borders.add(new Border(noCircles(), BASE + ".simulator.Bad", """
                class Bad { io.github.schsm.simulator.inner.Worse worse; }
                //// io.github.schsm.simulator.inner.Worse
                public class Worse { io.github.schsm.simulator.Bad bad; }
                """));
        borders.add(new Border(noCircles().as("no circles through the API's own package"), BASE + ".Bad", """
                class Bad { io.github.schsm.spi.Worse worse; }
                //// io.github.schsm.spi.Worse
                public class Worse { io.github.schsm.Bad bad; }
                """));
        return borders;
    }

    private static DescribedPredicate<JavaClass> exceptionOfTheApi() {
        return assignableTo(EXCEPTIONS).or(assignableTo(EXCEPTIONS + "$Reason")).as("are exceptions or their reasons");
    }

    /** Codecs throw the API's exceptions, and the API uses codecs: that is the one circle, and a wanted one. */
    private static ArchRule noCircles() {
        return slices().assignedFrom(new SliceAssignment() {
                    @Override
                    public SliceIdentifier getIdentifierOf(JavaClass type) {
                        return SliceIdentifier.of(type.getPackageName());
                    }

                    @Override
                    public String getDescription() {
                        return "packages";
                    }
                })
                .should()
                .beFreeOfCycles()
                .ignoreDependency(resideInAPackage(BASE + ".codec.."), exceptionOfTheApi());
    }

    private static Border onlyUsesWhatItMay(String module) {
        List<String> allowed = new ArrayList<>(MODULES.get(module));
        allowed.addAll(EVERYWHERE);
        allowed.addAll(MAY_USE.get(module));
        String foreign = module.equals("cli") ? "org.bouncycastle.math.ec.ECPoint" : "picocli.CommandLine";
        String ownPackage =
                MODULES.get(module).get(MODULES.get(module).size() - 1).replace("..", "");
        return new Border(
                classes()
                        .that(residesIn(module))
                        .should()
                        .onlyDependOnClassesThat(resideInAnyPackage(allowed.toArray(String[]::new))
                                .or(primitiveArray())),
                ownPackage + ".Bad",
                "class Bad { " + foreign + " foreign; }");
    }

    @TestFactory
    Stream<DynamicTest> productKeepsToTheBorder() {
        return borders().stream()
                .map(border -> DynamicTest.dynamicTest(
                        border.rule().getDescription(), () -> border.rule().check(PRODUCT)));
    }

    @TestFactory
    Stream<DynamicTest> ruleSeesWhoCrossesTheBorder(@TempDir Path folder) {
        return borders().stream()
                .map(border -> DynamicTest.dynamicTest(border.rule().getDescription(), () -> {
                    JavaClasses culprits = compile(border, Files.createTempDirectory(folder, "bad"));
                    assertThat(border.rule()
                                    .evaluate(culprits)
                                    .getFailureReport()
                                    .getDetails())
                            .isNotEmpty()
                            .anySatisfy(detail -> assertThat(detail).contains(border.culprit()));
                }));
    }

    @Test
    void everyRoomKeepsToItsOwnPackages() {
        MODULES.forEach((module, packages) -> {
            List<JavaClass> classes = PRODUCT.stream()
                    .filter(type ->
                            type.getSource().orElseThrow().getUri().toString().contains("/" + module + "/target/"))
                    .toList();

            assertThat(classes).as(module).isNotEmpty().allMatch(residesIn(module));
        });
    }

    private static List<String> packages(String module, String... more) {
        return Stream.concat(MODULES.get(module).stream(), Stream.of(more)).toList();
    }

    private static DescribedPredicate<JavaClass> residesIn(String module) {
        return resideInAnyPackage(MODULES.get(module).toArray(String[]::new)).as("reside in module " + module);
    }

    private static DescribedPredicate<JavaClass> engine() {
        return ENGINE_TYPES.stream()
                .<DescribedPredicate<JavaClass>>map(type -> assignableTo(type))
                .reduce((one, other) -> one.or(other))
                .orElseThrow()
                .as("are JCA engines");
    }

    private static DescribedPredicate<JavaClass> primitiveArray() {
        return resideInAPackage("");
    }

    private static JavaClasses compile(Border border, Path folder) {
        List<String> arguments = new ArrayList<>(
                List.of("-proc:none", "-cp", System.getProperty("java.class.path"), "-d", folder.toString()));
        String text = "//// " + border.culprit() + "\n" + border.source();
        for (String part : text.split("//// ", -1)) {
            if (part.isBlank()) {
                continue;
            }
            String name = part.lines().findFirst().orElseThrow();
            int dot = name.lastIndexOf('.');
            Path file = folder.resolve(name.substring(dot + 1) + ".java");
            String body = part.substring(part.indexOf('\n') + 1).replaceFirst("(^|\\n)class Bad", "$1public class Bad");
            try {
                Files.writeString(file, "package " + name.substring(0, dot) + ";\n" + body);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            arguments.add(file.toString());
        }
        int status = ToolProvider.getSystemJavaCompiler().run(null, null, null, arguments.toArray(String[]::new));
        assertThat(status).as("javac").isZero();
        return new ClassFileImporter().importPath(folder);
    }
}
