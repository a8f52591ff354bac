// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider.domain;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

/** Tells the JDK's Flight Recorder what goes on, if it records: an event for each operation, and for each change. */
final class FlightRecorder implements MemberObserver {
    private final String domain;

    /** @param domain how the domain is called in the events */
    FlightRecorder(String domain) {
        this.domain = domain;
    }

    @Override
    public Watch begins(Member member, Operation operation) {
        OperationEvent event = new OperationEvent();
        if (!event.isEnabled()) {
            return Watch.NONE;
        }
        event.queue = member.queue() - 1;
        event.begin();
        return failed -> {
            event.end();
            if (event.shouldCommit()) {
                event.domain = domain;
                event.member = member.id();
                event.operation = operation.name();
                event.failure = failed == null ? null : failed.reason().name();
                event.commit();
            }
        };
    }

    @Override
    public void changed(Member member) {
        MemberEvent event = new MemberEvent();
        if (event.shouldCommit()) {
            event.domain = domain;
            event.member = member.id();
            event.present = member.isPresent();
            event.problem = member.problem();
            event.commit();
        }
    }

    /** What a member was asked to do. */
    @Name("io.github.schsm.Operation")
    @Label("Operation of a domain member")
    @Category("SCHSM")
    @Description("What a device of a key store over several devices was asked to do")
    @StackTrace(false)
    static final class OperationEvent extends Event {
        @Label("Domain")
        @Nullable
        String domain;

        @Label("Device ID")
        @Nullable
        String member;

        @Label("Operation")
        @Nullable
        String operation;

        @Label("Operations Ahead")
        @Description("How many operations were at the device already")
        int queue;

        @Label("Failure")
        @Description("SchsmException.Reason, or nothing")
        @Nullable
        String failure;
    }

    /** How a member is from now on. */
    @Name("io.github.schsm.Member")
    @Label("Domain member")
    @Category("SCHSM")
    @Description("A device of a key store over several devices was found, is not used from now on, or is used again")
    @StackTrace(false)
    static final class MemberEvent extends Event {
        @Label("Domain")
        @Nullable
        String domain;

        @Label("Device ID")
        @Nullable
        String member;

        @Label("Present")
        boolean present;

        @Label("Problem")
        @Description("Why it is not used, or nothing")
        @Nullable
        String problem;
    }
}
