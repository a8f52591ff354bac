// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider.domain;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.KeyDetails;
import io.github.schsm.KeyType;
import io.github.schsm.TokenKey;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** What a member is known to have while several threads change and list it. */
class MemberTest {
    private static final int THREADS = 8;
    private static final int EACH = 200;

    private final Member member = new Member("a", null);
    private final ListedKey first = key(1);
    private final ListedKey second = key(2);

    private static ListedKey key(int number) {
        return new ListedKey(
                new TokenKey(Integer.toString(number), "k" + number, new byte[] {1}, KeyType.AES),
                new KeyDetails(null, null, 256, null, OptionalLong.empty(), OptionalInt.empty(), OptionalInt.empty()));
    }

    @Test
    void keyThatIsMadeWhileOthersAreListedIsNotLost() {
        int before = member.changes();
        member.add(second);
        member.listed(List.of(first), 0, before);
        assertThat(member.keys()).containsExactly(first, second);
        assertThat(member.isStale()).as("it is listed again").isTrue();

        member.listed(List.of(first), 0, member.changes());
        assertThat(member.keys()).containsExactly(first);
        assertThat(member.isStale()).isFalse();
    }

    @Test
    void listThatIsForgottenWhileItIsMadeIsMadeAgain() {
        int before = member.changes();
        member.forgetList();
        member.listed(List.of(first), 0, before);
        assertThat(member.keys()).containsExactly(first);
        assertThat(member.isStale()).isTrue();
    }

    @Test
    void newKeyDoesNotMakeForgottenListGood() {
        member.listed(List.of(first), 0, member.changes());
        member.forgetList();
        member.add(second);
        assertThat(member.isStale()).isTrue();
        assertThat(member.keys()).containsExactly(first, second);
    }

    @Test
    void keysOfManyThreadsAreAllThere() throws Exception {
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            int begin = i * EACH;
            Thread thread = new Thread(() -> {
                for (int number = begin; number < begin + EACH; number++) {
                    member.add(key(number));
                }
            });
            threads.add(thread);
            thread.start();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(member.keys()).hasSize(THREADS * EACH);
    }
}
