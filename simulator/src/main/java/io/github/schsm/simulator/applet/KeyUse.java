// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.simulator.applet;

import io.github.schsm.Cvc;
import io.github.schsm.MalformedDataException;
import io.github.schsm.codec.EcCurve;
import io.github.schsm.codec.Tlv;
import io.github.schsm.simulator.apdu.Answer;
import io.github.schsm.simulator.apdu.Command;
import io.github.schsm.simulator.apdu.Refusal;
import io.github.schsm.simulator.apdu.Sw;
import io.github.schsm.simulator.crypto.AesMath;
import io.github.schsm.simulator.crypto.Algorithm;
import io.github.schsm.simulator.crypto.Bytes;
import io.github.schsm.simulator.crypto.EcMath;
import io.github.schsm.simulator.crypto.Hashes;
import io.github.schsm.simulator.crypto.KeyMaterial;
import io.github.schsm.simulator.crypto.Randomness;
import io.github.schsm.simulator.crypto.RsaMath;
import io.github.schsm.simulator.profile.Quirk;
import io.github.schsm.simulator.state.CardKey;
import io.github.schsm.simulator.state.KeyDomainSlot;
import java.math.BigInteger;
import java.util.Arrays;

/** Signing, decryption, key agreement, symmetric operations and derivation (docs/protocol.md#algorithms). */
final class KeyUse {
    private static final int DERIVATION_VALUE = 0x98;
    private static final int PKCS1_OVERHEAD = 11;
    private static final int MAX_CHALLENGE = 1024;

    private final Applet applet;
    private final VerificationKeys verificationKeys;

    KeyUse(Applet applet, VerificationKeys verificationKeys) {
        this.applet = applet;
        this.verificationKeys = verificationKeys;
    }

    Answer sign(Command command) throws Refusal {
        int algorithm = command.p2();
        requireAlgorithm(
                switch (algorithm & 0xF0) {
                    case Algorithm.RSA_RAW -> algorithm == Algorithm.RSA_RAW;
                    case Algorithm.RSA_PKCS1 -> algorithm <= Algorithm.RSA_PKCS1_SHA512;
                    case Algorithm.RSA_PSS -> algorithm <= Algorithm.RSA_PSS_SHA512;
                    case Algorithm.ECDSA -> algorithm <= Algorithm.ECDSA_SHA512;
                    default -> false;
                });
        CardKey key = applet.requireKey(command.p1(), algorithm);
        command.requireData();
        if (algorithm == Algorithm.RSA_PKCS1 && applet.profile().has(Quirk.NO_PKCS1_PADDING)) {
            throw new Refusal(Sw.EXECUTION_ERROR);
        }
        byte[] signature = key.material() instanceof KeyMaterial.Ec ec
                ? ecdsa(ec, algorithm, command.data())
                : rsa((KeyMaterial.Rsa) key.material(), algorithm, command.data());
        applet.countUse(command.p1(), key);
        return Answer.of(signature);
    }

    private byte[] ecdsa(KeyMaterial.Ec key, int algorithm, byte[] data) throws Refusal {
        byte[] hash = data;
        if (Algorithm.isWithHash(algorithm)) {
            hash = Hashes.digest(Algorithm.hash(algorithm), data);
        } else if (data.length > key.curve().orderLength()) {
            throw new Refusal(Sw.WRONG_DATA);
        }
        return applet.profile().has(Quirk.SUPERFLUOUS_ZEROS)
                ? superfluousZeros(EcMath.signPlain(key.curve(), key.d(), hash))
                : EcMath.signDer(key.curve(), key.d(), hash);
    }

    /** Both numbers with a leading zero, needed or not. */
    private static byte[] superfluousZeros(byte[] rs) {
        int half = rs.length / 2;
        Tlv r = Tlv.of(0x02, Bytes.concat(Bytes.of(0), Arrays.copyOf(rs, half)));
        Tlv s = Tlv.of(0x02, Bytes.concat(Bytes.of(0), Arrays.copyOfRange(rs, half, rs.length)));
        return Tlv.of(0x30, r, s).encoded();
    }

