// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.selftest;

import io.github.schsm.Cvc;
import io.github.schsm.DeviceIdentity;
import io.github.schsm.DeviceTrust;
import io.github.schsm.MalformedDataException;
import io.github.schsm.SchsmException;
import io.github.schsm.admin.selftest.Exchange.Mask;
import io.github.schsm.card.apdu.ApduProcessor;
import io.github.schsm.card.apdu.CommandApdu;
import io.github.schsm.card.apdu.ResponseApdu;
import io.github.schsm.card.apdu.StatusWords;
import io.github.schsm.card.files.Files;
import io.github.schsm.card.files.KeyAttributes;
import io.github.schsm.card.files.KeyPairRequest;
import io.github.schsm.card.quirk.AppletInfo;
import io.github.schsm.card.quirk.DeviceQuirks;
import io.github.schsm.codec.EcCurve;
import io.github.schsm.codec.HashAlgorithm;
import io.github.schsm.codec.Tlv;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The device that is tested, as checks speak to it: commands as they are, and what several of them need. */
final class Probe {
    /** The user PIN that a destructive test gives the device. */
    static final String TEST_PIN = "648219";

    static final int USER = 0x81;
    static final int SO = 0x88;
    static final byte[] NO_DATA = {};
    static final byte[] OTHER_PIN = "975310".getBytes(StandardCharsets.US_ASCII);
    static final int RESET_ALLOWED = 0x01;

    private static final int SHORT_DATA = 255;
    private static final int CHUNK = 200;
    private static final String OPEN_FIRMWARE = "devices-that-differ: an open firmware";

    private final Wire wire;
    private final DeviceTrust trust;
    private final byte[] soPin;
    private final DeviceIdentity identity;
    private final AppletInfo applet;
    private final byte[] selectAnswer;
    private final boolean extended;
    private final Map<String, Key> keys = new HashMap<>();
    private final List<byte[]> shares = new ArrayList<>();
    private Check.Setup setup = Check.Setup.AS_IS;
    private int nextKey = 1;
    private @Nullable Probe other;
    private byte @Nullable [] userPin;
    private int namedKey;

    /** A key on the device. */
    record Key(int id, @Nullable Cvc request) {
        Cvc cvc() throws NotTried {
            if (request == null) {
                throw new NotTried("the key has no request");
            }
            return request;
        }

        byte[] point() throws NotTried {
            return cvc().publicPoint();
        }

        EcCurve curve() throws NotTried {
            return cvc().curve().orElseThrow(() -> new NotTried("the key is no EC key"));
        }
    }

    private Probe(
            Wire wire,
            DeviceTrust trust,
            byte[] soPin,
            DeviceIdentity identity,
            AppletInfo applet,
            byte[] selectAnswer,
            boolean extended) {
        this.wire = wire;
        this.trust = trust;
        this.soPin = soPin;
        this.identity = identity;
        this.applet = applet;
        this.selectAnswer = selectAnswer;
        this.extended = extended;
    }

    /**
     * Looks at a device: what it says of itself, and whether its reader passes commands of extended length. What it says
     * need not make sense: checks find that.
     *
     * @param soPin 8 bytes, the caller's to wipe; empty where nothing is changed
     */
    static Probe of(Wire wire, DeviceTrust trust, byte[] soPin) throws SchsmException {
        ResponseApdu selected = wire.send(Files.SELECT_APPLET);
        AppletInfo applet = AppletInfo.NOTHING;
        try {
            applet = AppletInfo.parse(selected.data());
        } catch (MalformedDataException rubbish) {
            // A check says so.
        }
        boolean extended = isExtended(wire);
        DeviceIdentity identity = DeviceIdentity.ofDevice(NO_DATA);
        try {
            identity = DeviceIdentity.ofDevice(read(wire, Files.DEVICE_CERTIFICATES, extended));
        } catch (MalformedDataException rubbish) {
            // A check says so.
        }
        return new Probe(wire, trust, soPin, identity, applet, selected.data(), extended);
    }

    /** A reader without extended length refuses, cuts, or loses such a command. */
    private static boolean isExtended(Wire wire) throws SchsmException {
        byte[] start = {0x54, 0x02, 0, 0};
        int sw = wire.send(CommandApdu.of(0x00, 0xB1, 0x2F, 0x02, start, CommandApdu.EXTENDED_LE))
                .sw();
        return sw != StatusWords.WRONG_LENGTH;
    }

    Wire wire() {
        return wire;
    }

    DeviceIdentity identity() {
        return identity;
    }

    DeviceTrust trust() {
        return trust;
    }

