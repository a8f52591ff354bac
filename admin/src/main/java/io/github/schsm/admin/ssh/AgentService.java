// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.ssh;

import io.github.schsm.MalformedDataException;
import io.github.schsm.SchsmDevice;
import io.github.schsm.SchsmException;
import io.github.schsm.codec.PrintableText;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** What an agent does, no matter who asks, on which connection: every message has an answer, and none does harm. */
final class AgentService {
    private static final String NOT_FORWARDED =
            "a program on another host wants to lock or unlock the agent: that is done where the agent runs";

    private final SchsmDevice device;
    private final Map<ByteBuffer, OfferedKey> keys = new LinkedHashMap<>();
    private final @Nullable SshAgentConfirmation confirmation;
    private final SshAgentListener listener;
    private final AgentLock lock = new AgentLock();
    private final ReentrantLock questions = new ReentrantLock(true);
    private boolean loginToEnd;
    private boolean loginNeeded;

    AgentService(
            SchsmDevice device,
            Collection<OfferedKey> offered,
            @Nullable SshAgentConfirmation confirmation,
            SshAgentListener listener) {
        this.device = device;
        this.confirmation = confirmation;
        this.listener = listener;
        // Several labels may stand for copies of one key.
        offered.forEach(key -> keys.putIfAbsent(ByteBuffer.wrap(key.blob()), key));
    }

    List<SshAgentKey> keys() {
        return keys.values().stream().map(OfferedKey::shown).toList();
    }

    /**
     * Answers a message.
     *
     * @param message  its type and content
     * @param sessions what the connection is for
     * @return type and content of the answer
     * @throws InterruptedException if the agent ends meanwhile
     */
    byte[] answer(byte[] message, BoundSessions sessions) throws InterruptedException {
        WireReader reader = new WireReader("the message", message);
        try {
            int type = reader.number8();
            return switch (type) {
                case AgentMessages.REQUEST_IDENTITIES -> identities();
                case AgentMessages.SIGN_REQUEST -> sign(reader, sessions);
                case AgentMessages.LOCK -> lock(reader, sessions);
                case AgentMessages.UNLOCK -> unlock(reader, sessions);
                case AgentMessages.EXTENSION -> extension(reader, sessions);
                case AgentMessages.ADD_IDENTITY,
                        AgentMessages.ADD_ID_CONSTRAINED,
                        AgentMessages.ADD_SMARTCARD_KEY,
                        AgentMessages.ADD_SMARTCARD_KEY_CONSTRAINED ->
                    refuse("this agent takes no other keys: add them to another agent (ssh-agent)");
                case AgentMessages.REMOVE_IDENTITY,
                        AgentMessages.REMOVE_ALL_IDENTITIES,
                        AgentMessages.REMOVE_SMARTCARD_KEY ->
                    refuse("keys of a device cannot be removed from this agent: choose them by --key when it starts");
                default -> refuse("a message of type " + type + " is not known");
            };
        } catch (GeneralSecurityException | IOException | RuntimeException failed) {
            return refuse(reason(failed));
        }
    }

    private static String reason(Exception failed) {
        Throwable telling = failed;
        while (telling.getCause() != null && !(telling instanceof SchsmException)) {
            telling = telling.getCause();
        }
        String message = telling.getMessage();
        return PrintableText.of(message == null ? telling.toString() : message);
    }

    private byte[] refuse(String reason) {
        listener.refused(reason);
        return status(AgentMessages.FAILURE);
    }

    private static byte[] status(int type) {
        return new byte[] {(byte) type};
    }

    /** A locked agent has no keys, as far as can be seen. */
    private byte[] identities() {
        Collection<OfferedKey> shown = lock.isLocked() ? List.of() : keys.values();
        WireWriter answer =
                new WireWriter().number8(AgentMessages.IDENTITIES_ANSWER).number32(shown.size());
        shown.forEach(key -> answer.bytes(key.blob()).text(key.shown().label()));
        return answer.content();
    }

