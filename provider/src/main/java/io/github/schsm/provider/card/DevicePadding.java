// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider.card;

import io.github.schsm.InvalidRequestException;
import io.github.schsm.KeyAlgorithm;
import io.github.schsm.codec.HashAlgorithm;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.Optional;
import javax.crypto.spec.OAEPParameterSpec;
import javax.crypto.spec.PSource;
import org.jspecify.annotations.Nullable;

/**
 * The device takes no parameters for the paddings that it makes itself. Engines know that; who comes past them is
 * told, instead of getting a signature that nobody can verify.
 */
final class DevicePadding {
    private DevicePadding() {}

    static void requirePss(KeyAlgorithm algorithm, @Nullable AlgorithmParameterSpec parameters, int length)
            throws InvalidRequestException {
        if (parameters == null) {
            return;
        }
        if (!(parameters instanceof PSSParameterSpec pss)
                || !(pss.getMGFParameters() instanceof MGF1ParameterSpec mgf)
                || !isOneHash(pss.getDigestAlgorithm(), mgf.getDigestAlgorithm(), pss.getSaltLength())
                || (algorithm == KeyAlgorithm.RSA_PSS && pss.getSaltLength() != length)) {
            throw new InvalidRequestException("the device signs with MGF1 of the same hash and a salt as long as the"
                    + " hash; for other PSS parameters pad here and use " + KeyAlgorithm.RSA_RAW);
        }
    }

    private static boolean isOneHash(String hash, String mgfHash, int saltLength) {
        Optional<HashAlgorithm> function = HashAlgorithm.named(hash);
        return function.isPresent()
                && function.equals(HashAlgorithm.named(mgfHash))
                && function.get().length() == saltLength;
    }

    static void requireOaep(@Nullable AlgorithmParameterSpec parameters) throws InvalidRequestException {
        if (parameters == null) {
            return;
        }
        boolean same = parameters instanceof OAEPParameterSpec oaep
                && oaep.getMGFParameters() instanceof MGF1ParameterSpec mgf
                && oaep.getDigestAlgorithm().equalsIgnoreCase(mgf.getDigestAlgorithm())
                && oaep.getPSource() instanceof PSource.PSpecified source
                && source.getValue().length == 0;
        if (!same) {
            throw new InvalidRequestException("the device decrypts with MGF1 of the same hash and no label; for other"
                    + " OAEP parameters use " + KeyAlgorithm.RSA_DECRYPT_RAW + " and take the padding off here");
        }
    }
}
