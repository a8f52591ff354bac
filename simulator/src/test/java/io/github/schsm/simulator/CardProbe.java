// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.Cvc;
import io.github.schsm.MalformedDataException;
import io.github.schsm.SchsmException;
import io.github.schsm.codec.EcCurve;
import io.github.schsm.codec.Tlv;
import io.github.schsm.simulator.crypto.Bytes;
import io.github.schsm.simulator.profile.DeviceProfile;
import io.github.schsm.simulator.terminal.CardRemovedException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;

/** Speaks to a simulated device in APDUs, as bytes, without anything of a host's. */
public final class CardProbe {
    private static final HexFormat HEX = HexFormat.of();

    private final SimulatedDevice device;
    private byte[] lastData = new byte[0];

    public CardProbe(SimulatedDevice device) {
        this.device = device;
    }

    /** A fresh device of the reference kind, application selected. */
    public static CardProbe fresh() throws SchsmException {
        return fresh(DeviceProfile.smartCardHsm4k());
    }

    public static CardProbe fresh(DeviceProfile profile) throws SchsmException {
        CardProbe probe = new CardProbe(VirtualReaders.create(profile).device(VirtualReaders.DEFAULT_DEVICE));
        probe.select();
        return probe;
    }

    /** The same, user PIN verified. */
    public static CardProbe authenticated() throws SchsmException {
        CardProbe probe = fresh();
        probe.verify();
        return probe;
    }

    public SimulatedDevice device() {
        return device;
    }

    /** Sends raw bytes, gives the raw answer. */
    public byte[] raw(byte[] command) {
        try {
            return device.reader().exchange(this, device.reader().moves(), command);
        } catch (CardRemovedException | InterruptedException lost) {
            throw new IllegalStateException(lost);
        }
    }

    /** Sends hex, gives the status word; the data is in {@link #data()}. */
    public int send(String hex) {
        byte[] answer = raw(HEX.parseHex(hex.replace(" ", "")));
        lastData = Arrays.copyOf(answer, answer.length - 2);
        return (answer[answer.length - 2] & 0xFF) << 8 | (answer[answer.length - 1] & 0xFF);
    }

    /** An extended case 4 command with Le 0000 (case 2 without data). */
    public int command(int header, byte[] data) {
        String lc = data.length == 0 ? "" : String.format("%04X", data.length);
        return send(String.format("%08X", header) + "00" + lc + HEX.formatHex(data) + "0000");
    }

    public int command(int header, String hex) {
        return command(header, bytes(hex));
    }

    public byte[] data() {
        return lastData.clone();
    }

    public String hex() {
        return HEX.withUpperCase().formatHex(lastData);
    }

    public static byte[] bytes(String hex) {
        return HEX.parseHex(hex.replace(" ", ""));
    }

    public static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    public static String hex(byte[] bytes) {
        return HEX.withUpperCase().formatHex(bytes);
    }

    public void select() {
        assertThat(send("00A404000BE82B0601040181C31F020100")).isEqualTo(0x9000);
    }

    public void verify() {
        assertThat(send("0020008106 363438323139")).isEqualTo(0x9000);
    }

    public int initialize(String tlvs) {
        byte[] data = bytes(tlvs);
        return send(String.format("80500000%02X", data.length) + hex(data));
    }

    /** Reads a whole file. */
    public byte[] read(int fid) {
        assertThat(send(String.format("00B1%04X 000004 54020000 0000", fid))).isIn(0x9000, 0x6282);
        return data();
    }

    public int write(int fid, byte[] content) {
        byte[] data = Tlv.concat(Tlv.of(0x54, new byte[2]), Tlv.of(0x53, content));
        return send(String.format("00D7%04X00%04X", fid, data.length) + hex(data));
    }

    /** The command data of GENERATE ASYMMETRIC KEY PAIR for an EC key, attributes appended as given. */
    public static byte[] ecTemplate(EcCurve curve, String attributes) {
        Tlv[] parameters = new Tlv[1 + curve.domainParameters().size()];
        parameters[0] = Tlv.of(0x06, bytes("04007F00070202020203"));
        for (int i = 1; i < parameters.length; i++) {
            parameters[i] = curve.domainParameters().get(i - 1);
        }
        byte[] body = Tlv.concat(
                Tlv.of(0x5F29, new byte[1]),
                Tlv.of(0x42, ascii("UTCA00001")),
                Tlv.of(0x7F49, parameters),
                Tlv.of(0x5F20, ascii("UTTM00001")));
        return Bytes.concat(body, bytes(attributes));
    }

    public int generate(int keyId, EcCurve curve, String attributes) {
        return command(0x00460000 | keyId << 8, ecTemplate(curve, attributes));
    }

    /** Generates an EC key and gives its request. */
    public Cvc generated(int keyId, EcCurve curve, String attributes) throws MalformedDataException {
        assertThat(generate(keyId, curve, attributes)).isEqualTo(0x9000);
        return Cvc.parse(data());
    }

    /** Makes a chain known, from the issuer down, and selects the device's key. */
    public void learn(byte[] deviceIdFile) throws MalformedDataException {
        var certificates = Tlv.parseAll(deviceIdFile);
        Cvc device = Cvc.parse(certificates.get(0));
        Cvc issuer = Cvc.parse(certificates.get(1));
        assertThat(mse(issuer.car().orElseThrow())).isEqualTo(0x9000);
        assertThat(pso(issuer)).isEqualTo(0x9000);
        assertThat(mse(issuer.chr())).isEqualTo(0x9000);
        assertThat(pso(device)).isEqualTo(0x9000);
        assertThat(mse(device.chr())).isEqualTo(0x9000);
    }

    int mse(String chr) {
        byte[] holder = Tlv.of(0x83, ascii(chr)).encoded();
        return send(String.format("002281B6%02X", holder.length) + hex(holder));
    }

    int pso(Cvc certificate) throws MalformedDataException {
        byte[] content = Tlv.parse(certificate.getEncoded()).value();
        return send(String.format("002A00BE00%04X", content.length) + hex(content));
    }
}
