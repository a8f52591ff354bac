// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.ssh;

import io.github.schsm.MalformedDataException;
import io.github.schsm.codec.EcdsaSignature;
import io.github.schsm.codec.HashAlgorithm;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.util.List;
import org.bouncycastle.crypto.Signer;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.digests.SHA512Digest;
import org.bouncycastle.crypto.params.AsymmetricKeyParameter;
import org.bouncycastle.crypto.params.ECPublicKeyParameters;
import org.bouncycastle.crypto.params.Ed25519PublicKeyParameters;
import org.bouncycastle.crypto.params.RSAKeyParameters;
import org.bouncycastle.crypto.signers.ECDSASigner;
import org.bouncycastle.crypto.signers.Ed25519Signer;
import org.bouncycastle.crypto.signers.RSADigestSigner;
import org.bouncycastle.crypto.util.OpenSSHPublicKeyUtil;

/** Signatures in the form that SSH has for them (RFC 5656, RFC 8332, RFC 8709). */
final class SshSignatures {
    private static final String RSA_SHA2_256 = "rsa-sha2-256";
    private static final String RSA_SHA2_512 = "rsa-sha2-512";

    /** Of RSA keys. */
    static final List<Algorithm> RSA =
            List.of(new Algorithm("SHA256withRSA", RSA_SHA2_256), new Algorithm("SHA512withRSA", RSA_SHA2_512));

    private static final String WHAT = "SSH signature";
    private static final int BITS_OF_SHA256 = 256;
    private static final int BITS_OF_SHA384 = 384;

    private SshSignatures() {}

    /** What JCA and SSH call the same algorithm. */
    record Algorithm(String jca, String ssh) {}

    /** The algorithm that a request's flags ask for. RSA with SHA-1 is refused: servers no longer take it. */
    static Algorithm rsa(long flags) throws MalformedDataException {
        if ((flags & AgentMessages.RSA_SHA2_256) != 0) {
            return RSA.get(0);
        }
        if ((flags & AgentMessages.RSA_SHA2_512) != 0) {
            return RSA.get(1);
        }
        throw new MalformedDataException(
                "the request",
                "it asks for an RSA signature with SHA-1 (ssh-rsa), which is not made: take a program that knows "
                        + RSA_SHA2_256 + " or " + RSA_SHA2_512);
    }

    /** Signs on the device. */
    static byte[] sign(OfferedKey key, Algorithm algorithm, byte[] data) throws GeneralSecurityException {
        Signature signature =
                Signature.getInstance(algorithm.jca(), key.deviceKey().provider());
        signature.initSign(key.deviceKey().privateKey());
        signature.update(data);
        byte[] made = signature.sign();
        if (key.ecdsa() != null) {
            EcdsaSignature numbers = EcdsaSignature.parse(made);
            made = new WireWriter().integer(numbers.r()).integer(numbers.s()).content();
        }
        return new WireWriter().text(algorithm.ssh()).bytes(made).content();
    }

    /**
     * Whether a signature of a host is good.
     *
     * @param key       the host's public key, as SSH encodes it
     * @param data      what was signed
     * @param signature in SSH's form
     * @throws MalformedDataException if key or signature is no such, or of a kind that is not known
     */
    static boolean isGood(byte[] key, byte[] data, byte[] signature) throws MalformedDataException {
        WireReader reader = new WireReader(WHAT, signature);
        String algorithm = reader.name();
        byte[] value = reader.bytes();
        AsymmetricKeyParameter parsed;
        try {
            parsed = OpenSSHPublicKeyUtil.parsePublicKey(key);
        } catch (RuntimeException malformed) {
            // The library stumbles over unknown kinds and lengths in several ways.
            throw new MalformedDataException("host key", "it is of no known kind");
        }
        if (parsed instanceof Ed25519PublicKeyParameters && algorithm.equals("ssh-ed25519")) {
            return isGood(new Ed25519Signer(), parsed, data, value);
        }
        if (parsed instanceof RSAKeyParameters && algorithm.equals(RSA_SHA2_256)) {
            return isGood(new RSADigestSigner(new SHA256Digest()), parsed, data, value);
        }
        if (parsed instanceof RSAKeyParameters && algorithm.equals(RSA_SHA2_512)) {
            return isGood(new RSADigestSigner(new SHA512Digest()), parsed, data, value);
        }
        if (parsed instanceof ECPublicKeyParameters ec && algorithm.startsWith("ecdsa-sha2-nistp")) {
            WireReader numbers = new WireReader(WHAT, value);
            BigInteger r = numbers.integer();
            BigInteger s = numbers.integer();
            ECDSASigner signer = new ECDSASigner();
            signer.init(false, ec);
            return signer.verifySignature(
                    hash(ec.getParameters().getCurve().getFieldSize()).digest(data), r, s);
        }
        throw new MalformedDataException(WHAT, "it is of no known kind");
    }

    /** RFC 5656, section 6.2.1. */
    static HashAlgorithm hash(int curveBits) {
        if (curveBits <= BITS_OF_SHA256) {
            return HashAlgorithm.SHA256;
        }
        return curveBits <= BITS_OF_SHA384 ? HashAlgorithm.SHA384 : HashAlgorithm.SHA512;
    }

    private static boolean isGood(Signer signer, AsymmetricKeyParameter key, byte[] data, byte[] signature) {
        signer.init(false, key);
        signer.update(data, 0, data.length);
        return signer.verifySignature(signature);
    }
}
