// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.card;

import io.github.schsm.DeviceIdentity;
import io.github.schsm.DeviceTrust;
import io.github.schsm.SchsmException;
import io.github.schsm.SchsmException.Reason;
import io.github.schsm.TokenNotPresentException;
import io.github.schsm.TransportException;
import io.github.schsm.UntrustedDeviceException;
import io.github.schsm.card.channel.SecureChannelMode;
import io.github.schsm.card.transport.TerminalSource;
import io.github.schsm.codec.PrintableText;
import io.github.schsm.login.Authenticator;
import io.github.schsm.login.FixedPinSource;
import io.github.schsm.login.TokenAuthenticator;
import io.github.schsm.login.UnderLogin;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A SmartCard-HSM, and the only way to it: {@link #withCard}. Everybody who uses the reader in this JVM, by whatever
 * {@code CardDevice}, queues up behind one fair lock and gets the card for one short PC/SC transaction.
 *
 * <p>It means one device, the one that is found at first use. It survives removal, re-insertion, resets and a restart of
 * the PC/SC service; a different device in the same reader is refused.
 */
public final class CardDevice {
    private final TransactionQueue queue;
    private final SecureChannelMode channel;
    private final DeviceTrust trust;
    private volatile @Nullable DeviceIdentity identity;
    private volatile @Nullable DeviceIdentity trusted;
    private volatile boolean nameShared;

    private CardDevice(TransactionQueue queue, SecureChannelMode channel, DeviceTrust trust) {
        this.queue = queue;
        this.channel = channel;
        this.trust = trust;
    }

    /**
     * The device in a reader. Nothing is sent before first use.
     *
     * @param source     where the reader comes from
     * @param readerName the reader's PC/SC name
     */
    public static CardDevice of(TerminalSource source, String readerName) {
        return of(source, readerName, SecureChannelMode.PLAIN, DeviceTrust.of(List.of()));
    }

    /**
     * The device in a reader, spoken to over a secure channel. Where several users in this JVM speak to one device and
     * one of them made a channel that lasts, the others use it too.
     *
     * @param source     where the reader comes from
     * @param readerName the reader's PC/SC name
     * @param channel    which commands go over a secure channel
     * @param trust      which devices one is made to; {@link SecureChannelMode#PLAIN} does not ask
     */
    public static CardDevice of(
            TerminalSource source, String readerName, SecureChannelMode channel, DeviceTrust trust) {
        return new CardDevice(TransactionQueue.of(source, readerName), channel, trust);
    }

    SecureChannelMode channel() {
        return channel;
    }

    /** The device has got its certificate where it had none. */
    void identified(DeviceIdentity found) {
        identity = found;
    }

    /** A secure channel says only that the key in the certificate is at its other end: whose it is, the chain says. */
    void requireTrusted(DeviceIdentity found) throws UntrustedDeviceException {
        DeviceIdentity known = trusted;
        if (known == null || !known.equals(found)) {
            try {
                trust.verify(found);
            } catch (UntrustedDeviceException e) {
                throw new UntrustedDeviceException(
                        e.getMessage()
                                + "; no secure channel is made to it: name its root as trust, or set channel = plain",
                        e);
            }
            trusted = found;
        }
    }

    /** The reader's PC/SC name. */
    public String readerName() {
        return queue.reader();
    }

    /** A defect that such a device is known for, by what was seen when it was connected to; empty almost always. */
    public Optional<String> defect() {
        return queue.defect();
    }

    /**
     * How often the applet in this reader was selected from this JVM. Each time ended every login, even that of anybody
     * who speaks to the card in another way.
     */
    public long selections() {
        return queue.selections();
    }

    /** How often this JVM has connected to the card in this reader: again after it was out, or reset by others. */
    public long connections() {
        return queue.connections();
    }

    /**
     * Which device it is: its certificates, as the device gave them, not yet traced to any root. Asked from the device
     * at first use only.
     *
     * @throws SchsmException if it was not known yet and the device cannot be reached
     */
    public DeviceIdentity identity() throws SchsmException {
        DeviceIdentity known = identity;
        if (known == null) {
            known = queue.seenByOthers();
        }
        if (known == null) {
            return withCard(null, SmartCardHsm::identity);
        }
        identity = known;
        return known;
    }

    /**
     * Uses the card in one transaction, for what needs no PIN. Waits until it is this thread's turn; there is no
     * deadline, because generating an RSA key takes as long as it takes. May be nested on one thread; the inner use is
     * part of the outer transaction.
     *
     * @param function what to do; the card is valid until it returns
     * @param <T>      what comes out
     * @throws TokenNotPresentException                 if there is no reader, no card, or another device in it, or if
     *                                                  the card went during a command that may not be repeated
     * @throws UntrustedDeviceException                 if a secure channel is wanted and the device does not trace to a
     *                                                  trusted root
     * @throws TransportException                       if PC/SC or the secure channel fails, or the thread was
     *                                                  interrupted while it waited (its interrupt flag is set then)
     * @throws io.github.schsm.PinRequiredException     if a command needs the PIN
     * @throws io.github.schsm.DeviceException          if the device answered a command with an error
     * @throws SchsmException                           if the function does
     */
    public <T> T withCard(CardFunction<T> function) throws SchsmException {
        Authenticator login = function instanceof UnderLogin use ? use.login() : null;
        try (CardTransaction transaction = CardTransaction.begin(queue, this, login)) {
            return function.apply(new SmartCardHsm(transaction));
        }
    }

    /** The same under a login that lasts: what other modules of this project have is an {@link UnderLogin}. */
    <T> T withCard(@Nullable Authenticator authenticator, CardFunction<T> function) throws SchsmException {
        try (CardTransaction transaction = CardTransaction.begin(queue, this, authenticator)) {
            return function.apply(new SmartCardHsm(transaction));
        }
    }

    /**
     * The same with the user PIN: it is verified when a command needs it, once in each use.
     *
     * @param pin      6 to 16 characters; the caller's to wipe
     * @param function what to do; the card is valid until it returns
     * @param <T>      what comes out
     * @throws io.github.schsm.PinException if the PIN is wrong, blocked or a transport PIN
     * @throws SchsmException               as {@link #withCard}
     */
    public <T> T withPin(char[] pin, CardFunction<T> function) throws SchsmException {
        TokenAuthenticator login = new TokenAuthenticator(name(), new FixedPinSource(pin), true);
        try {
            return withCard(login, function);
        } finally {
            login.destroy();
        }
    }

    /** Logs out and gives the card back, for other programs; the next use connects again. */
    public void disconnect() throws SchsmException {
        queue.disconnect();
    }

    /**
     * Says that somebody goes on using the card in this reader. What this JVM shares of it ends when all who said so have
     * {@linkplain #release released} it.
     *
     * @param owner held weakly
     */
    public void retain(Object owner) {
        queue.retain(owner);
    }

    /** Somebody uses the card no more: after the last one it is logged out and given back. Never throws. */
    public void release(Object owner) {
        queue.release(owner);
    }

    /** The device that is there must be this one, by its key: names may be shared, and certificates be written again. */
    void bind(DeviceIdentity found) throws TokenNotPresentException {
        DeviceIdentity known = identity;
        // Of devices without a certificate the one in the reader is meant.
        if (known == null || known.isSameDevice(found) || (known.isMissing() && found.isMissing())) {
            identity = found;
        } else if (!known.equals(found)) {
            boolean sameName = known.deviceId().equals(found.deviceId());
            String missing = sameName ? known.uniqueName() : known.deviceId();
            throw new TokenNotPresentException(
                    Reason.TOKEN_CHANGED,
                    "reader '" + queue.reader() + "': device "
                            + (sameName ? found.uniqueName() : found.deviceId()) + " is in it, not " + missing
                            + "; insert "
                            + missing + " again");
        }
    }

    /**
     * What the device is called: its device id, or where others have that too {@link DeviceIdentity#uniqueName()}.
     * Empty before it was looked at.
     */
    public String name() {
        DeviceIdentity known = identity;
        if (known == null) {
            return "";
        }
        return nameShared ? known.uniqueName() : known.deviceId();
    }

    /** Another device with its id is around: from now on this one is called by its key as well. */
    public void nameIsShared() {
        nameShared = true;
    }

    @Override
    public String toString() {
        String name = name();
        return PrintableText.of((name.isEmpty() ? "SmartCard-HSM" : name) + " in reader '" + queue.reader() + "'");
    }
}
