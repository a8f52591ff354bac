// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.card;

import io.github.schsm.AttestedPublicKey;
import io.github.schsm.Cvc;
import io.github.schsm.DeviceException;
import io.github.schsm.DeviceIdentity;
import io.github.schsm.DeviceInitialization;
import io.github.schsm.InvalidRequestException;
import io.github.schsm.Kdm;
import io.github.schsm.KeyAlgorithm;
import io.github.schsm.KeyDomain;
import io.github.schsm.MalformedDataException;
import io.github.schsm.PinException;
import io.github.schsm.PublicKeyAuthentication;
import io.github.schsm.PublicKeyAuthentication.RegisteredPublicKey;
import io.github.schsm.PublicKeyChallenge;
import io.github.schsm.PublicKeyResponse;
import io.github.schsm.SchsmException;
import io.github.schsm.SchsmException.Reason;
import io.github.schsm.TokenAdministration.PinStatus;
import io.github.schsm.TransportException;
import io.github.schsm.UnsupportedByDeviceException;
import io.github.schsm.UntrustedDeviceException;
import io.github.schsm.card.CardTransaction.Pin;
import io.github.schsm.card.apdu.CardCommand;
import io.github.schsm.card.apdu.CommandApdu;
import io.github.schsm.card.apdu.ResponseApdu;
import io.github.schsm.card.apdu.RetryPolicy;
import io.github.schsm.card.apdu.StatusWords;
import io.github.schsm.card.dkek.DkekShareFile;
import io.github.schsm.card.files.Files;
import io.github.schsm.card.files.KeyAttributes;
import io.github.schsm.card.files.KeyPairRequest;
import io.github.schsm.card.files.WrappedKeyBlob;
import io.github.schsm.card.quirk.AppletInfo;
import io.github.schsm.card.transport.CommandLimits;
import io.github.schsm.card.transport.PcscTransport;
import io.github.schsm.codec.EcdsaSignature;
import io.github.schsm.codec.Tlv;
import io.github.schsm.login.Authenticator;
import io.github.schsm.login.PinSources;
import io.github.schsm.login.TokenAuthenticator;
import io.github.schsm.mechanism.Feature;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import javax.security.auth.callback.CallbackHandler;
import org.jspecify.annotations.Nullable;

/**
 * The device's commands, named as docs/protocol.md#commands names them, one method each. Valid inside one
 * {@link CardDevice#withCard}; an answer other than 9000 becomes a {@link DeviceException} (see {@link StatusWords}).
 *
 * <p>Commands that need the user PIN verify it first if the transaction's login has not done so on this
 * connection. Data that does not fit into one command is sent in parts or through the input buffer.
 */
public final class SmartCardHsm {
    private static final int MAX_CHALLENGE = 1024;
    private static final int UNCOMPRESSED = 0x04;
    private static final int MAX_SLOTS = 256;

    private static final byte[] NO_DATA = {};
    private static final String DEVICE = "device";

    private final CardTransaction session;
    private final SymmetricCommands symmetric;
    private final CardPins pins;

    SmartCardHsm(CardTransaction session) {
        this.session = session;
        this.symmetric = new SymmetricCommands(session);
        this.pins = new CardPins(session);
    }

    // What is known without asking

    /** The device's certificates, read when the connection was made. */
    public DeviceIdentity identity() {
        return session.identity();
    }

    /** What the applet said when it was selected. */
    public AppletInfo applet() {
        return session.applet();
    }

    // Applet and files

    /** SELECT of the applet: ends the authenticated state. */
    public AppletInfo selectApplet() throws SchsmException {
        return session.select();
    }

    /** ENUMERATE OBJECTS: the identifiers of keys, descriptions, certificates and data files. */
    public List<Integer> enumerateObjects() throws SchsmException {
        byte[] list = read(
                CardCommand.ENUMERATE_OBJECTS, DEVICE, CommandApdu.of(0x80, 0x58, 0x00, 0x00, CommandApdu.EXTENDED_LE));
        if (list.length % 2 != 0) {
            throw new MalformedDataException(
                    "object list", "it has " + list.length + " bytes, two for each are expected");
        }
        List<Integer> fids = new ArrayList<>(list.length / 2);
        for (int i = 0; i < list.length; i += 2) {
            fids.add((list[i] & 0xFF) << 8 | (list[i + 1] & 0xFF));
        }
        return fids;
    }

    /**
     * READ BINARY of a whole file.
     *
     * @param fid see {@link Files}
     * @throws DeviceException if there is no such file
     */
    public byte[] readBinary(int fid) throws SchsmException {
        Pin pin = Files.isPrivate(fid) ? Pin.NEEDED : Pin.NOT_NEEDED;
        return FileReading.<SchsmException>read(
                fid, session.limits(), (name, command) -> session.transmit(name, command, pin, RetryPolicy.ALLOWED));
    }

    /**
     * READ BINARY of a data object. Its content is any bytes, so nothing in it tells where it ends: read until the device
     * has no more, one command more than for other files.
     *
     * @param fid see {@link Files#privateData} and {@link Files#publicData}
     * @return the caller's to wipe
     * @throws DeviceException if there is no such file
     */
    public byte[] readData(int fid) throws SchsmException {
        Pin pin = Files.isPrivate(fid) ? Pin.NEEDED : Pin.NOT_NEEDED;
        return FileReading.<SchsmException>readToTheEnd(
                fid, session.limits(), (name, command) -> session.transmit(name, command, pin, RetryPolicy.ALLOWED));
    }

    /** SELECT of a file: whether it is there. Takes no PIN. */
    public boolean exists(int fid) throws SchsmException {
        CommandApdu command = CommandApdu.of(0x00, 0xA4, 0x00, 0x00, fidBytes(fid), CommandApdu.SHORT_LE);
        ResponseApdu response = session.transmit(CardCommand.SELECT, command, Pin.NOT_NEEDED, RetryPolicy.ALLOWED);
        if (response.sw() == StatusWords.FILE_NOT_FOUND) {
            return false;
        }
        requireOk(CardCommand.SELECT, Files.name(fid), response);
        return true;
    }