    private static byte[] rsa(KeyMaterial.Rsa key, int algorithm, byte[] data) throws Refusal {
        switch (algorithm & 0xF0) {
            case Algorithm.RSA_RAW -> {
                return RsaMath.raw(key, data);
            }
            case Algorithm.RSA_PKCS1 -> {
                byte[] digestInfo = Algorithm.isWithHash(algorithm)
                        ? RsaMath.digestInfo(Algorithm.hash(algorithm), Hashes.digest(Algorithm.hash(algorithm), data))
                        : data;
                if (digestInfo.length > RsaMath.length(key) - PKCS1_OVERHEAD) {
                    throw new Refusal(Sw.WRONG_DATA);
                }
                return RsaMath.signPkcs1(key, digestInfo);
            }
            default -> {
                if (Algorithm.isWithHash(algorithm)) {
                    String name = Algorithm.hash(algorithm);
                    return pss(key, name, Hashes.digest(name, data));
                }
                byte[] hash = withoutDigestInfo(data);
                String name = Algorithm.hashOfLength(hash.length).orElseThrow(() -> new Refusal(Sw.WRONG_DATA));
                return pss(key, name, hash);
            }
        }
    }

    /** OpenSC hands over a DigestInfo where a hash is due. */
    private static byte[] withoutDigestInfo(byte[] data) {
        for (int length : Algorithm.hashLengths()) {
            int prefix = data.length - length;
            if (prefix > 0) {
                byte[] hash = Arrays.copyOfRange(data, prefix, data.length);
                String name = Algorithm.hashOfLength(length).orElseThrow();
                if (Arrays.equals(RsaMath.digestInfo(name, hash), data)) {
                    return hash;
                }
            }
        }
        return data;
    }

    private static byte[] pss(KeyMaterial.Rsa key, String hashName, byte[] hash) throws Refusal {
        if (2 * hash.length + 2 > RsaMath.length(key)) {
            throw new Refusal(Sw.WRONG_DATA);
        }
        return RsaMath.signPss(key, hashName, hash);
    }

    Answer decipher(Command command) throws Refusal, MalformedDataException {
        int algorithm = command.p2();
        requireAlgorithm(
                switch (algorithm) {
                    case Algorithm.RSA_DECRYPT_RAW,
                            Algorithm.RSA_DECRYPT_PKCS1,
                            Algorithm.RSA_DECRYPT_OAEP,
                            Algorithm.ECDH,
                            Algorithm.ECDH_AUTHENTICATED,
                            Algorithm.ECDH_XKEK -> true;
                    default -> false;
                });
        CardKey key = applet.requireKey(command.p1(), algorithm);
        byte[] result;
        if (key.material() instanceof KeyMaterial.Ec ec) {
            byte[] data = algorithm == Algorithm.ECDH ? command.data() : applet.dataOrInputBuffer(command);
            if (data.length == 0) {
                throw new Refusal(Sw.WRONG_LENGTH);
            }
            result = switch (algorithm) {
                case Algorithm.ECDH -> agreed(ec, data);
                case Algorithm.ECDH_AUTHENTICATED -> agreed(ec, peer(ec, data).publicPoint());
                default -> {
                    agreeKek(key, ec, data);
                    yield new byte[0];
                }
            };
        } else {
            command.requireData();
            KeyMaterial.Rsa rsa = (KeyMaterial.Rsa) key.material();
            result = switch (algorithm) {
                case Algorithm.RSA_DECRYPT_RAW -> RsaMath.raw(rsa, command.data());
                case Algorithm.RSA_DECRYPT_PKCS1 -> RsaMath.decryptPkcs1(rsa, command.data());
                default -> RsaMath.decryptOaep(rsa, command.data());
            };
        }
        applet.countUse(command.p1(), key);
        return Answer.of(result);
    }

    private byte[] agreed(KeyMaterial.Ec key, byte[] peer) throws MalformedDataException {
        key.curve().decode(peer);
        byte[] point = EcMath.agree(key.curve(), key.d(), peer);
        return applet.profile().has(Quirk.ECDH_ANSWERS_X_ONLY) ? Bytes.concat(Bytes.of(0x04), EcMath.x(point)) : point;
    }

    /** The peer's request, attested by the device whose key MSE SET has selected, on the same curve as ours. */
    private Cvc peer(KeyMaterial.Ec own, byte[] content) throws Refusal, MalformedDataException {
        Cvc request = verificationKeys.requireAttested(content);
        if (!request.isEc() || request.curve().filter(own.curve()::equals).isEmpty()) {
            throw new Refusal(Sw.WRONG_DATA);
        }
        return request;
    }

