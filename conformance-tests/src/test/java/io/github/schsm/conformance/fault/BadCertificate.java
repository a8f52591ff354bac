// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.fault;

import io.github.schsm.conformance.bench.MadeCertificate;
import java.security.KeyPair;
import java.security.PublicKey;
import java.util.HexFormat;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;

/** What may stand in a certificate's place: no certificate, one of another key, or one that few programs read. */
enum BadCertificate {
    GARBAGE {
        @Override
        byte[] bytes(KeyPair ec, KeyPair rsa, PublicKey other) {
            return HexFormat.of().parseHex("3003020101FFFFFFFF");
        }
    },
    ONE_BYTE {
        @Override
        byte[] bytes(KeyPair ec, KeyPair rsa, PublicKey other) {
            return new byte[] {0x30};
        }
    },
    ZEROS {
        @Override
        byte[] bytes(KeyPair ec, KeyPair rsa, PublicKey other) {
            return new byte[40];
        }
    },
    OF_ANOTHER_KEY {
        @Override
        byte[] bytes(KeyPair ec, KeyPair rsa, PublicKey other) throws Exception {
            return MadeCertificate.of(MadeCertificate.usual(other));
        }
    },
    OF_THE_EC_KEY {
        @Override
        byte[] bytes(KeyPair ec, KeyPair rsa, PublicKey other) throws Exception {
            return MadeCertificate.of(MadeCertificate.usual(ec.getPublic()));
        }
    },
    OF_THE_RSA_KEY {
        @Override
        byte[] bytes(KeyPair ec, KeyPair rsa, PublicKey other) throws Exception {
            return MadeCertificate.of(MadeCertificate.usual(rsa.getPublic()));
        }
    },
    COMPRESSED_POINT {
        @Override
        byte[] bytes(KeyPair ec, KeyPair rsa, PublicKey other) throws Exception {
            return MadeCertificate.of(MadeCertificate.compressed(ec.getPublic()));
        }
    },
    EXPLICIT_PARAMETERS {
        @Override
        byte[] bytes(KeyPair ec, KeyPair rsa, PublicKey other) throws Exception {
            return MadeCertificate.of(MadeCertificate.explicit(ec.getPublic()));
        }
    },
    UNKNOWN_CURVE {
        @Override
        byte[] bytes(KeyPair ec, KeyPair rsa, PublicKey other) throws Exception {
            return MadeCertificate.of(MadeCertificate.unknownCurve());
        }
    },
    FOR_OAEP {
        @Override
        byte[] bytes(KeyPair ec, KeyPair rsa, PublicKey other) throws Exception {
            return MadeCertificate.of(MadeCertificate.rsa(rsa.getPublic(), PKCSObjectIdentifiers.id_RSAES_OAEP));
        }
    },
    FOR_PSS {
        @Override
        byte[] bytes(KeyPair ec, KeyPair rsa, PublicKey other) throws Exception {
            return MadeCertificate.of(MadeCertificate.rsa(rsa.getPublic(), PKCSObjectIdentifiers.id_RSASSA_PSS));
        }
    };

    /**
     * The bytes.
     *
     * @param ec    the token's EC key
     * @param rsa   the token's RSA key
     * @param other another EC key
     */
    abstract byte[] bytes(KeyPair ec, KeyPair rsa, PublicKey other) throws Exception;
}