    /**
     * UPDATE BINARY from the file's start; creates the file if there is none. A longer old content is not cut off:
     * what follows the first TLV object of a file is ignored by every reader.
     *
     * <p>Some readers lose a part of long commands without saying so: in one that is known to, and in any other the first
     * time that a command is longer than some pass, what was written is read back, and written in short commands if it is
     * not all there.
     *
     * @param fid  see {@link Files}
     * @param data the content; may be empty
     * @throws TransportException if not all of it got to the device
     */
    public void updateBinary(int fid, byte[] data) throws SchsmException {
        if (!write(fid, data) || fid == Files.INPUT_BUFFER) {
            return;
        }
        if (isStored(fid, data)) {
            session.limits().longCommandPassed();
            return;
        }
        session.limits().longCommandWasCut();
        write(fid, data);
        if (!isStored(fid, data)) {
            throw new TransportException("reader '" + session.reader() + "' lost a part of the " + data.length
                    + " bytes that were written to " + Files.name(fid)
                    + ", also in short commands: use another reader, and write it again");
        }
    }

    private boolean isStored(int fid, byte[] data) throws SchsmException {
        Pin pin = Files.isPrivate(fid) ? Pin.NEEDED : Pin.NOT_NEEDED;
        byte[] stored = FileReading.<SchsmException>readStart(
                fid,
                data.length,
                session.limits(),
                (name, command) -> session.transmit(name, command, pin, RetryPolicy.ALLOWED));
        try {
            return Arrays.equals(stored, data);
        } finally {
            Arrays.fill(stored, (byte) 0);
        }
    }

    /** Returns whether the reader may have lost a part of it without saying so. */
    private boolean write(int fid, byte[] data) throws SchsmException {
        boolean doubtful = false;
        int offset = 0;
        do {
            int chunk = Math.min(data.length - offset, FileWriting.chunk(fid, session.limits()));
            CommandApdu command = FileWriting.command(fid, offset, Arrays.copyOfRange(data, offset, offset + chunk));
            ResponseApdu response =
                    session.transmit(CardCommand.UPDATE_BINARY, command, Pin.NEEDED, RetryPolicy.ALLOWED);
            boolean cut = response.sw() == StatusWords.WRONG_LENGTH || response.sw() == StatusWords.NO_DIAGNOSIS;
            if (cut && session.limits().lower(command)) {
                continue;
            }
            if (response.sw() == StatusWords.WRONG_P1P2 && doubtful) {
                // The file ends before the offset: what was written before did not all get there.
                return true;
            }
            requireOk(CardCommand.UPDATE_BINARY, Files.name(fid), response);
            doubtful |= session.limits().mayBeCut(command);
            offset += chunk;
        } while (offset < data.length);
        return doubtful;
    }

    /**
     * DELETE FILE: a file or, by {@link Files#key}, a key.
     *
     * @throws DeviceException if there is no such file
     */
    public void deleteFile(int fid) throws SchsmException {
        CommandApdu command = CommandApdu.of(0x00, 0xE4, 0x02, 0x00, fidBytes(fid), CommandApdu.NO_LE);
        execute(CardCommand.DELETE_FILE, Files.name(fid), command, Pin.NEEDED, RetryPolicy.NEVER);
    }

    /**
     * SELECT of a key: its attributes.
     *
     * @throws DeviceException if there is no such key
     */
    public KeyAttributes keyAttributes(int kid) throws SchsmException {
        return KeyAttributes.parse(read(
                CardCommand.SELECT,
                key(kid),
                CommandApdu.of(0x00, 0xA4, 0x00, 0x00, fidBytes(Files.key(kid)), CommandApdu.SHORT_LE)));
    }

    // PINs

    /**
     * Makes sure that the PIN of this use is verified: one VERIFY, none if it was verified on this connection. The
     * tries left are asked for before, unless a program gave the PIN this very moment and there was no refusal. If this
     * is the transaction's first use of the card, one more command makes sure that no other applet gets the PIN.
     *
     * @throws io.github.schsm.PinException if there is no PIN, or it is wrong, blocked or a transport PIN
     */
    public void login() throws SchsmException {
        session.login();
    }

    /** SELECT: ends the authenticated state, for everybody. */
    public void logout() throws SchsmException {
        session.select();
    }

    /**
     * VERIFY with a PIN that the caller knows; counts for this use, or for as long as the login that it is under.
     *
     * @param pin 6 to 16 bytes; the caller's to wipe
     * @throws io.github.schsm.PinException if it is wrong, blocked or a transport PIN
     */
    public void verify(byte[] pin) throws SchsmException {
        pins.verify(pin);
    }

    /** VERIFY without data: the state of the user PIN. */
    public PinStatus pinStatus() throws SchsmException {
        return pins.status(Pins.USER);
    }

    /** VERIFY without data: the state of the SO-PIN. */
    public PinStatus soPinStatus() throws SchsmException {
        return pins.status(Pins.SO);
    }

    /**
     * CHANGE REFERENCE DATA of the user PIN. A login under which the card is used has to learn the new one before it is
     * asked again.
     *
     * @param oldPin the PIN so far; the caller's to wipe
     * @param newPin 6 to 16 bytes; the caller's to wipe
     */
    public void changePin(byte[] oldPin, byte[] newPin) throws SchsmException {
        pins.change(Pins.USER, oldPin, newPin);
    }

    /**
     * CHANGE REFERENCE DATA of the user PIN, typed on the reader's pad: the present one, and the new one twice. Waits as
     * long as the reader does.
     *
     * @param informed gets a {@link io.github.schsm.callback.PinPadCallback} when something has to be typed and when
     *     that is over; if it takes none, the last try is not used
     * @throws io.github.schsm.UnsupportedByDeviceException if the reader has no such pad
     */
    public void changePinOnReader(CallbackHandler informed) throws SchsmException {
        changePinOnReaderAs(new TokenAuthenticator(session.deviceName(), PinSources.onReader(() -> informed), true));
    }

    void changePinOnReaderAs(Authenticator informed) throws SchsmException {
        new CardLogin(session).changeOnReader(informed);
    }

    /**
     * CHANGE REFERENCE DATA of the SO-PIN.
     *
     * @param oldPin 8 bytes; the caller's to wipe
     * @param newPin 8 bytes; the caller's to wipe
     */
    public void changeSoPin(byte[] oldPin, byte[] newPin) throws SchsmException {
        pins.change(Pins.SO, oldPin, newPin);
    }