    /**
     * Agreement of a domain's KEK (docs/protocol.md#xkek-agreement): both keys are exchange keys of the same key
     * domain, each attested by its device, so that the KEK exists in members only.
     */
    private void agreeKek(CardKey key, KeyMaterial.Ec own, byte[] content) throws Refusal, MalformedDataException {
        KeyDomainSlot domain = applet.state()
                .domain(key.domain())
                .filter(KeyDomainSlot::isXkek)
                .orElseThrow(() -> new Refusal(Sw.CONDITIONS_NOT_SATISFIED));
        if (!key.isExchangeKey() || own.curve() != EcCurve.BRAINPOOLP256R1) {
            throw new Refusal(Sw.CONDITIONS_NOT_SATISFIED);
        }
        Cvc request = peer(own, content);
        byte[] peersDomain = request.keyDomainUid().orElseThrow(() -> new Refusal(Sw.CONDITIONS_NOT_SATISFIED));
        if (!Arrays.equals(peersDomain, domain.uid())) {
            throw new Refusal(Sw.CONDITIONS_NOT_SATISFIED);
        }
        own.curve().decode(request.publicPoint());
        domain.setKek(EcMath.x(EcMath.agree(own.curve(), own.d(), request.publicPoint())));
        applet.state().markChanged();
    }

    Answer cipher(Command command) throws Refusal {
        if (applet.profile().isBeforeVersion3()) {
            throw new Refusal(Sw.UNKNOWN_INSTRUCTION);
        }
        int algorithm = command.p2();
        requireAlgorithm(
                switch (algorithm) {
                    case Algorithm.AES_CBC_ENCRYPT,
                            Algorithm.AES_CBC_DECRYPT,
                            Algorithm.AES_CMAC,
                            Algorithm.DERIVE_SP800_56C -> true;
                    default -> false;
                });
        CardKey key = applet.requireKey(command.p1(), algorithm);
        byte[] value = ((KeyMaterial.Aes) key.material()).value();
        byte[] data = command.data();
        byte[] result = switch (algorithm) {
            case Algorithm.AES_CMAC -> AesMath.cmac(value, data);
            case Algorithm.DERIVE_SP800_56C ->
                AesMath.derive(
                        value,
                        data,
                        applet.profile().has(Quirk.DERIVES_AS_MUCH_AS_GIVEN) ? data.length : AesMath.DERIVED_LENGTH);
            default -> {
                if (data.length == 0 || data.length % AesMath.BLOCK != 0) {
                    throw new Refusal(Sw.WRONG_LENGTH);
                }
                yield AesMath.cbc(algorithm == Algorithm.AES_CBC_ENCRYPT, value, data);
            }
        };
        applet.countUse(command.p1(), key);
        return Answer.of(result);
    }

    /** d' = d + value mod n; the new key may do what the old one may, without its use counter. */
    Answer deriveKeyPair(Command command) throws Refusal {
        CardKey key = applet.requireKey(command.p1(), Algorithm.DERIVE_EC);
        applet.requireFreeKeyId(command.p2());
        command.requireData();
        KeyMaterial.Ec ec = (KeyMaterial.Ec) key.material();
        byte[] data = command.data();
        if ((data[0] & 0xFF) != DERIVATION_VALUE
                || data.length == 1
                || data.length - 1 > ec.curve().orderLength()) {
            throw new Refusal(Sw.WRONG_DATA);
        }
        BigInteger value = new BigInteger(1, data, 1, data.length - 1);
        BigInteger derived = ec.d().add(value).mod(EcMath.order(ec.curve()));
        if (derived.signum() == 0) {
            throw new Refusal(Sw.WRONG_DATA);
        }
        CardKey newKey = new CardKey(
                KeyMaterial.Ec.of(ec.curve(), derived),
                CardKey.UNLIMITED,
                key.algorithms(),
                key.domain(),
                key.wrappingKey());
        applet.requireMemory(newKey.footprint()
                - applet.state().key(command.p2()).map(CardKey::footprint).orElse(0));
        applet.countUse(command.p1(), key);
        applet.state().putKey(command.p2(), newKey);
        return Answer.OK;
    }

    Answer getChallenge(Command command) throws Refusal {
        command.requireP1P2(0);
        command.requireNoData();
        if (command.ne() < 1 || command.ne() > MAX_CHALLENGE) {
            throw new Refusal(Sw.WRONG_LENGTH);
        }
        byte[] challenge = Randomness.bytes(command.ne());
        applet.session().setChallenge(challenge);
        return Answer.of(challenge);
    }

    private static void requireAlgorithm(boolean fitsTheInstruction) throws Refusal {
        if (!fitsTheInstruction) {
            throw new Refusal(Sw.WRONG_P1_P2);
        }
    }
}