    AppletInfo applet() {
        return applet;
    }

    byte[] selectAnswer() {
        return selectAnswer.clone();
    }

    boolean isExtended() {
        return extended;
    }

    DeviceQuirks quirks() {
        return DeviceQuirks.of(new DeviceQuirks.Seen(wire.atr(), wire.reader(), applet));
    }

    /** Whether the firmware is at least that; a device that does not say is taken for a new one. */
    boolean isAtLeast(int major, int minor) {
        return applet.version().map(version -> version.isAtLeast(major, minor)).orElse(true);
    }

    void setOther(@Nullable Probe second) {
        other = second;
    }

    Probe other() throws NotTried {
        if (other == null) {
            throw new NotTried("it takes a second device");
        }
        return other;
    }

    void setUserPin(byte[] pin, int keyId) {
        userPin = pin;
        namedKey = keyId;
    }

    int namedKey() {
        return namedKey;
    }

    byte[] soPin() {
        return soPin.clone();
    }

    /** The holder reference of keys: the device's. */
    String chr() {
        return identity.isMissing() ? "ZZSELFTEST00001" : identity.chr();
    }

    Cvc certificate() throws NotTried {
        if (identity.isMissing()) {
            throw new NotTried("the device has no certificate, or none that can be read");
        }
        return identity.deviceCertificate();
    }

    // Commands

    Exchange send(int cla, int ins, int p1, int p2, byte[] data, int ne) throws SchsmException, NotTried {
        return send(cla, ins, p1, p2, data, ne, Mask.NONE);
    }

    Exchange send(int cla, int ins, int p1, int p2, byte[] data, int ne, Mask mask) throws SchsmException, NotTried {
        CommandApdu command = fitting(cla, ins, p1, p2, data, ne);
        ResponseApdu answer = wire.send(command);
        if (command.ne() < ne && answer.sw() == StatusWords.WRONG_LENGTH) {
            throw new NotTried(
                    "this reader passes short commands only, and the answer is longer than they can ask for");
        }
        return new Exchange(command, answer, mask);
    }

    Exchange send(int cla, int ins, int p1, int p2) throws SchsmException, NotTried {
        return send(cla, ins, p1, p2, NO_DATA, CommandApdu.NO_LE);
    }

    /** Over a secure channel. */
    Exchange over(ApduProcessor channel, CommandApdu command) throws SchsmException {
        return new Exchange(command, wire.send(command, channel), Mask.NONE);
    }

    private CommandApdu fitting(int cla, int ins, int p1, int p2, byte[] data, int ne) throws NotTried {
        int le = ne;
        if (!extended) {
            if (data.length > SHORT_DATA) {
                throw new NotTried(
                        "this reader passes short commands only, and this one has " + data.length + " bytes");
            }
            le = Math.min(ne, CommandApdu.SHORT_LE);
        }
        return CommandApdu.of(cla, ins, p1, p2, data, le);
    }

    /** With the data through 2F10 where they do not fit. */
    Exchange sendLong(int cla, int ins, int p1, int p2, byte[] data, Mask mask)
            throws SchsmException, NotTried, Contradiction {
        int most = extended ? quirks().commandLimit() - 16 : SHORT_DATA;
        if (data.length <= most) {
            return send(cla, ins, p1, p2, data, CommandApdu.NO_LE, mask);
        }
        int chunk = extended ? most - 16 : CHUNK;
        for (int at = 0; at < data.length; at += chunk) {
            update(Files.INPUT_BUFFER, at, Arrays.copyOfRange(data, at, Math.min(data.length, at + chunk)))
                    .sw(0x9000);
        }
        return send(cla, ins, p1, p2, NO_DATA, CommandApdu.NO_LE, mask);
    }

    Exchange select() throws SchsmException, NotTried {
        return send(0x00, 0xA4, 0x04, 0x00, Files.SELECT_APPLET.data(), CommandApdu.SHORT_LE);
    }

    /** SELECT of a file. */
    Exchange select(int fid) throws SchsmException, NotTried {
        return send(0x00, 0xA4, 0x00, 0x04, bytes(fid >> 8, fid), CommandApdu.SHORT_LE);
    }

    /** READ BINARY. */
    Exchange read(int fid, int offset, int ne) throws SchsmException, NotTried {
        return send(0x00, 0xB1, fid >> 8, fid & 0xFF, bytes(0x54, 2, offset >> 8, offset), ne);
    }

    /** READ BINARY, as much as there is. */
    Exchange readAll(int fid) throws SchsmException, NotTried {
        return read(fid, 0, CommandApdu.EXTENDED_LE);
    }