    /**
     * RESET RETRY COUNTER of the user PIN.
     *
     * @param soPin  8 bytes; the caller's to wipe
     * @param newPin the new user PIN, or null to keep the old; the caller's to wipe
     */
    public void unblock(byte[] soPin, byte @Nullable [] newPin) throws SchsmException {
        pins.unblock(soPin, newPin);
    }

    // The device as a whole

    /**
     * The options given at initialization, as the answer to the last SELECT had them (docs/protocol.md#device).
     *
     * @return empty if the device does not say, as old firmware
     */
    public Optional<Set<DeviceInitialization.Option>> options() {
        OptionalInt bits = applet().options();
        return bits.isPresent() ? Optional.of(Initialization.options(bits.getAsInt())) : Optional.empty();
    }

    /**
     * INITIALIZE DEVICE: erases keys, files and key domains, and sets the PINs. The label in the settings is not sent
     * with it; it goes to {@link Files#TOKEN_INFO} afterwards.
     *
     * <p>Devices stay authenticated after it, whatever their PIN: {@link #logout} ends that.
     *
     * @param settings stay the caller's to destroy
     * @throws DeviceException if the device was initialized with another SO-PIN
     */
    public void initialize(DeviceInitialization settings) throws SchsmException {
        byte[] data = Initialization.encode(settings);
        char[] soPinText = settings.soPin();
        byte[] soPin = Pins.so(soPinText);
        try {
            pins.initialize(data, soPin);
            if (identity().isMissing()) {
                identifyAgain();
            }
        } catch (DeviceException refused) {
            throw settings.keyDomainSlots() > 0
                    ? FirmwareRefusal.explain(Feature.KEY_DOMAINS, refused, applet())
                    : refused;
        } finally {
            Arrays.fill(data, (byte) 0);
            Arrays.fill(soPin, (byte) 0);
            Arrays.fill(soPinText, '\0');
        }
    }

    /** Some firmware makes its device key and certificate when it is initialized for the first time. */
    private void identifyAgain() throws SchsmException {
        try {
            session.identified(DeviceIdentity.ofDevice(readBinary(Files.DEVICE_CERTIFICATES)));
        } catch (DeviceException stillNone) {
            if (stillNone.reason() != Reason.OBJECT_NOT_FOUND) {
                throw stillNone;
            }
            PcscTransport.LOG.log(System.Logger.Level.DEBUG, "no device certificate: {0}", stillNone.getMessage());
        }
    }

    /** INITIALIZE DEVICE without data: free memory in bytes; -1 if the device does not say (firmware before 2.4). */
    public long freeMemory() throws SchsmException {
        CommandApdu command = CommandApdu.of(0x80, 0x50, 0x00, 0x00, CommandApdu.SHORT_LE);
        byte[] answer;
        try {
            answer = needing(Feature.FREE_MEMORY, () -> read(CardCommand.INITIALIZE_DEVICE, DEVICE, command));
        } catch (UnsupportedByDeviceException tooOld) {
            return -1;
        }
        if (answer.length < Integer.BYTES) {
            return -1;
        }
        return Integer.toUnsignedLong(
                (answer[0] & 0xFF) << 24 | (answer[1] & 0xFF) << 16 | (answer[2] & 0xFF) << 8 | (answer[3] & 0xFF));
    }

    /**
     * GET CHALLENGE: random bytes, as many commands as it takes.
     *
     * @param length how many, 0 or more
     */
    public byte[] getChallenge(int length) throws SchsmException {
        byte[] random = new byte[length];
        session.connection().setChallenge(null);
        int most = Math.min(MAX_CHALLENGE, session.limits().maxAnswer());
        for (int at = 0; at < length; ) {
            int wanted = Math.min(most, length - at);
            CommandApdu command = new CommandApdu(0x00, 0x84, 0x00, 0x00, NO_DATA, wanted, true);
            byte[] part = read(CardCommand.GET_CHALLENGE, DEVICE, command);
            if (part.length != wanted) {
                throw new MalformedDataException(
                        "answer to GET CHALLENGE", part.length + " bytes, " + wanted + " were asked for");
            }
            System.arraycopy(part, 0, random, at, wanted);
            Arrays.fill(part, (byte) 0);
            at += wanted;
        }
        return random;
    }

    // Keys

    /**
     * GENERATE ASYMMETRIC KEY PAIR. The answer and the key's attributes are compared with the request: one command more,
     * and another for an exchange key. A key that is not as requested is deleted.
     *
     * @param kid     key id, 1 to 255, not in use
     * @param request what kind of key
     * @return the authenticated request (67), also stored by the device as certificate of the key
     * @throws DeviceException if the device refuses, or made another key than it was asked for
     */
    public Cvc generateKeyPair(int kid, KeyPairRequest request) throws SchsmException {
        requireKid(kid);
        // Without extended length the device is not asked for the request: it is read from its file.
        int ne = session.limits().extended() ? CommandApdu.EXTENDED_LE : CommandApdu.NO_LE;
        CommandApdu command = CommandApdu.of(0x00, 0x46, kid, 0x00, request.encode(), ne);
        if (!session.limits().fits(command)) {
            command = CommandApdu.of(0x00, 0x46, kid, 0x00, request.encodeShort(), ne);
        }
        CommandApdu fitting = command;
        Step<byte[]> generate =
                () -> executeWhole(CardCommand.GENERATE_KEY_PAIR, key(kid), fitting, Pin.NEEDED, RetryPolicy.NEVER);
        byte[] answer = request.isLongRsa() ? needing(Feature.RSA_OVER_2048, generate) : generate.run();
        Cvc made = Cvc.parse(Tlv.parseFirst(answer.length > 0 ? answer : readBinary(Files.keyCertificate(kid))));
        new GeneratedKey(this, CardCommand.GENERATE_KEY_PAIR, kid).requirePair(request, made);
        return made;
    }

