// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The structures in {@code docs/protocol.md}, compared with objects that devices and other tools made. */
class ProtocolSnippetsTest {
    private static final HexFormat HEX = HexFormat.of();

    @RunsSnippets("docs/protocol.md#authenticated-request")
    @Test
    void authenticatedRequestsOfAGenuineDevice() throws IOException {
        List<Line> structure = structure("authenticated-request");

        for (String key : List.of("secp256r1", "secp256k1", "rsa2048")) {
            assertThat(mismatches(structure, vector("genuine-2026-request-" + key)))
                    .as(key)
                    .isEmpty();
        }
    }

    @RunsSnippets("docs/protocol.md#kdm")
    @Test
    void aPublishedKeyDomainMembership() throws IOException {
        assertThat(mismatches(structure("kdm"), vector("kdm-sample"))).isEmpty();
    }

    /** The bytes that the same section quotes from OpenSC, without its notation. */
    @RunsSnippets("docs/protocol.md#private-key-description")
    @Test
    void aDescriptionThatOpenScWrote() throws IOException {
        byte[] written =
                HEX.parseHex("A026300B0C026B31030206C0040101300B040110030307308002010" + "1A10A30083002040002020100");

        assertThat(mismatches(structure("private-key-description"), written)).isEmpty();
    }

    @Test
    void whatIsMissingOrUnknownIsAMismatch() {
        List<Line> structure = parse("30\n  04    label\n  02?   length\n");

        assertThat(mismatches(structure, HEX.parseHex("30050401AA0201"))).isNotEmpty();
        assertThat(mismatches(structure, HEX.parseHex("30060401AA020101"))).isEmpty();
        assertThat(mismatches(structure, HEX.parseHex("30030401AA"))).isEmpty();
        assertThat(mismatches(structure, HEX.parseHex("3003020101"))).containsExactly("30/04 is missing");
        assertThat(mismatches(structure, HEX.parseHex("30060401AA050101")))
                .containsExactly("30/05 is not in the structure");
        assertThat(mismatches(structure, HEX.parseHex("31030401AA"))).isNotEmpty();
    }

    /** A line of a structure: how far it is indented, its tag, and whether it may be absent. */
    private record Line(int indent, String tag, boolean optional) {}

    private record Item(String tag, byte[] value) {}

    private static List<Line> structure(String name) throws IOException {
        return parse(Snippet.text("docs/protocol.md#" + name));
    }

    private static List<Line> parse(String text) {
        return text.lines()
                .map(line -> {
                    String tag = line.strip().replaceFirst("\\s.*", "");
                    return new Line(line.indexOf(tag), tag.replace("?", ""), tag.endsWith("?"));
                })
                .toList();
    }

    private static List<String> mismatches(List<Line> structure, byte[] object) {
        List<String> found = new ArrayList<>();
        compare(structure, object, "", found);
        return found;
    }

    private static void compare(List<Line> structure, byte[] content, String path, List<String> found) {
        List<Item> items = items(content);
        if (items.isEmpty() && content.length > 0) {
            found.add(path + " is not TLV");
            return;
        }
        int next = 0;
        for (int i = 0; i < structure.size(); i++) {
            Line line = structure.get(i);
            List<Line> inside = new ArrayList<>();
            while (i + 1 < structure.size() && structure.get(i + 1).indent() > line.indent()) {
                inside.add(structure.get(++i));
            }
            if (next < items.size() && items.get(next).tag().equals(line.tag())) {
                Item item = items.get(next++);
                if (!inside.isEmpty()) {
                    compare(inside, item.value(), path + line.tag() + "/", found);
                }
            } else if (!line.optional()) {
                found.add(path + line.tag() + " is missing");
                return;
            }
        }
        items.subList(next, items.size()).forEach(item -> found.add(path + item.tag() + " is not in the structure"));
    }

    /** The objects in the content; none if it is not well formed. Lengths are definite, tags of one or two bytes. */
    private static List<Item> items(byte[] content) {
        List<Item> items = new ArrayList<>();
        ByteBuffer in = ByteBuffer.wrap(content);
        while (in.hasRemaining()) {
            String tag = HEX.withUpperCase().toHexDigits(in.get());
            if ((Integer.parseInt(tag, 16) & 0x1F) == 0x1F && in.hasRemaining()) {
                tag += HEX.withUpperCase().toHexDigits(in.get());
            }
            if (!in.hasRemaining()) {
                return List.of();
            }
            int length = in.get() & 0xFF;
            if (length > 0x80) {
                int bytes = length & 0x7F;
                length = 0;
                for (int i = 0; i < bytes; i++) {
                    length = (length << 8) | (in.get() & 0xFF);
                }
            }
            if (length < 0 || length > in.remaining()) {
                return List.of();
            }
            byte[] value = new byte[length];
            in.get(value);
            items.add(new Item(tag, value));
        }
        return items;
    }

    private static byte[] vector(String name) throws IOException {
        Path file =
                Snippet.HOME.resolve("keystore-spi/src/test/resources/vectors").resolve(name + ".hex");
        return HEX.parseHex(Files.readString(file).strip());
    }
}
