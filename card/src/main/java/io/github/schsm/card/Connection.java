// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.card;

import io.github.schsm.DeviceException;
import io.github.schsm.DeviceIdentity;
import io.github.schsm.MalformedDataException;
import io.github.schsm.PublicKeyChallenge;
import io.github.schsm.SchsmException;
import io.github.schsm.SchsmException.Reason;
import io.github.schsm.TokenNotPresentException;
import io.github.schsm.TransportException;
import io.github.schsm.UnsupportedByDeviceException;
import io.github.schsm.card.apdu.ApduProcessor;
import io.github.schsm.card.apdu.CardCommand;
import io.github.schsm.card.apdu.CommandApdu;
import io.github.schsm.card.apdu.ResponseApdu;
import io.github.schsm.card.apdu.StatusWords;
import io.github.schsm.card.apdu.TransmitFailure;
import io.github.schsm.card.apdu.UnprotectedAnswerException;
import io.github.schsm.card.channel.ChannelProtocol;
import io.github.schsm.card.channel.ChipAuthentication;
import io.github.schsm.card.channel.SecureMessagingProcessor;
import io.github.schsm.card.files.Files;
import io.github.schsm.card.quirk.AppletInfo;
import io.github.schsm.card.quirk.DeviceQuirks;
import io.github.schsm.card.quirk.QuirkProcessor;
import io.github.schsm.card.quirk.ReaderQuirk;
import io.github.schsm.card.transport.CardTransport;
import io.github.schsm.card.transport.CommandLimits;
import io.github.schsm.card.transport.LimitProcessor;
import io.github.schsm.card.transport.PinPad;
import io.github.schsm.card.transport.RemainderProcessor;
import io.github.schsm.card.transport.TraceProcessor;
import io.github.schsm.codec.PrintableText;
import io.github.schsm.login.LoginState;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A connection to a card with the applet selected, the chain of processors to it, and what is known about it: which
 * device it is, how long commands may be, and the secure channel if there is one. All of it ends with the connection, so
 * that nothing of a former life of the card is ever believed; who is logged in, too, which {@link LoginState} keeps.
 *
 * <p>A command passes, in this order: quirks of the device, the reader's limits, the trace, secure messaging where there
 * is a channel, the collection of long answers, and the terminal.
 */
final class Connection {
    private final CardTransport transport;
    private final String reader;
    private final CommandLimits limits;
    private final ApduProcessor wire;
    private final LoginState<Object> logins;
    private DeviceQuirks quirks;
    private ApduProcessor plain;
    private @Nullable SecureMessagingProcessor channel;
    private @Nullable ApduProcessor hidden;
    private @Nullable AppletInfo applet;
    private @Nullable DeviceIdentity identity;
    private final Map<String, String> taught = new HashMap<>();
    private @Nullable PublicKeyChallenge challenge;
    private @Nullable PinPad pinPad;
    private boolean longRsaUnwrapped;

    private Connection(CardTransport transport, String reader, boolean extended, LoginState<Object> logins) {
        this.transport = transport;
        this.logins = logins;
        this.reader = PrintableText.of(reader);
        this.quirks = DeviceQuirks.of(new DeviceQuirks.Seen(transport.atr(), reader, AppletInfo.NOTHING));
        this.limits = new CommandLimits(quirks.commandLimit(), extended, transport.maxAnswer(), ReaderQuirk.of(reader));
        this.wire = new RemainderProcessor(this.reader, transport);
        this.plain = chain("", wire);
    }

    private ApduProcessor chain(String how, ApduProcessor end) {
        ApduProcessor shown =
                TraceProcessor.TRACE.isLoggable(System.Logger.Level.TRACE) ? new TraceProcessor(reader, how, end) : end;
        return new QuirkProcessor(quirks, new LimitProcessor(limits, shown));
    }

    private void putTogether() {
        plain = chain("", wire);
        hidden = channel == null ? null : chain(" (protected)", channel);
    }

    /** Begins a transaction. */
    void begin() throws TransmitFailure {
        transport.begin();
        putTogether();
    }

    /** The way to the card: over the secure channel if there is one. */
    ApduProcessor chain() {
        ApduProcessor protectedWay = hidden;
        return protectedWay != null && hasChannel() ? protectedWay : plain;
    }