    /**
     * GENERATE SYMMETRIC KEY. The key's attributes are compared with those asked for, one command more; a key with others
     * is deleted.
     *
     * @param kid        key id, 1 to 255, not in use
     * @param bits       128, 192 or 256
     * @param attributes the key's attributes
     */
    public void generateAesKey(int kid, int bits, KeyAttributes attributes) throws SchsmException {
        requireKid(kid);
        int algorithm = switch (bits) {
            case 128 -> 0xB0;
            case 192 -> 0xB1;
            case 256 -> 0xB2;
            default -> throw new IllegalArgumentException("an AES key of " + bits + " bits; 128, 192 or 256");
        };
        byte[] data = Tlv.concat(attributes.encode().toArray(Tlv[]::new));
        CommandApdu command = CommandApdu.of(0x00, 0x48, kid, algorithm, data, CommandApdu.NO_LE);
        needing(
                Feature.AES,
                () -> execute(CardCommand.GENERATE_SYMMETRIC_KEY, key(kid), command, Pin.NEEDED, RetryPolicy.NEVER));
        new GeneratedKey(this, CardCommand.GENERATE_SYMMETRIC_KEY, kid).requireSecret(attributes);
    }

    /**
     * SIGN.
     *
     * @param kid       key id
     * @param algorithm an algorithm id of docs/protocol.md#algorithms
     * @param data      what that algorithm takes: for {@link KeyAlgorithm#ECDSA} a hash
     * @param retry    see {@link KeyAttributes#retry()}
     * @return the signature as the device gave it; for ECDSA see {@link EcdsaSignature}
     * @throws InvalidRequestException if the data does not fit into one command
     */
    public byte[] sign(int kid, KeyAlgorithm algorithm, byte[] data, RetryPolicy retry) throws SchsmException {
        int ne = algorithm.id() >= KeyAlgorithm.ECDSA.id() ? CommandApdu.SHORT_LE : CommandApdu.EXTENDED_LE;
        CommandApdu command = CommandApdu.of(0x80, 0x68, kid, algorithm.id(), data, ne);
        requireFits(CardCommand.SIGN, key(kid), command);
        ResponseApdu response = session.transmit(CardCommand.SIGN, command, Pin.NEEDED, retry);
        return answerToWhole(CardCommand.SIGN, key(kid), command, response);
    }

    /**
     * DECIPHER with {@link KeyAlgorithm#RSA_DECRYPT_RAW}, {@link KeyAlgorithm#RSA_DECRYPT_PKCS1} or
     * {@link KeyAlgorithm#RSA_DECRYPT_OAEP}.
     *
     * @param kid    key id
     * @param data   as many bytes as the modulus has
     * @param retry see {@link KeyAttributes#retry()}
     * @return the block, or the message without padding; the caller's to wipe
     * @throws InvalidRequestException if the data does not fit into one command
     */
    public byte[] decipher(int kid, KeyAlgorithm algorithm, byte[] data, RetryPolicy retry) throws SchsmException {
        CommandApdu command = new CommandApdu(0x80, 0x62, kid, algorithm.id(), data, CommandApdu.EXTENDED_LE, true);
        return executeWhole(CardCommand.DECIPHER, key(kid), command, Pin.NEEDED, retry);
    }

    /**
     * DECIPHER with {@link KeyAlgorithm#ECDH}.
     *
     * @param kid    key id
     * @param point  the peer's public point, {@code 04 || x || y}
     * @param retry see {@link KeyAttributes#retry()}
     * @return the shared point's x-coordinate, as long as the field; the caller's to wipe
     */
    public byte[] deriveEcdh(int kid, byte[] point, RetryPolicy retry) throws SchsmException {
        if (point.length % 2 == 0 || point.length < 3 || point[0] != UNCOMPRESSED) {
            throw new IllegalArgumentException(
                    "a public point of " + point.length + " bytes; 04 || x || y is expected");
        }
        int field = point.length / 2;
        CommandApdu command =
                new CommandApdu(0x80, 0x62, kid, KeyAlgorithm.ECDH.id(), point, CommandApdu.SHORT_LE, true);
        byte[] shared = execute(CardCommand.DECIPHER, key(kid), command, Pin.NEEDED, retry);
        try {
            boolean wholePoint = shared.length == 1 + 2 * field;
            boolean xOnly = shared.length == 1 + field;
            if ((!wholePoint && !xOnly) || shared[0] != UNCOMPRESSED) {
                throw new MalformedDataException(
                        "answer to DECIPHER (ECDH)",
                        shared.length + " bytes; 04 || x or 04 || x || y with " + field + " bytes each are expected");
            }
            return Arrays.copyOfRange(shared, 1, 1 + field);
        } finally {
            Arrays.fill(shared, (byte) 0);
        }
    }

    /**
     * SYMMETRIC CIPHER, AES-CBC without padding. The device's IV is always zero, so the IV is combined with the first
     * block here, and data that does not fit into one command is chained over several.
     *
     * @param kid     key id
     * @param encrypt or decrypt
     * @param iv      16 bytes
     * @param data    any number of whole blocks
     * @param retry  see {@link KeyAttributes#retry()}
     */
    public byte[] aesCbc(int kid, boolean encrypt, byte[] iv, byte[] data, RetryPolicy retry) throws SchsmException {
        return needing(Feature.AES, () -> symmetric.cbc(kid, encrypt, iv, data, retry));
    }

    /**
     * SYMMETRIC CIPHER with {@link KeyAlgorithm#AES_CMAC}. Data that does not fit into one command goes through CBC up
     * to its last part, which takes a key whose list allows that too.
     *
     * @param kid        key id
     * @param data       any length
     * @param attributes the key's
     * @param retry     see {@link KeyAttributes#retry()}
     * @return 16 bytes
     * @throws InvalidRequestException if the data does not fit into one command and the key's list has no CBC
     */
    public byte[] cmac(int kid, byte[] data, KeyAttributes attributes, RetryPolicy retry) throws SchsmException {
        return needing(Feature.AES, () -> symmetric.cmac(kid, data, attributes, retry));
    }

    /**
     * SYMMETRIC CIPHER with {@link KeyAlgorithm#DERIVE_SP800_56C}.
     *
     * @param kid    key id
     * @param input  1 byte to what one command carries
     * @param retry see {@link KeyAttributes#retry()}
     * @return 32 bytes, from some firmware as many as the input has; the caller's to wipe
     * @throws InvalidRequestException if the input does not fit into one command
     */
    public byte[] derive(int kid, byte[] input, RetryPolicy retry) throws SchsmException {
        return needing(Feature.AES, () -> symmetric.derive(kid, input, retry));
    }

