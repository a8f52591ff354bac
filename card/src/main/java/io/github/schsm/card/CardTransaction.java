// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.card;

import io.github.schsm.DeviceIdentity;
import io.github.schsm.PinRequiredException;
import io.github.schsm.PublicKeyChallenge;
import io.github.schsm.SchsmException;
import io.github.schsm.SchsmException.Reason;
import io.github.schsm.TransportException;
import io.github.schsm.UnsupportedByDeviceException;
import io.github.schsm.card.apdu.CardCommand;
import io.github.schsm.card.apdu.CommandApdu;
import io.github.schsm.card.apdu.ResponseApdu;
import io.github.schsm.card.apdu.RetryPolicy;
import io.github.schsm.card.apdu.StatusWords;
import io.github.schsm.card.apdu.TransmitFailure;
import io.github.schsm.card.apdu.UnprotectedAnswerException;
import io.github.schsm.card.channel.SecureChannelMode;
import io.github.schsm.card.files.Files;
import io.github.schsm.card.quirk.AppletInfo;
import io.github.schsm.card.quirk.DeviceQuirks;
import io.github.schsm.card.transport.CommandLimits;
import io.github.schsm.card.transport.PcscTransport;
import io.github.schsm.card.transport.PinPad;
import io.github.schsm.login.Authenticator;
import io.github.schsm.login.LoginState;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One transaction of one login, and the recovery rules. Readers reset, cards come and go, and other programs select
 * their own applet or log ours out between any two of our transactions; the rules say what may be repeated then:
 *
 * <ul>
 *   <li>lost before anything was sent: connect again, check that it is the same device, send;
 *   <li>lost with the outcome unknown: the same, but only for a command that does no harm twice;
 *   <li>the first answer of a transaction may be a foreign applet's: look, select ours again, send again;
 *   <li>6982 although a PIN was verified: select, verify, send again, once;
 *   <li>a PIN goes only to an applet that is known to be ours, and never by itself when one try is left;
 *   <li>what has to go over a secure channel ({@link SecureChannelMode}) waits until there is one. A bare status word where a
 *       protected answer was due may come from a foreign applet too, if it is the first answer of a transaction: then
 *       ours is selected, a new channel made, and the command sent again if it does no harm twice (one that does goes
 *       out only after a protected answer in the same transaction). Any other answer that does not verify ends the
 *       connection.
 * </ul>
 */
final class CardTransaction implements AutoCloseable {
    /** Whether a command needs the user PIN. */
    enum Pin {
        NEEDED,
        NOT_NEEDED
    }

    private static final int PROBED = 0x40;

    private final TransactionQueue queue;
    private final CardDevice device;
    private final @Nullable Authenticator authenticator;
    private boolean open = true;
    private int selections;

    private CardTransaction(TransactionQueue queue, CardDevice device, @Nullable Authenticator authenticator) {
        this.queue = queue;
        this.device = device;
        this.authenticator = authenticator;
    }

    /** Begins a transaction with a device, once it is this thread's turn. */
    static CardTransaction begin(TransactionQueue queue, CardDevice device, @Nullable Authenticator authenticator)
            throws SchsmException {
        queue.enter();
        boolean begun = false;
        try {
            device.bind(queue.connection().identity());
            begun = true;
        } finally {
            if (!begun) {
                queue.leave();
            }
        }
        return new CardTransaction(queue, device, authenticator);
    }

    @Override
    public void close() {
        open = false;
        queue.leave();
    }

    String reader() {
        return queue.reader();
    }

    /** Which reader of which source it is. */
    Object place() {
        return queue.place();
    }

    /** How long commands may be, with the secure channel counted in where there is one or may be one by then. */
    CommandLimits limits() {
        CommandLimits limits = connection().limits();
        limits.setProtected(
                device.channel() != SecureChannelMode.PLAIN || connection().hasChannel());
        return limits;
    }

    /** What people call the device. */
    String deviceName() {
        return device.name();
    }

    DeviceIdentity identity() {
        return connection().identity();
    }

    /** The device has got its certificate where it had none. */
    void identified(DeviceIdentity found) {
        connection().identified(found);
        device.identified(found);
    }

    AppletInfo applet() {
        return connection().applet();
    }

    /** What is different about this device. */
    DeviceQuirks quirks() {
        return connection().quirks();
    }

    Connection connection() {
        if (!open) {
            throw new IllegalStateException("the card was used after withCard(..) had returned");
        }
        return queue.connection();
    }

