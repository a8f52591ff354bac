// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.examples.frameworks;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.SchsmKeySpec;
import io.github.schsm.examples.support.DeviceWorld;
import io.github.schsm.examples.support.Recipe;
import io.github.schsm.examples.support.Verdict;
import io.github.schsm.provider.SchsmProvider;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Recipe(
        program = "Micrometer",
        version = "1.17.2",
        verdict = Verdict.CODE,
        how = "`SchsmMeters`, a `MeterBinder` over the JMX counters",
        limit = "only key stores over several devices have counters")
@Tag("programs")
class MicrometerTest {
    private static final String[] DEVICES = {"ZZSIM000001", "ZZSIM000002"};
    private static final int SIGNATURES = 5;

    @TempDir
    Path folder;

    private SchsmProvider provider;
    private KeyStore keys;

    @BeforeEach
    void open() throws Exception {
        provider = (SchsmProvider) new SchsmProvider()
                .configure("terminal = simulator:" + folder + "; device = " + String.join(", ", DEVICES)
                        + "; members = all");
        keys = KeyStore.getInstance("SCHSM", provider);
    }

    @AfterEach
    void close() {
        provider.close();
    }

    private PrivateKey load() throws GeneralSecurityException, IOException {
        keys.load(null, DeviceWorld.PIN.toCharArray());
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", provider);
        generator.initialize(SchsmKeySpec.builder("signing")
                .parameters(new ECGenParameterSpec("secp256r1"))
                .build());
        return generator.generateKeyPair().getPrivate();
    }

    private void sign(PrivateKey key) throws GeneralSecurityException {
        Signature signature = Signature.getInstance("SHA256withECDSA", provider);
        signature.initSign(key);
        signature.update("data".getBytes(StandardCharsets.UTF_8));
        signature.sign();
    }

    private static double operations(MeterRegistry registry) {
        return registry.find("schsm.operations").functionTimers().stream()
                .mapToDouble(FunctionTimer::count)
                .sum();
    }

    @Test
    void countsWhatMembersDo() throws Exception {
        try (SchsmMeters meters = new SchsmMeters()) {
            MeterRegistry registry = new SimpleMeterRegistry();
            meters.bindTo(registry);
            PrivateKey key = load();
            double before = operations(registry);

            for (int i = 0; i < SIGNATURES; i++) {
                sign(key);
            }

            assertThat(operations(registry) - before).isEqualTo(SIGNATURES);
            assertThat(registry.get("schsm.operations").functionTimers())
                    .anySatisfy(timer ->
                            assertThat(timer.totalTime(TimeUnit.MICROSECONDS)).isPositive());
            for (String device : DEVICES) {
                assertThat(registry.get("schsm.present")
                                .tag("device", device)
                                .gauge()
                                .value())
                        .isEqualTo(1);
                assertThat(registry.get("schsm.queue")
                                .tag("device", device)
                                .gauge()
                                .value())
                        .isZero();
                assertThat(registry.get("schsm.failures")
                                .tag("device", device)
                                .functionCounter()
                                .count())
                        .isZero();
            }
        }
    }

    @Test
    void metersAreThereAsLongAsTheirMembers() throws Exception {
        try (SchsmMeters meters = new SchsmMeters()) {
            MeterRegistry before = new SimpleMeterRegistry();
            MeterRegistry after = new SimpleMeterRegistry();
            meters.bindTo(before);
            load();
            meters.bindTo(after);

            assertThat(before.find("schsm.present").gauges()).hasSize(DEVICES.length);
            assertThat(after.find("schsm.present").gauges()).hasSize(DEVICES.length);
            provider.close();
            assertThat(before.getMeters()).isEmpty();
            assertThat(after.getMeters()).isEmpty();
        }
    }

    @Test
    void prometheusReadsThem() throws Exception {
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        try (SchsmMeters meters = new SchsmMeters()) {
            meters.bindTo(registry);
            sign(load());

            assertThat(registry.scrape())
                    .contains("schsm_operations_seconds_count{")
                    .contains("schsm_operations_seconds_sum{")
                    .contains("schsm_failures_total{")
                    .containsPattern("schsm_present\\{device=\"ZZSIM000001\",domain=\"[^\"]*\",instance=\"1\"\\} 1")
                    .containsPattern("schsm_queue\\{device=\"ZZSIM000002\"")
                    .containsPattern("schsm_latency_seconds\\{");
        }
        assertThat(registry.scrape()).doesNotContain("schsm_");
    }
}
