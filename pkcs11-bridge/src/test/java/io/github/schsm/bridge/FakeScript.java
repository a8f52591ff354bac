// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.bridge;

import io.github.schsm.bridge.cryptoki.Ckr;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What shall go wrong at which call of a {@link FakeModule}, and how often each function was called. Functions go by
 * their PKCS#11 names; {@link #ANY} stands for each of them.
 *
 * <pre>{@code
 * module.script().answer("C_Sign", 3, Ckr.DEVICE_ERROR);           // the third from now on, once
 * module.script().answerAlways("C_FindObjects", Ckr.GENERAL_ERROR);
 * module.script().answerAfter("C_GenerateKeyPair", 1, Ckr.DEVICE_REMOVED); // done, but the answer is lost
 * module.script().before("C_SignUpdate", 2, () -> module.pull(0));
 * }</pre>
 *
 * <p>Hooks run in the calling thread, before the module does anything and while it holds no lock: they may wait for
 * other threads. All methods may be called by any thread.
 */
public final class FakeScript {
    /** Matches every function. */
    static final String ANY = "*";

    private final List<Step> steps = new ArrayList<>();
    private final Map<String, Integer> calls = new TreeMap<>();
    private final List<String> trace = new ArrayList<>();

    private static final class Step {
        private final String function;
        private final boolean forEver;
        private final boolean afterwards;
        private final Optional<Long> answer;
        private final Optional<Runnable> hook;
        private int toGo;

        private Step(
                String function,
                int nth,
                boolean forEver,
                boolean afterwards,
                Optional<Long> answer,
                Optional<Runnable> hook) {
            if (nth < 1) {
                throw new IllegalArgumentException("the next call is number 1, not " + nth);
            }
            this.function = function;
            this.toGo = nth;
            this.forEver = forEver;
            this.afterwards = afterwards;
            this.answer = answer;
            this.hook = hook;
        }

        private boolean matches(String called) {
            return function.equals(ANY) || function.equals(called);
        }
    }

    /** The n-th call from now on is not carried out and answers this CKR_ value, once. */
    public void answer(String function, int nth, long returnValue) {
        add(new Step(function, nth, false, false, Optional.of(returnValue), Optional.empty()));
    }

    /** The same for a value that the standard has. */
    public void answer(String function, int nth, Ckr returnValue) {
        answer(function, nth, returnValue.value());
    }

    /** No call is carried out from now on; each answers this CKR_ value. */
    public void answerAlways(String function, long returnValue) {
        answerFrom(function, 1, returnValue);
    }

    /** The same for a value that the standard has. */
    public void answerAlways(String function, Ckr returnValue) {
        answerAlways(function, returnValue.value());
    }

    /** The n-th call from now on and all after it are not carried out; each answers this CKR_ value. */
    void answerFrom(String function, int nth, long returnValue) {
        add(new Step(function, nth, true, false, Optional.of(returnValue), Optional.empty()));
    }

    /** The n-th call from now on is carried out, if it can be, and answers this CKR_ value all the same, once. */
    public void answerAfter(String function, int nth, long returnValue) {
        add(new Step(function, nth, false, true, Optional.of(returnValue), Optional.empty()));
    }

    /** The same for a value that the standard has. */
    public void answerAfter(String function, int nth, Ckr returnValue) {
        answerAfter(function, nth, returnValue.value());
    }

    /** Something happens before the n-th call from now on, once. */
    public void before(String function, int nth, Runnable hook) {
        add(new Step(function, nth, false, false, Optional.empty(), Optional.of(hook)));
    }

    /** Something happens before each call. */
    void beforeEach(String function, Runnable hook) {
        add(new Step(function, 1, true, false, Optional.empty(), Optional.of(hook)));
    }

    /** Forgets what has not happened yet; the counts stay. */
    public synchronized void clear() {
        steps.clear();
    }

    /** How many steps that happen once have not happened yet. */
    public synchronized int pending() {
        return (int) steps.stream().filter(step -> !step.forEver).count();
    }

    /** How often a function was called, {@link #ANY} for all together. */
    public synchronized int calls(String function) {
        return function.equals(ANY) ? trace.size() : calls.getOrDefault(function, 0);
    }

    /** The calls by function. */
    synchronized Map<String, Integer> calls() {
        return new TreeMap<>(calls);
    }

    /** The functions in the order in which they were called. */
    public synchronized List<String> trace() {
        return List.copyOf(trace);
    }

    /** Forgets the calls that were counted. */
    public synchronized void resetCounts() {
        calls.clear();
        trace.clear();
    }

    private synchronized void add(Step step) {
        steps.add(step);
    }

    /** A call begins: counts it, runs the hooks that are due, and says what it answers in place of being carried out. */
    Optional<Long> begin(String function) {
        List<Runnable> hooks = new ArrayList<>();
        Optional<Long> answer;
        synchronized (this) {
            trace.add(function);
            calls.merge(function, 1, Integer::sum);
            answer = due(function, false, hooks);
        }
        hooks.forEach(Runnable::run);
        return answer;
    }

    /** A call was carried out: what it answers all the same. */
    synchronized Optional<Long> end(String function) {
        return due(function, true, new ArrayList<>());
    }

    private Optional<Long> due(String function, boolean afterwards, List<Runnable> hooks) {
        Optional<Long> answer = Optional.empty();
        for (Iterator<Step> all = steps.iterator(); all.hasNext(); ) {
            Step step = all.next();
            if (step.afterwards != afterwards || !step.matches(function)) {
                continue;
            }
            if (step.toGo > 0) {
                step.toGo--;
            }
            if (step.toGo > 0) {
                continue;
            }
            boolean happens = step.hook.isPresent() || answer.isEmpty();
            if (!happens) {
                continue;
            }
            step.hook.ifPresent(hooks::add);
            if (step.answer.isPresent()) {
                answer = step.answer;
            }
            if (!step.forEver) {
                all.remove();
            }
        }
        return answer;
    }
}
