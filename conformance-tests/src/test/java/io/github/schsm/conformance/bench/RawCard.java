// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.bench;

import io.github.schsm.simulator.SimulatedDevice;
import io.github.schsm.simulator.VirtualReaders;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import javax.smartcardio.CardChannel;
import javax.smartcardio.CardException;
import javax.smartcardio.CardTerminal;
import javax.smartcardio.CommandAPDU;
import javax.smartcardio.ResponseAPDU;

/** Another program at the same reader: plain APDUs, no code of ours on the way. */
public final class RawCard {
    private static final String SELECT = "00A404000BE82B0601040181C31F0201";
    private static final String VERIFY = "0020008106363438323139";
    private static final int SLOTS = 4;

    private final CardChannel channel;

    private RawCard(CardChannel channel) {
        this.channel = channel;
    }

    public static RawCard of(VirtualReaders readers, SimulatedDevice device) throws CardException {
        for (CardTerminal terminal : readers.terminals().list()) {
            if (terminal.getName().equals(device.readerName())) {
                return new RawCard(terminal.connect("*").getBasicChannel());
            }
        }
        throw new CardException("no reader of " + device.id());
    }

    /** Sends a command. */
    public ResponseAPDU send(String hex) throws CardException {
        return channel.transmit(new CommandAPDU(HexFormat.of().parseHex(hex)));
    }

    private byte[] ok(String hex) throws CardException {
        ResponseAPDU answer = send(hex);
        if (answer.getSW() != 0x9000) {
            throw new CardException(hex + " answers " + Integer.toHexString(answer.getSW()));
        }
        return answer.getData();
    }

    /** Selects the applet, which logs everybody out. */
    public RawCard select() throws CardException {
        ok(SELECT);
        return this;
    }

    /** Selects the applet and verifies the PIN. */
    public RawCard login() throws CardException {
        ok(SELECT);
        ok(VERIFY);
        return this;
    }

    /** Overwrites a file from its start. */
    public void write(int fid, byte[] content) throws CardException {
        StringBuilder data = new StringBuilder("5402000053");
        String length = content.length < 0x80
                ? String.format("%02X", content.length)
                : content.length < 0x100
                        ? String.format("81%02X", content.length)
                        : String.format("82%04X", content.length);
        data.append(length).append(HexFormat.of().formatHex(content));
        ok(String.format("00D7%04X00%04X%s", fid, data.length() / 2, data));
    }

    /** Reads a file. */
    public byte[] read(int fid) throws CardException {
        return ok(String.format("00B1%04X00000454020000", fid) + "0000");
    }

    /** Deletes a file. */
    public void delete(int fid) throws CardException {
        ok(String.format("00E4020002%04X", fid));
    }

    /** A device lists its objects in no order. */
    private static String sorted(String list) {
        TreeSet<String> fids = new TreeSet<>();
        for (int at = 0; at < list.length(); at += 4) {
            fids.add(list.substring(at, at + 4));
        }
        return String.join("", fids);
    }

    /** Everything that a device shows: files, key attributes, key domains, tries left, free memory. */
    Map<String, String> state() throws CardException {
        select();
        Map<String, String> state = new TreeMap<>();
        String list = HexFormat.of().formatHex(ok("80580000000000")).toUpperCase(java.util.Locale.ROOT);
        state.put("objects", sorted(list));
        for (int at = 0; at < list.length(); at += 4) {
            String fid = list.substring(at, at + 4);
            state.put(
                    fid,
                    HexFormat.of()
                            .formatHex(
                                    fid.startsWith("CC")
                                            ? ok("00A4000002" + fid + "00")
                                            : read(Integer.parseInt(fid, 16))));
        }
        state.put("2F03", HexFormat.of().formatHex(read(0x2F03)));
        for (int slot = 0; slot < SLOTS; slot++) {
            ResponseAPDU answer = send(String.format("805200%02X00", slot));
            state.put("domain " + slot, HexFormat.of().formatHex(answer.getBytes()));
        }
        state.put("user PIN", Integer.toHexString(send("00200081").getSW()));
        state.put("SO-PIN", Integer.toHexString(send("00200088").getSW()));
        state.put("memory", HexFormat.of().formatHex(ok("8050000000")));
        return state;
    }
}
