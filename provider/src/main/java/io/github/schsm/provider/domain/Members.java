// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider.domain;

import io.github.schsm.ConfigurationException;
import io.github.schsm.DeviceException;
import io.github.schsm.KeyDomain.Status;
import io.github.schsm.KeyDomainException;
import io.github.schsm.MalformedDataException;
import io.github.schsm.SchsmException;
import io.github.schsm.TokenKey;
import io.github.schsm.TokenNotPresentException;
import io.github.schsm.UnsupportedByDeviceException;
import io.github.schsm.UntrustedDeviceException;
import io.github.schsm.codec.PrintableText;
import io.github.schsm.config.SchsmConfiguration;
import io.github.schsm.keystore.Handles;
import io.github.schsm.spi.Token;
import io.github.schsm.spi.TokenSource.Directory.Found;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The members of a domain: finds them, sees that one is away, and that it has come back. Threads are there only while
 * several members are asked at once, or one is waited for.
 */
final class Members {
    private static final System.Logger LOGGER = System.getLogger(Members.class.getName());
    private static final long IDLE_SECONDS = 2;
    private static final int MOST_THREADS = 256;

    private final SchsmConfiguration configuration;
    private final MemberSource source;
    private final DomainLogin login;
    private final Runnable whenChanged;
    private final List<Member> members = new CopyOnWriteArrayList<>();
    private final ThreadPoolExecutor threads;
    private volatile MemberObserver observer = MemberObserver.NONE;
    private volatile @Nullable Status domain;
    private volatile boolean closed;

    /** @param whenChanged called after a member's keys were listed again */
    Members(SchsmConfiguration configuration, MemberSource source, DomainLogin login, Runnable whenChanged) {
        this.configuration = configuration;
        this.source = source;
        this.login = login;
        this.whenChanged = whenChanged;
        this.threads = new ThreadPoolExecutor(
                0, MOST_THREADS, IDLE_SECONDS, TimeUnit.SECONDS, new SynchronousQueue<>(), Members::thread);
        configuration.devices().forEach(id -> members.add(new Member(id, null)));
    }

    private static Thread thread(Runnable work) {
        Thread thread = new Thread(work, "schsm-domain");
        thread.setDaemon(true);
        return thread;
    }

    /** What is done with a member. */
    interface Action {
        void run(Member member) throws SchsmException;
    }

    /** All that are known, present or not. */
    List<Member> all() {
        return members;
    }

    /** Their names, for people. */
    String names() {
        return members.isEmpty()
                ? "none of which was seen"
                : String.join(", ", members.stream().map(Member::id).toList());
    }

    /** Why they are not used, for people. */
    String problems() {
        return String.join(
                "; ",
                members.stream()
                        .map(member -> member + ": "
                                + Optional.ofNullable(member.problem()).orElse("is here"))
                        .toList());
    }

    MemberObserver observer() {
        return observer;
    }

    void observe(MemberObserver listening) {
        observer = listening;
        members.forEach(listening::changed);
    }

    /** The key domain that they are members of, as the first of them shows it; empty for none, or before any was seen. */
    Optional<Status> domain() {
        return Optional.ofNullable(domain);
    }

    /** Ends what is waited for. */
    void close() {
        closed = true;
        threads.shutdownNow();
        observer.close();
    }

    // Finding them

    /** Looks for members that are not known yet, and for those that are known by name only. */
    void find() throws SchsmException {
        if (configuration.devices().isEmpty()) {
            lookAround();
        } else {
            for (Member member : members) {
                if (member.token() == null) {
                    find(member);
                }
            }
        }
    }

    private void find(Member member) throws SchsmException {
        try {
            Token token = source.find(member.id());
            if (isKnown(token)) {
                throw new ConfigurationException(
                        "device = " + String.join(", ", configuration.devices()) + " names " + token.name() + " twice");
            }
            member.found(token);
            observer.changed(member);
        } catch (ConfigurationException wrong) {
            throw wrong;
        } catch (SchsmException away) {
            failed(member, away);
        }
    }

    private boolean isKnown(Token token) {
        return members.stream()
                .map(Member::token)
                .anyMatch(known -> known != null && known.uniqueId().equals(token.uniqueId()));
    }