    /** A file's content; empty if there is none. */
    byte[] content(int fid) throws SchsmException {
        return read(wire, fid, extended);
    }

    private static byte[] read(Wire wire, int fid, boolean extended) throws SchsmException {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        int ne = extended ? CommandApdu.EXTENDED_LE : SHORT_DATA;
        ResponseApdu part;
        do {
            int at = content.size();
            part = wire.send(CommandApdu.of(0x00, 0xB1, fid >> 8, fid & 0xFF, bytes(0x54, 2, at >> 8, at), ne));
            content.writeBytes(part.data());
        } while (!extended && part.isOk() && part.dataLength() == ne && content.size() < 0x7FFF);
        return content.toByteArray();
    }

    /** UPDATE BINARY. */
    Exchange update(int fid, int offset, byte[] data) throws SchsmException, NotTried {
        byte[] objects = Tlv.concat(Tlv.of(0x54, bytes(offset >> 8, offset)), Tlv.of(0x53, data));
        return send(0x00, 0xD7, fid >> 8, fid & 0xFF, objects, CommandApdu.NO_LE);
    }

    /** DELETE FILE. */
    Exchange delete(int fid) throws SchsmException, NotTried {
        return send(0x00, 0xE4, 0x02, 0x00, bytes(fid >> 8, fid), CommandApdu.NO_LE);
    }

    /** ENUMERATE OBJECTS: the file identifiers. */
    List<Integer> enumerate() throws SchsmException, NotTried, Contradiction {
        Exchange list = enumerateObjects().sw(0x9000);
        byte[] fids = list.data();
        list.require(fids.length % 2 == 0, "2 bytes for each file");
        List<Integer> found = new ArrayList<>();
        for (int i = 0; i < fids.length; i += 2) {
            found.add(((fids[i] & 0xFF) << 8) | (fids[i + 1] & 0xFF));
        }
        return found;
    }

    Exchange enumerateObjects() throws SchsmException, NotTried {
        return send(0x80, 0x58, 0x00, 0x00, NO_DATA, CommandApdu.EXTENDED_LE);
    }

    /** VERIFY; without data it asks for the state. */
    Exchange verify(int reference, byte[] pin) throws SchsmException, NotTried {
        return send(0x00, 0x20, 0x00, reference, pin, CommandApdu.NO_LE);
    }

    /** How many tries a PIN has left; -1 if the device does not say. */
    int triesLeft(int reference) throws SchsmException, NotTried {
        return StatusWords.triesLeftAfter(verify(reference, NO_DATA).sw());
    }

    /** MANAGE KEY DOMAIN. */
    Exchange domain(int p1, int slot, byte[] data) throws SchsmException, NotTried {
        return send(0x80, 0x52, p1, slot, data, CommandApdu.SHORT_LE);
    }

    /** MSE SET of a key by its holder reference. */
    Exchange knows(String chr) throws SchsmException, NotTried {
        byte[] name = Tlv.of(0x83, chr.getBytes(StandardCharsets.ISO_8859_1)).encoded();
        return send(0x00, 0x22, 0x81, 0xB6, name, CommandApdu.NO_LE);
    }

    /** Makes a device's certificates known and selects its key. */
    void makeKnown(DeviceIdentity peer) throws SchsmException, NotTried, Contradiction {
        Cvc device = peer.deviceCertificate();
        if (knows(device.chr()).sw() != StatusWords.OK) {
            Cvc issuer =
                    peer.issuerCertificate().orElseThrow(() -> new NotTried("the device has no issuer certificate"));
            if (knows(issuer.chr()).sw() != StatusWords.OK) {
                knows(issuer.car().orElse("")).sw(0x9000);
                send(0x00, 0x2A, 0x00, 0xBE, Tlv.parse(issuer.getEncoded()).value(), CommandApdu.NO_LE)
                        .sw(0x9000);
                knows(issuer.chr()).sw(0x9000);
            }
            send(0x00, 0x2A, 0x00, 0xBE, Tlv.parse(device.getEncoded()).value(), CommandApdu.NO_LE)
                    .sw(0x9000);
        }
        knows(device.chr()).sw(0x9000);
    }

    /** SIGN. */
    Exchange sign(int key, int algorithm, byte[] data) throws SchsmException, NotTried {
        return send(0x80, 0x68, key, algorithm, data, CommandApdu.EXTENDED_LE);
    }

    /** DECIPHER or key agreement. */
    Exchange decipher(int key, int algorithm, byte[] data) throws SchsmException, NotTried {
        return send(0x80, 0x62, key, algorithm, data, CommandApdu.EXTENDED_LE, Mask.ANSWER);
    }

