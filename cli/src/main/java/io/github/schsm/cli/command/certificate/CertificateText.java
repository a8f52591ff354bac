// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.command.certificate;

import io.github.schsm.admin.certificate.Certificates;
import io.github.schsm.cli.report.CliException;
import java.math.BigInteger;
import java.security.cert.X509Certificate;

/** How serial numbers are shown and read: upper-case hexadecimal digits. */
final class CertificateText {
    private CertificateText() {}

    static String serial(X509Certificate certificate) {
        return Certificates.serialText(certificate.getSerialNumber());
    }

    /** Reads one as people copy it from elsewhere, too: with colons, or 0x in front. */
    static BigInteger parseSerial(String text) throws CliException {
        String digits = text.replace(":", "").replaceFirst("^0[xX]", "");
        if (!digits.matches("[0-9A-Fa-f]+")) {
            throw new CliException("--serial " + text + " is no serial number: give its hexadecimal digits");
        }
        return new BigInteger(digits, 16);
    }
}
