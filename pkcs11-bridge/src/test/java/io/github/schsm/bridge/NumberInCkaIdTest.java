// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.DeviceTrust;
import io.github.schsm.KeyType;
import io.github.schsm.SchsmException;
import io.github.schsm.TokenKey;
import io.github.schsm.bridge.cryptoki.Ck;
import io.github.schsm.bridge.cryptoki.CryptokiException;
import io.github.schsm.bridge.cryptoki.ModuleQuirk;
import io.github.schsm.bridge.session.Pkcs11Module;
import io.github.schsm.bridge.session.TokenLink;
import io.github.schsm.bridge.token.Pkcs11Token;
import io.github.schsm.spi.KeyRequest;
import io.github.schsm.spi.SharedCard;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The vendor's module takes the first byte of an AES key's CKA_ID for its number on the device. */
class NumberInCkaIdTest {
    private static final int KEYS = 27;

    private final FakeBench bench = new FakeBench();
    private final Set<Integer> numbers =
            IntStream.rangeClosed(1, KEYS).boxed().collect(Collectors.toCollection(HashSet::new));

    private Pkcs11Module vendors() throws CryptokiException {
        bench.module.manufacturer = "CardContact (www.cardcontact.de)";
        bench.module.slotFlags = Ck.CKF_REMOVABLE_DEVICE | Ck.CKF_HW_SLOT;
        bench.device.keyNumbers = numbers;
        return FakeBench.loaded(bench.module);
    }

    private Pkcs11Token token() throws CryptokiException, SchsmException {
        TokenLink link = new TokenLink(vendors(), bench.module.slotInfo(0), bench.module.tokenInfo(0));
        Pkcs11Token token = new Pkcs11Token(link, bench.device.serial, DeviceTrust.of(List.of()));
        token.load(FakePin.right());
        return token;
    }

    @Test
    void onADeviceWithManyKeysEachGenerationGetsAFreeOne() throws Exception {
        Pkcs11Token token = token();
        for (int i = 0; i < 60; i++) {
            TokenKey made = token.generate(request("aes-" + i));
            assertThat(made.label()).isEqualTo("aes-" + i);
        }
        assertThat(numbers).hasSize(KEYS + 60);
    }

    private static KeyRequest request(String label) {
        return new KeyRequest(
                KeyType.AES,
                label,
                new byte[0],
                null,
                256,
                List.of(),
                OptionalLong.empty(),
                OptionalInt.empty(),
                OptionalInt.empty());
    }

    @Test
    void theCardSaysWhichIsFreeWhereItCanBeAsked() throws Exception {
        numbers.addAll(IntStream.rangeClosed(100, 255).boxed().toList());
        TokenLink link = new TokenLink(vendors(), bench.module.slotInfo(0), bench.module.tokenInfo(0));
        HybridToken token = new HybridToken(link, bench.device.serial, FakeHost.with(card(bench, numbers)));
        token.load(FakePin.right());
        for (int i = 0; i < 9; i++) {
            token.generate(request("aes-" + i));
        }
        assertThat(new TreeSet<>(numbers).subSet(KEYS + 1, 100))
                .containsExactlyElementsOf(
                        IntStream.rangeClosed(KEYS + 1, KEYS + 9).boxed().toList());
    }

    /** A card that knows its numbers, and has no keys to show. */
    private static SharedCard card(FakeBench bench, Set<Integer> numbers) {
        return StubToken.card(bench.device.serial, new ArrayList<>(), (method, arguments) -> switch (method) {
            case "freeKeyId" ->
                IntStream.rangeClosed(1, 255)
                        .filter(number -> !numbers.contains(number))
                        .findFirst()
                        .orElseThrow();
            case "keys" -> List.of();
            case "load" -> null;
            default -> throw new AssertionError(method);
        });
    }

    @Test
    void otherModulesGetAnyId() throws Exception {
        bench.module.manufacturer = "Example";
        assertThat(ModuleQuirk.of(bench.module.info())).isEmpty();
        assertThat(bench.loaded().generate(request("aes")).id()).hasSize(8);
    }
}