    /** Of all that is there, what is in the domain; devices that are in none are somebody else's. */
    private void lookAround() throws SchsmException {
        List<Member> strangers = new ArrayList<>();
        for (Found found : source.look()) {
            Token token = found.token();
            if (token != null && !isKnown(token)) {
                strangers.add(new Member(token.id(), token));
            }
        }
        each(strangers, this::place);
        for (Member stranger : strangers) {
            Token token = stranger.token();
            if (isShown(stranger) && token != null && !isKnown(token)) {
                members.add(stranger);
                observer.changed(stranger);
            }
        }
    }

    /** Also one that says it is a member and is not trusted, so that people see why it is not used. */
    private boolean isShown(Member member) {
        return configuration.domain().isEmpty() || member.domain() != null || member.isDistrusted();
    }

    /** Finds the key domain in a member. */
    private void place(Member member) throws SchsmException {
        Token token = member.token();
        String digits = configuration.domain().orElse(null);
        if (token == null || digits == null || member.isPlaced()) {
            return;
        }
        Status found = null;
        for (Status status : domains(token)) {
            if (matches(status, digits) || isHidden(member.domain(), status)) {
                if (found != null) {
                    throw severalDomains(digits);
                }
                found = status;
            }
        }
        if (found == null) {
            throw new KeyDomainException("device " + token.name() + " is not a member of key domain " + digits
                    + ": schsm domain join makes it one, or leave it out of device = …");
        }
        if (configuration.devices().isEmpty()) {
            requireTrust(member, token, digits);
        }
        synchronized (this) {
            Status known = domain;
            if (known != null && known.isXkek() && !Status.sameUid(known.uid(), found.uid())) {
                throw severalDomains(digits);
            }
            domain = known == null ? found : known;
        }
        Status before = member.domain();
        member.placed(before != null && isHidden(before, found) ? before : found);
    }

    /** Anybody can say that a device is in a key domain: one that nobody named gets no PIN for that. */
    private static void requireTrust(Member member, Token token, String digits) throws SchsmException {
        try {
            token.trust().verify(token.identity());
        } catch (UntrustedDeviceException | UnsupportedByDeviceException | MalformedDataException unproven) {
            member.distrusted();
            throw new KeyDomainException(
                    "device " + token.name() + " says that it is a member of key domain " + digits
                            + ", and is not used because it is not trusted: " + unproven.getMessage()
                            + "; name the members by device = … to use it all the same",
                    unproven);
        }
    }

    /**
     * Before a key is made in it: whether the member's key domain is still where it was found.
     *
     * @throws KeyDomainException if it is not
     */
    void requirePlace(Member member) throws SchsmException {
        Status known = member.domain();
        if (known == null) {
            return;
        }
        Status now;
        try {
            now = token(member).keyDomains().status(known.slot());
        } catch (DeviceException free) {
            throw new KeyDomainException(
                    "slot " + known.slot() + " of device " + member + " does not have its key domain any more: "
                            + free.getMessage(),
                    free);
        }
        if (!isSame(known, now) && !isHidden(known, now)) {
            throw new KeyDomainException("slot " + known.slot() + " of device " + member
                    + " has another key domain by now: " + now + "; load the key store again");
        }
    }

    private static boolean isSame(Status one, Status other) {
        if (one.isXkek() != other.isXkek()) {
            return false;
        }
        return one.isXkek() ? Status.sameUid(one.uid(), other.uid()) : Arrays.equals(one.kcv(), other.kcv());
    }

    /** Whether it may be the same DKEK, and the device shows its check value only after the PIN. */
    private static boolean isHidden(@Nullable Status known, Status now) {
        return known != null && !known.isXkek() && known.slot() == now.slot() && now.isKcvHidden();
    }

    private static List<Status> domains(Token token) throws SchsmException {
        try {
            return token.keyDomains().list();
        } catch (UnsupportedByDeviceException none) {
            return List.of();
        }
    }

    private static boolean matches(Status status, String digits) {
        HexFormat hex = HexFormat.of();
        return status.isXkek()
                ? hex.formatHex(status.uid()).startsWith(digits)
                : status.hasKek() && hex.formatHex(status.kcv()).startsWith(digits);
    }

    private static ConfigurationException severalDomains(String digits) {
        return new ConfigurationException(
                "domain = " + digits + ": several key domains begin with these digits, write more of them");
    }

