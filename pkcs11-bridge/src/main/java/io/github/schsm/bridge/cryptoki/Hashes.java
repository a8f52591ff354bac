// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.bridge.cryptoki;

import io.github.schsm.InvalidRequestException;
import io.github.schsm.codec.HashAlgorithm;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import javax.crypto.spec.OAEPParameterSpec;
import javax.crypto.spec.PSource;
import org.jspecify.annotations.Nullable;

/** Hash functions as parameters of RSA paddings: PKCS#11's numbers for those that it has. */
public enum Hashes {
    SHA1(HashAlgorithm.SHA1, Ck.CKM_SHA_1, Ck.CKG_MGF1_SHA1),
    SHA224(HashAlgorithm.SHA224, Ck.CKM_SHA224, Ck.CKG_MGF1_SHA224),
    SHA256(HashAlgorithm.SHA256, Ck.CKM_SHA256, Ck.CKG_MGF1_SHA256),
    SHA384(HashAlgorithm.SHA384, Ck.CKM_SHA384, Ck.CKG_MGF1_SHA384),
    SHA512(HashAlgorithm.SHA512, Ck.CKM_SHA512, Ck.CKG_MGF1_SHA512),
    SHA3_224(HashAlgorithm.SHA3_224, Ck.CKM_SHA3_224, Ck.CKG_MGF1_SHA3_224),
    SHA3_256(HashAlgorithm.SHA3_256, Ck.CKM_SHA3_256, Ck.CKG_MGF1_SHA3_256),
    SHA3_384(HashAlgorithm.SHA3_384, Ck.CKM_SHA3_384, Ck.CKG_MGF1_SHA3_384),
    SHA3_512(HashAlgorithm.SHA3_512, Ck.CKM_SHA3_512, Ck.CKG_MGF1_SHA3_512);

    private static final String WANTED =
            Arrays.stream(values()).map(known -> known.hash.jca()).collect(Collectors.joining(", "));

    private final HashAlgorithm hash;
    private final long mechanism;
    private final long mgf1;

    Hashes(HashAlgorithm hash, long mechanism, long mgf1) {
        this.hash = hash;
        this.mechanism = mechanism;
        this.mgf1 = mgf1;
    }

    private static Hashes named(String name) throws InvalidRequestException {
        return HashAlgorithm.named(name)
                .flatMap(wanted -> Arrays.stream(values())
                        .filter(known -> known.hash == wanted)
                        .findFirst())
                .orElseThrow(
                        () -> new InvalidRequestException("PKCS#11 has " + WANTED + " for RSA paddings, not " + name));
    }

    private static Hashes ofMgf(String name, @Nullable AlgorithmParameterSpec parameters)
            throws InvalidRequestException {
        if (!name.equalsIgnoreCase("MGF1") || !(parameters instanceof MGF1ParameterSpec mgf)) {
            throw new InvalidRequestException(
                    "the mask generation function of RSA paddings is MGF1 with an MGF1ParameterSpec, not " + name);
        }
        return named(mgf.getDigestAlgorithm());
    }

    /**
     * RSA-PSS.
     *
     * @param parameters null for what the length of the hash says
     */
    public static CkMechanism pss(@Nullable AlgorithmParameterSpec parameters, byte[] hash)
            throws InvalidRequestException {
        if (parameters == null) {
            for (Hashes known : List.of(SHA1, SHA256)) {
                if (hash.length == known.hash.length()) {
                    return new CkMechanism.Pss(Ck.CKM_RSA_PKCS_PSS, known.mechanism, known.mgf1, known.hash.length());
                }
            }
            throw new InvalidRequestException(
                    "RSA-PSS without parameters takes a hash of SHA-1 or SHA-256, not of " + hash.length + " bytes");
        }
        if (!(parameters instanceof PSSParameterSpec spec)) {
            throw new InvalidRequestException("RSA-PSS takes a PSSParameterSpec, not a "
                    + parameters.getClass().getSimpleName());
        }
        Hashes given = named(spec.getDigestAlgorithm());
        if (hash.length != given.hash.length()) {
            throw new InvalidRequestException("a hash of " + given.hash.jca() + " has " + given.hash.length()
                    + " bytes, this has " + hash.length);
        }
        Hashes mgf = ofMgf(spec.getMGFAlgorithm(), spec.getMGFParameters());
        return new CkMechanism.Pss(Ck.CKM_RSA_PKCS_PSS, given.mechanism, mgf.mgf1, spec.getSaltLength());
    }

    /**
     * RSA-OAEP.
     *
     * @param parameters null for SHA-1 and no label
     */
    public static CkMechanism oaep(@Nullable AlgorithmParameterSpec parameters) throws InvalidRequestException {
        if (parameters == null) {
            return new CkMechanism.Oaep(Ck.CKM_RSA_PKCS_OAEP, SHA1.mechanism, SHA1.mgf1, null);
        }
        if (!(parameters instanceof OAEPParameterSpec spec)) {
            throw new InvalidRequestException("RSA-OAEP takes an OAEPParameterSpec, not a "
                    + parameters.getClass().getSimpleName());
        }
        if (!(spec.getPSource() instanceof PSource.PSpecified label)) {
            throw new InvalidRequestException("RSA-OAEP takes a label as PSource.PSpecified, not "
                    + spec.getPSource().getAlgorithm());
        }
        return new CkMechanism.Oaep(
                Ck.CKM_RSA_PKCS_OAEP,
                named(spec.getDigestAlgorithm()).mechanism,
                ofMgf(spec.getMGFAlgorithm(), spec.getMGFParameters()).mgf1,
                label.getValue().length == 0 ? null : label.getValue());
    }
}