    private byte[] sign(WireReader reader, BoundSessions sessions)
            throws GeneralSecurityException, IOException, InterruptedException {
        byte[] blob = reader.bytes();
        byte[] data = reader.bytes();
        long flags = reader.number32();
        reader.end();
        if (lock.isLocked()) {
            return refuse("the agent is locked: unlock it by ssh-add -X");
        }
        OfferedKey key = keys.get(ByteBuffer.wrap(blob));
        if (key == null) {
            return refuse("a key that is not here was asked for: " + OfferedKey.fingerprint(blob));
        }
        SshSignatures.Algorithm algorithm = key.algorithm(flags);
        SshAgentUse use = new SshAgentUse(key.shown(), Purpose.of(data, sessions));
        if (!isAllowed(use)) {
            return refuse("the use of key \"" + use.key().label() + "\" to " + use.purpose() + " was not allowed");
        }
        if (!renewLogin()) {
            return refuse("the agent was locked meanwhile: unlock it by ssh-add -X");
        }
        byte[] signature = SshSignatures.sign(key, algorithm, data);
        listener.signed(use);
        return new WireWriter()
                .number8(AgentMessages.SIGN_RESPONSE)
                .bytes(signature)
                .content();
    }

    /** A person answers one question after the other. */
    private boolean isAllowed(SshAgentUse use) throws IOException, InterruptedException {
        SshAgentConfirmation asked = confirmation;
        if (asked == null) {
            return true;
        }
        questions.lockInterruptibly();
        try {
            return asked.isAllowed(use);
        } finally {
            questions.unlock();
        }
    }

    private byte[] lock(WireReader reader, BoundSessions sessions) throws MalformedDataException {
        byte[] passphrase = reader.bytes();
        try {
            reader.end();
            if (sessions.isForwarded()) {
                return refuse(NOT_FORWARDED);
            }
            if (!lockAndEndLogin(passphrase)) {
                return refuse("the agent is locked already");
            }
        } finally {
            Arrays.fill(passphrase, (byte) 0);
        }
        listener.locked();
        return status(AgentMessages.SUCCESS);
    }

    /** In one: a use between the two would log in again behind the lock. */
    private synchronized boolean lockAndEndLogin(byte[] passphrase) {
        if (!lock.lock(passphrase)) {
            return false;
        }
        loginToEnd = true;
        loginNeeded = true;
        endLogin();
        return true;
    }

    /** Without a device nobody can log out; then it is done before its next use. */
    private synchronized void endLogin() {
        if (!loginToEnd) {
            return;
        }
        try {
            device.logout();
            loginToEnd = false;
        } catch (SchsmException noDevice) {
            SshAgent.LOG.log(System.Logger.Level.DEBUG, "the login could not be ended", noDevice);
        }
    }

    /** A logout lasts until there is a login, which takes the PIN again. Returns false if the agent is locked. */
    private synchronized boolean renewLogin() throws SchsmException {
        if (lock.isLocked()) {
            return false;
        }
        endLogin();
        if (loginNeeded) {
            device.login();
            loginNeeded = false;
        }
        return true;
    }

    private byte[] unlock(WireReader reader, BoundSessions sessions)
            throws MalformedDataException, InterruptedException {
        byte[] passphrase = reader.bytes();
        try {
            reader.end();
            if (sessions.isForwarded()) {
                return refuse(NOT_FORWARDED);
            }
            if (!lock.unlock(passphrase)) {
                return refuse(lock.isLocked() ? "the passphrase to unlock it is wrong" : "the agent is not locked");
            }
        } finally {
            Arrays.fill(passphrase, (byte) 0);
        }
        listener.unlocked();
        return status(AgentMessages.SUCCESS);
    }

    /** One that is not known gets another answer than one that failed. */
    private byte[] extension(WireReader reader, BoundSessions sessions) throws MalformedDataException {
        String name = reader.name();
        if (!name.equals(BoundSessions.EXTENSION)) {
            return status(AgentMessages.FAILURE);
        }
        try {
            sessions.bind(reader);
            return status(AgentMessages.SUCCESS);
        } catch (MalformedDataException | RuntimeException refused) {
            listener.refused(reason(refused));
            return status(AgentMessages.EXTENSION_FAILURE);
        }
    }
}
