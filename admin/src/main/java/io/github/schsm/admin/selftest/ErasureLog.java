// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.selftest;

import io.github.schsm.DeviceIdentity;
import io.github.schsm.audit.AuditEvent;
import io.github.schsm.audit.AuditLog;
import io.github.schsm.audit.AuditLogException;
import io.github.schsm.audit.AuditSettings;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Tells the audit log that devices are erased. A self-test talks to devices below the place where everything else is
 * written to the log.
 */
final class ErasureLog implements AutoCloseable {
    private final @Nullable AuditLog log;
    private final List<Begun> begun = new ArrayList<>();

    private record Begun(Map<String, Object> device, long line) {}

    /** @param settings where the log is; empty for none */
    ErasureLog(Optional<AuditSettings> settings) {
        log = settings.map(AuditLog::new).orElse(null);
    }

    /**
     * The tests begin.
     *
     * @throws AuditLogException if that cannot be written: then nothing may be erased
     */
    void begin(List<Probe> devices) throws AuditLogException {
        if (log == null) {
            return;
        }
        for (Probe probe : devices) {
            Map<String, Object> device = device(probe);
            Map<String, Object> line = line(device, "begin");
            line.put("purpose", "self-test");
            line.put("program", program());
            line.put("pid", ProcessHandle.current().pid());
            line.put("user", System.getProperty("user.name", "unknown"));
            begun.add(new Begun(device, log.append(line)));
        }
    }

    /** The tests ended; devices were initialized as often as these took. */
    void end() throws AuditLogException {
        if (log == null) {
            return;
        }
        for (Begun one : begun) {
            Map<String, Object> line = line(one.device, "end");
            line.put("begin", one.line);
            line.put("result", "ok");
            log.append(line);
        }
    }

    private static Map<String, Object> line(Map<String, Object> device, String phase) {
        Map<String, Object> line = new LinkedHashMap<>(device);
        line.put("event", AuditEvent.DEVICE_INITIALIZE.id());
        line.put("phase", phase);
        return line;
    }

    /** As the other lines of the log name it. */
    private static Map<String, Object> device(Probe probe) {
        DeviceIdentity identity = probe.identity();
        String key = identity.keyFingerprint();
        return Map.of(
                "device",
                identity.deviceId(),
                "deviceKey",
                key.isEmpty() ? "reader " + probe.wire().reader() : key);
    }

    /** The main class or the jar; an argument could be a secret. */
    private static String program() {
        String command = System.getProperty("sun.java.command", "").strip();
        int end = command.indexOf(' ');
        return command.isEmpty() ? "unknown" : end < 0 ? command : command.substring(0, end);
    }

    @Override
    public void close() {
        if (log != null) {
            log.close();
        }
    }
}
