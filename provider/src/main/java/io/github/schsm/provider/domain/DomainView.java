// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider.domain;

import io.github.schsm.InvalidRequestException;
import io.github.schsm.KeyDomain;
import io.github.schsm.KeyMigration;
import io.github.schsm.SchsmDomain;
import io.github.schsm.SchsmException;
import io.github.schsm.TokenNotPresentException;
import io.github.schsm.keystore.Handles;
import io.github.schsm.spi.KeyHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** A domain as programs see it. */
final class DomainView extends SchsmDomain implements DomainChanges.Missed {
    private static final System.Logger LOGGER = System.getLogger(SchsmDomain.class.getName());
    private static final long LONGEST_WAIT_SECONDS = 10;

    private final Members members;
    private final DomainLogin login;
    private final DomainKeys keys;
    private final DomainToken token;
    private final DomainSync sync;
    private final List<Listener> listeners = new CopyOnWriteArrayList<>();
    private volatile CountDownLatch background = new CountDownLatch(0);

    DomainView(Members members, DomainLogin login, DomainKeys keys, DomainToken token, DomainSync sync) {
        this.sync = sync;
        this.members = members;
        this.login = login;
        this.keys = keys;
        this.token = token;
    }

    /** What the listeners are told of members. */
    MemberObserver observer() {
        return new MemberObserver() {
            @Override
            public void changed(io.github.schsm.provider.domain.Member member) {
                tell(listener -> listener.memberChanged(new Shown(member)));
            }
        };
    }

    /** Does something that is over before a program is told how members are. */
    void background(Runnable work) {
        CountDownLatch done = new CountDownLatch(1);
        background = done;
        boolean begun = members.later(() -> {
            try {
                work.run();
            } finally {
                done.countDown();
            }
        });
        if (!begun) {
            done.countDown();
        }
    }

    private void settle() {
        try {
            if (!login.isLoggingIn() && !background.await(LONGEST_WAIT_SECONDS, TimeUnit.SECONDS)) {
                LOGGER.log(System.Logger.Level.DEBUG, "a member takes long to log in to");
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public byte[] uid() throws SchsmException {
        keys.now();
        Optional<KeyDomain.Status> status = members.domain();
        if (status.isEmpty() && token.isKeyDomain()) {
            throw new TokenNotPresentException(
                    "no member of " + token.description() + " was seen: " + members.problems());
        }
        return status.map(KeyDomain.Status::uid).orElse(new byte[0]);
    }

    @Override
    public List<SchsmDomain.Member> members() {
        settle();
        return members.all().stream().<SchsmDomain.Member>map(Shown::new).toList();
    }

    @Override
    public List<String> copies(String alias) throws SchsmException {
        KeyHandle handle = Handles.find(token, alias)
                .orElseThrow(() -> new InvalidRequestException(token.description() + " has no key \"" + alias + "\""));
        return handle.deviceIds();
    }

    @Override
    public List<String> withoutSecondCopy() throws SchsmException {
        List<String> alone = new ArrayList<>();
        for (String alias : Handles.keyAliases(token)) {
            if (copies(alias).size() < 2) {
                alone.add(alias);
            }
        }
        return alone;
    }

    @Override
    public Plan plan() throws SchsmException {
        settle();
        return sync.plan();
    }

    @Override
    public Synchronization synchronize(Consumer<KeyMigration.Progress> listener) throws SchsmException {
        settle();
        return sync.synchronize(listener);
    }

    @Override
    public void addListener(Listener listener) {
        listeners.add(listener);
    }

    @Override
    public void removeListener(Listener listener) {
        listeners.remove(listener);
    }

    @Override
    public void notBrought(String what, io.github.schsm.provider.domain.Member member, String problem) {
        tell(listener -> listener.notBrought(what, new Shown(member), problem));
    }

    private void tell(Consumer<Listener> event) {
        for (Listener listener : listeners) {
            try {
                event.accept(listener);
            } catch (RuntimeException thrown) {
                LOGGER.log(System.Logger.Level.WARNING, "a listener of the domain threw", thrown);
            }
        }
    }

    /** A member as programs see it; it tells how it is now. */
    private record Shown(io.github.schsm.provider.domain.Member member) implements SchsmDomain.Member {
        @Override
        public String deviceId() {
            return member.id();
        }

        @Override
        public boolean isPresent() {
            return member.isPresent();
        }

        @Override
        public Optional<String> problem() {
            return Optional.ofNullable(member.problem());
        }

        @Override
        public String toString() {
            return member.id();
        }
    }
}
