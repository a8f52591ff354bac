// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider.audit;

import io.github.schsm.DeviceInitialization;
import io.github.schsm.SchsmException;
import io.github.schsm.TokenAdministration;
import io.github.schsm.audit.AuditEvent;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** PINs and initialization with the audit log before them. */
final class AuditedAdministration implements TokenAdministration {
    private final TokenAdministration administration;
    private final Recorder recorder;

    AuditedAdministration(TokenAdministration administration, Recorder recorder) {
        this.administration = administration;
        this.recorder = recorder;
    }

    @Override
    public PinStatus userPin() throws SchsmException {
        return recorder.read(administration::userPin);
    }

    @Override
    public PinStatus soPin() throws SchsmException {
        return recorder.read(administration::soPin);
    }

    @Override
    public void changePin(char[] oldPin, char[] newPin) throws SchsmException {
        recorder.change(new Line(AuditEvent.PIN_CHANGE), () -> administration.changePin(oldPin, newPin));
    }

    @Override
    public void changePinOnReader() throws SchsmException {
        recorder.change(new Line(AuditEvent.PIN_CHANGE).and("onReader", true), administration::changePinOnReader);
    }

    @Override
    public void changeSoPin(char[] oldPin, char[] newPin) throws SchsmException {
        recorder.change(new Line(AuditEvent.PIN_CHANGE_SO), () -> administration.changeSoPin(oldPin, newPin));
    }

    @Override
    public void unblock(char[] soPin, char[] newPin) throws SchsmException {
        recorder.change(
                new Line(AuditEvent.PIN_UNBLOCK).and("newPin", newPin.length > 0),
                () -> administration.unblock(soPin, newPin));
    }

    @Override
    public void requirePossible(DeviceInitialization settings) throws SchsmException {
        recorder.readOnly(() -> administration.requirePossible(settings));
    }

    @Override
    public void initialize(DeviceInitialization settings) throws SchsmException {
        Line line = new Line(AuditEvent.DEVICE_INITIALIZE)
                .and("label", settings.label())
                .and("retries", settings.retries())
                .and("keyDomainSlots", settings.keyDomainSlots())
                .and("dkekShares", settings.dkekShares())
                .and("requiredKeys", settings.requiredKeys())
                .and("registeredKeys", settings.registeredKeys())
                .and(
                        "options",
                        new TreeSet<>(settings.options())
                                .stream().map(DeviceInitialization.Option::name).collect(Collectors.joining(",")));
        recorder.change(line, () -> administration.initialize(settings));
    }

    @Override
    public void setLabel(String label) throws SchsmException {
        recorder.change(new Line(AuditEvent.DEVICE_LABEL).and("label", label), () -> administration.setLabel(label));
    }

    @Override
    public Optional<Set<DeviceInitialization.Option>> options() throws SchsmException {
        return recorder.read(administration::options);
    }

    @Override
    public long freeMemory() throws SchsmException {
        return recorder.read(administration::freeMemory);
    }
}