    /**
     * DERIVE EC KEY: {@code d' = d + value mod n} becomes a new key. Writes neither description nor certificate.
     *
     * @param kid    the key that it is derived from
     * @param newKid key id, 1 to 255, not in use
     * @param value  big-endian; the caller's to wipe
     */
    public void deriveEcKey(int kid, int newKid, byte[] value) throws SchsmException {
        requireKid(newKid);
        byte[] data = new byte[1 + value.length];
        data[0] = (byte) KeyAlgorithm.DERIVE_EC.id();
        System.arraycopy(value, 0, data, 1, value.length);
        CommandApdu command = new CommandApdu(0x80, 0x76, kid, newKid, data, CommandApdu.NO_LE, true);
        try {
            execute(CardCommand.DERIVE_EC_KEY, key(kid), command, Pin.NEEDED, RetryPolicy.NEVER);
        } finally {
            Arrays.fill(data, (byte) 0);
            command.wipe();
        }
    }

    /**
     * WRAP KEY.
     *
     * @return the blob of docs/protocol.md#wrapped-keys
     */
    public byte[] wrapKey(int kid) throws SchsmException {
        CommandApdu command = CommandApdu.of(0x80, 0x72, kid, KeyAlgorithm.WRAP.id(), CommandApdu.EXTENDED_LE);
        return execute(CardCommand.WRAP_KEY, key(kid), command, Pin.NEEDED, RetryPolicy.ALLOWED);
    }

    /**
     * UNWRAP KEY. The device finds the key domain by the blob; description and certificate have to be written
     * afterwards.
     *
     * @param kid  key id, 1 to 255, not in use
     * @param blob what {@link #wrapKey} gave
     */
    public void unwrapKey(int kid, byte[] blob) throws SchsmException {
        requireKid(kid);
        CommandApdu command = CommandApdu.of(0x80, 0x74, kid, KeyAlgorithm.UNWRAP.id(), blob, CommandApdu.NO_LE);
        Step<byte[]> unwrap = () -> executeLarge(CardCommand.UNWRAP_KEY, key(kid), command, RetryPolicy.NEVER);
        if (WrappedKeyBlob.isAes(blob)) {
            needing(Feature.AES, unwrap);
        } else if (WrappedKeyBlob.isLongRsa(blob)) {
            unwrapLongRsa(unwrap);
        } else {
            unwrap.run();
        }
    }

    /** Refusals of UNWRAP KEY that another try after a reset cannot mend. */
    private static final Set<Reason> SAYS_WHY_NOT_UNWRAPPED =
            Set.of(Reason.OBJECT_NOT_FOUND, Reason.OBJECT_EXISTS, Reason.DEVICE_FULL);

    /** Some firmware takes one in a session, and the next after a reset. */
    private void unwrapLongRsa(Step<byte[]> unwrap) throws SchsmException {
        try {
            unwrap.run();
        } catch (PinException otherReason) {
            throw otherReason;
        } catch (DeviceException refused) {
            if (SAYS_WHY_NOT_UNWRAPPED.contains(refused.reason())
                    || !session.quirks().unwrapsLongRsaOnce()
                    || !session.connection().isLongRsaUnwrapped()) {
                throw refused;
            }
            session.reset();
            unwrap.run();
        }
        session.connection().setLongRsaUnwrapped();
    }

    // Public keys of other devices

    /**
     * MSE: SET verification key.
     *
     * @param chr holder reference of a CVC
     * @return whether the device knows that key; it verifies with it from now on if so
     */
    public boolean mseSetVerificationKey(String chr) throws SchsmException {
        byte[] data = Tlv.of(0x83, chr.getBytes(StandardCharsets.ISO_8859_1)).encoded();
        CommandApdu command = CommandApdu.of(0x00, 0x22, 0x81, 0xB6, data, CommandApdu.NO_LE);
        ResponseApdu response = session.transmit(CardCommand.MSE_SET, command, Pin.NOT_NEEDED, RetryPolicy.ALLOWED);
        if (response.sw() == StatusWords.REFERENCED_DATA_NOT_FOUND) {
            return false;
        }
        requireOk(CardCommand.MSE_SET, "public key " + chr, response);
        return true;
    }

    /**
     * PSO: VERIFY CERTIFICATE, with the key selected before. If it verifies the device knows its key from now on.
     *
     * @throws UntrustedDeviceException if the certificate does not verify
     */
    public void verifyCertificate(Cvc certificate) throws SchsmException {
        byte[] content = Tlv.parse(certificate.inner().getEncoded()).value();
        CommandApdu command = CommandApdu.of(0x00, 0x2A, 0x00, 0xBE, content, CommandApdu.NO_LE);
        String object = "certificate " + certificate.chr();
        requireFits(CardCommand.VERIFY_CERTIFICATE, object, command);
        ResponseApdu response =
                session.transmit(CardCommand.VERIFY_CERTIFICATE, command, Pin.NOT_NEEDED, RetryPolicy.NEVER);
        if (response.sw() == StatusWords.CONDITIONS_NOT_SATISFIED || response.sw() == StatusWords.WRONG_DATA) {
            DeviceException refused = StatusWords.error(CardCommand.VERIFY_CERTIFICATE, object, response.sw());
            throw new UntrustedDeviceException(
                    "device " + identity().deviceId() + " does not accept " + object + ": " + refused.getMessage(),
                    refused);
        }
        requireOk(CardCommand.VERIFY_CERTIFICATE, object, response);
    }

    /**
     * Makes another device's key known, from the top of its chain down, passing over what is known, and selects it as
     * verification key: 1 command if it is known, at most 7.
     *
     * @throws UntrustedDeviceException if its chain does not lead to a key that this device knows
     */
    public void makeKnown(DeviceIdentity peer) throws SchsmException {
        Cvc device = peer.deviceCertificate();
        if (!isKnownAsAnother(peer) && mseSetVerificationKey(device.chr())) {
            return;
        }
        Optional<Cvc> issuer = peer.issuerCertificate();
        if (issuer.isPresent()) {
            String chr = issuer.get().chr();
            if (!mseSetVerificationKey(chr)) {
                selectIssuerOf(issuer.get());
                verifyCertificate(issuer.get());
                requireKnown(chr);
            }
        } else {
            selectIssuerOf(device);
        }
        verifyCertificate(device);
        requireKnown(device.chr());
        session.connection().taught().put(device.chr(), peer.keyFingerprint());
    }

