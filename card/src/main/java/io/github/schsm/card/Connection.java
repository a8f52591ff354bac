package io.github.schsm.card;

import io.github.schsm.DeviceIdentity;
import io.github.schsm.MalformedDataException;
import io.github.schsm.PublicKeyChallenge;
import io.github.schsm.SchsmException;
import io.github.schsm.TransportException;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Collections;
import java.util.Set;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A connection to a card with the applet selected, and what is known about it: which device it is, how long commands
 * may be, and whose PIN was verified. All of it ends with the connection, so that nothing of a former life of the card
 * is ever believed.
 */
final class Connection {
    /** Where commands and answers are shown, secrets masked; at level TRACE. */
    static final System.Logger TRACE = System.getLogger("io.github.schsm.card.apdu");

    private static final int SW1_MORE = 0x61;
    private static final int SW1_WRONG_LE = 0x6C;
    private static final int MAX_GET_RESPONSE = 512;

    private final CardTransport transport;
    private final String reader;
    private final CommandLimits limits;
    private final Set<Authenticator> verifiedBy = Collections.newSetFromMap(new WeakHashMap<>());
    private @Nullable AppletInfo applet;
    private @Nullable DeviceIdentity identity;
    private boolean verifiedExplicitly;
    private boolean keysPresented;
    private @Nullable PublicKeyChallenge challenge;

    private Connection(CardTransport transport, String reader, boolean extended) {
        this.transport = transport;
        this.reader = reader;
        this.limits = new CommandLimits(transport.atr(), extended, transport.maxAnswer());
    }

    /**
     * Selects the applet and reads the device's certificates: two commands, the least that tells which device this is.
     *
     * @param transport a connection on which a transaction has begun
     * @throws OtherCardException if the card is no SmartCard-HSM
     */
    static Connection open(CardTransport transport, String reader, boolean extended)
            throws TransmitFailure, SchsmException {
        Connection connection = new Connection(transport, reader, extended);
        connection.select();
        byte[] file = FileReading.read(Files.DEVICE_CERTIFICATES, connection.limits, connection::send);
        connection.identity = DeviceIdentity.parse(file);
        return connection;
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

    /** Selects the applet; whatever was verified no longer is. */
    AppletInfo select() throws TransmitFailure, SchsmException {
        forgetPin();
        keysPresented = false;
        challenge = null;
        ResponseApdu response = send(CardCommand.SELECT, Files.SELECT_APPLET);
        if (!response.isOk()) {
            throw new OtherCardException(reader, response.sw());
        }
        AppletInfo selected = AppletInfo.parse(response.data());
        applet = selected;
        return selected;
    }

    /** Whether this authenticator's PIN was verified here and nothing has undone it as far as is known. */
    boolean isVerifiedBy(Authenticator authenticator) {
        return verifiedBy.contains(authenticator);
    }

    /** Whether anybody's PIN was verified. */
    boolean isVerified() {
        return verifiedExplicitly || !verifiedBy.isEmpty();
    }

    /** Whether there is something that a logout would end: a verified PIN, or a registered key that authenticated. */
    boolean isLoggedIn() {
        return isVerified() || keysPresented;
    }

    boolean isKeyPresented() {
        return keysPresented;
    }

    /** A registered key has authenticated; perhaps others have to as well. */
    void keyPresented() {
        keysPresented = true;
    }

    /** The challenge that the device gave last for public key authentication, unless something has undone it. */
    @Nullable
    PublicKeyChallenge challenge() {
        return challenge;
    }

    void setChallenge(@Nullable PublicKeyChallenge given) {
        challenge = given;
    }

    void verified(@Nullable Authenticator authenticator) {
        if (authenticator == null) {
            verifiedExplicitly = true;
        } else {
            verifiedBy.add(authenticator);
        }
    }

    void forgetPin() {
        verifiedBy.clear();
        verifiedExplicitly = false;
    }

    /**
     * Sends a command, in the form that this connection can take, and collects the whole answer. Not every
     * implementation does GET RESPONSE and the repetition after 6Cxx by itself, so both are here as well.
     */
    ResponseApdu send(CardCommand name, CommandApdu command) throws TransmitFailure {
        CommandApdu adapted = limits.adapt(command);
        boolean traced = TRACE.isLoggable(System.Logger.Level.TRACE);
        if (traced) {
            TRACE.log(System.Logger.Level.TRACE, "{0} > {1} {2}", reader, name.title(), adapted);
        }
        ResponseApdu response = exchange(adapted);
        if (response.sw() >> 8 == SW1_WRONG_LE) {
            int ne = response.sw() & 0xFF;
            response = exchange(adapted.withNe(ne == 0 ? CommandApdu.SHORT_LE : ne));
        }
        if (response.sw() >> 8 == SW1_MORE) {
            response = collect(response);
        }
        if (traced) {
            TRACE.log(
                    System.Logger.Level.TRACE,
                    "{0} < {1}",
                    reader,
                    command.sensitive() ? "*** " + new ResponseApdu(new byte[0], response.sw()) : response);
        }
        return response;
    }

    private ResponseApdu collect(ResponseApdu first) throws TransmitFailure {
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        data.writeBytes(first.data());
        ResponseApdu part = first;
        for (int round = 0; part.sw() >> 8 == SW1_MORE; round++) {
            if (round == MAX_GET_RESPONSE) {
                throw new TransmitFailure(
                        new TransportException("reader '" + reader + "': the card announces more data without end"),
                        true);
            }
            int ne = part.sw() & 0xFF;
            part = exchange(CommandApdu.of(0x00, 0xC0, 0x00, 0x00, ne == 0 ? CommandApdu.SHORT_LE : ne));
            data.writeBytes(part.data());
        }
        return new ResponseApdu(data.toByteArray(), part.sw());
    }

    private ResponseApdu exchange(CommandApdu command) throws TransmitFailure {
        byte[] encoded = command.encode();
        byte @Nullable [] answer = null;
        try {
            answer = transport.transmit(encoded);
            return ResponseApdu.parse(answer);
        } catch (MalformedDataException e) {
            throw new TransmitFailure(new TransportException("reader '" + reader + "': " + e.getMessage(), e), true);
        } finally {
            if (command.sensitive()) {
                Arrays.fill(encoded, (byte) 0);
                if (answer != null) {
                    Arrays.fill(answer, (byte) 0);
                }
            }
        }
    }

    /** Ends the transaction if there is one, and gives the card back. */
    void close() {
        transport.close();
    }
}
