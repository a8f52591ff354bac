// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.ssh;

/** Is told what an agent does, by the threads that do it. */
public interface SshAgentListener {
    /** A signature was made and goes to the program that asked for it. */
    default void signed(SshAgentUse use) {}

    /**
     * A program got no for an answer.
     *
     * @param reason one sentence without its end; text from outside is escaped
     */
    default void refused(String reason) {}

    /** The agent was locked: it shows no keys, and the login has ended. */
    default void locked() {}

    /** The agent was unlocked. */
    default void unlocked() {}
}