    /** Sends a command and gives its answer, whatever the status word. */
    ResponseApdu transmit(CardCommand name, CommandApdu command, Pin pin, RetryPolicy retry) throws SchsmException {
        ensureConnected();
        if (connection().hasChannel() && isHarmfulTwice(name, retry)) {
            ensureApplet();
        }
        boolean justVerified = pin == Pin.NEEDED && authenticateIfNeeded();
        ResponseApdu response = deliver(name, command, pin, retry);
        if (response.sw() != StatusWords.SECURITY_STATUS_NOT_SATISFIED || pin != Pin.NEEDED) {
            return response;
        }
        if (!justVerified && authenticator != null && logInAgain(authenticator)) {
            response = deliver(name, command, pin, retry);
        }
        if (response.sw() == StatusWords.SECURITY_STATUS_NOT_SATISFIED) {
            new MissingKeys(this).tell(name);
        }
        return response;
    }

    /** A SELECT would end what holders of registered keys have done: then the PIN alone is verified again. */
    private boolean logInAgain(Authenticator login) throws SchsmException {
        if (logins().isKeyPresented()) {
            logins().pinEnded();
            logins().distrusted();
            return new CardLogin(this).login(login);
        }
        selectAgain();
        return authenticateIfNeeded();
    }

    /**
     * Counts how often the applet was selected in this transaction. If it grows, what commands before told the device
     * (verification keys) is forgotten.
     */
    int selections() {
        return selections;
    }

    /** Selects the applet: logs out, and ends the secure channel. */
    AppletInfo select() throws SchsmException {
        ensureConnected(false);
        selections++;
        try {
            queue.reselect();
        } catch (TransmitFailure e) {
            queue.drop();
            connectAgain();
        }
        return applet();
    }

    /** Resets the card and connects again: whatever was known to the device of this session it has forgotten. */
    void reset() throws SchsmException {
        ensureConnected(false);
        queue.reset();
        connectAgain();
        ensureConnected();
    }

    /** Longer commands do not get through this reader. */
    void limitCommands(int length) {
        queue.limitCommands(length);
    }

    private void selectAgain() throws SchsmException {
        select();
        ensureConnected();
    }

    /** Verifies the authenticator's PIN unless that was done on this connection. */
    void login() throws SchsmException {
        ensureConnected();
        if (authenticator == null) {
            throw pinRequired("no PIN was given");
        }
        if (!logins().isVerifiedBy(authenticator) && !new CardLogin(this).login(authenticator)) {
            throw pinRequired("there is no PIN to verify, or the device refused it before; enter it again");
        }
    }

    /** Sends something that holds a PIN, only to our own applet and never twice. */
    ResponseApdu transmitSecret(CardCommand name, CommandApdu command) throws SchsmException {
        ensureConnected();
        ensureApplet();
        return deliver(name, command, Pin.NOT_NEEDED, RetryPolicy.NEVER);
    }

    /** The reader's PIN pad. */
    PinPad pinPad() throws SchsmException {
        ensureConnected();
        try {
            return connection().pinPad();
        } catch (TransmitFailure e) {
            queue.drop();
            throw e.reported();
        }
    }

    /** Whether what is typed on the reader's pad can get to the card: it does so in plain. */
    boolean isPadUsable() {
        return device.channel() != SecureChannelMode.SECURE && !connection().hasChannel();
    }

    /**
     * Before anybody is asked to type.
     *
     * @throws UnsupportedByDeviceException if what is typed would have to go over a secure channel
     */
    void requireNoChannel() throws UnsupportedByDeviceException {
        if (!isPadUsable()) {
            throw new UnsupportedByDeviceException("reader '" + reader() + "': what is typed on its PIN pad goes to the"
                    + " card by itself, which would end the secure channel; use channel = plain, or another pin = …");
        }
    }

    /** Has a command sent with what is typed on the reader's pad, only to our own applet and never twice. */
    ResponseApdu enter(CardCommand name, int code, byte[] structure) throws SchsmException {
        ensureConnected();
        ensureApplet();
        requireNoChannel();
        try {
            return connection().enter(name, code, structure);
        } catch (TransmitFailure e) {
            queue.drop();
            throw e.reported();
        }
    }

    /** Who is logged in. */
    LoginState<Object> logins() {
        return queue.logins();
    }

    /** For whom a login of this transaction counts: without an authenticator, for the transaction alone. */
    Object user() {
        return authenticator == null ? this : authenticator;
    }

    /**
     * Whether the device has given this challenge last and nothing has undone it as far as is known; it is used up
     * then.
     */
    boolean takeChallenge(PublicKeyChallenge challenge) throws SchsmException {
        ensureConnected();
        boolean open = challenge.equals(connection().challenge());
        if (open) {
            connection().setChallenge(null);
            logins().keyPresented();
        }
        return open;
    }

