// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.command.certificate;

import io.github.schsm.InvalidRequestException;
import io.github.schsm.admin.certificate.Certificates;
import io.github.schsm.cli.option.Values;
import java.math.BigInteger;
import java.security.cert.X509Certificate;

/** How serial numbers are shown and read: upper-case hexadecimal digits. */
final class CertificateText {
    private CertificateText() {}

    static String serial(X509Certificate certificate) {
        return Certificates.serialText(certificate.getSerialNumber());
    }

    /** Reads one as people copy it from elsewhere, too: with colons, or 0x in front. */
    static final class Serial extends Values.Parsed<BigInteger> {
        /** Of the 20 bytes that RFC 5280 allows, because the number is positive. */
        private static final int MOST_BITS = 159;

        @Override
        protected BigInteger parse(String text) throws InvalidRequestException {
            String digits = text.replace(":", "").replaceFirst("^0[xX]", "");
            if (digits.matches("[0-9A-Fa-f]{1,100}")) {
                BigInteger serial = new BigInteger(digits, 16);
                if (serial.signum() > 0 && serial.bitLength() <= MOST_BITS) {
                    return serial;
                }
            }
            throw new InvalidRequestException(
                    "that is no serial number: give its hexadecimal digits, of 1 to " + MOST_BITS + " bits");
        }
    }
}
