// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.login;

import java.security.MessageDigest;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Who is logged in to a device, as far as this program knows: the only place that keeps it, one for each connection or
 * token that is shared. A device knows a single login. For whom it counts is kept here, so that nobody profits from a PIN
 * that another user of the program verified. {@link LoginStateMachine} decides what may be sent to change it.
 *
 * <table>
 * <caption>Events</caption>
 * <tr><th>event</th><th>logged in after it</th><th>tries left are asked for first</th></tr>
 * <tr><td>a holder's PIN was accepted</td><td>that holder, and those before</td><td>no</td></tr>
 * <tr><td>the same after the login of others was ended</td><td>that holder alone</td><td>no</td></tr>
 * <tr><td>registered keys have authenticated</td><td>that holder, and those before</td><td>as before</td></tr>
 * <tr><td>a PIN was verified for another purpose</td><td>the device, but no holder</td><td>as before</td></tr>
 * <tr><td>logout, SELECT, another PIN</td><td>nobody</td><td>as before</td></tr>
 * <tr><td>a PIN was refused</td><td>as before; a card ends the login as well</td><td>yes</td></tr>
 * <tr><td>card out, reset, connection lost</td><td>nobody</td><td>yes, if the device was logged in</td></tr>
 * <tr><td>another program may have ended it</td><td>nobody until it is done again</td><td>as before</td></tr>
 * </table>
 *
 * @param <H> who holds a login; held weakly
 */
public final class LoginState<H> {
    private enum Device {
        LOGGED_OUT,
        LOGGED_IN,
        DOUBTFUL
    }

    private final Set<H> holders = Collections.newSetFromMap(new WeakHashMap<>());
    private final Map<H, Long> noticed = new WeakHashMap<>();
    private Device device = Device.LOGGED_OUT;
    private boolean keysPresented;
    private boolean careful;
    private byte @Nullable [] acceptedPin;
    private long absences;
    private long generation;

    // Questions

    /** Whether this holder's login is in force. */
    public synchronized boolean isVerifiedBy(H holder) {
        return device == Device.LOGGED_IN && holders.contains(holder);
    }

    /** Whether the device is logged in, no matter for whom, or was before that became doubtful. */
    public synchronized boolean isVerified() {
        return device != Device.LOGGED_OUT;
    }

    /** Whether there is something that a logout would end: a login, or a registered key that has authenticated. */
    public synchronized boolean isAnythingOpen() {
        return isVerified() || keysPresented;
    }

    /** Whether a registered key has authenticated, which a logout would end and its holder alone can do again. */
    public synchronized boolean isKeyPresented() {
        return keysPresented;
    }

    /** Whether this is the PIN with which the present login was made. */
    public synchronized boolean isAccepted(byte[] pin) {
        return device == Device.LOGGED_IN
                && acceptedPin != null
                && MessageDigest.isEqual(acceptedPin, FailedPinCache.hash(pin));
    }

    /** Whether the device is asked for the tries left before a PIN goes out. */
    public synchronized boolean isCareful() {
        return careful;
    }

    /**
     * Whether the device was out, or refused a PIN, since this holder asked last: then what was entered before has to be
     * entered again.
     */
    public synchronized boolean noticeAbsence(H holder) {
        Long before = noticed.put(holder, absences);
        return absences != (before == null ? 0 : before);
    }

    /** Goes up with each login and logout, which change what can be seen. */
    public synchronized long generation() {
        return generation;
    }

    // Events

    /** The device accepted this holder's PIN; logins of others stay in force. */
    public synchronized void verified(H holder) {
        device = Device.LOGGED_IN;
        careful = false;
        holders.add(holder);
        generation++;
    }

    /**
     * The device accepted this holder's PIN, after the login of others was ended if there was one.
     *
     * @param pin null if it was not seen here, or the device did not look at it
     */
    public synchronized void verifiedAlone(H holder, byte @Nullable [] pin) {
        holders.clear();
        verified(holder);
        acceptedPin = pin == null ? null : FailedPinCache.hash(pin);
    }

    /** A registered key has authenticated; others may have to as well. */
    public synchronized void keyPresented() {
        keysPresented = true;
    }

    /** As many registered keys as required have authenticated, which counts for this holder. */
    public synchronized void authenticatedByKeys(H holder) {
        device = Device.LOGGED_IN;
        holders.add(holder);
    }

    /** The present login counts for this holder as well. */
    public synchronized void join(H holder) {
        holders.add(holder);
    }

    /** The login no longer counts for this holder; returns whether it counts for nobody else. */
    public synchronized boolean leave(H holder) {
        holders.remove(holder);
        return holders.isEmpty();
    }

    /** A PIN was verified for another purpose than a login: the device may be logged in, but for no holder. */
    public synchronized void verifiedForNobody() {
        holders.clear();
        acceptedPin = null;
        device = Device.LOGGED_IN;
    }

    /** No PIN is verified any more; what registered keys did stays in force. */
    public synchronized void pinEnded() {
        holders.clear();
        acceptedPin = null;
        device = Device.LOGGED_OUT;
        generation++;
    }

    /** Nobody is logged in any more: a logout, or a SELECT. */
    public synchronized void ended() {
        pinEnded();
        keysPresented = false;
    }

    /** The same, found out by a function that began in this generation. */
    public synchronized void ended(long ofGeneration) {
        if (ofGeneration == generation) {
            ended();
        }
    }

    /** What was seen in this generation is out of date, although nobody logged in or out. */
    public synchronized void nextGeneration() {
        generation++;
    }

    /** The card was out, was reset, or the connection to it is gone. */
    public synchronized void away() {
        careful |= isVerified();
        absences++;
        ended();
    }

    /** The device refused a PIN. */
    public synchronized void refused() {
        careful = true;
        absences++;
    }

    /** What answers may not be the device, or it has ended a login by itself. */
    public synchronized void distrusted() {
        careful = true;
    }

    /** Whether the login is still in force is not known. */
    public synchronized void doubtful() {
        if (device == Device.LOGGED_IN) {
            device = Device.DOUBTFUL;
        }
    }
}