    /** Whether this transaction's login was typed on the reader's pad, and counts here. */
    boolean isVerifiedOnReader() {
        return authenticator != null && authenticator.isOnReader() && logins().isVerifiedBy(authenticator);
    }

    /**
     * A PIN was verified only to be changed: it is nobody's login, and who has none must not profit from it, whether or
     * not the device goes on in that state.
     */
    void verifiedForNobody() {
        if (queue.isConnected()) {
            logins().verifiedForNobody();
        }
    }

    /** Ends what a verified SO-PIN allows, unless the connection is gone and that with it, or keys would be logged out. */
    void endSecurityOfficer() {
        if (!queue.isConnected() || logins().isKeyPresented()) {
            return;
        }
        try {
            select();
        } catch (SchsmException gone) {
            PcscTransport.LOG.log(System.Logger.Level.DEBUG, "the card is gone, and the login with it", gone);
        }
    }

    /** The device was initialized: neither a verified PIN nor a secure channel need have outlived it. */
    void startAgain() {
        logins().pinEnded();
        connection().closeChannel();
    }

    /** The device refused a PIN, which ends the login that there was. */
    void pinRefused() {
        logins().pinEnded();
        logins().refused();
    }

    private void ensureConnected() throws SchsmException {
        ensureConnected(device.channel() == SecureChannelMode.SECURE);
    }

    private void ensureConnected(boolean withChannel) throws SchsmException {
        if (!open) {
            throw new IllegalStateException("the card was used after withCard(..) had returned");
        }
        if (!queue.isConnected()) {
            connectAgain();
        }
        if (withChannel) {
            ensureChannel();
        }
    }

    private void connectAgain() throws SchsmException {
        selections++;
        queue.connect();
        device.bind(connection().identity());
    }

    /** Makes a secure channel to a device that is trusted, if there is none, however often the connection is lost. */
    private void ensureChannel() throws SchsmException {
        device.requireTrusted(identity());
        if (connection().hasChannel()) {
            return;
        }
        try {
            openChannel();
        } catch (TransmitFailure lost) {
            queue.drop();
            connectAgain();
            try {
                openChannel();
            } catch (TransmitFailure again) {
                queue.drop();
                throw again.reported();
            }
        }
    }

    /** A refusal may be a foreign applet's, if it is the first answer of the transaction. */
    private void openChannel() throws TransmitFailure, SchsmException {
        try {
            try {
                connection().openChannel();
            } catch (UnsupportedByDeviceException | TransportException refused) {
                if (queue.appletSeen() || SchsmException.is(refused, Reason.TRANSPORT)) {
                    throw refused;
                }
                selections++;
                queue.reselect();
                connection().openChannel();
            }
            queue.sawApplet();
        } catch (TransportException e) {
            if (e.reason() != Reason.SECURE_CHANNEL) {
                throw e;
            }
            endAfter(e);
            throw e;
        }
    }

    /** The way to the device is not to be trusted: nothing that was known about it counts any more. */
    private void endAfter(TransportException broken) {
        PcscTransport.LOG.log(System.Logger.Level.DEBUG, "the connection ends", broken);
        queue.drop();
        logins().distrusted();
    }

    private ResponseApdu deliver(CardCommand name, CommandApdu command, Pin pin, RetryPolicy retry)
            throws SchsmException {
        protect(name, command);
        ResponseApdu response;
        try {
            response = connection().chain().process(name, command);
        } catch (TransportException broken) {
            if (broken.reason() == Reason.SECURE_CHANNEL) {
                endAfter(broken);
            }
            throw broken;
        } catch (TransmitFailure lost) {
            response = deliverAgain(name, command, pin, retry, lost);
        } catch (UnprotectedAnswerException unprotected) {
            response = deliverOverNewChannel(name, command, pin, retry, unprotected);
        }
        if (!queue.appletSeen()) {
            if (!connection().hasChannel() && StatusWords.mayBeForeign(response.sw()) && !isOurApplet()) {
                selectAgain();
                if (pin == Pin.NEEDED) {
                    authenticateIfNeeded();
                }
                response = sendOrFail(name, command);
            }
            queue.sawApplet();
        }
        return response;
    }