    /** It answered when it was loaded: it is used from now on, unless it is no member. */
    void look(Member member) throws SchsmException {
        if (member.isStranger()) {
            place(member);
            member.answers();
        } else {
            answered(member);
        }
    }

    // Asking them

    /**
     * Does something with each member at once; what fails is noted with the member.
     *
     * @throws ConfigurationException if the configuration turns out to be wrong
     */
    void each(List<Member> wanted, Action action) throws ConfigurationException {
        List<ConfigurationException> wrong = new CopyOnWriteArrayList<>();
        List<Runnable> tasks = new ArrayList<>();
        for (Member member : wanted) {
            tasks.add(() -> {
                try {
                    action.run(member);
                } catch (ConfigurationException mistake) {
                    wrong.add(mistake);
                } catch (SchsmException failed) {
                    failed(member, failed);
                }
            });
        }
        if (tasks.size() < 2 || login.isLoggingIn() || closed) {
            // Who is asked for a PIN has a device already, and would wait for itself in another thread.
            tasks.forEach(Runnable::run);
        } else {
            inParallel(tasks);
        }
        if (!wrong.isEmpty()) {
            throw wrong.get(0);
        }
    }

    private void inParallel(List<Runnable> tasks) {
        List<java.util.concurrent.Future<?>> others = new ArrayList<>();
        for (Runnable task : tasks.subList(1, tasks.size())) {
            try {
                others.add(threads.submit(task));
            } catch (RejectedExecutionException closing) {
                task.run();
            }
        }
        tasks.get(0).run();
        boolean interrupted = false;
        for (java.util.concurrent.Future<?> other : others) {
            while (true) {
                try {
                    other.get();
                    break;
                } catch (InterruptedException later) {
                    interrupted = true;
                } catch (java.util.concurrent.ExecutionException failed) {
                    throw new IllegalStateException(failed.getCause());
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Does something in the background; tells whether it will, which it does not once the domain is closed. */
    boolean later(Runnable work) {
        try {
            threads.execute(work);
            return true;
        } catch (RejectedExecutionException closing) {
            LOGGER.log(System.Logger.Level.DEBUG, "the domain was closed", closing);
            return false;
        }
    }

    /** Looks for members that are away, in place of waiting until their pause is over: one may have just come back. */
    void tryAbsent() throws SchsmException {
        each(
                members.stream()
                        .filter(member -> !member.isReady() && !member.isLocked() && !member.isStranger())
                        .toList(),
                this::tryAgain);
    }

    /** What members have is read again when it is asked for next: another program may have changed it. */
    void readAgain() throws SchsmException {
        members.forEach(Member::forgetList);
        each(members.stream().filter(Members::canBeListed).toList(), member -> {
            token(member).load(null);
            member.forgetList();
        });
    }

    private static boolean canBeListed(Member member) {
        return member.isReady() || (member.isLocked() && member.token() != null);
    }

    /** Lists the keys of all members that have not been since they were loaded. */
    void list() throws SchsmException {
        List<Member> wanted = members.stream()
                .filter(Member::isStale)
                .filter(Members::canBeListed)
                .toList();
        each(wanted, this::list);
    }

    private void list(Member member) throws SchsmException {
        int after = member.absences();
        int before = member.changes();
        place(member);
        Token token = token(member);
        if (login.isLoggedIn() && !member.isLocked()) {
            try {
                login.admit(member);
            } catch (SchsmException lists) {
                LOGGER.log(System.Logger.Level.DEBUG, "what it has is listed all the same", lists);
            }
        }
        List<ListedKey> listed = new ArrayList<>();
        for (TokenKey key : token.keys()) {
            listed.add(new ListedKey(key, Handles.details(token, key)));
        }
        member.listed(listed, after, before);
        member.retainProofs(
                listed.stream().map(key -> new KeyCopy(member, key).identity()).collect(Collectors.toSet()));
    }

    static Token token(Member member) throws TokenNotPresentException {
        Token token = member.token();
        if (token == null) {
            throw new TokenNotPresentException("device " + member + " was not there yet"
                    + (member.problem() == null ? "" : ": " + member.problem()));
        }
        return token;
    }

    // One that fails

    /** Notes what a member does not do, and sees to it that its return is noticed. */
    void failed(Member member, SchsmException failure) {
        boolean news = member.problem() == null;
        boolean stranger = failure instanceof KeyDomainException;
        String problem = String.valueOf(failure.getMessage());
        if (stranger) {
            member.stranger(problem);
        } else {
            member.failed(problem, FailurePolicy.isAway(failure));
        }
        if (!members.contains(member)) {
            return;
        }
        if (news) {
            LOGGER.log(
                    System.Logger.Level.WARNING,
                    "{0} of the domain is left alone for a while: {1}",
                    PrintableText.of(member.id()),
                    PrintableText.of(problem));
            observer.changed(member);
        }
        if (!stranger && !closed && member.watch()) {
            WeakReference<Members> owner = new WeakReference<>(this);
            if (!later(() -> waitFor(owner, member))) {
                member.unwatch();
            }
        }
    }

    /** It does not take work until somebody logs in again. */
    void locked(Member member, SchsmException failure) {
        boolean news = !member.isLocked();
        member.locked(String.valueOf(failure.getMessage()));
        if (news) {
            LOGGER.log(
                    System.Logger.Level.WARNING,
                    "{0} of the domain is not used until the next login: {1}",
                    PrintableText.of(member.id()),
                    PrintableText.of(String.valueOf(failure.getMessage())));
            observer.changed(member);
        }
    }

    /** One of two failed in what they did together: both are asked, so that the one that is away is known. */
    void suspect(Member one, Member other) {
        for (Member member : List.of(one, other)) {
            try {
                token(member).info();
            } catch (SchsmException away) {
                failed(member, away);
            }
        }
    }

    /** A member does not have what it was listed with: it is listed again before the next use. */
    void isOutdated(Member member) {
        member.forgetList();
        whenChanged.run();
    }

    /** It has done something. */
    void answered(Member member) {
        if (!member.isReady() && !member.isLocked()) {
            member.answers();
            observer.changed(member);
            if (member.isStale()) {
                whenChanged.run();
            }
        }
    }

    /** Waits without keeping members that the program has dropped, and their devices, in memory. */
    private static void waitFor(WeakReference<Members> owner, Member member) {
        try {
            do {
                try {
                    while (isMissed(owner, member)) {
                        Thread.sleep(TimeUnit.NANOSECONDS.toMillis(member.pause()));
                        if (isMissed(owner, member)) {
                            tryAgain(owner, member);
                        }
                    }
                } finally {
                    member.unwatch();
                }
                // It may have failed between the last look and now, when it was still watched.
            } while (isMissed(owner, member) && member.watch());
        } catch (InterruptedException closing) {
            Thread.currentThread().interrupt();
        }
    }

    private static boolean isMissed(WeakReference<Members> owner, Member member) {
        Members waiting = owner.get();
        return waiting != null && !waiting.closed && !member.isReady() && !member.isLocked();
    }

    private static void tryAgain(WeakReference<Members> owner, Member member) {
        Members waiting = owner.get();
        if (waiting != null) {
            waiting.tryAgain(member);
        }
    }

    private void tryAgain(Member member) {
        try {
            if (member.token() == null) {
                member.found(source.find(member.id()));
            }
            token(member).load(null);
            // What it had before is proven key by key when it is used: reading all that it has takes seconds.
            boolean unknown = member.isStale();
            if (unknown) {
                list(member);
            }
            member.answers();
            if (unknown) {
                whenChanged.run();
            }
            if (login.isLoggedIn()) {
                login.admit(member);
            }
            LOGGER.log(System.Logger.Level.INFO, "{0} of the domain is back", PrintableText.of(member.id()));
            observer.changed(member);
        } catch (SchsmException stillNot) {
            if (!member.isLocked()) {
                if (stillNot instanceof KeyDomainException) {
                    member.stranger(String.valueOf(stillNot.getMessage()));
                } else {
                    member.failed(String.valueOf(stillNot.getMessage()), FailurePolicy.isAway(stillNot));
                }
            }
        } catch (RuntimeException unexpected) {
            LOGGER.log(System.Logger.Level.WARNING, "a member of the domain cannot be looked at", unexpected);
            member.failed(String.valueOf(unexpected), false);
        }
    }
}
