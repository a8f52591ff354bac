// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.simulator.state;

import io.github.schsm.Cvc;
import io.github.schsm.MalformedDataException;
import io.github.schsm.codec.EcCurve;
import io.github.schsm.simulator.crypto.Hashes;
import io.github.schsm.simulator.crypto.KeyMaterial;
import io.github.schsm.simulator.state.DeviceState.DomainScheme;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;

/**
 * A device's state as bytes: a magic number, a version, the fields in order, and a SHA-256 of all that, so that a
 * damaged file is told from a good one. Numbers are big-endian; byte strings carry their length.
 */
public final class StateCodec {
    private static final int MAGIC = 0x5343534D;
    private static final int VERSION = 2;
    private static final int WITHOUT_REGISTERED_KEYS = 1;
    private static final int HASH_LENGTH = 32;
    private static final int MAX_STRING = 0xFFFF;
    private static final String WHAT = "the state of a simulated device";

    private static final int KIND_EC = 1;
    private static final int KIND_RSA = 2;
    private static final int KIND_RSA_CRT = 3;
    private static final int KIND_AES = 4;

    private StateCodec() {}

    public static byte[] encode(DeviceState state) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeInt(MAGIC);
            out.writeShort(VERSION);
            out.writeUTF(state.id());
            out.writeUTF(state.deviceCurve().curveName());
            write(out, state.deviceKey().toByteArray());
            write(out, state.deviceIdFile());
            out.writeBoolean(state.isInitialized());
            if (state.isInitialized()) {
                out.writeShort(state.options());
                out.writeBoolean(state.userPin().isPresent());
                if (state.userPin().isPresent()) {
                    write(out, state.userPin().get());
                }
                write(out, state.soPin().orElseThrow());
                write(out, state.registeredKeys());
                out.writeByte(state.scheme().code());
                out.writeByte(state.slots());
                for (int slot = 0; slot < state.slots(); slot++) {
                    write(out, state.domain(slot));
                }
            }
            out.writeShort(state.keys().size());
            for (Map.Entry<Integer, CardKey> key : state.keys().entrySet()) {
                out.writeByte(key.getKey());
                write(out, key.getValue());
            }
            out.writeShort(state.files().size());
            for (Map.Entry<Integer, byte[]> file : state.files().entrySet()) {
                out.writeShort(file.getKey());
                write(out, file.getValue());
            }
            out.write(Hashes.sha256(bytes.toByteArray()));
        } catch (IOException inMemory) {
            throw new IllegalStateException(inMemory);
        }
        return bytes.toByteArray();
    }

    public static DeviceState decode(byte[] encoded) throws MalformedDataException {
        int end = encoded.length - HASH_LENGTH;
        if (end <= 0
                || !MessageDigest.isEqual(
                        Hashes.sha256(Arrays.copyOf(encoded, end)), Arrays.copyOfRange(encoded, end, encoded.length))) {
            throw malformed("its checksum is wrong");
        }
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(encoded, 0, end))) {
            return read(in);
        } catch (IOException cutOff) {
            throw malformed("it is cut off");
        }
    }

    private static DeviceState read(DataInputStream in) throws IOException, MalformedDataException {
        if (in.readInt() != MAGIC) {
            throw malformed("it does not begin with the magic number");
        }
        int version = in.readUnsignedShort();
        if (version != VERSION && version != WITHOUT_REGISTERED_KEYS) {
            throw malformed("it has version " + version + ", this simulator reads versions " + WITHOUT_REGISTERED_KEYS
                    + " to " + VERSION);
        }
        String id = in.readUTF();
        EcCurve curve = curve(in.readUTF());
        DeviceState state = new DeviceState(id, curve, number(in), bytes(in));
        if (in.readBoolean()) {
            int options = in.readUnsignedShort();
            boolean old = version == WITHOUT_REGISTERED_KEYS;
            Pin userPin = old || in.readBoolean() ? pin(in, state) : null;
            Pin soPin = pin(in, state);
            RegisteredKeys registered = old ? RegisteredKeys.none() : registeredKeys(in);
            DomainScheme scheme = DomainScheme.of(in.readUnsignedByte())
                    .orElseThrow(() -> malformed("it has an unknown kind of key domains"));
            int slots = in.readUnsignedByte();
            state.initialize(options, userPin, soPin, registered, scheme, slots);
            for (int slot = 0; slot < slots; slot++) {
                if (in.readBoolean()) {
                    state.setDomain(slot, domain(in));
                }
            }
        }
        int keys = in.readUnsignedShort();
        for (int i = 0; i < keys; i++) {
            state.putKey(in.readUnsignedByte(), key(in));
        }
        int files = in.readUnsignedShort();
        for (int i = 0; i < files; i++) {
            state.putFile(in.readUnsignedShort(), bytes(in));
        }
        if (in.available() != 0) {
            throw malformed("something follows it");
        }
        state.markKept();
        return state;
    }

    private static void write(DataOutputStream out, Pin pin) throws IOException {
        write(out, pin.value());
        out.writeByte(pin.tries());
        out.writeByte(pin.left());
        out.writeBoolean(pin.isTransport());
    }

    private static Pin pin(DataInputStream in, DeviceState state) throws IOException {
        return new Pin(bytes(in), in.readUnsignedByte(), in.readUnsignedByte(), in.readBoolean(), state::markChanged);
    }

    private static void write(DataOutputStream out, RegisteredKeys keys) throws IOException {
        out.writeByte(keys.required());
        out.writeByte(keys.total());
        for (int i = 0; i < keys.total(); i++) {
            write(out, keys.key(i).map(Cvc::getEncoded).orElse(new byte[0]));
        }
    }

    private static RegisteredKeys registeredKeys(DataInputStream in) throws IOException, MalformedDataException {
        RegisteredKeys keys = new RegisteredKeys(in.readUnsignedByte(), in.readUnsignedByte());
        for (int i = 0; i < keys.total(); i++) {
            byte[] request = bytes(in);
            if (request.length != 0) {
                keys.set(i, Cvc.parse(request));
            }
        }
        return keys;
    }

    private static void write(DataOutputStream out, Optional<KeyDomainSlot> domain) throws IOException {
        out.writeBoolean(domain.isPresent());
        if (domain.isPresent()) {
            KeyDomainSlot slot = domain.get();
            byte[] kek = slot.kek();
            write(out, slot.uid());
            out.writeByte(slot.shares());
            out.writeByte(slot.outstanding());
            write(out, slot.sum());
            write(out, kek == null ? new byte[0] : kek);
        }
    }

    private static KeyDomainSlot domain(DataInputStream in) throws IOException {
        byte[] uid = bytes(in);
        int shares = in.readUnsignedByte();
        int outstanding = in.readUnsignedByte();
        byte[] sum = bytes(in);
        byte[] kek = bytes(in);
        return new KeyDomainSlot(uid, shares, outstanding, sum, kek.length == 0 ? null : kek);
    }

    private static void write(DataOutputStream out, CardKey key) throws IOException {
        out.writeLong(key.useCounter());
        write(out, key.algorithms());
        out.writeShort(key.domain());
        out.writeShort(key.wrappingKey());
        if (key.material() instanceof KeyMaterial.Ec ec) {
            out.writeByte(KIND_EC);
            out.writeUTF(ec.curve().curveName());
            write(out, ec.d().toByteArray());
            write(out, ec.point());
        } else if (key.material() instanceof KeyMaterial.Rsa rsa) {
            KeyMaterial.Rsa.Crt crt = rsa.crt();
            out.writeByte(crt == null ? KIND_RSA : KIND_RSA_CRT);
            write(out, rsa.n().toByteArray());
            write(out, rsa.e().toByteArray());
            write(out, rsa.d().toByteArray());
            if (crt != null) {
                for (BigInteger number : new BigInteger[] {crt.p(), crt.q(), crt.dP(), crt.dQ(), crt.qInv()}) {
                    write(out, number.toByteArray());
                }
            }
        } else if (key.material() instanceof KeyMaterial.Aes aes) {
            out.writeByte(KIND_AES);
            write(out, aes.value());
        }
    }

    private static CardKey key(DataInputStream in) throws IOException, MalformedDataException {
        long useCounter = in.readLong();
        byte[] algorithms = bytes(in);
        int domain = in.readShort();
        int wrappingKey = in.readShort();
        int kind = in.readUnsignedByte();
        KeyMaterial material = switch (kind) {
            case KIND_EC -> new KeyMaterial.Ec(curve(in.readUTF()), number(in), bytes(in));
            case KIND_RSA -> new KeyMaterial.Rsa(number(in), number(in), number(in), null);
            case KIND_RSA_CRT ->
                new KeyMaterial.Rsa(
                        number(in),
                        number(in),
                        number(in),
                        new KeyMaterial.Rsa.Crt(number(in), number(in), number(in), number(in), number(in)));
            case KIND_AES -> new KeyMaterial.Aes(bytes(in));
            default -> throw malformed("it has a key of unknown kind " + kind);
        };
        return new CardKey(material, useCounter, algorithms, domain, wrappingKey);
    }

    private static EcCurve curve(String name) throws MalformedDataException {
        return EcCurve.named(name).orElseThrow(() -> malformed("it names an unknown curve"));
    }

    private static void write(DataOutputStream out, byte[] bytes) throws IOException {
        if (bytes.length > MAX_STRING) {
            throw new IllegalStateException("too long for the state: " + bytes.length);
        }
        out.writeShort(bytes.length);
        out.write(bytes);
    }

    private static byte[] bytes(DataInputStream in) throws IOException {
        byte[] bytes = new byte[in.readUnsignedShort()];
        in.readFully(bytes);
        return bytes;
    }

    private static BigInteger number(DataInputStream in) throws IOException {
        byte[] bytes = bytes(in);
        return bytes.length == 0 ? BigInteger.ZERO : new BigInteger(bytes);
    }

    private static MalformedDataException malformed(String reason) {
        return new MalformedDataException(WHAT, reason);
    }
}
