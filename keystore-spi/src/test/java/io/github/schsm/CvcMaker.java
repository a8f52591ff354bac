// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm;

import io.github.schsm.codec.EcCurve;
import io.github.schsm.codec.Tlv;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes certificates right and wrong: each part can be given, or left out by null. */
final class CvcMaker {
    static final String ROLES = "2B0601040181C31F030101";
    /** TR-03110: id-IS and id-AT. */
    static final String ID_IS = "04007F000703010201";

    static final String ID_AT = "04007F000703010202";

    String car;
    String chr;
    byte @Nullable [] profile = {0};
    String roleOid = ROLES;
    byte @Nullable [] role;
    byte @Nullable [] effective = date(LocalDate.of(2020, 1, 1));
    byte @Nullable [] expiration = date(LocalDate.of(2050, 1, 1));
    boolean explicit;
    KeyPair key = pair();
    KeyPair signer = key;

    CvcMaker(String car, String chr, int role) {
        this.car = car;
        this.chr = chr;
        this.role = new byte[] {(byte) role};
    }

    static KeyPair pair() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", "SunEC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException everyJdkHasIt) {
            throw new IllegalStateException(everyJdkHasIt);
        }
    }

    static byte[] date(LocalDate day) {
        String digits = day.toString().substring(2).replace("-", "");
        byte[] bytes = new byte[digits.length()];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (digits.charAt(i) - '0');
        }
        return bytes;
    }

    static byte[] sign(KeyPair key, byte[] data) {
        try {
            Signature signature = Signature.getInstance("SHA256withECDSAinP1363Format", "SunEC");
            signature.initSign(key.getPrivate());
            signature.update(data);
            return signature.sign();
        } catch (GeneralSecurityException everyJdkHasIt) {
            throw new IllegalStateException(everyJdkHasIt);
        }
    }

    private Tlv publicKey() {
        byte[] point = EcCurve.SECP256R1.encode(((ECPublicKey) key.getPublic()).getW());
        List<Tlv> parts = new ArrayList<>();
        parts.add(Tlv.of(0x06, HexFormat.of().parseHex("04007F00070202020203")));
        if (!explicit) {
            parts.add(Tlv.of(0x86, point));
        } else {
            for (Tlv parameter : EcCurve.SECP256R1.domainParameters()) {
                if (parameter.tag() == 0x87) {
                    parts.add(Tlv.of(0x86, point));
                }
                parts.add(parameter);
            }
        }
        return Tlv.of(0x7F49, parts.toArray(Tlv[]::new));
    }

    private static Tlv text(int tag, String text) {
        return Tlv.of(tag, text.getBytes(StandardCharsets.US_ASCII));
    }

    Tlv object() {
        List<Tlv> body = new ArrayList<>();
        if (profile != null) {
            body.add(Tlv.of(0x5F29, profile));
        }
        if (car != null) {
            body.add(text(0x42, car));
        }
        body.add(publicKey());
        body.add(text(0x5F20, chr));
        if (role != null) {
            body.add(Tlv.of(0x7F4C, Tlv.of(0x06, HexFormat.of().parseHex(roleOid)), Tlv.of(0x53, role)));
        }
        if (effective != null) {
            body.add(Tlv.of(0x5F25, effective));
        }
        if (expiration != null) {
            body.add(Tlv.of(0x5F24, expiration));
        }
        Tlv encoded = Tlv.of(0x7F4E, body.toArray(Tlv[]::new));
        return Tlv.of(0x7F21, encoded, Tlv.of(0x5F37, sign(signer, encoded.encoded())));
    }

    Cvc make() throws MalformedDataException {
        return Cvc.parse(object());
    }

    /** A request for a key, that a device authenticates. */
    static Cvc request(KeyPair key, String chr, CvcMaker device) throws MalformedDataException {
        return request(key, key, chr, device);
    }

    /** The same with an inner signature by another key: right if that is the key itself. */
    static Cvc request(KeyPair key, KeyPair signer, String chr, CvcMaker device) throws MalformedDataException {
        CvcMaker inner = inner(key, chr, device);
        inner.signer = signer;
        return inner.authenticatedBy(device);
    }

    /** What is inside a request. */
    static CvcMaker inner(KeyPair key, String chr, CvcMaker device) {
        CvcMaker inner = new CvcMaker(device.chr, chr, 0);
        inner.key = key;
        inner.signer = key;
        inner.role = null;
        inner.effective = null;
        inner.expiration = null;
        inner.explicit = true;
        return inner;
    }

    Cvc authenticatedBy(CvcMaker device) throws MalformedDataException {
        Tlv request = object();
        Tlv outer = text(0x42, device.chr);
        return Cvc.parse(Tlv.of(0x67, request, outer, Tlv.of(0x5F37, sign(device.key, Tlv.concat(request, outer)))));
    }
}
