// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.simulator.applet;

import io.github.schsm.MalformedDataException;
import io.github.schsm.codec.Tlv;
import io.github.schsm.simulator.apdu.Answer;
import io.github.schsm.simulator.apdu.Command;
import io.github.schsm.simulator.apdu.Refusal;
import io.github.schsm.simulator.apdu.Sw;
import io.github.schsm.simulator.crypto.Bytes;
import io.github.schsm.simulator.profile.DeviceProfile;
import io.github.schsm.simulator.profile.Quirk;
import io.github.schsm.simulator.state.CardKey;
import io.github.schsm.simulator.state.DeviceState;
import io.github.schsm.simulator.state.FileId;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Selection of the application and its files, and the files themselves (docs/protocol.md#files and
 * docs/protocol.md#commands). Files come into being when they are written; writing at the start does not shorten them.
 */
final class FileCommands {
    private static final int MAX_FILE = 0x7FFF;
    private static final int MAX_INPUT_BUFFER = 8192;

    private static final int TAG_OFFSET = 0x54;
    private static final int TAG_DATA = 0x53;

    private final Applet applet;

    FileCommands(Applet applet) {
        this.applet = applet;
    }

    Answer select(Command command) throws Refusal {
        if (command.p1() == 0x04) {
            return selectApplication(command);
        }
        if (!applet.isSelected()) {
            throw new Refusal(Sw.UNKNOWN_INSTRUCTION);
        }
        if (command.p1() != 0x00 && command.p1() != 0x02) {
            throw new Refusal(Sw.WRONG_P1_P2);
        }
        return selectFile(command);
    }

    private Answer selectApplication(Command command) throws Refusal {
        int template = template(command.p2());
        if (!Arrays.equals(command.data(), Applet.AID)) {
            throw new Refusal(Sw.NOT_FOUND);
        }
        applet.select();
        DeviceProfile profile = applet.profile();
        byte[] version = Bytes.of(profile.major(), profile.minor());
        if (!profile.isVersion1()) {
            int options = applet.state().options();
            version = Bytes.concat(Bytes.of(options >> 8, options, profile.platform()), version);
        }
        return describe(template, Tlv.of(0x82, Bytes.of(0x78)), Tlv.of(0x85, version));
    }

    private Answer selectFile(Command command) throws Refusal {
        int template = template(command.p2());
        if (command.data().length != 2) {
            throw new Refusal(Sw.WRONG_LENGTH);
        }
        int fid = (int) Bytes.unsigned(command.data());
        List<Tlv> description = new ArrayList<>();
        boolean old = applet.profile().isVersion1() || applet.profile().has(Quirk.FILE_SIZE_IN_80);
        description.add(Tlv.of(old ? 0x80 : 0x81, Bytes.uint16(size(fid))));
        description.add(Tlv.of(0x82, Bytes.of(0x01)));
        description.add(Tlv.of(0x83, Bytes.uint16(fid)));
        if (!old) {
            description.add(Tlv.of(0x8A, Bytes.of(0x05)));
        }
        if (FileId.isKey(fid) && FileId.low(fid) != 0) {
            byte[] attributes = attributes(applet.state().key(FileId.low(fid)).orElseThrow());
            if (attributes.length != 0) {
                description.add(Tlv.of(0xA5, attributes));
            }
        }
        applet.session().setCurrentFile(fid);
        if (applet.profile().has(Quirk.LONG_FORM_ATTRIBUTES)) {
            return template == 0 ? Answer.OK : Answer.of(longForm(template, description));
        }
        return describe(template, description.toArray(Tlv[]::new));
    }

    /** The tag of the template to answer: FCI, FCP, or 0 for none. */
    private static int template(int p2) throws Refusal {
        return switch (p2) {
            case 0x00 -> 0x6F;
            case 0x04 -> 0x62;
            case 0x0C -> 0;
            default -> throw new Refusal(Sw.WRONG_P1_P2);
        };
    }

    private static Answer describe(int template, Tlv... description) {
        return template == 0
                ? Answer.OK
                : Answer.of(Tlv.of(template, description).encoded());
    }

    private static byte[] longForm(int template, List<Tlv> description) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        for (Tlv object : description) {
            if (object.tag() == 0xA5) {
                content.writeBytes(Bytes.of(0xA5, 0x82));
                content.writeBytes(Bytes.uint16(object.valueLength()));
                content.writeBytes(object.value());
            } else {
                content.writeBytes(object.encoded());
            }
        }
        return Tlv.of(template, content.toByteArray()).encoded();
    }

    private static byte[] attributes(CardKey key) {
        List<Tlv> attributes = new ArrayList<>();
        if (key.useCounter() != CardKey.UNLIMITED) {
            attributes.add(Tlv.of(0x90, Bytes.uint32(key.useCounter())));
        }
        if (key.algorithms().length != 0) {
            attributes.add(Tlv.of(0x91, key.algorithms()));
        }
        if (key.domain() != CardKey.NONE) {
            attributes.add(Tlv.of(0x92, Bytes.of(key.domain())));
        }
        if (key.wrappingKey() != CardKey.NONE) {
            attributes.add(Tlv.of(0x93, Bytes.of(key.wrappingKey())));
        }
        return Tlv.concat(attributes.toArray(Tlv[]::new));
    }

    /** Size of a file; of a key, its bytes. */
    private int size(int fid) throws Refusal {
        if (FileId.isKey(fid)) {
            if (FileId.low(fid) == 0) {
                return applet.state().deviceCurve().fieldLength();
            }
            CardKey key = applet.state().key(FileId.low(fid)).orElseThrow(() -> new Refusal(Sw.NOT_FOUND));
            return (key.material().bits() + 7) / 8;
        }
        return content(fid).length;
    }

    private boolean hasCertificate() {
        return applet.state().isInitialized() || !applet.profile().has(Quirk.NO_CERTIFICATE_UNTIL_INITIALIZED);
    }

    private byte[] content(int fid) throws Refusal {
        byte[] content = switch (fid) {
            case FileId.DEVICE_ID -> hasCertificate() ? applet.state().deviceIdFile() : new byte[0];
            case FileId.INPUT_BUFFER -> applet.session().inputBuffer();
            default -> applet.state().files().get(fid);
        };
        if (content == null || (fid == FileId.INPUT_BUFFER && content.length == 0)) {
            throw new Refusal(Sw.NOT_FOUND);
        }
        return content;
    }

    /** The file that P1 and P2 name; 0000 is the current one. */
    private int named(Command command) throws Refusal {
        int fid = command.p1p2() == 0 ? applet.session().currentFile() : command.p1p2();
        if (fid == FileId.NONE) {
            throw new Refusal(Sw.COMMAND_NOT_ALLOWED);
        }
        return fid;
    }

    private static int offset(Tlv object) throws Refusal {
        if (object.tag() != TAG_OFFSET || object.valueLength() != 2) {
            throw new Refusal(Sw.WRONG_DATA);
        }
        return (int) Bytes.unsigned(object.value());
    }

    Answer read(Command command) throws Refusal, MalformedDataException {
        int fid = named(command);
        command.requireData();
        int offset = offset(Tlv.parse(command.data()));
        if (FileId.isKey(fid)) {
            size(fid);
            throw new Refusal(Sw.NOT_AUTHENTICATED);
        }
        byte[] content = content(fid);
        if (fid == FileId.INPUT_BUFFER) {
            throw new Refusal(Sw.COMMAND_NOT_ALLOWED);
        }
        if (FileId.isReadProtected(fid)) {
            applet.requireUser();
        }
        applet.session().setCurrentFile(fid);
        int there = Math.max(0, content.length - offset);
        int count = Math.min(there, Math.max(0, command.ne()));
        byte[] bytes = count == 0 ? new byte[0] : Arrays.copyOfRange(content, offset, offset + count);
        return new Answer(bytes, there == 0 || isOverTheEnd(command, count) ? Sw.END_OF_FILE : Sw.OK);
    }

    private boolean isOverTheEnd(Command command, int count) {
        DeviceProfile profile = applet.profile();
        return count < command.ne()
                && !profile.has(Quirk.READ_OVER_END_IS_OK)
                && (!command.wantsAll() || profile.has(Quirk.READ_ALL_ENDS_WITH_WARNING));
    }

    Answer update(Command command) throws Refusal, MalformedDataException {
        int fid = named(command);
        command.requireData();
        List<Tlv> objects = Tlv.parseAll(command.data());
        if (objects.size() != 2 || objects.get(1).tag() != TAG_DATA) {
            throw new Refusal(Sw.WRONG_DATA);
        }
        int offset = offset(objects.get(0));
        byte[] data = objects.get(1).value();
        if (!FileId.isWritable(fid)) {
            throw new Refusal(Sw.COMMAND_NOT_ALLOWED);
        }
        applet.requireUser();
        if (fid == FileId.INPUT_BUFFER) {
            updateInputBuffer(offset, data);
        } else {
            updateFile(fid, offset, data);
        }
        applet.session().setCurrentFile(fid);
        return Answer.OK;
    }

    /** Writing at the start begins a new input, whatever was there. */
    private void updateInputBuffer(int offset, byte[] data) throws Refusal {
        byte[] old = offset == 0 ? new byte[0] : applet.session().inputBuffer();
        applet.session().setInputBuffer(overwritten(old, offset, data, MAX_INPUT_BUFFER));
    }

    private void updateFile(int fid, int offset, byte[] data) throws Refusal {
        byte[] old = applet.state().files().get(fid);
        if (old != null && data.length == 0) {
            return;
        }
        byte[] content = overwritten(old == null ? new byte[0] : old, offset, data, MAX_FILE);
        int before = old == null ? 0 : DeviceState.fileFootprint(old.length);
        applet.requireMemory(DeviceState.fileFootprint(content.length) - before);
        applet.state().putFile(fid, content);
    }

    private static byte[] overwritten(byte[] old, int offset, byte[] data, int limit) throws Refusal {
        if (offset > old.length) {
            throw new Refusal(Sw.WRONG_OFFSET);
        }
        if (offset + data.length > limit) {
            throw new Refusal(Sw.OUT_OF_MEMORY);
        }
        byte[] content = Arrays.copyOf(old, Math.max(old.length, offset + data.length));
        System.arraycopy(data, 0, content, offset, data.length);
        return content;
    }

    Answer delete(Command command) throws Refusal {
        if (command.p1() != 0x02 || (command.p2() != 0x00 && command.p2() != 0x80)) {
            throw new Refusal(Sw.WRONG_P1_P2);
        }
        if (command.data().length != 2) {
            throw new Refusal(Sw.WRONG_LENGTH);
        }
        int fid = (int) Bytes.unsigned(command.data());
        applet.requireUser();
        size(fid);
        if (FileId.isKey(fid) && FileId.low(fid) != 0) {
            applet.state().removeKey(FileId.low(fid));
        } else if (!FileId.isWritable(fid)) {
            throw new Refusal(Sw.COMMAND_NOT_ALLOWED);
        } else if (fid == FileId.INPUT_BUFFER) {
            applet.session().takeInputBuffer();
        } else {
            applet.state().removeFile(fid);
        }
        if (applet.session().currentFile() == fid) {
            applet.session().setCurrentFile(FileId.NONE);
        }
        return Answer.OK;
    }

    /**
     * Lists what is there in no order but that of its making. Always lists CC00: hosts take the first id that is free, and
     * would take the device key's.
     */
    Answer enumerate(Command command) throws Refusal {
        command.requireP1P2(0);
        command.requireNoData();
        List<Integer> fids = new ArrayList<>(List.of(FileId.DEVICE_ID, FileId.key(0)));
        applet.state().keys().keySet().forEach(keyId -> fids.add(FileId.key(keyId)));
        applet.state().files().keySet().stream().filter(FileId::isListed).forEach(fids::add);
        ByteArrayOutputStream list = new ByteArrayOutputStream();
        boolean everything = !applet.profile().has(Quirk.ENUMERATE_WITHOUT_CONTENTS);
        for (int fid : fids) {
            if (everything || FileId.isKeyOrDescription(fid)) {
                list.writeBytes(Bytes.uint16(fid));
            }
        }
        return Answer.of(list.toByteArray());
    }
}
