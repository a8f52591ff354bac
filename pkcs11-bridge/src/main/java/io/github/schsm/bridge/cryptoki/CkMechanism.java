// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.bridge.cryptoki;

import org.jspecify.annotations.Nullable;

/** A mechanism with its parameter, as a function of the module takes it. */
public sealed interface CkMechanism {
    /** The CKM_ value. */
    long type();

    /** Without a parameter. */
    record Plain(long type) implements CkMechanism {}

    /** With bytes: an initialization vector, a vendor's own parameter. */
    record Bytes(long type, byte[] parameter) implements CkMechanism {
        /** Copies the parameter. */
        public Bytes {
            parameter = parameter.clone();
        }

        @Override
        public byte[] parameter() {
            return parameter.clone();
        }
    }

    /**
     * RSA-PSS.
     *
     * @param hash       CKM_ value of the hash
     * @param mgf        CKG_ value
     * @param saltLength bytes
     */
    record Pss(long type, long hash, long mgf, int saltLength) implements CkMechanism {}

    /**
     * RSA-OAEP.
     *
     * @param hash  CKM_ value of the hash
     * @param mgf   CKG_ value
     * @param label the encoding parameter; null for none
     */
    record Oaep(long type, long hash, long mgf, byte @Nullable [] label) implements CkMechanism {
        /** Copies the label. */
        public Oaep {
            label = label == null ? null : label.clone();
        }

        @Override
        public byte @Nullable [] label() {
            return label == null ? null : label.clone();
        }
    }

    /** ECDH without key derivation function: the shared point's x-coordinate. */
    record Ecdh(long type, byte[] publicPoint) implements CkMechanism {
        /** Copies the point. */
        public Ecdh {
            publicPoint = publicPoint.clone();
        }

        @Override
        public byte[] publicPoint() {
            return publicPoint.clone();
        }
    }
}