    private ResponseApdu deliverAgain(
            CardCommand name, CommandApdu command, Pin pin, RetryPolicy retry, TransmitFailure lost)
            throws SchsmException {
        queue.drop();
        if (lost.outcomeUnknown() && retry == RetryPolicy.NEVER) {
            throw lost.reported();
        }
        try {
            connectAgain();
            ensureConnected();
        } catch (SchsmException e) {
            if (lost.outcomeUnknown()) {
                lost.reported().addSuppressed(e);
                throw lost.reported();
            }
            throw e;
        }
        if (pin == Pin.NEEDED) {
            authenticateIfNeeded();
        }
        return sendOrFail(name, command);
    }

    /**
     * A bare status word came over the channel. What it says is believed of two things only, because neither gives
     * anything away: that there may be a foreign applet, and that the reader may take shorter commands only (what is
     * sent in another form after that does no harm twice).
     */
    private ResponseApdu deliverOverNewChannel(
            CardCommand name, CommandApdu command, Pin pin, RetryPolicy retry, UnprotectedAnswerException unprotected)
            throws SchsmException {
        boolean tooLong = unprotected.sw() == StatusWords.WRONG_LENGTH && limits().mayBeTooLong(command);
        if (!tooLong && (isHarmfulTwice(name, retry) || queue.appletSeen())) {
            throw broken(name, unprotected);
        }
        selectAgain();
        if (tooLong) {
            return new ResponseApdu(new byte[0], StatusWords.WRONG_LENGTH);
        }
        if (pin == Pin.NEEDED) {
            authenticateIfNeeded();
        }
        return sendOrFail(name, command);
    }

    /** The answer to a challenge is refused the second time, and has to follow it immediately. */
    private static boolean isHarmfulTwice(CardCommand name, RetryPolicy retry) {
        return retry == RetryPolicy.NEVER && name != CardCommand.EXTERNAL_AUTHENTICATE;
    }

    private TransportException broken(CardCommand name, UnprotectedAnswerException unprotected) {
        TransportException broken = connection().broken(name, unprotected);
        endAfter(broken);
        return broken;
    }

    private ResponseApdu sendOrFail(CardCommand name, CommandApdu command) throws SchsmException {
        try {
            return send(name, command);
        } catch (TransmitFailure e) {
            queue.drop();
            throw e.reported();
        } catch (UnprotectedAnswerException e) {
            throw broken(name, e);
        }
    }

    private ResponseApdu send(CardCommand name, CommandApdu command)
            throws TransmitFailure, UnprotectedAnswerException, SchsmException {
        protect(name, command);
        try {
            return connection().chain().process(name, command);
        } catch (TransportException e) {
            if (e.reason() != Reason.SECURE_CHANNEL) {
                throw e;
            }
            endAfter(e);
            throw e;
        }
    }

    /** What has to be protected is, or does not go. */
    private void protect(CardCommand name, CommandApdu command) throws SchsmException {
        if (device.channel().protects(name, command)) {
            ensureChannel();
        }
    }

    /** Whether the applet that answers now has our device's certificates: one command, and nobody is logged out. */
    private boolean isOurApplet() throws SchsmException {
        if (identity().isMissing()) {
            // Nothing tells ours from others.
            return false;
        }
        byte[] expected = identity().encode();
        CommandApdu probe = FileReading.command(Files.DEVICE_CERTIFICATES, 0, Math.min(PROBED, expected.length));
        byte[] found;
        try {
            found = send(CardCommand.READ_BINARY, probe).data();
        } catch (TransmitFailure e) {
            queue.drop();
            throw e.reported();
        } catch (UnprotectedAnswerException e) {
            return false;
        }
        return found.length > 0
                && found.length <= expected.length
                && Arrays.equals(found, 0, found.length, expected, 0, found.length);
    }

    /** Makes sure that it is our applet that answers. */
    void ensureApplet() throws SchsmException {
        if (!queue.appletSeen()) {
            if (isOurApplet()) {
                queue.sawApplet();
            } else {
                selectAgain();
            }
        }
    }

    /** Returns whether this call sent a PIN and it was accepted. */
    private boolean authenticateIfNeeded() throws SchsmException {
        if (authenticator != null) {
            if (logins().isVerifiedBy(authenticator)) {
                return false;
            }
            if (new CardLogin(this).login(authenticator)) {
                return true;
            }
        }
        if (logins().isVerified() && !logins().isVerifiedBy(user())) {
            throw pinRequired("only another user of this program has verified it");
        }
        return false;
    }

    private static PinRequiredException pinRequired(String why) {
        return new PinRequiredException(
                CardCommand.VERIFY.title(),
                StatusWords.SECURITY_STATUS_NOT_SATISFIED,
                "user PIN: it must be verified first, and " + why);
    }
}
