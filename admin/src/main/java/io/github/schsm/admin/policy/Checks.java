// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.policy;

import io.github.schsm.admin.inventory.Inventory;
import io.github.schsm.admin.inventory.Inventory.Device;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What a rule is applied to, and what it finds. */
public final class Checks {
    private final Inventory inventory;
    private final LocalDate today;
    private final List<Finding> findings = new ArrayList<>();
    private int checked;

    Checks(Inventory inventory, LocalDate today) {
        this.inventory = inventory;
        this.today = today;
    }

    Inventory inventory() {
        return inventory;
    }

    /** The day on which the inventory was taken. */
    LocalDate today() {
        return today;
    }

    /** The devices; each counts as checked. */
    List<Device> devices() {
        checked += inventory.devices().size();
        return inventory.devices();
    }

    /** Asks a rule about every key that it is about, on every device; each of these counts as checked. */
    void eachKey(Predicate<Inventory.Key> isMeant, BiConsumer<Device, Inventory.Key> rule) {
        for (Device device : devices()) {
            for (Inventory.Key key : device.keys()) {
                if (isMeant.test(key)) {
                    count();
                    rule.accept(device, key);
                }
            }
        }
    }

    void count() {
        checked++;
    }

    int checked() {
        return checked;
    }

    List<Finding> findings() {
        return findings;
    }

    void violated(Device device, String message) {
        add(Verdict.VIOLATED, device.name(), null, null, message);
    }

    void notChecked(Device device, String message) {
        add(Verdict.NOT_CHECKED, device.name(), null, null, message);
    }

    void add(Verdict verdict, Device device, Inventory.Key key, String message) {
        add(verdict, device.name(), key.label(), key.publicKey(), message);
    }

    void add(
            Verdict verdict,
            @Nullable String device,
            @Nullable String key,
            @Nullable String publicKey,
            String message) {
        findings.add(new Finding(verdict, device, key, publicKey, message, null));
    }
}
