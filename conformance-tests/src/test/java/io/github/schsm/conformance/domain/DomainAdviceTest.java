// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.domain;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.provider.SchsmProvider;
import java.io.IOException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The JDK's PC/SC sends one command at a time: who expects several devices to share the work is told. */
class DomainAdviceTest {
    private final Logger logger = Logger.getLogger("io.github.schsm.provider.domain.DomainToken");
    private final List<String> told = Collections.synchronizedList(new ArrayList<>());
    private final Handler handler = new Handler() {
        @Override
        public void publish(LogRecord entry) {
            told.add(entry.getMessage());
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    /** Listens. */
    @BeforeEach
    void listen() {
        logger.addHandler(handler);
    }

    /** Listens no more. */
    @AfterEach
    void stop() {
        logger.removeHandler(handler);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "terminal = sunpcsc; device = DECC0401998, DECC0401999; members = all | 1",
                "terminal = simulator:memory, sunpcsc; device = DECC0401998, DECC0401999; members = all | 1",
                "terminal = pcsc; device = DECC0401998, DECC0401999; members = all | 0",
                "terminal = sunpcsc; device = DECC0401999 | 0"
            })
    void severalDevicesThroughSunPcscAreToldToBeNoFaster(String configuration, int times) throws Exception {
        try (SchsmProvider provider = (SchsmProvider) new SchsmProvider().configure(configuration)) {
            KeyStore keys = KeyStore.getInstance("SCHSM", provider);
            for (int i = 0; i < 2; i++) {
                try {
                    keys.load(null, "648219".toCharArray());
                } catch (IOException noSuchDevice) {
                    assertThat(noSuchDevice).hasMessageNotContaining("sunpcsc does");
                }
            }
        }
        assertThat(told.stream().filter(line -> line.contains("terminal = pcsc they work side by side")))
                .hasSize(times);
    }
}