    /**
     * Selects the applet and reads the device's certificates: two commands, the least that tells which device this is. A
     * card whose PIN was verified before it was handed over keeps that: its applet is not selected.
     *
     * @param transport a connection on which a transaction has begun
     * @param logins    told when a selection ends them
     * @throws TokenNotPresentException if the card is no SmartCard-HSM
     */
    static Connection open(CardTransport transport, String reader, boolean extended, LoginState<Object> logins)
            throws TransmitFailure, SchsmException {
        Connection connection = new Connection(transport, reader, extended, logins);
        if (!connection.isHandedOver()) {
            connection.select();
            connection.identify();
        }
        return connection;
    }

    /** Whether the applet is selected, the PIN verified, and nothing that was done here the reason. */
    private boolean isHandedOver() throws TransmitFailure, SchsmException {
        if (!transport.isVerifiedElsewhere()) {
            return false;
        }
        CommandApdu state = CommandApdu.of(0x00, 0x20, 0x00, Pins.USER, CommandApdu.NO_LE);
        if (!sendPlain(CardCommand.VERIFY, state).isOk()) {
            return false;
        }
        try {
            identify();
        } catch (DeviceException | MalformedDataException anotherApplet) {
            return false;
        }
        if (identity().isMissing()) {
            return false;
        }
        logins.ended();
        applet = AppletInfo.NOTHING;
        return true;
    }

    /** Reads the device's certificates. Some firmware has none, or no such file, before it was initialized. */
    private void identify() throws TransmitFailure, SchsmException {
        byte[] file;
        try {
            file = FileReading.<TransmitFailure>read(Files.DEVICE_CERTIFICATES, limits, this::sendPlain);
        } catch (DeviceException none) {
            if (none.reason() != Reason.OBJECT_NOT_FOUND) {
                throw none;
            }
            file = new byte[0];
        }
        identity = DeviceIdentity.ofDevice(file);
    }

    /** The device has got a certificate where it had none. */
    void identified(DeviceIdentity found) {
        identity = found;
    }

    CardTransport transport() {
        return transport;
    }

    CommandLimits limits() {
        return limits;
    }

    DeviceIdentity identity() {
        if (identity == null) {
            throw new IllegalStateException("the device was not identified yet");
        }
        return identity;
    }

    AppletInfo applet() {
        if (applet == null) {
            throw new IllegalStateException("the applet was not selected yet");
        }
        return applet;
    }

    /** Selects the applet; whatever was verified no longer is, and there is no secure channel. */
    AppletInfo select() throws TransmitFailure, SchsmException {
        logins.ended();
        challenge = null;
        taught.clear();
        closeChannel();
        ResponseApdu response = sendPlain(CardCommand.SELECT, Files.SELECT_APPLET);
        if (!response.isOk()) {
            throw new TokenNotPresentException(
                    Reason.OTHER_CARD,
                    String.format(
                            Locale.ROOT,
                            "reader '%s': the card in it is no SmartCard-HSM (SELECT answered %04X)",
                            reader,
                            response.sw()));
        }
        AppletInfo selected = AppletInfo.parse(response.data());
        applet = selected;
        quirks = DeviceQuirks.of(new DeviceQuirks.Seen(transport.atr(), reader, selected));
        putTogether();
        return selected;
    }

    /** The challenge that the device gave last for public key authentication, unless something has undone it. */
    @Nullable
    PublicKeyChallenge challenge() {
        return challenge;
    }

    /** Fingerprints of keys that the device was told of since the applet was selected, by their holders' references. */
    Map<String, String> taught() {
        return taught;
    }

    void setChallenge(@Nullable PublicKeyChallenge given) {
        challenge = given;
    }

    /** Whether a long RSA key was taken out of its blob since the card was reset. */
    boolean isLongRsaUnwrapped() {
        return longRsaUnwrapped;
    }

    void setLongRsaUnwrapped() {
        longRsaUnwrapped = true;
    }

    /** Whether there is a secure channel: then everything goes over it. */
    boolean hasChannel() {
        return channel != null && !channel.isClosed();
    }

    /** What is different about this device. */
    DeviceQuirks quirks() {
        return quirks;
    }

    /** The reader's PIN pad, which is asked for once. */
    PinPad pinPad() throws TransmitFailure {
        PinPad known = pinPad;
        if (known == null) {
            known = PinPad.of(transport);
            pinPad = known;
        }
        return known;
    }

    /** Has a command sent with what is typed on the reader's pad. Takes as long as the person does. */
    ResponseApdu enter(CardCommand name, int code, byte[] structure) throws TransmitFailure {
        TraceProcessor.TRACE.log(System.Logger.Level.TRACE, "{0} > {1} *** from the PIN pad", reader, name.title());
        try {
            ResponseApdu response = ResponseApdu.parse(transport.control(code, structure));
            TraceProcessor.TRACE.log(System.Logger.Level.TRACE, "{0} < {1}", reader, response);
            return response;
        } catch (MalformedDataException e) {
            throw new TransmitFailure(new TransportException("reader '" + reader + "': " + e.getMessage(), e), true);
        }
    }

