// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.selftest;

import io.github.schsm.ConfigurationException;
import io.github.schsm.SchsmException;
import io.github.schsm.admin.selftest.CheckResult.Outcome;
import io.github.schsm.card.transport.TerminalSource;
import io.github.schsm.config.SchsmConfiguration;
import io.github.schsm.simulator.SimulatedDevice;
import io.github.schsm.simulator.VirtualReaders;
import io.github.schsm.simulator.profile.DeviceProfile;
import io.github.schsm.simulator.terminal.HookedTerminals;
import io.github.schsm.simulator.terminal.HookedTerminals.Hook;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import javax.smartcardio.CardTerminals;

/** A simulated device, and tests of it. */
final class Simulated {
    static final String ID = "ZZSIM000001";

    /** Keys of these sizes take the simulator seconds. */
    private static final Set<String> SLOW = Set.of("curves.rsa-3072", "curves.rsa-4096");

    private final VirtualReaders readers;
    private final SimulatedDevice device;

    private Simulated(VirtualReaders readers, SimulatedDevice device) {
        this.readers = readers;
        this.device = device;
    }

    /** One that was initialized. */
    static Simulated of(DeviceProfile profile) throws SchsmException {
        VirtualReaders readers = VirtualReaders.create(profile);
        return new Simulated(readers, readers.device(ID));
    }

    /** One that was not. */
    static Simulated blank(DeviceProfile profile) throws SchsmException {
        VirtualReaders readers = VirtualReaders.create(profile);
        return new Simulated(readers, readers.blankDevice(ID));
    }

    SimulatedDevice device() {
        return device;
    }

    VirtualReaders readers() {
        return readers;
    }

    /** Every check, but for those that take long unless all is wanted. */
    static boolean isQuick(String id) {
        return Boolean.getBoolean("schsm.full") || !SLOW.contains(id);
    }

    static SelfTest destructive() throws SchsmException {
        return SelfTest.of("").destructive(VirtualReaders.SO_PIN.toCharArray()).only(Simulated::isQuick);
    }

    SelfTestReport run(SelfTest test) throws SchsmException {
        return run(test, readers.terminals(), device.readerName());
    }

    SelfTestReport run(SelfTest test, Hook hook) throws SchsmException {
        return run(test, new HookedTerminals(readers.terminals(), hook), device.readerName());
    }

    /** In a reader of another name. */
    SelfTestReport run(SelfTest test, Hook hook, String reader) throws SchsmException {
        UnaryOperator<String> renamed = name -> reader;
        return run(test, new HookedTerminals(readers.terminals(), hook, renamed), reader);
    }

    private static SelfTestReport run(SelfTest test, CardTerminals terminals, String reader) throws SchsmException {
        return test.run(TerminalSource.of("simulator", terminals), reader, trusting(), SelfTest.Listener.NONE);
    }

    static SchsmConfiguration trusting() throws ConfigurationException {
        return SchsmConfiguration.parse("trust = simulator").checked();
    }

    static Set<String> ids(List<CheckResult> checks) {
        return checks.stream().map(CheckResult::id).collect(Collectors.toCollection(TreeSet::new));
    }

    static Set<String> contradicted(SelfTestReport report) {
        return ids(report.with(Outcome.CONTRADICTED));
    }
}
