// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.mechanism;

import java.io.ByteArrayOutputStream;
import org.bouncycastle.crypto.AsymmetricBlockCipher;
import org.bouncycastle.crypto.BlockCipher;
import org.bouncycastle.crypto.DataLengthException;
import org.bouncycastle.crypto.Digest;
import org.bouncycastle.crypto.Signer;
import org.bouncycastle.crypto.engines.AESEngine;
import org.bouncycastle.crypto.modes.CBCBlockCipher;
import org.bouncycastle.crypto.signers.PSSSigner;

/**
 * What Bouncy Castle's versions call by different names, made of what all since 1.64 have: a program may bring its own,
 * older one, which then is the first on the class path.
 */
public final class Lightweight {
    private Lightweight() {}

    /** AES on single blocks. */
    @SuppressWarnings("deprecation") // newInstance() came with 1.71
    public static BlockCipher aes() {
        return new AESEngine();
    }

    /** CBC without padding. */
    @SuppressWarnings("deprecation") // newInstance() came with 1.72
    public static BlockCipher cbc(BlockCipher cipher) {
        return new CBCBlockCipher(cipher);
    }

    /** PSS over a hash that is given in place of the message, with a random salt. */
    public static Signer pss(AsymmetricBlockCipher cipher, Digest hash, Digest mask, int saltLength, byte trailer) {
        return new PSSSigner(cipher, new GivenHash(hash), mask, saltLength, trailer);
    }

    /** PSS over a hash that is given in place of the message, with a given salt. */
    public static Signer pss(AsymmetricBlockCipher cipher, Digest hash, Digest mask, byte[] salt, byte trailer) {
        return new PSSSigner(cipher, new GivenHash(hash), mask, salt, trailer);
    }

    /** Takes the hash of the message as it comes, and computes that of the block with the salt, which is the second. */
    private static final class GivenHash implements Digest {
        private final Digest digest;
        private final ByteArrayOutputStream given = new ByteArrayOutputStream();
        private boolean taking = true;

        GivenHash(Digest digest) {
            this.digest = digest;
        }

        @Override
        public String getAlgorithmName() {
            return digest.getAlgorithmName();
        }

        @Override
        public int getDigestSize() {
            return digest.getDigestSize();
        }

        @Override
        public void update(byte in) {
            if (taking) {
                given.write(in);
            } else {
                digest.update(in);
            }
        }

        @Override
        public void update(byte[] in, int offset, int length) {
            if (taking) {
                given.write(in, offset, length);
            } else {
                digest.update(in, offset, length);
            }
        }

        @Override
        public int doFinal(byte[] out, int offset) {
            if (!taking) {
                taking = true;
                return digest.doFinal(out, offset);
            }
            byte[] hash = given.toByteArray();
            given.reset();
            if (hash.length != getDigestSize()) {
                throw new DataLengthException("a hash of " + getAlgorithmName() + " has " + getDigestSize()
                        + " bytes, this has " + hash.length);
            }
            System.arraycopy(hash, 0, out, offset, hash.length);
            taking = false;
            return hash.length;
        }

        @Override
        public void reset() {
            given.reset();
            digest.reset();
            taking = true;
        }
    }
}
