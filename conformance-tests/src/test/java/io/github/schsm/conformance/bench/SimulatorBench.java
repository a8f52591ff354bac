// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.bench;

import io.github.schsm.provider.SchsmProvider;
import io.github.schsm.simulator.ApduRecorder;
import io.github.schsm.simulator.SimulatedDevice;
import io.github.schsm.simulator.VirtualReaders;
import io.github.schsm.simulator.profile.DeviceProfile;
import java.security.Provider;
import java.util.Map;
import java.util.Optional;
import javax.smartcardio.Card;
import javax.smartcardio.CardException;

/** Virtual readers with two devices in this process, used by nobody else. */
public class SimulatorBench implements Bench {
    private final VirtualReaders readers;
    private final String terminal;
    private final String settings;
    private final SimulatedMember source;
    private final SimulatedMember target;

    public SimulatorBench() throws Exception {
        this(DeviceProfile.smartCardHsm4k());
    }

    public SimulatorBench(DeviceProfile profile) throws Exception {
        this(profile, "");
    }

    /** With more in every configuration, e.g. {@code "; channel = secure"}. */
    public SimulatorBench(DeviceProfile profile, String settings) throws Exception {
        this.settings = settings;
        readers = VirtualReaders.create(profile);
        terminal = ReadersTokenSource.offer(readers);
        source = member("ZZSIM000001");
        target = member("ZZSIM000002");
    }

    /** Another device in the readers, or another program's view of one. */
    public SimulatedMember member(String id) throws Exception {
        return new SimulatedMember(
                readers, readers.device(id), new SchsmProvider().configure(configuration(id)), configuration(id));
    }

    /** A configuration for a device of this readers. */
    public String configuration(String id) {
        return "device = " + id + "; " + configuration();
    }

    /** A configuration that names no device. */
    public String configuration() {
        return "terminal = " + terminal + "; trust = production, simulator" + settings;
    }

    public VirtualReaders readers() {
        return readers;
    }

    @Override
    public SimulatedMember source() {
        return source;
    }

    @Override
    public SimulatedMember target() {
        return target;
    }

    @Override
    public void close() {
        ReadersTokenSource.withdraw(terminal);
    }

    /**
     * A device of the readers, and the provider for it.
     *
     * @param settled waits until a device that was inserted can be used again
     */
    public record SimulatedMember(
            VirtualReaders readers, SimulatedDevice device, Provider provider, String configuration, Runnable settled)
            implements Member {
        public SimulatedMember(
                VirtualReaders readers, SimulatedDevice device, Provider provider, String configuration) {
            this(readers, device, provider, configuration, () -> {});
        }

        @Override
        public String id() {
            return device.id();
        }

        @Override
        public Card connect() throws CardException {
            return readers.terminals().getTerminal(device.readerName()).connect("*");
        }

        @Override
        public void remove() {
            device.remove();
        }

        @Override
        public void insert() {
            device.insert();
            settled.run();
        }

        /** Another program at the reader. */
        public RawCard raw() throws CardException {
            return RawCard.of(readers, device);
        }

        /** What the device shows; logs everybody out. */
        public Map<String, String> state() throws CardException {
            return raw().state();
        }

        public ApduRecorder recorder() {
            return device.recorder();
        }

        @Override
        public Optional<ApduRecorder> wire() {
            return Optional.of(device.recorder());
        }
    }
}
