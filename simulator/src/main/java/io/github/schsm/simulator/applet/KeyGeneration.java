// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.simulator.applet;

import io.github.schsm.MalformedDataException;
import io.github.schsm.codec.EcCurve;
import io.github.schsm.codec.Tlv;
import io.github.schsm.simulator.apdu.Answer;
import io.github.schsm.simulator.apdu.Command;
import io.github.schsm.simulator.apdu.Refusal;
import io.github.schsm.simulator.apdu.Sw;
import io.github.schsm.simulator.crypto.Algorithm;
import io.github.schsm.simulator.crypto.Bytes;
import io.github.schsm.simulator.crypto.CvcWriter;
import io.github.schsm.simulator.crypto.EcMath;
import io.github.schsm.simulator.crypto.Hashes;
import io.github.schsm.simulator.crypto.KeyMaterial;
import io.github.schsm.simulator.crypto.Randomness;
import io.github.schsm.simulator.crypto.RsaMath;
import io.github.schsm.simulator.state.CardKey;
import io.github.schsm.simulator.state.DeviceState;
import io.github.schsm.simulator.state.DeviceState.DomainScheme;
import io.github.schsm.simulator.state.FileId;
import io.github.schsm.simulator.state.KeyDomainSlot;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Generation of keys and their attestation (docs/protocol.md#key-generation). */
final class KeyGeneration {
    private static final int TAG_OUTER_CAR = 0x45;
    private static final int TAG_USE_COUNTER = 0x90;
    private static final int TAG_ALGORITHMS = 0x91;
    private static final int TAG_KEY_DOMAIN = 0x92;
    private static final int TAG_WRAPPING_KEY = 0x93;

    private static final Set<Integer> ATTRIBUTES =
            Set.of(TAG_USE_COUNTER, TAG_ALGORITHMS, TAG_KEY_DOMAIN, TAG_WRAPPING_KEY);
    private static final Set<Integer> TEMPLATE = Set.of(
            CvcWriter.TAG_PROFILE,
            CvcWriter.TAG_CAR,
            CvcWriter.TAG_PUBLIC_KEY,
            CvcWriter.TAG_CHR,
            TAG_OUTER_CAR,
            TAG_USE_COUNTER,
            TAG_ALGORITHMS,
            TAG_KEY_DOMAIN,
            TAG_WRAPPING_KEY);

    private static final int MIN_REFERENCE = 8;
    private static final int MAX_REFERENCE = 16;
    private static final int AES_128 = 0xB0;
    private static final int AES_256 = 0xB2;
    /** Requests are longer than any short answer. */
    private static final int SHORT_ANSWER = 256;

    private final Applet applet;

    KeyGeneration(Applet applet) {
        this.applet = applet;
    }

    Answer generateKeyPair(Command command) throws Refusal, MalformedDataException {
        if (command.p2() != 0) {
            throw new Refusal(Sw.WRONG_P1_P2);
        }
        int keyId = command.p1();
        applet.requireUser();
        applet.requireFreeKeyId(keyId);
        command.requireData();
        if (command.ne() != Command.NO_LE && command.ne() <= SHORT_ANSWER) {
            throw new Refusal(Sw.WRONG_LENGTH);
        }
        Map<Integer, Tlv> template = parse(command.data(), TEMPLATE);
        Tlv publicKey = required(template, CvcWriter.TAG_PUBLIC_KEY);
        Tlv chr = required(template, CvcWriter.TAG_CHR);
        requireProfile(required(template, CvcWriter.TAG_PROFILE));
        requireReference(chr);
        Optional<Tlv> car = Optional.ofNullable(template.get(CvcWriter.TAG_CAR));
        if (car.isPresent()) {
            requireReference(car.get());
        } else if (applet.profile().requiresAuthorityReference()) {
            throw new Refusal(Sw.WRONG_DATA);
        }
        Attributes attributes = attributes(template);
        Optional<byte[]> authority = car.map(Tlv::value);
        byte[] oid = publicKey.require(0x06).value();
        CardKey key;
        Tlv request;
        if (Arrays.equals(oid, CvcWriter.ECDSA_SHA_256)) {
            EcCurve curve = EcCurve.fromDomainParameters(publicKey);
            KeyMaterial.Ec pair = KeyMaterial.Ec.of(curve, EcMath.newPrivateKey(curve));
            key = attributes.of(pair);
            request = request(pair, authority, chr.value(), attestedDomain(key));
        } else if (Arrays.equals(oid, CvcWriter.RSA_V1_5_SHA_256)) {
            int bits = RsaMath.requireSize(publicKey.require(0x02).value());
            if (!applet.profile().knowsRsa(bits)) {
                throw new Refusal(Sw.WRONG_DATA);
            }
            BigInteger exponent =
                    RsaMath.requireExponent(publicKey.require(0x82).value());
            KeyMaterial.Rsa pair = RsaMath.generate(bits, exponent);
            key = attributes.of(pair);
            request = request(pair, authority, chr.value());
        } else {
            throw new Refusal(Sw.WRONG_DATA);
        }
        byte[] attested = attest(request);
        keep(keyId, key, attested);
        return Answer.of(attested);
    }

    private static Tlv request(KeyMaterial.Ec pair, Optional<byte[]> car, byte[] chr, Optional<byte[]> keyDomainUid) {
        return CvcWriter.request(
                car,
                CvcWriter.explicitKey(pair.curve(), pair.point()),
                chr,
                keyDomainUid,
                CvcWriter.ecdsa(pair.curve(), pair.d()));
    }

    private static Tlv request(KeyMaterial.Rsa pair, Optional<byte[]> car, byte[] chr) {
        return CvcWriter.request(
                car,
                CvcWriter.rsaKey(RsaMath.modulus(pair), RsaMath.unsigned(pair.e())),
                chr,
                Optional.empty(),
                message -> RsaMath.signPkcs1(pair, RsaMath.digestInfo("SHA-256", Hashes.sha256(message))));
    }

    private byte[] attest(Tlv request) {
        DeviceState state = applet.state();
        return CvcWriter.authenticated(request, state.chr(), CvcWriter.ecdsa(state.deviceCurve(), state.deviceKey()))
                .encoded();
    }

    private void keep(int keyId, CardKey key, byte[] attested) throws Refusal {
        DeviceState state = applet.state();
        int certificateFid = FileId.certificate(keyId);
        byte[] oldCertificate = state.files().get(certificateFid);
        applet.requireMemory(key.footprint()
                - state.key(keyId).map(CardKey::footprint).orElse(0)
                + DeviceState.fileFootprint(attested.length)
                - (oldCertificate == null ? 0 : DeviceState.fileFootprint(oldCertificate.length)));
        state.putKey(keyId, key);
        state.putFile(certificateFid, attested);
    }

    Answer generateSecretKey(Command command) throws Refusal, MalformedDataException {
        if (applet.profile().isBeforeVersion3()) {
            throw new Refusal(Sw.UNKNOWN_INSTRUCTION);
        }
        if (command.p2() < AES_128 || command.p2() > AES_256) {
            throw new Refusal(Sw.WRONG_P1_P2);
        }
        int keyId = command.p1();
        applet.requireUser();
        applet.requireFreeKeyId(keyId);
        KeyMaterial material = new KeyMaterial.Aes(Randomness.bytes(16 + 8 * (command.p2() - AES_128)));
        CardKey key = attributes(parse(command.data(), ATTRIBUTES)).of(material);
        applet.requireMemory(key.footprint()
                - applet.state().key(keyId).map(CardKey::footprint).orElse(0));
        applet.state().putKey(keyId, key);
        return Answer.OK;
    }

    /** The UID that a request attests: only for exchange keys, and only in domains that have one. */
    private Optional<byte[]> attestedDomain(CardKey key) {
        return key.lists(Algorithm.ECDH_XKEK)
                ? applet.state()
                        .domain(key.domain())
                        .filter(KeyDomainSlot::isXkek)
                        .map(KeyDomainSlot::uid)
                : Optional.empty();
    }

    /** What a template says about the use of the key, checked before the work of making one begins. */
    private record Attributes(long useCounter, byte[] algorithms, int domain, int wrappingKey) {
        private CardKey of(KeyMaterial material) {
            return new CardKey(material, useCounter, algorithms, domain, wrappingKey);
        }
    }

    private Attributes attributes(Map<Integer, Tlv> template) throws Refusal {
        return new Attributes(
                useCounter(template),
                algorithms(template),
                domain(template),
                template.containsKey(TAG_WRAPPING_KEY) ? single(template, TAG_WRAPPING_KEY) : CardKey.NONE);
    }

    private static long useCounter(Map<Integer, Tlv> template) throws Refusal {
        Tlv counter = template.get(TAG_USE_COUNTER);
        if (counter == null) {
            return CardKey.UNLIMITED;
        }
        if (counter.valueLength() != 4 || Bytes.unsigned(counter.value()) == 0) {
            throw new Refusal(Sw.WRONG_DATA);
        }
        return Bytes.unsigned(counter.value());
    }

    /** An exchange key agrees on KEKs and does nothing else: with any other use the KEK could be computed outside. */
    private static byte[] algorithms(Map<Integer, Tlv> template) throws Refusal {
        Tlv list = template.get(TAG_ALGORITHMS);
        if (list == null) {
            return new byte[0];
        }
        byte[] algorithms = list.value();
        boolean exchange = false;
        for (byte algorithm : algorithms) {
            if (!Algorithm.isKnown(algorithm & 0xFF)) {
                throw new Refusal(Sw.WRONG_DATA);
            }
            exchange |= (algorithm & 0xFF) == Algorithm.ECDH_XKEK;
        }
        if (algorithms.length == 0
                || algorithms.length > CardKey.MAX_ALGORITHMS
                || (exchange && algorithms.length > 1)) {
            throw new Refusal(Sw.WRONG_DATA);
        }
        return algorithms;
    }

    private int domain(Map<Integer, Tlv> template) throws Refusal {
        if (!template.containsKey(TAG_KEY_DOMAIN)) {
            return applet.state().scheme() == DomainScheme.DKEK ? 0 : CardKey.NONE;
        }
        int slot = single(template, TAG_KEY_DOMAIN);
        if (applet.state().domain(slot).isEmpty()) {
            throw new Refusal(Sw.REFERENCE_NOT_FOUND);
        }
        return slot;
    }

    private static int single(Map<Integer, Tlv> template, int tag) throws Refusal {
        Tlv object = required(template, tag);
        if (object.valueLength() != 1) {
            throw new Refusal(Sw.WRONG_DATA);
        }
        return object.value()[0] & 0xFF;
    }

    private static Map<Integer, Tlv> parse(byte[] data, Set<Integer> tags) throws Refusal, MalformedDataException {
        Map<Integer, Tlv> objects = new HashMap<>();
        List<Tlv> all = Tlv.parseAll(data);
        for (Tlv object : all) {
            if (!tags.contains(object.tag()) || objects.put(object.tag(), object) != null) {
                throw new Refusal(Sw.WRONG_DATA);
            }
        }
        return objects;
    }

    private static Tlv required(Map<Integer, Tlv> template, int tag) throws Refusal {
        Tlv object = template.get(tag);
        if (object == null) {
            throw new Refusal(Sw.WRONG_DATA);
        }
        return object;
    }

    private static void requireProfile(Tlv profile) throws Refusal {
        if (!Arrays.equals(profile.value(), new byte[1])) {
            throw new Refusal(Sw.WRONG_DATA);
        }
    }

    private static void requireReference(Tlv reference) throws Refusal {
        byte[] value = reference.value();
        boolean printable = value.length >= MIN_REFERENCE && value.length <= MAX_REFERENCE;
        for (byte character : value) {
            printable &= character >= 0x20 && character <= 0x7E;
        }
        if (!printable) {
            throw new Refusal(Sw.WRONG_DATA);
        }
    }
}
