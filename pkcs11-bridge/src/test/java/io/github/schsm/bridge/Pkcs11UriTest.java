// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.ConfigurationException;
import io.github.schsm.bridge.cryptoki.Cryptoki;
import io.github.schsm.bridge.cryptoki.Cryptoki.CkTokenInfo;
import io.github.schsm.bridge.cryptoki.Cryptoki.SlotInfo;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class Pkcs11UriTest {
    private static final Cryptoki.Info LIBRARY = new Cryptoki.Info("Library Maker", "A library", "2.6", "2.40");
    private static final SlotInfo SLOT = new SlotInfo(0xF000000000000001L, "Reader 00 00", "Reader Maker", 1);
    private static final CkTokenInfo TOKEN =
            new CkTokenInfo("Prüf; 1/2", "Token Maker", "Model 4", "0123AB", 0, Optional.empty(), "3.5", 0, 0);

    private static boolean matches(String uri) throws ConfigurationException {
        return Pkcs11Uri.parse(uri).matches(LIBRARY, SLOT, TOKEN);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "pkcs11:",
                " pkcs11:?module-path=/m.so ",
                "pkcs11:token=Pr%C3%BCf%3B%201%2F2",
                "pkcs11:serial=0123AB;token=Pr%c3%bcf%3b%201%2f2",
                "pkcs11:manufacturer=Token%20Maker;model=Model%204",
                "pkcs11:slot-id=17293822569102704641",
                "pkcs11:slot-description=Reader%2000%2000;slot-manufacturer=Reader%20Maker",
                "pkcs11:library-manufacturer=Library%20Maker;library-description=A%20library;library-version=2.6",
                "pkcs11:object=my-key;type=private;id=%01%FF;serial=0123AB",
                "pkcs11:serial=0123AB?x-vendor=1&module-name=m"
            })
    void everyAttributeThatIsSoMatches(String uri) throws Exception {
        assertThat(matches(uri)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "pkcs11:token=",
                "pkcs11:token=pr%C3%BCf%3B%201%2F2",
                "pkcs11:serial=0123ab",
                "pkcs11:serial=0123A",
                "pkcs11:serial=0123AB;manufacturer=Other",
                "pkcs11:model=Model",
                "pkcs11:slot-id=1",
                "pkcs11:slot-description=Reader%2000",
                "pkcs11:slot-manufacturer=Token%20Maker",
                "pkcs11:library-manufacturer=Token%20Maker",
                "pkcs11:library-description=library",
                "pkcs11:library-version=2",
                "pkcs11:library-version=2.60"
            })
    void oneAttributeThatIsOtherwiseIsEnoughNotToMatch(String uri) throws Exception {
        assertThat(matches(uri)).isFalse();
    }

    @Test
    void aVersionWithoutMinorNumberIsThatOfNumberZero() throws Exception {
        Cryptoki.Info library = new Cryptoki.Info("", "", "3.0", "3.0");

        assertThat(Pkcs11Uri.parse("pkcs11:library-version=3").matches(library, SLOT, TOKEN))
                .isTrue();
        assertThat(Pkcs11Uri.parse("pkcs11:library-version=3.0").matches(library, SLOT, TOKEN))
                .isTrue();
    }

    @Test
    void theModuleIsNamedInTheQuery() throws Exception {
        Pkcs11Uri uri = Pkcs11Uri.parse("pkcs11:token=A&B?module-path=/usr/lib/a%20b.so&module-name=softhsm2");

        assertThat(uri.modulePath()).contains("/usr/lib/a b.so");
        assertThat(uri.moduleName()).contains("softhsm2");
        assertThat(Pkcs11Uri.parse("pkcs11:token=A").modulePath()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "token:A | begins with pkcs11:",
                "pkcs11:token | name=value",
                "pkcs11:=A | name=value",
                "pkcs11:token=A; | empty place",
                "pkcs11:token=A;;serial=1 | empty place",
                "pkcs11:token=A;token=A | \"token\" is there twice",
                "pkcs11:?module-name=a&module-name=b | \"module-name\" is there twice",
                "pkcs11:colour=red | no attribute \"colour\"",
                "pkcs11:x-vendor=1 | no attribute \"x-vendor\"",
                "pkcs11:module-path=/m.so | no attribute \"module-path\"",
                "pkcs11:token=100% | two hexadecimal digits",
                "pkcs11:token=%2 | two hexadecimal digits",
                "pkcs11:token=%2G | two hexadecimal digits",
                "pkcs11:token=%+1 | two hexadecimal digits",
                "pkcs11:token=A B | as %20",
                "pkcs11:token=ä | as %C3%A4",
                "pkcs11:token=A/B | as %2F",
                "pkcs11:token=%C3 | no UTF-8",
                "pkcs11:slot-id=0x1 | decimal number",
                "pkcs11:slot-id= | decimal number",
                "pkcs11:library-version=2.6.1 | one like 2 or 2.6"
            })
    void aUriThatCannotBeUsedIsRefusedWithTheReason(String uri, String reason) {
        assertThatThrownBy(() -> Pkcs11Uri.parse(uri))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining(reason);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "pkcs11:token=A?pin-value=648219",
                "pkcs11:token=A?module-name=m&pin-source=file:648219",
                "pkcs11:pin-value=648219",
                "pkcs11:token=A?pin-value=648219%"
            })
    void aPinInAUriIsRefusedWithoutRepeatingItAndWithItsPlace(String uri) {
        assertThatThrownBy(() -> Pkcs11Uri.parse(uri))
                .hasMessageContaining("pin = …")
                .message()
                .doesNotContain("648219");
    }

    @ParameterizedTest
    @CsvSource({
        "token=A?module-path=/m.so, true",
        "?module-path=/m.so, true",
        "serial=1, true",
        "/usr/lib/m.so, false",
        "m.so, false",
        "C:\\lib\\m.dll, false",
        "./a=b.so, false"
    })
    void aPathOfAModuleIsToldFromTheRestOfAUri(String location, boolean rest) {
        assertThat(Pkcs11Uri.isRest(location)).isEqualTo(rest);
    }
}
