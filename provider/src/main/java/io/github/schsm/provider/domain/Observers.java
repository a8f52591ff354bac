// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider.domain;

import io.github.schsm.SchsmException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Tells several observers. */
final class Observers implements MemberObserver {
    private static final System.Logger LOGGER = System.getLogger(Observers.class.getName());

    private final List<MemberObserver> all;

    private Observers(List<MemberObserver> all) {
        this.all = List.copyOf(all);
    }

    /**
     * A program's listeners, the Flight Recorder and JMX; those last two only where this runtime has them.
     *
     * @param domain how the domain is called there
     */
    static MemberObserver of(MemberObserver listeners, String domain) {
        List<MemberObserver> all = new ArrayList<>(List.of(listeners));
        add(all, () -> new FlightRecorder(domain));
        add(all, () -> new MemberBeans(domain));
        return new Observers(all);
    }

    private static void add(List<MemberObserver> all, Supplier<MemberObserver> made) {
        try {
            all.add(made.get());
        } catch (LinkageError | SecurityException notHere) {
            LOGGER.log(System.Logger.Level.DEBUG, "this runtime cannot show the members", notHere);
        }
    }

    @Override
    public Watch begins(Member member, Operation operation) {
        Watch watch = Watch.NONE;
        for (MemberObserver one : all) {
            Watch begun = one.begins(member, operation);
            if (watch == Watch.NONE) {
                watch = begun;
            } else if (begun != Watch.NONE) {
                watch = new Both(watch, begun);
            }
        }
        return watch;
    }

    private record Both(Watch first, Watch second) implements Watch {
        @Override
        public void ended(@Nullable SchsmException failed) {
            first.ended(failed);
            second.ended(failed);
        }
    }

    @Override
    public void changed(Member member) {
        all.forEach(one -> one.changed(member));
    }

    @Override
    public void close() {
        all.forEach(MemberObserver::close);
    }
}
