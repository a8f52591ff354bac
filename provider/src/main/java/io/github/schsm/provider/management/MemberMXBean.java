// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider.management;

/** The counters of a member, for JMX. Counted since the key store was opened; of what failed, each try counts. */
public interface MemberMXBean {
    /** The device id, or what the configuration calls the device. */
    String getDeviceId();

    /** The UID, as far as it is configured. */
    String getDomain();

    /** Whether the device is here, as far as is known. */
    boolean isPresent();

    /** Why it is not used; empty if it is. */
    String getProblem();

    /** Operations that were done. */
    long getOperations();

    /** Failures after which the device was left alone for a while. */
    long getFailures();

    /** Operations that it is doing, or that wait for it. */
    int getQueue();

    /** What an operation takes there at present, without its wait: a moving average in microseconds; 0 if unknown. */
    long getLatencyMicros();

    /** What all operations took together, without waiting, in microseconds. */
    long getBusyMicros();
}