    /** The device knows keys by their holders' references, and devices may share one: then it is told once more. */
    private boolean isKnownAsAnother(DeviceIdentity peer) {
        String taught = session.connection().taught().get(peer.chr());
        return taught == null
                ? peer.chr().equals(identity().chr()) && !peer.isSameDevice(identity())
                : !taught.equals(peer.keyFingerprint());
    }

    private void selectIssuerOf(Cvc certificate) throws SchsmException {
        String car = certificate.car().orElse("(none)");
        if (certificate.car().isEmpty() || !mseSetVerificationKey(car)) {
            throw new UntrustedDeviceException("device " + identity().deviceId() + " does not know " + car
                    + ", the issuer of certificate " + certificate.chr());
        }
    }

    private void requireKnown(String chr) throws SchsmException {
        if (!mseSetVerificationKey(chr)) {
            throw StatusWords.error(CardCommand.MSE_SET, "public key " + chr, StatusWords.REFERENCED_DATA_NOT_FOUND);
        }
    }

    /**
     * Agrees on the KEK of an exchange key's domain: makes the peer known ({@link #makeKnown}) and sends its request,
     * 2 commands with a known peer, at most 8. The KCV is asked for with {@link #queryKeyDomain}.
     *
     * @param kid  the exchange key
     * @param peer the peer's exchange key
     * @throws UntrustedDeviceException if the peer does not lead to a key that this device knows
     */
    public void deriveXkek(int kid, AttestedPublicKey peer) throws SchsmException {
        byte[] content = Tlv.parse(peer.request().getEncoded()).value();
        CommandApdu command = CommandApdu.of(0x80, 0x62, kid, KeyAlgorithm.ECDH_XKEK.id(), content, CommandApdu.NO_LE);
        needing(
                Feature.XKEK,
                () -> withKnown(
                        peer.identity(),
                        () -> executeLarge(CardCommand.DERIVE_XKEK, key(kid), command, RetryPolicy.NEVER)));
    }

    interface Step<T> {
        T run() throws SchsmException;
    }

    /**
     * Makes a peer known for a command. Where another program's SELECT came to light only with that command, because
     * it is the one that needs the PIN, the device has forgotten the peer again: then both are done once more.
     */
    <T> T withKnown(DeviceIdentity peer, Step<T> command) throws SchsmException {
        makeKnown(peer);
        int selections = session.selections();
        try {
            return command.run();
        } catch (DeviceException notKnown) {
            if (notKnown.reason() != Reason.OBJECT_NOT_FOUND) {
                throw notKnown;
            }
            if (session.selections() == selections) {
                throw notKnown;
            }
            makeKnown(peer);
            return command.run();
        }
    }

    // Public key authentication

    /**
     * MANAGE PUBLIC KEY AUTHENTICATION, query.
     *
     * @throws io.github.schsm.UnsupportedByDeviceException if the device was not initialized with it
     */
    public PublicKeyAuthentication.Status publicKeyAuthentication() throws SchsmException {
        return publicKeys().status();
    }

    /** The registered keys: one command each, and one for their number. */
    public List<RegisteredPublicKey> registeredKeys() throws SchsmException {
        return publicKeys().keys();
    }

    /**
     * MANAGE PUBLIC KEY AUTHENTICATION, register the next key. Takes no PIN; before, the key's device is made known.
     *
     * @throws UntrustedDeviceException if it does not lead to a key that this device knows
     */
    public PublicKeyAuthentication.Status registerPublicKey(AttestedPublicKey key) throws SchsmException {
        return publicKeys().register(key);
    }

    /**
     * MANAGE PUBLIC KEY AUTHENTICATION, replace a key.
     *
     * @param index its place, from 0
     * @throws UntrustedDeviceException if the new key's device does not lead to a key that this device knows
     */
    public PublicKeyAuthentication.Status replacePublicKey(int index, AttestedPublicKey key) throws SchsmException {
        return publicKeys().replace(index, key);
    }

    /**
     * MSE: SET authentication key, and GET CHALLENGE.
     *
     * @param chr holder reference of a registered key
     */
    public PublicKeyChallenge publicKeyChallenge(String chr) throws SchsmException {
        return publicKeys().challenge(chr);
    }

    /**
     * EXTERNAL AUTHENTICATE, and the state afterwards. When as many keys as required have authenticated, that counts
     * as a login of this use, or of the login that it is under.
     *
     * @throws InvalidRequestException if the challenge is none that this connection gave last
     */
    public PublicKeyAuthentication.Status authenticate(PublicKeyResponse response) throws SchsmException {
        return publicKeys().authenticate(response);
    }

    private PublicKeyCommands publicKeys() {
        return new PublicKeyCommands(this, session);
    }

    // Key domains

    /**
     * MANAGE KEY DOMAIN, query.
     *
     * @param slot from 0
     * @return the domain's state; empty if the slot is free
     * @throws DeviceException if there is no such slot
     * @throws DeviceException                         if the device has no key domains
     */
    public Optional<KeyDomain.Status> queryKeyDomain(int slot) throws SchsmException {
        ResponseApdu response = query(slot);
        if (response.sw() == StatusWords.REFERENCED_DATA_NOT_FOUND) {
            return Optional.empty();
        }
        needing(Feature.KEY_DOMAINS, () -> {
            requireOk(CardCommand.MANAGE_KEY_DOMAIN, keyDomain(slot), response);
            return true;
        });
        return Optional.of(KeyDomainAnswer.parse(slot, response.data()));
    }

    /** Queries slots until there are no more: one command each, and one that says that there are no more. */
    public KeyDomainListing listKeyDomains() throws SchsmException {
        List<KeyDomain.Status> domains = new ArrayList<>();
        for (int slot = 0; slot < MAX_SLOTS; slot++) {
            ResponseApdu response = query(slot);
            switch (response.sw()) {
                case StatusWords.OK -> domains.add(KeyDomainAnswer.parse(slot, response.data()));
                case StatusWords.REFERENCED_DATA_NOT_FOUND -> {
                    // A free slot counts, and that is all.
                }
                case StatusWords.INCORRECT_P1P2, StatusWords.WRONG_P1P2, StatusWords.INSTRUCTION_NOT_SUPPORTED -> {
                    return new KeyDomainListing(slot, domains);
                }
                default -> throw StatusWords.error(CardCommand.MANAGE_KEY_DOMAIN, keyDomain(slot), response.sw());
            }
        }
        return new KeyDomainListing(MAX_SLOTS, domains);
    }

