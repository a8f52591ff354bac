// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.codec.Labels;
import io.github.schsm.mechanism.MechanismTable;
import io.github.schsm.spi.KeyRequest;
import java.math.BigInteger;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What programs ask for, checked before a device is bothered. */
class RequestsTest {
    private static DeviceInitialization.Builder initialization(int pinLength) {
        return DeviceInitialization.builder("1".repeat(pinLength).toCharArray(), "3537363231383830".toCharArray());
    }

    @ParameterizedTest
    @CsvSource({"6, 3, 4", "7, 5, 6", "8, 10, 11", "16, 10, 11"})
    void theRetryCounterIsBoundedByThePinsLength(int length, int most, int tooMany) throws Exception {
        assertThat(initialization(length).retries(most).build().retries()).isEqualTo(most);
        assertThatThrownBy(() -> initialization(length).retries(tooMany).build())
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining(String.valueOf(tooMany));
    }

    @Test
    void keyDomainSlotsAndOneDkekExcludeEachOther() {
        assertThatThrownBy(
                        () -> initialization(6).keyDomainSlots(2).dkekShares(1).build())
                .hasMessageContaining("choose one");
        assertThatThrownBy(() -> initialization(5).build()).hasMessageContaining("6 to 16");
        assertThatThrownBy(() -> initialization(6).keyDomainSlots(256).build()).hasMessageContaining("255");
        assertThatThrownBy(() -> DeviceInitialization.builder("123456".toCharArray(), "zz".toCharArray())
                        .build())
                .hasMessageContaining("16 hexadecimal digits");
    }

    @Test
    void destroyedSettingsHaveNoPinsAnyMore() throws Exception {
        DeviceInitialization settings = initialization(6).build();
        settings.destroy();

        assertThat(settings.pin()).containsOnly('\0');
        assertThat(settings.soPin()).containsOnly('\0');
    }

    @Test
    void aKeySpecificationIsCheckedWhenItIsMade() {
        assertThatThrownBy(() -> SchsmKeySpec.builder(" ")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> SchsmKeySpec.builder("x".repeat(65))).hasMessageContaining("65");
        assertThatThrownBy(() -> SchsmKeySpec.builder("a\u001B[2Jb")).hasMessageContaining("code 27");
        assertThatThrownBy(() -> UnwrapSpec.label("a\nb")).hasMessageContaining("code 10");
        assertThatThrownBy(() -> SchsmKeySpec.builder("k").allow()).hasMessageContaining("1 to 16");
        assertThatThrownBy(() -> SchsmKeySpec.builder("k").useCounter(0)).hasMessageContaining("not 0");
    }

    @Test
    void aNameThatIsNoLabelIsMadeOne() {
        assertThat(Labels.nearest("CN=Example CA")).isEqualTo("CN=Example CA");
        assertThat(Labels.require(Labels.nearest("x\n".repeat(64)))).hasSize(64).startsWith("x?x?");
        assertThat(Labels.nearest("  ")).isEqualTo("unnamed");
    }

    @Test
    void anAlgorithmListSaysWhatItLetsThrough() {
        KeyDetails open = details(null);
        KeyDetails all = details(List.of(KeyAlgorithm.ALL.id()));
        KeyDetails exchange = details(List.of(KeyAlgorithm.ECDH_XKEK.id()));

        assertThat(open.allows(KeyAlgorithm.ECDSA)).isTrue();
        assertThat(all.allows(KeyAlgorithm.ECDSA)).isTrue();
        assertThat(all.allows(KeyAlgorithm.WRAP)).isFalse();
        assertThat(all.allows(KeyAlgorithm.ECDH_XKEK)).isFalse();
        assertThat(exchange.allows(KeyAlgorithm.ECDH)).isFalse();
        assertThat(exchange.isExchangeKey()).isTrue();
        assertThat(open.isExchangeKey()).isFalse();
        assertThat(details(List.of(0x70, 0xEE)).algorithmNames()).contains(List.of("ECDSA", "EE"));
    }

    private static KeyDetails details(List<Integer> algorithms) {
        return new KeyDetails(
                null,
                null,
                0,
                algorithms,
                java.util.OptionalLong.empty(),
                java.util.OptionalInt.empty(),
                java.util.OptionalInt.empty());
    }

    @Test
    void anObjectIdentifierIsNumbersWithDots() {
        DataObject object = DataObject.of("label", true);
        for (String oid : List.of("", "1.2", "2.999.3", "1.3.6.1.4.1.24991.4.2.1")) {
            assertThat(object.withApplication("app", oid).oid()).isEqualTo(oid);
        }
        for (String oid : List.of("1", "1.", "3.1", "1..2", "1.02", "a.b", "1.2\n", " 1.2")) {
            assertThatThrownBy(() -> object.withApplication("app", oid))
                    .as(oid)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("object identifier");
        }
        for (String label : List.of("", " ", "x".repeat(65))) {
            assertThatThrownBy(() -> DataObject.of(label, false)).isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> object.withApplication("x".repeat(65), ""))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void uidsAreComparedAsFarAsBothGo() {
        byte[] x = new byte[32];
        byte[] xAndY = new byte[64];
        xAndY[40] = 7;
        byte[] other = new byte[32];
        other[31] = 1;

        assertThat(KeyDomain.Status.sameUid(x, xAndY)).isTrue();
        assertThat(KeyDomain.Status.sameUid(x, other)).isFalse();
        assertThat(KeyDomain.Status.sameUid(new byte[8], new byte[8])).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"bogus, bogus", "file:/nonexistent, /nonexistent", "'production,', ''"})
    void aTrustThatCannotBeUsedIsNamed(String trust, String named) {
        assertThatThrownBy(() -> DeviceTrust.parse(trust))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining(named == null ? "" : named);
    }

    @Test
    void everyRowOfTheMechanismTableIsThereOnce() {
        assertThat(MechanismTable.all().stream().map(row -> row.type() + " " + row.name()))
                .doesNotHaveDuplicates()
                .contains("Signature SHA256withECDSA", "KeyAgreement ECDH_XKEK", "Cipher XKEK");
    }

    @Test
    void anRsaKeyHasAPublicExponentAndNoOtherKeyHas() {
        KeyRequest request = KeyRequest.plain(KeyType.RSA, null, 2048);
        assertThat(request.publicExponent()).isEqualTo(BigInteger.valueOf(65537));
        assertThat(request.withPublicExponent(BigInteger.valueOf(3)).publicExponent())
                .isEqualTo(BigInteger.valueOf(3));
        for (long exponent : new long[] {-3, 0, 1, 2, 4}) {
            assertThatThrownBy(() -> request.withPublicExponent(BigInteger.valueOf(exponent)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("odd");
        }
        KeyRequest aes = KeyRequest.plain(KeyType.AES, null, 256);
        assertThat(aes.publicExponent()).isNull();
        assertThatThrownBy(() -> aes.withPublicExponent(BigInteger.valueOf(3))).hasMessageContaining("RSA");
    }

    @Test
    void anExceptionWithoutTextCannotBeMade() {
        assertThatThrownBy(() -> new SchsmException("")).isInstanceOf(IllegalArgumentException.class);
    }
}
