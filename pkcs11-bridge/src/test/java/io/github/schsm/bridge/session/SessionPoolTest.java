// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.bridge.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.bridge.FakeBench;
import io.github.schsm.bridge.FakeToken;
import io.github.schsm.bridge.cryptoki.Ck;
import io.github.schsm.bridge.cryptoki.CryptokiException;
import io.github.schsm.bridge.session.SessionPool.BorrowedSession;
import io.github.schsm.bridge.session.SessionPool.Fate;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How many sessions there are, which ones are lent, and what is left of them after they were lost. */
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SessionPoolTest {
    private final FakeBench bench = new FakeBench();
    private final SessionPool pool = new SessionPool(new OpenSessions(bench.module), () -> 0);
    private final List<Borrower> borrowers = new ArrayList<>();

    private BorrowedSession borrow() throws Exception {
        return pool.borrow(false, () -> 0);
    }

    /** Borrows in a thread of its own, and may have to wait. */
    private final class Borrower {
        private final CompletableFuture<BorrowedSession> lent = new CompletableFuture<>();
        private final Thread thread = new Thread(() -> {
            try {
                lent.complete(borrow());
            } catch (Exception refused) {
                lent.completeExceptionally(refused);
            }
        });

        Borrower() {
            borrowers.add(this);
            thread.start();
        }

        /** Whether it has to wait for a session; returns once that is certain. */
        boolean waits() {
            while (thread.getState() != Thread.State.WAITING) {
                if (lent.isDone()) {
                    return false;
                }
                Thread.onSpinWait();
            }
            return true;
        }

        void interrupt() throws Exception {
            thread.interrupt();
            try {
                lent.get();
            } catch (ExecutionException refused) {
                assertThat(refused.getCause()).isInstanceOf(InterruptedException.class);
                return;
            }
            throw new AssertionError("it got a session");
        }
    }

    @AfterEach
    void end() {
        borrowers.forEach(borrower -> borrower.thread.interrupt());
    }

    /** That many can be borrowed at once, and not one more. */
    private void requireRoomFor(int sessions) throws Exception {
        List<BorrowedSession> lent = new ArrayList<>();
        for (int i = 0; i < sessions; i++) {
            Borrower borrower = new Borrower();
            assertThat(borrower.waits()).as("session %d of %d", i + 1, sessions).isFalse();
            lent.add(borrower.lent.get());
        }
        Borrower oneMore = new Borrower();
        assertThat(oneMore.waits()).as("more than %d", sessions).isTrue();
        oneMore.interrupt();
        lent.forEach(session -> pool.giveBack(session, Fate.CLEAN));
    }

    // Lost ones

    @ParameterizedTest
    @EnumSource(Fate.class)
    void aSessionThatWasLostWhileItWasLentIsNotLentAgain(Fate fate) throws Exception {
        BorrowedSession lent = borrow();
        BorrowedSession idle = borrow();
        pool.giveBack(idle, Fate.CLEAN);
        long epoch = pool.epoch();
        pool.lost(epoch, () -> {});
        assertThat(pool.epoch()).isNotEqualTo(epoch);
        assertThat(pool.open()).isZero();
        assertThat(bench.module.openSessions()).as("the idle one is closed").isEqualTo(1);

        BorrowedSession after = borrow();
        assertThat(after.epoch()).isEqualTo(pool.epoch());
        assertThat(after.session()).isNotIn(lent.session(), idle.session());
        pool.giveBack(lent, fate);
        assertThat(pool.open()).as("the lost one does not count").isEqualTo(1);
        assertThat(bench.module.openSessions()).isEqualTo(1);
        pool.giveBack(after, Fate.CLEAN);
        assertThat(borrow().session()).isEqualTo(after.session());
    }

    @Test
    void aLossThatIsNoticedTwiceEndsWhatWasLostOnly() throws Exception {
        long epoch = pool.epoch();
        AtomicInteger losses = new AtomicInteger();
        pool.lost(epoch, losses::incrementAndGet);
        BorrowedSession after = borrow();
        pool.giveBack(after, Fate.CLEAN);

        pool.lost(epoch, losses::incrementAndGet);

        assertThat(losses).hasValue(1);
        assertThat(pool.open()).isEqualTo(1);
        assertThat(borrow().session()).isEqualTo(after.session());
    }

    @Test
    void theLoginIsForgottenBeforeTheLastSessionIsClosed() throws Exception {
        pool.giveBack(borrow(), Fate.CLEAN);
        AtomicInteger open = new AtomicInteger(-1);

        pool.lost(pool.epoch(), () -> open.set(bench.module.openSessions()));

        assertThat(open).hasValue(1);
        assertThat(bench.module.openSessions()).isZero();
    }

    @Test
    void aSessionThatIsOpenedWhileAllAreLostIsNotKept() throws Exception {
        BorrowedSession lent = pool.borrow(false, () -> {
            pool.lost(pool.epoch(), () -> {});
            return 0;
        });
        assertThat(lent.epoch()).isNotEqualTo(pool.epoch());
        pool.giveBack(lent, Fate.CLEAN);
        assertThat(pool.open()).isZero();
        assertThat(bench.module.openSessions()).isZero();
        requireRoomFor(SessionPool.MOST);
    }

    // Replaced ones

    private boolean isLoggedIn(long session) throws CryptokiException {
        return SessionRunner.isUser(bench.module.sessionState(session));
    }

    @Test
    void aLoginOutlivesTheSessionsWhosePlaceAnotherTakes() throws Exception {
        BorrowedSession lent = borrow();
        BorrowedSession idle = borrow();
        logIn(idle);
        pool.giveBack(idle, Fate.CLEAN);
        long epoch = pool.epoch();

        assertThat(pool.replace(epoch, true, this::isLoggedIn)).isTrue();

        assertThat(bench.module.tokenLogin(0)).contains(Ck.CKU_USER);
        assertThat(pool.epoch()).isNotEqualTo(epoch);
        assertThat(pool.open()).isEqualTo(1);
        assertThat(bench.module.openSessions())
                .as("the new one and the one that is lent")
                .isEqualTo(2);
        pool.giveBack(lent, Fate.CLEAN);
        assertThat(bench.module.openSessions()).isEqualTo(1);
        BorrowedSession after = borrow();
        assertThat(after.session().readWrite()).isTrue();
        assertThat(after.session()).isNotIn(lent.session(), idle.session());
        pool.giveBack(after, Fate.CLEAN);
        requireRoomFor(SessionPool.MOST);
    }

    @Test
    void sessionsStayAsTheyAreWhereTheNewOneSaysThatNobodyIsLoggedIn() throws Exception {
        BorrowedSession idle = borrow();
        pool.giveBack(idle, Fate.CLEAN);
        long epoch = pool.epoch();

        assertThat(pool.replace(epoch, false, this::isLoggedIn)).isFalse();

        assertThat(pool.epoch()).isEqualTo(epoch);
        assertThat(pool.open()).isEqualTo(1);
        assertThat(bench.module.openSessions()).isEqualTo(1);
        assertThat(borrow().session()).isEqualTo(idle.session());
    }

    @Test
    void whatWasLostMeanwhileIsNotReplaced() throws Exception {
        BorrowedSession lent = borrow();
        logIn(lent);
        long epoch = pool.epoch();
        pool.lost(epoch, () -> {});

        assertThat(pool.replace(epoch, false, this::isLoggedIn)).isTrue();

        assertThat(pool.open()).isZero();
        assertThat(bench.module.openSessions()).isEqualTo(1);
        pool.giveBack(lent, Fate.CLEAN);
        requireRoomFor(SessionPool.MOST);
    }

    // The last one

    private void logIn(BorrowedSession session) throws Exception {
        bench.module.login(
                session.session().handle(), Ck.CKU_USER, FakeToken.USER_PIN.getBytes(StandardCharsets.US_ASCII));
    }

    @Test
    void theLoginOutlivesTheLastSession() throws Exception {
        BorrowedSession last = borrow();
        logIn(last);

        pool.giveBack(last, Fate.DIRTY);

        assertThat(bench.module.tokenLogin(0)).contains(Ck.CKU_USER);
        assertThat(bench.module.script().trace())
                .filteredOn(call -> call.endsWith("Session"))
                .containsExactly("C_OpenSession", "C_OpenSession", "C_CloseSession");
        assertThat(pool.open()).isEqualTo(1);
        assertThat(borrow().session()).isNotEqualTo(last.session());
    }

    @Test
    void whereThereIsAnotherSessionNoneIsOpenedInPlaceOfABadOne() throws Exception {
        BorrowedSession bad = borrow();
        BorrowedSession other = borrow();
        logIn(other);
        pool.giveBack(bad, Fate.DIRTY);
        assertThat(bench.module.script().calls("C_OpenSession")).isEqualTo(2);
        assertThat(bench.module.tokenLogin(0)).contains(Ck.CKU_USER);
        assertThat(pool.open()).isEqualTo(1);
    }

    @Test
    void aTokenWithOneSessionHasNoneInPlaceOfTheLast() throws Exception {
        pool.limit(1);
        bench.device.maxSessions(1, true);
        pool.giveBack(borrow(), Fate.DIRTY);
        assertThat(bench.module.script().calls("C_OpenSession")).isEqualTo(1);
        assertThat(bench.module.openSessions()).isZero();
        requireRoomFor(1);
    }

    @Test
    void whatTakesTheLastOnesPlaceIsNotKeptIfAllAreLostMeanwhile() throws Exception {
        BorrowedSession last = borrow();
        bench.module.script().before("C_OpenSession", 1, () -> pool.lost(pool.epoch(), () -> {}));
        pool.giveBack(last, Fate.DIRTY);
        assertThat(pool.open()).isZero();
        assertThat(bench.module.openSessions()).isZero();
        assertThat(borrow().epoch()).isEqualTo(pool.epoch());
    }

    // How many

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5, SessionPool.MOST})
    void noMoreThanTheTokenAllowsAreLentHoweverOftenItSaysSo(int most) throws Exception {
        for (int i = 0; i < 3; i++) {
            pool.limit(most);
            pool.limit(most + 1L);
            requireRoomFor(most);
        }
        assertThat(pool.open()).isEqualTo(most);
    }

    @ParameterizedTest
    @EnumSource(Fate.class)
    void oneThatComesBackMakesRoomForOne(Fate fate) throws Exception {
        pool.limit(2);
        for (int i = 0; i < 5; i++) {
            pool.giveBack(borrow(), fate);
        }
        requireRoomFor(2);
    }

    @Test
    void anInterruptedWaitMakesNoRoom() throws Exception {
        pool.limit(1);
        BorrowedSession lent = borrow();
        for (int i = 0; i < 3; i++) {
            Borrower waiting = new Borrower();
            assertThat(waiting.waits()).isTrue();
            waiting.interrupt();
        }
        pool.giveBack(lent, Fate.CLEAN);
        requireRoomFor(1);
    }

    @Test
    void aTokenWithFewerSessionsThanItSaidHasThatManyUsersUntilItIsLost() throws Exception {
        pool.limit(4);
        bench.device.maxSessions(2, false);
        BorrowedSession one = borrow();
        BorrowedSession two = borrow();
        Borrower third = new Borrower();
        assertThat(third.waits()).isTrue();
        third.interrupt();
        pool.giveBack(one, Fate.CLEAN);
        pool.giveBack(two, Fate.CLEAN);
        requireRoomFor(2);

        bench.device.maxSessions(SessionPool.MOST, false);
        pool.lost(pool.epoch(), () -> {});
        requireRoomFor(4);
        pool.lost(pool.epoch(), () -> {});
        requireRoomFor(4);
    }

    @Test
    void sessionsThatNobodyUsesAreClosedAndNotCountedAnyMore() throws Exception {
        BorrowedSession used = borrow();
        pool.giveBack(borrow(), Fate.CLEAN);
        pool.closeIdle();
        assertThat(pool.open()).isEqualTo(1);
        assertThat(bench.module.openSessions()).isEqualTo(1);
        pool.giveBack(used, Fate.CLEAN);
        requireRoomFor(SessionPool.MOST);
    }
}