    private ResponseApdu query(int slot) throws SchsmException {
        CommandApdu command = CommandApdu.of(0x80, 0x52, 0x00, slot, CommandApdu.SHORT_LE);
        return session.transmit(CardCommand.MANAGE_KEY_DOMAIN, command, Pin.NOT_NEEDED, RetryPolicy.ALLOWED);
    }

    /**
     * MANAGE KEY DOMAIN, create a DKEK key domain.
     *
     * @param shares how many shares its key is made of, 1 to 255
     */
    public KeyDomain.Status createDkekDomain(int slot, int shares) throws SchsmException {
        if (shares < 1 || shares > 0xFF) {
            throw new IllegalArgumentException("a DKEK of " + shares + " shares; 1 to 255");
        }
        CommandApdu command = CommandApdu.of(0x80, 0x52, 0x01, slot, new byte[] {(byte) shares}, CommandApdu.SHORT_LE);
        return KeyDomainAnswer.parse(
                slot,
                needing(
                        Feature.KEY_DOMAINS,
                        () -> execute(
                                CardCommand.CREATE_KEY_DOMAIN,
                                keyDomain(slot),
                                command,
                                Pin.NEEDED,
                                RetryPolicy.NEVER)));
    }

    /**
     * MANAGE KEY DOMAIN, import one share of a DKEK. Takes no PIN.
     *
     * @param share 32 bytes; the caller's to wipe
     */
    public KeyDomain.Status importDkekShare(int slot, byte[] share) throws SchsmException {
        if (share.length != DkekShareFile.SHARE_LENGTH) {
            throw new IllegalArgumentException("a DKEK share of " + share.length + " bytes; 32 are expected");
        }
        CommandApdu command = new CommandApdu(0x80, 0x52, 0x00, slot, share, CommandApdu.SHORT_LE, true);
        try {
            return KeyDomainAnswer.parse(
                    slot,
                    needing(
                            Feature.KEY_DOMAINS,
                            () -> execute(
                                    CardCommand.MANAGE_KEY_DOMAIN,
                                    keyDomain(slot),
                                    command,
                                    Pin.NOT_NEEDED,
                                    RetryPolicy.NEVER)));
        } finally {
            command.wipe();
        }
    }

    /**
     * MANAGE KEY DOMAIN, create an XKEK key domain; before, the certificates in the KDM are made known. Which form of the
     * group signer's request devices want is not published (docs/protocol.md#key-domains): a device that refuses its
     * certificate part with 6700, 6A80 or 6985 gets the whole request, once.
     *
     * @param kdm for this very device; the device checks it
     * @throws DeviceException if the device refuses; the message names the answers to both forms if both were sent
     */
    public KeyDomain.Status createXkekDomain(int slot, Kdm kdm) throws SchsmException {
        byte[] certificate = kdm.groupSigner().inner().getEncoded();
        byte[] whole = Tlv.parse(kdm.groupSigner().getEncoded()).value();
        Optional<SchsmException> unknown = makeItselfKnown(kdm.identity());
        try {
            CommandApdu first = createXkek(slot, certificate, kdm);
            ResponseApdu answer = createXkek(kdm, unknown.isEmpty(), slot, first);
            if (mayWantAnotherForm(answer.sw())) {
                answer = createAgain(slot, kdm, unknown.isEmpty(), first, answer.sw(), createXkek(slot, whole, kdm));
            }
            requireOk(CardCommand.CREATE_KEY_DOMAIN, keyDomain(slot), answer);
            return KeyDomainAnswer.parse(slot, answer.data());
        } catch (DeviceException refused) {
            unknown.ifPresent(refused::addSuppressed);
            throw FirmwareRefusal.explain(Feature.XKEK, refused, applet());
        }
    }

    private static CommandApdu createXkek(int slot, byte[] groupSigner, Kdm kdm) {
        byte[] signature = Tlv.of(0x54, kdm.signature()).encoded();
        byte[] data = Arrays.copyOf(groupSigner, groupSigner.length + signature.length);
        System.arraycopy(signature, 0, data, groupSigner.length, signature.length);
        return CommandApdu.of(0x80, 0x52, 0x02, slot, data, CommandApdu.SHORT_LE);
    }

    private ResponseApdu createXkek(Kdm kdm, boolean known, int slot, CommandApdu command) throws SchsmException {
        requireFits(CardCommand.CREATE_KEY_DOMAIN, keyDomain(slot), command);
        Step<ResponseApdu> create = () -> {
            ResponseApdu answer =
                    session.transmit(CardCommand.CREATE_KEY_DOMAIN, command, Pin.NEEDED, RetryPolicy.NEVER);
            if (answer.sw() == StatusWords.REFERENCED_DATA_NOT_FOUND) {
                throw StatusWords.error(CardCommand.CREATE_KEY_DOMAIN, keyDomain(slot), answer.sw());
            }
            return answer;
        };
        return known ? withKnown(kdm.identity(), create) : create.run();
    }

    private static boolean mayWantAnotherForm(int sw) {
        return sw == StatusWords.WRONG_LENGTH
                || sw == StatusWords.WRONG_DATA
                || sw == StatusWords.CONDITIONS_NOT_SATISFIED;
    }

    private ResponseApdu createAgain(
            int slot, Kdm kdm, boolean known, CommandApdu first, int refused, CommandApdu second)
            throws SchsmException {
        if (!session.limits().fits(second)) {
            DeviceException reason = StatusWords.error(CardCommand.CREATE_KEY_DOMAIN, keyDomain(slot), refused);
            reason.addSuppressed(tooLong(CardCommand.CREATE_KEY_DOMAIN, keyDomain(slot), second));
            throw reason;
        }
        ResponseApdu answer = createXkek(kdm, known, slot, second);
        if (answer.isOk()) {
            return answer;
        }
        if (refused == StatusWords.WRONG_LENGTH
                && answer.sw() == StatusWords.WRONG_LENGTH
                && session.limits().lower(first)) {
            throw tooLong(CardCommand.CREATE_KEY_DOMAIN, keyDomain(slot), first);
        }
        // 6985 says that the form was understood.
        int telling = refused == StatusWords.CONDITIONS_NOT_SATISFIED ? refused : answer.sw();
        throw StatusWords.error(
                CardCommand.CREATE_KEY_DOMAIN,
                String.format(
                        Locale.ROOT,
                        "%s: both forms of the group signer's request were refused, its certificate part with %04X, the"
                                + " whole request with %04X",
                        keyDomain(slot),
                        refused,
                        answer.sw()),
                telling);
    }