    /**
     * Makes a secure channel to the device whose certificate this connection has read. The caller has verified the
     * certificate.
     *
     * @throws UnsupportedByDeviceException if the device makes none, or not yet
     * @throws TransportException       if the other side lacks the device's private key
     */
    void openChannel() throws TransmitFailure, SchsmException {
        ChannelProtocol protocol = selectProtocol();
        try {
            ChipAuthentication authentication = ChipAuthentication.of(protocol, identity());
            ResponseApdu answer = sendPlain(CardCommand.GENERAL_AUTHENTICATE, authentication.command());
            requireChannel(CardCommand.GENERAL_AUTHENTICATE, answer);
            channel = new SecureMessagingProcessor(
                    authentication.open(identity(), answer.data()),
                    reader,
                    identity().deviceId(),
                    limits,
                    wire);
            putTogether();
        } catch (MalformedDataException e) {
            throw new TransportException(
                    Reason.SECURE_CHANNEL,
                    where() + "there is no secure channel: " + e.getMessage() + "; nothing else was sent",
                    e);
        }
        TraceProcessor.TRACE.log(System.Logger.Level.TRACE, "{0}   secure channel, {1}", reader, protocol);
    }

    /** AES, or Triple-DES where the device refuses AES and never had it. */
    private ChannelProtocol selectProtocol() throws TransmitFailure, SchsmException {
        ResponseApdu aes = sendPlain(CardCommand.MSE_SET, ChipAuthentication.select(ChannelProtocol.AES_128));
        if (aes.isOk()) {
            return ChannelProtocol.AES_128;
        }
        if (ChipAuthentication.isKnownToSpeakAes(identity())) {
            throw new TransportException(
                    Reason.SECURE_CHANNEL,
                    String.format(
                            Locale.ROOT,
                            "%sdevice %s answered %04X to a protocol of the secure channel that it has used before; a weaker one"
                                    + " is not tried, because somebody on the way to the device may want just that",
                            where(),
                            identity().deviceId(),
                            aes.sw()));
        }
        if (!StatusWords.refusesProtocol(aes.sw())) {
            requireChannel(CardCommand.MSE_SET, aes);
        }
        ResponseApdu des = sendPlain(CardCommand.MSE_SET, ChipAuthentication.select(ChannelProtocol.TRIPLE_DES));
        requireChannel(CardCommand.MSE_SET, des);
        return ChannelProtocol.TRIPLE_DES;
    }

    private void requireChannel(CardCommand command, ResponseApdu response) throws UnsupportedByDeviceException {
        if (!response.isOk()) {
            String why = response.sw() == StatusWords.SECURITY_STATUS_NOT_SATISFIED
                    ? "it makes a secure channel only after the PIN was verified, so the PIN would have to go in plain"
                    : "it does not make a secure channel";
            throw new UnsupportedByDeviceException(String.format(
                    Locale.ROOT,
                    "device %s: %s (%s answered %04X); nothing else was sent, channel = plain in the configuration does"
                            + " without",
                    identity().deviceId(),
                    why,
                    command.title(),
                    response.sw()));
        }
    }

    /** Wipes the keys of the secure channel. */
    void closeChannel() {
        SecureMessagingProcessor closed = channel;
        if (closed != null) {
            channel = null;
            hidden = null;
            closed.close();
        }
    }

    private String where() {
        return "reader '" + reader + "': ";
    }

    /** What to tell when an answer is not the one that the device protected. */
    TransportException broken(CardCommand name, UnprotectedAnswerException cause) {
        return SecureMessagingProcessor.broken(
                reader, identity().deviceId(), name, "it is " + cause.getMessage(), cause);
    }

    /** Sends a command that needs no protection while there is no channel. */
    private ResponseApdu sendPlain(CardCommand name, CommandApdu command) throws TransmitFailure, SchsmException {
        try {
            return plain.process(name, command);
        } catch (UnprotectedAnswerException never) {
            throw new IllegalStateException("nothing is protected here", never);
        }
    }

    /** The same as {@link #close}, and resets the card. */
    void closeWithReset() {
        forget();
        transport.closeWithReset();
    }

    /**
     * Ends the transaction if there is one, wipes the keys of the channel, and gives the card back. What the device was
     * can still be asked.
     */
    void close() {
        forget();
        transport.close();
    }

    private void forget() {
        challenge = null;
        closeChannel();
    }
}