    /** SYMMETRIC CIPHER. */
    Exchange cipher(int key, int algorithm, byte[] data) throws SchsmException, NotTried {
        return send(0x80, 0x78, key, algorithm, data, CommandApdu.EXTENDED_LE, Mask.BOTH);
    }

    /** WRAP. */
    Exchange wrap(int key) throws SchsmException, NotTried {
        return send(0x80, 0x72, key, 0x92, NO_DATA, CommandApdu.EXTENDED_LE, Mask.ANSWER);
    }

    /** UNWRAP. */
    Exchange unwrap(int key, byte[] blob) throws SchsmException, NotTried, Contradiction {
        return sendLong(0x80, 0x74, key, 0x93, blob, Mask.BOTH);
    }

    // How the device is initialized

    /** INITIALIZE DEVICE with a PIN of three tries; a device that tidies its memory first is asked again. */
    Exchange initialize(int options, byte[] pin, Tlv... more) throws SchsmException, NotTried {
        Exchange first = initializeOnce(options, pin, soPin, more);
        return first.sw() == StatusWords.NOT_ENOUGH_MEMORY ? initializeOnce(options, pin, soPin, more) : first;
    }

    /** The same, once, and with that initialization code. */
    Exchange initializeOnce(int options, byte[] pin, byte[] code, Tlv... more) throws SchsmException, NotTried {
        setup = Check.Setup.OWN;
        keys.clear();
        shares.clear();
        nextKey = 1;
        List<Tlv> values = new ArrayList<>(List.of(
                Tlv.of(0x80, bytes(options >> 8, options)),
                Tlv.of(0x81, pin),
                Tlv.of(0x82, code),
                Tlv.of(0x91, bytes(3))));
        values.addAll(Arrays.asList(more));
        return send(0x80, 0x50, 0x00, 0x00, Tlv.concat(values.toArray(Tlv[]::new)), CommandApdu.NO_LE, Mask.BOTH);
    }

    /** With more tries than a PIN of six bytes may have. */
    Exchange initializeWithTries(int tries) throws SchsmException, NotTried {
        dirty();
        byte[] values = Tlv.concat(
                Tlv.of(0x80, bytes(0, RESET_ALLOWED)),
                Tlv.of(0x81, testPin()),
                Tlv.of(0x82, soPin),
                Tlv.of(0x91, bytes(tries)));
        return send(0x80, 0x50, 0x00, 0x00, values, CommandApdu.NO_LE, Mask.BOTH);
    }

    /** Key domain slots where the firmware has them, else a DKEK. */
    Tlv kindOfDomains() {
        return isAtLeast(3, 0) ? Tlv.of(0x97, bytes(4)) : Tlv.of(0x92, bytes(2));
    }

    static byte[] testPin() {
        return TEST_PIN.getBytes(StandardCharsets.US_ASCII);
    }

    /**
     * Gets the device into the state that a check begins with: selected, and initialized so, and the PIN verified.
     * Initializes only if it is not so yet.
     */
    void prepare(Check.Setup wanted) throws SchsmException, NotTried, Contradiction {
        select();
        if (wanted == Check.Setup.AS_IS || wanted == Check.Setup.OWN) {
            return;
        }
        Check.Setup real = wanted;
        if (wanted == Check.Setup.ANY) {
            real = setup == Check.Setup.SLOTS || setup == Check.Setup.DKEK
                    ? setup
                    : isAtLeast(3, 0) ? Check.Setup.SLOTS : Check.Setup.DKEK;
        }
        if (real == Check.Setup.SLOTS && !isAtLeast(3, 0)) {
            throw new NotTried("firmware before 3.0 has no key domain slots");
        }
        if (setup != real) {
            initialize(
                            RESET_ALLOWED,
                            testPin(),
                            switch (real) {
                                case SLOTS -> new Tlv[] {Tlv.of(0x97, bytes(4))};
                                case DKEK -> new Tlv[] {Tlv.of(0x92, bytes(2))};
                                case KEYS -> new Tlv[] {Tlv.of(0x93, bytes(2, 1))};
                                default -> new Tlv[0];
                            })
                    .sw(0x9000);
            select();
            verify(USER, testPin()).sw(0x9000);
            if (real == Check.Setup.DKEK) {
                for (int i = 1; i <= 2; i++) {
                    byte[] share =
                            HashAlgorithm.SHA256.digest(("self-test share " + i).getBytes(StandardCharsets.US_ASCII));
                    shares.add(share);
                    domain(0x00, 0, share).sw(0x9000);
                }
            }
            setup = real;
        } else {
            verify(USER, testPin()).sw(0x9000);
        }
    }

