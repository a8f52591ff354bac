// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.domain;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.SchsmDomain;
import io.github.schsm.conformance.bench.DomainBench;
import io.github.schsm.provider.SchsmProvider;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyStore;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What somebody who runs a domain sees of it: listener, Flight Recorder, JMX. */
class DomainMonitoringTest {
    private static final int SIGNATURES = 6;

    private final MBeanServer server = ManagementFactory.getPlatformMBeanServer();
    private DomainBench bench;
    private DomainProgram program;
    private KeyPair pair;

    @TempDir
    private Path folder;

    @BeforeEach
    void load() throws Exception {
        bench = new DomainBench();
        program = DomainProgram.on(bench);
        pair = program.generate("k");
    }

    @AfterEach
    void close() {
        bench.close();
    }

    private List<String> ids() {
        return bench.devices().stream().map(device -> device.id()).toList();
    }

    private Set<ObjectName> beans() throws Exception {
        String domain = bench.source().id().substring("domain ".length());
        return server.queryNames(
                new ObjectName("io.github.schsm:type=Member,domain=" + ObjectName.quote(domain) + ",*"), null);
    }

    @Test
    void jmxCountsWhatEachMemberDoes() throws Exception {
        long before = operations();
        for (int i = 0; i < SIGNATURES; i++) {
            program.assertSigns(pair);
        }

        assertThat(beans()).hasSize(ids().size());
        assertThat(operations() - before).isEqualTo(SIGNATURES);
        for (ObjectName bean : beans()) {
            assertThat(ids()).contains((String) server.getAttribute(bean, "DeviceId"));
            assertThat((Boolean) server.getAttribute(bean, "Present")).isTrue();
            assertThat(server.getAttribute(bean, "Problem")).isEqualTo("");
            assertThat((Integer) server.getAttribute(bean, "Queue")).isZero();
            assertThat((Long) server.getAttribute(bean, "Failures")).isZero();
            assertThat((Long) server.getAttribute(bean, "BusyMicros")).isPositive();
        }

        ObjectName removed = bean(bench.device(1).id());
        bench.device(1).remove();
        SchsmDomain.Member member = program.member(1);
        program.signUntil(pair, () -> !member.isPresent());
        assertThat((Boolean) server.getAttribute(removed, "Present")).isFalse();
        assertThat((String) server.getAttribute(removed, "Problem")).isNotEmpty();
        assertThat((Long) server.getAttribute(removed, "Failures")).isPositive();
    }

    @Test
    void twoProvidersOfOneDomainAreShownBesideEachOtherUntilTheyAreClosed() throws Exception {
        KeyStore another = bench.source().another("");

        assertThat(beans()).hasSize(2 * ids().size());
        ((SchsmProvider) another.getProvider()).close();
        assertThat(beans()).hasSize(ids().size());
    }

    @Test
    void flightRecorderHasAnEventForEachOperationAndEachChange() throws Exception {
        Path file = folder.resolve("domain.jfr");
        int signed;
        try (Recording recording = new Recording()) {
            recording.enable("io.github.schsm.Operation").withoutThreshold();
            recording.enable("io.github.schsm.Member");
            recording.start();
            bench.device(2).remove();
            SchsmDomain.Member removed = program.member(2);
            signed = program.signUntil(pair, () -> !removed.isPresent());
            recording.stop();
            recording.dump(file);
        }

        List<RecordedEvent> all = RecordingFile.readAllEvents(file);
        List<RecordedEvent> signatures = all.stream()
                .filter(event -> event.getEventType().getName().equals("io.github.schsm.Operation"))
                .filter(event -> event.getString("operation").equals("SIGN"))
                .toList();
        assertThat(signatures)
                .filteredOn(event -> event.getString("failure") == null)
                .hasSize(signed)
                .allSatisfy(event -> assertThat(ids()).contains(event.getString("member")))
                .allSatisfy(event -> assertThat(event.getDuration()).isPositive());
        assertThat(signatures)
                .filteredOn(event -> event.getString("failure") != null)
                .isNotEmpty()
                .allSatisfy(event -> assertThat(event.getString("member"))
                        .isEqualTo(bench.device(2).id()));
        assertThat(all)
                .filteredOn(event -> event.getEventType().getName().equals("io.github.schsm.Member"))
                .anySatisfy(event -> {
                    assertThat(event.getString("member"))
                            .isEqualTo(bench.device(2).id());
                    assertThat(event.getBoolean("present")).isFalse();
                    assertThat(event.getString("problem")).isNotEmpty();
                });
    }

    @Test
    void listenerThatThrowsKeepsNobodyFromSigning() throws Exception {
        List<String> heard = new CopyOnWriteArrayList<>();
        program.domain().addListener(new SchsmDomain.Listener() {
            @Override
            public void memberChanged(SchsmDomain.Member member) {
                heard.add(member.deviceId() + " " + member.isPresent());
                throw new IllegalStateException("a listener's fault");
            }
        });

        bench.device(0).remove();
        SchsmDomain.Member removed = program.member(0);
        program.signUntil(pair, () -> !removed.isPresent());

        assertThat(heard).contains(bench.device(0).id() + " false");
    }

    private long operations() throws Exception {
        long sum = 0;
        for (ObjectName bean : beans()) {
            sum += (Long) server.getAttribute(bean, "Operations");
        }
        return sum;
    }

    private ObjectName bean(String device) throws Exception {
        for (ObjectName bean : beans()) {
            if (server.getAttribute(bean, "DeviceId").equals(device)) {
                return bean;
            }
        }
        throw new IllegalArgumentException(device);
    }
}
