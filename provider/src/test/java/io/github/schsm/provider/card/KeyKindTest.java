// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider.card;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.InvalidRequestException;
import io.github.schsm.KeyType;
import io.github.schsm.SchsmDevice;
import io.github.schsm.SchsmKeySpec;
import io.github.schsm.TokenKey;
import io.github.schsm.card.files.Files;
import io.github.schsm.keystore.TokenDevice;
import io.github.schsm.provider.SchsmProvider;
import io.github.schsm.simulator.Fault;
import io.github.schsm.simulator.Faults;
import io.github.schsm.simulator.SimulatedDevice;
import io.github.schsm.simulator.VirtualReaders;
import io.github.schsm.spi.Token;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.Provider;
import java.security.spec.ECGenParameterSpec;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import javax.crypto.KeyGenerator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A key that nothing describes is of the kind that its answers show; a device in trouble shows none. */
class KeyKindTest {
    private static final char[] PIN = "648219".toCharArray();
    private static final AtomicInteger NUMBER = new AtomicInteger(770_000);

    private SimulatedDevice device;
    private KeyStore keyStore;
    private Token token;
    private Provider provider;

    @BeforeEach
    void open() throws Exception {
        String id = "ZZSIM" + NUMBER.incrementAndGet();
        provider = new SchsmProvider().configure("terminal = simulator:memory; device = " + id);
        keyStore = KeyStore.getInstance("SCHSM", provider);
        keyStore.load(null, PIN);
        device = VirtualReaders.memory().device(id);
        token = TokenDevice.tokenOf(SchsmDevice.of(keyStore));
    }

    private void generate(KeyType type) throws Exception {
        if (type == KeyType.AES) {
            KeyGenerator generator = KeyGenerator.getInstance("AES", provider);
            generator.init(SchsmKeySpec.builder("k").keySize(128).build());
            generator.generateKey();
        } else {
            SchsmKeySpec.Builder spec = SchsmKeySpec.builder("k");
            KeyPairGenerator generator = KeyPairGenerator.getInstance(type.name(), provider);
            generator.initialize(
                    (type == KeyType.EC ? spec.parameters(new ECGenParameterSpec("secp256r1")) : spec.keySize(1024))
                            .build());
            generator.generateKeyPair();
        }
    }

    /** Takes away what tells of the only key: its description and its request. */
    private void undescribe() throws Exception {
        ((CardToken) token).withCard(card -> {
            card.deleteFile(Files.keyDescription(1));
            if (card.exists(Files.keyCertificate(1))) {
                card.deleteFile(Files.keyCertificate(1));
            }
            return true;
        });
        keyStore.load(null, PIN);
    }

    private KeyType kind() throws Exception {
        return token.keys().get(0).type();
    }

    @ParameterizedTest
    @EnumSource(names = {"EC", "RSA", "AES"})
    void whatAKeyDoesTells(KeyType type) throws Exception {
        generate(type);
        undescribe();

        assertThat(kind()).isEqualTo(type);
    }

    @ParameterizedTest
    @ValueSource(ints = {0x6F00, 0x6400, 0x6581, 0x6985})
    void aDeviceInTroubleTellsNothing(int status) throws Exception {
        for (KeyType type : List.of(KeyType.EC, KeyType.AES)) {
            generate(type);
            undescribe();
            int ins = type == KeyType.EC ? 0x68 : 0x78;
            for (int n = 1; n <= 30; n++) {
                device.faults().add(n, Faults.instruction(ins), Fault.status(status));
            }

            TokenKey key = token.keys().get(0);
            assertThat(key.type()).isEqualTo(KeyType.UNKNOWN);
            device.faults().clear();
            for (int n = 1; n <= 30; n++) {
                device.faults().add(n, Faults.instruction(ins), Fault.status(status));
            }
            assertThatThrownBy(() -> token.rename(key, "named")).isInstanceOf(InvalidRequestException.class);
            device.faults().clear();
            assertThat(kind()).isEqualTo(type);
            token.delete(token.keys().get(0));
        }
    }
}