    /** What a check has left is not what others expect. */
    void dirty() {
        setup = Check.Setup.OWN;
    }

    Check.Setup setup() {
        return setup;
    }

    /** The KEK of the DKEK that both sides know. */
    byte[] kek() {
        byte[] kek = new byte[32];
        for (byte[] share : shares) {
            for (int i = 0; i < kek.length; i++) {
                kek[i] ^= share[i];
            }
        }
        return kek;
    }

    /** Verifies the PIN that the user gave. */
    void verifyUserPin() throws SchsmException, NotTried, Contradiction {
        byte[] pin = userPin;
        if (pin == null) {
            throw new NotTried("it takes the user PIN and a key that --label names");
        }
        verify(USER, pin).sw(0x9000);
    }

    // Keys

    /** A free key id. */
    int nextKeyId() {
        return nextKey++;
    }

    /** GENERATE ASYMMETRIC KEY PAIR. */
    Exchange generate(int kid, byte[] request, int ne) throws SchsmException, NotTried {
        return send(0x00, 0x46, kid, 0x00, request, ne);
    }

    /** A key pair on a curve, made the first time it is asked for. */
    Key ec(EcCurve curve, KeyAttributes attributes) throws SchsmException, NotTried, Contradiction {
        return pair("ec " + curve + " " + attributes, KeyPairRequest.ec(curve, chr(), attributes));
    }

    /** The same without attributes. */
    Key ec() throws SchsmException, NotTried, Contradiction {
        return ec(EcCurve.SECP256R1, KeyAttributes.NONE);
    }

    /** A new key pair each time. */
    Key newEc(EcCurve curve, KeyAttributes attributes) throws SchsmException, NotTried, Contradiction {
        return make(KeyPairRequest.ec(curve, chr(), attributes));
    }

    Key rsa(int bits, KeyAttributes attributes) throws SchsmException, NotTried, Contradiction {
        return pair(
                "rsa " + bits + " " + attributes,
                KeyPairRequest.rsa(bits, BigInteger.valueOf(65_537), chr(), attributes));
    }

    Key rsa() throws SchsmException, NotTried, Contradiction {
        // The smallest that takes PSS with SHA-512 and OAEP with SHA-256.
        return rsa(1536, KeyAttributes.NONE);
    }

    private Key pair(String name, KeyPairRequest request) throws SchsmException, NotTried, Contradiction {
        Key present = keys.get(name);
        if (present == null) {
            present = make(request);
            keys.put(name, present);
        }
        return present;
    }

    private Key make(KeyPairRequest request) throws SchsmException, NotTried, Contradiction {
        int kid = nextKeyId();
        byte[] data = extended ? request.encode() : request.encodeShort();
        byte[] attested;
        if (extended) {
            attested = generate(kid, data, CommandApdu.EXTENDED_LE).sw(0x9000).data();
        } else {
            generate(kid, data, CommandApdu.NO_LE).sw(0x9000);
            attested = content(Files.keyCertificate(kid));
        }
        return new Key(kid, Cvc.parse(Tlv.parseFirst(attested)));
    }

    /** GENERATE SYMMETRIC KEY. */
    Exchange generateAes(int kid, int bits, KeyAttributes attributes) throws SchsmException, NotTried {
        byte[] data = Tlv.concat(attributes.encode().toArray(Tlv[]::new));
        return send(0x00, 0x48, kid, 0xB0 + (bits - 128) / 64, data, CommandApdu.NO_LE);
    }

    Key aes() throws SchsmException, NotTried, Contradiction {
        Key present = keys.get("aes");
        if (present == null) {
            present = new Key(nextKeyId(), null);
            generateAes(present.id(), 256, KeyAttributes.NONE).sw(0x9000);
            keys.put("aes", present);
        }
        return present;
    }

    // Values

    static byte[] bytes(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }

    static byte[] hex(String digits) {
        return HexFormat.of().parseHex(digits);
    }

    static byte[] concat(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    static byte[] sha256(byte[]... parts) {
        return HashAlgorithm.SHA256.digest(parts);
    }

    /** Where docs/protocol.md tells of an open firmware that does so. */
    static String openFirmware() {
        return OPEN_FIRMWARE;
    }

    /** The template that SELECT answers. */
    static Optional<Tlv> template(Exchange selected) {
        try {
            return Optional.of(Tlv.parse(selected.data()));
        } catch (MalformedDataException rubbish) {
            return Optional.empty();
        }
    }
}
