// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.KeyType;
import io.github.schsm.SchsmException;
import io.github.schsm.bridge.token.Pkcs11Token;
import io.github.schsm.codec.EcCurve;
import io.github.schsm.spi.KeyRequest;
import java.math.BigInteger;
import java.security.KeyPair;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A module makes another key than it was asked for: it is told, and nothing of the key stays. */
class LyingModuleTest {
    /** @param bytes of the AES key that is made; 0 for a key pair */
    private record Row(
            String name, KeyRequest asked, @Nullable KeyPair made, int bytes, String says) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Row> lies() throws Exception {
        KeyRequest p256 = KeyRequest.plain(KeyType.EC, EcCurve.SECP256R1, 0);
        KeyRequest rsa = KeyRequest.plain(KeyType.RSA, null, 2048);
        KeyRequest short1024 = KeyRequest.plain(KeyType.RSA, null, 1024);
        BigInteger f4 = BigInteger.valueOf(65537);
        return Stream.of(
                new Row("another curve", p256, FakeCrypto.ec(EcCurve.SECP384R1), 0, "secp384r1"),
                new Row("a curve of the size", p256, FakeCrypto.ec(EcCurve.BRAINPOOLP256R1), 0, "brainpoolP256r1"),
                new Row("a shorter RSA key", rsa, FakeCrypto.rsa(1024, f4), 0, "1024"),
                new Row(
                        "another exponent",
                        short1024,
                        FakeCrypto.rsa(1024, BigInteger.valueOf(3)),
                        0,
                        "public exponent 3"),
                new Row("a shorter AES key", KeyRequest.plain(KeyType.AES, null, 256), null, 16, "128 bits"));
    }

    @ParameterizedTest
    @MethodSource("lies")
    void aKeyThatIsNotAsAskedIsRefusedAndDeleted(Row row) throws Exception {
        FakeBench bench = new FakeBench();
        Pkcs11Token token = bench.loaded();
        List<String> before = bench.contents();
        bench.device.pairInstead = row.made;
        bench.device.bytesInstead = row.bytes;

        assertThatThrownBy(() -> token.generate(row.asked))
                .isInstanceOf(SchsmException.class)
                .hasMessageContaining(row.says)
                .hasMessageContaining("deleted again");
        assertThat(bench.contents()).isEqualTo(before);

        bench.device.pairInstead = null;
        bench.device.bytesInstead = 0;
        token.delete(token.generate(row.asked));
    }
}
