// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.certificate;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.SchsmException;
import io.github.schsm.admin.dkek.CustodianSeal;
import io.github.schsm.admin.dkek.KeyFile;
import io.github.schsm.admin.key.PublicKeys;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Files of a megabyte whose structures are in each other, deeper than any stack. */
class NestedInputTest {
    private interface Reader {
        void read(byte[] content) throws SchsmException;
    }

    private record Form(String name, Reader reader) {}

    private static byte[] indefinite(int depth, int tag) {
        byte[] nested = new byte[4 * depth];
        for (int i = 0; i < depth; i++) {
            nested[2 * i] = (byte) tag;
            nested[2 * i + 1] = (byte) 0x80;
        }
        return nested;
    }

    private static byte[] definite(int depth, int tag) {
        byte[] out = new byte[6 * depth];
        int at = out.length;
        int length = 0;
        for (int i = 0; i < depth; i++) {
            at -= 6;
            out[at] = (byte) tag;
            out[at + 1] = (byte) 0x84;
            out[at + 2] = (byte) (length >> 24);
            out[at + 3] = (byte) (length >> 16);
            out[at + 4] = (byte) (length >> 8);
            out[at + 5] = (byte) length;
            length += 6;
        }
        return out;
    }

    private static byte[] pem(String type, byte[] der) {
        return ("-----BEGIN " + type + "-----\n"
                        + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der)
                        + "\n-----END " + type + "-----\n")
                .getBytes(StandardCharsets.US_ASCII);
    }

    @TestFactory
    List<DynamicTest> isRefused() {
        KeyFile.Passwords passwords = new KeyFile.Passwords() {
            @Override
            public char[] ofFile() {
                return "password".toCharArray();
            }

            @Override
            public char[] ofKey(String alias) {
                return "password".toCharArray();
            }
        };
        List<Form> forms = List.of(
                new Form("CERTIFICATE REQUEST", content -> CertificateRequest.parse("file", content)),
                new Form("CERTIFICATE", content -> CertificateBundle.parse("file", content, () -> new char[0])),
                new Form("PKCS7", content -> CertificateBundle.parse("file", content, () -> new char[0])),
                new Form("PUBLIC KEY", content -> PublicKeys.parse("file", content)),
                new Form("CERTIFICATE", content -> CustodianSeal.parse("file", content)),
                new Form("PRIVATE KEY", content -> KeyFile.read("file", content, passwords)),
                new Form("ENCRYPTED PRIVATE KEY", content -> KeyFile.read("file", content, passwords)),
                new Form("EC PRIVATE KEY", content -> KeyFile.read("file", content, passwords)));
        List<DynamicTest> tests = new ArrayList<>();
        int number = 0;
        for (Form form : forms) {
            number++;
            for (int tag : new int[] {0x30, 0xA0}) {
                for (boolean definite : new boolean[] {true, false}) {
                    for (boolean pem : new boolean[] {true, false}) {
                        byte[] der = definite ? definite(150_000, tag) : indefinite(250_000, tag);
                        byte[] content = pem ? pem(form.name(), der) : der;
                        tests.add(DynamicTest.dynamicTest(
                                number + " " + form.name() + " " + Integer.toHexString(tag)
                                        + (definite ? "" : " indefinite") + (pem ? " PEM" : ""),
                                () -> assertThatThrownBy(() -> form.reader().read(content))
                                        .isInstanceOf(SchsmException.class)));
                    }
                }
            }
        }
        return tests;
    }
}