    /**
     * The device's own certificates are made known to it as those of a peer are. Some firmware knows its own key
     * without, and cannot be taught its own chain: whether it takes the KDM is then for it to say.
     */
    private Optional<SchsmException> makeItselfKnown(DeviceIdentity own) throws SchsmException {
        try {
            makeKnown(own);
            return Optional.empty();
        } catch (PinException needed) {
            throw needed;
        } catch (UntrustedDeviceException | DeviceException refused) {
            return Optional.of(refused);
        }
    }

    /** MANAGE KEY DOMAIN, delete the KEK; keys stay. */
    public KeyDomain.Status deleteKek(int slot) throws SchsmException {
        CommandApdu command = CommandApdu.of(0x80, 0x52, 0x04, slot, CommandApdu.SHORT_LE);
        return KeyDomainAnswer.parse(
                slot,
                execute(CardCommand.MANAGE_KEY_DOMAIN, keyDomain(slot), command, Pin.NEEDED, RetryPolicy.ALLOWED));
    }

    /**
     * MANAGE KEY DOMAIN, delete the domain.
     *
     * @throws DeviceException if there are keys in it
     */
    public void deleteKeyDomain(int slot) throws SchsmException {
        CommandApdu command = CommandApdu.of(0x80, 0x52, 0x03, slot, CommandApdu.SHORT_LE);
        ResponseApdu response =
                session.transmit(CardCommand.DELETE_KEY_DOMAIN, command, Pin.NEEDED, RetryPolicy.ALLOWED);
        requireOk(CardCommand.DELETE_KEY_DOMAIN, keyDomain(slot), response);
    }

    // How commands go out

    /** Says of a refusal that the firmware is too old for it, where that is why. */
    private <T> T needing(Feature feature, Step<T> step) throws SchsmException {
        try {
            return step.run();
        } catch (DeviceException refused) {
            throw FirmwareRefusal.explain(feature, refused, applet());
        }
    }

    private byte[] read(CardCommand name, String object, CommandApdu command) throws SchsmException {
        return execute(name, object, command, Pin.NOT_NEEDED, RetryPolicy.ALLOWED);
    }

    private byte[] execute(CardCommand name, String object, CommandApdu command, Pin pin, RetryPolicy retry)
            throws SchsmException {
        return answer(name, object, command, session.transmit(name, command, pin, retry));
    }

    private byte[] answer(CardCommand name, String object, CommandApdu command, ResponseApdu response)
            throws SchsmException {
        if (response.sw() == StatusWords.WRONG_LENGTH
                && command.ne() > CommandApdu.SHORT_LE
                && !session.limits().extended()) {
            throw new InvalidRequestException(object + ": reader '" + session.reader() + "' passes at most "
                    + CommandApdu.SHORT_LE + " bytes of an answer, and that of " + name.title()
                    + " is longer; do this one step in a reader with extended length");
        }
        requireOk(name, object, response);
        return response.data();
    }

    /** For commands that the input buffer can take the data of, when it does not fit or the reader refuses it. */
    private byte[] executeLarge(CardCommand name, String object, CommandApdu command, RetryPolicy retry)
            throws SchsmException {
        if (session.limits().fits(command)) {
            ResponseApdu response = session.transmit(name, command, Pin.NEEDED, retry);
            if (response.sw() == StatusWords.NO_DIAGNOSIS && session.limits().mayBeCut(command)) {
                session.limitCommands(CommandLimits.SILENT_LIMIT);
                throw StatusWords.cutOff(
                        name, object, session.reader(), command.encodedLength(), CommandLimits.SILENT_LIMIT);
            }
            if (response.sw() != StatusWords.WRONG_LENGTH || !session.limits().lower(command)) {
                requireOk(name, object, response);
                return response.data();
            }
        }
        updateBinary(Files.INPUT_BUFFER, command.data());
        return execute(name, object, command.withoutData(), Pin.NEEDED, retry);
    }

    /** For commands whose data has to come with them, however long it is. */
    byte[] executeWhole(CardCommand name, String object, CommandApdu command, Pin pin, RetryPolicy retry)
            throws SchsmException {
        requireFits(name, object, command);
        return answerToWhole(name, object, command, session.transmit(name, command, pin, retry));
    }

    private void requireFits(CardCommand name, String object, CommandApdu command) throws InvalidRequestException {
        if (!session.limits().fits(command)) {
            throw tooLong(name, object, command);
        }
    }

    private byte[] answerToWhole(CardCommand name, String object, CommandApdu command, ResponseApdu response)
            throws SchsmException {
        if (response.sw() == StatusWords.WRONG_LENGTH && session.limits().lower(command)) {
            throw tooLong(name, object, command);
        }
        return answer(name, object, command, response);
    }

    private InvalidRequestException tooLong(CardCommand name, String object, CommandApdu command) {
        return new InvalidRequestException(object + ": reader '" + session.reader() + "' passes at most "
                + session.limits().maxData(command.ne() != CommandApdu.NO_LE) + " bytes of data in one command, and "
                + name.title() + " needs " + command.dataLength() + "; do this one step in a reader with "
                + (session.limits().extended() ? "longer commands" : "extended length")
                + switch (name) {
                    case SIGN -> ", or sign less data if the key leaves the hashing to the device";
                    case DECIPHER -> "";
                    default -> ", its result can then be used in this reader";
                });
    }

    private static void requireOk(CardCommand name, String object, ResponseApdu response) throws DeviceException {
        if (!response.isOk()) {
            throw StatusWords.error(name, object, response.sw());
        }
    }

    private static void requireKid(int kid) {
        if (kid < 1 || kid > 0xFF) {
            throw new IllegalArgumentException("key id " + kid + "; 1 to 255");
        }
    }

    private static byte[] fidBytes(int fid) {
        return new byte[] {(byte) (fid >> 8), (byte) fid};
    }

    private static String key(int kid) {
        return "key " + kid;
    }

    private static String keyDomain(int slot) {
        return "key domain slot " + slot;
    }
}
