// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.DeviceTrust.VerifiedDevice;
import io.github.schsm.DeviceTrust.VerifiedKey;
import io.github.schsm.UntrustedDeviceException.Link;
import io.github.schsm.codec.Tlv;
import java.time.LocalDate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Certificates and requests of genuine hardware. */
class GenuineBytesTest {
    private static final int STEP = 7;

    @ParameterizedTest
    @CsvSource({
        "genuine-2016-2F02, DECM0104448, DEDICM0100002, false",
        "genuine-2026-2F02, DENK0404144, DEDINK0400001, true"
    })
    void bothChainsVerifyToTheRoot(String name, String id, String issuer, boolean valid) throws Exception {
        DeviceIdentity identity = DeviceIdentity.parse(Vectors.read(name));
        DeviceTrust trust = DeviceTrust.parse("production");
        VerifiedDevice verified = trust.verify(identity);

        assertThat(verified.deviceId()).isEqualTo(id);
        assertThat(verified.chain()).extracting(Cvc::chr).containsExactly(identity.chr(), issuer, "DESRCACC100001");
        LocalDate day = LocalDate.of(2026, 11, 29);
        if (valid) {
            trust.verify(identity, day);
        } else {
            assertThat(verified.validUntil().orElseThrow()).isBefore(day);
            assertThatThrownBy(() -> trust.verify(identity, day))
                    .isInstanceOfSatisfying(
                            UntrustedDeviceException.class,
                            untrusted -> assertThat(untrusted.link()).contains(Link.VALIDITY));
            assertThatThrownBy(() -> trust.withDatesRequired().verify(identity))
                    .isInstanceOf(UntrustedDeviceException.class);
        }
        assertThatThrownBy(() -> DeviceTrust.parse("test").verify(identity))
                .isInstanceOf(UntrustedDeviceException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"genuine-2016-2F02", "genuine-2026-2F02"})
    void aChainWithABitChangedDoesNot(String name) throws Exception {
        DeviceTrust trust = DeviceTrust.parse("production");
        byte[] good = Vectors.read(name);
        for (int i = 0; i < good.length; i++) {
            byte[] bad = good.clone();
            bad[i] ^= (byte) (1 << i % 8);
            assertThat(holds(() -> trust.verify(DeviceIdentity.parse(bad))))
                    .as("byte %d", i)
                    .isFalse();
        }
    }

    private interface Check {
        void make() throws SchsmException;
    }

    private static boolean holds(Check check) {
        try {
            check.make();
            return true;
        } catch (SchsmException refused) {
            assertThat(refused.getMessage()).isNotBlank();
            return false;
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "genuine-2026-request-secp256k1",
                "genuine-2026-request-secp256r1",
                "genuine-2026-request-rsa2048"
            })
    void requestsAreSignedByTheirKeyAndByTheDevice(String name) throws Exception {
        DeviceIdentity identity = DeviceIdentity.parse(Vectors.read("genuine-2026-2F02"));
        byte[] good = Vectors.read(name);
        Cvc request = Cvc.parse(Tlv.parseFirst(good));
        DeviceTrust trust = DeviceTrust.parse("production");

        assertThat(request.isSelfSigned()).isTrue();
        assertThat(request.isSignedBy(identity.deviceCertificate())).isTrue();
        assertThat(request.car()).contains("UTCA00001");
        assertThat(request.chr()).isEqualTo("DENK040414400001");
        assertThat(request.outerCar()).contains("DENK040414400000");
        VerifiedKey verified = trust.verify(AttestedPublicKey.of(request, identity));
        assertThat(verified.device().deviceId()).isEqualTo("DENK0404144");

        for (int i = 0; i < request.getEncoded().length; i += STEP) {
            byte[] bad = request.getEncoded();
            bad[i] ^= (byte) (1 << i % 8);
            assertThat(holds(() -> {
                        Cvc changed = Cvc.parse(bad);
                        if (changed.kind() != Cvc.Kind.AUTHENTICATED_REQUEST) {
                            throw new MalformedDataException("request", "it is none");
                        }
                        trust.verify(AttestedPublicKey.of(changed, identity));
                    }))
                    .as("byte %d", i)
                    .isFalse();
        }
    }

    @Test
    void aRequestOfAnotherDeviceIsNotThisOnes() throws Exception {
        DeviceIdentity other = DeviceIdentity.parse(Vectors.read("genuine-2016-2F02"));
        Cvc request = Cvc.parse(Tlv.parseFirst(Vectors.read("genuine-2026-request-secp256r1")));

        assertThat(request.isSignedBy(other.deviceCertificate())).isFalse();
        assertThatThrownBy(() -> DeviceTrust.parse("production").verify(AttestedPublicKey.of(request, other)))
                .isInstanceOf(UntrustedDeviceException.class);
    }
}
