// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.DeviceException;
import io.github.schsm.DeviceInitialization;
import io.github.schsm.KeyAlgorithm;
import io.github.schsm.KeyDomain;
import io.github.schsm.KeyDomainException;
import io.github.schsm.SchsmDevice;
import io.github.schsm.SchsmException;
import io.github.schsm.SchsmException.Reason;
import io.github.schsm.SchsmKeySpec;
import io.github.schsm.UnsupportedByDeviceException;
import io.github.schsm.WrapProtection;
import io.github.schsm.conformance.bench.Group;
import io.github.schsm.conformance.bench.RawCard;
import io.github.schsm.conformance.bench.SimulatorBench;
import io.github.schsm.simulator.Fault;
import io.github.schsm.simulator.Faults;
import io.github.schsm.simulator.profile.DeviceProfile;
import io.github.schsm.simulator.profile.Quirk;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.Provider;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import javax.crypto.SecretKey;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Answers that mean another thing on another device. */
class OpenFirmwareAnswersTest {
    private static final char[] PIN = "648219".toCharArray();

    private SimulatorBench bench;
    private Provider provider;
    private KeyStore keyStore;

    private void open(DeviceProfile profile) throws Exception {
        bench = new SimulatorBench(profile);
        provider = bench.source().provider();
        keyStore = KeyStore.getInstance("SCHSM", provider);
        keyStore.load(null, PIN);
    }

    private void open(Quirk... quirks) throws Exception {
        open(DeviceProfile.smartCardHsm4k().with(quirks));
    }

    @AfterEach
    void close() {
        bench.close();
    }

    private static Throwable deepest(Throwable thrown) {
        Throwable cause = thrown;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }

    private KeyPair generate(SchsmKeySpec.Builder spec) throws Exception {
        return Group.generatePair(
                provider, spec.parameters(new ECGenParameterSpec("secp256r1")).build());
    }

    private void sign(KeyPair pair) throws Exception {
        Signature signer = Signature.getInstance("SHA256withECDSA", provider);
        signer.initSign(pair.getPrivate());
        signer.update(new byte[3]);
        signer.sign();
    }

    @Test
    void full_memory_is_a_used_up_counter_where_the_key_has_one() throws Exception {
        open(Quirk.USED_UP_KEY_ANSWERS_FULL);
        KeyPair once = generate(SchsmKeySpec.builder("once").useCounter(1));
        sign(once);
        assertThatThrownBy(() -> sign(once))
                .satisfies(thrown -> assertThat(deepest(thrown))
                        .isInstanceOf(DeviceException.class)
                        .matches(
                                told -> SchsmException.is(told, Reason.USE_COUNTER_EXHAUSTED),
                                "reason USE_COUNTER_EXHAUSTED")
                        .hasMessageContaining("use counter is used up")
                        .hasMessageContaining("6A84"));
    }

    @Test
    void full_memory_stays_full_memory_where_the_key_has_no_counter() throws Exception {
        open();
        KeyPair pair = generate(SchsmKeySpec.builder("unlimited"));
        bench.source().device().faults().add(1, Faults.instruction(0x68), Fault.status(0x6A84));
        assertThatThrownBy(() -> sign(pair))
                .satisfies(thrown -> assertThat(deepest(thrown))
                        .isInstanceOf(DeviceException.class)
                        .matches(told -> SchsmException.is(told, Reason.DEVICE_FULL), "reason DEVICE_FULL")
                        .hasMessageContaining("has no use counter"));
    }

    @Test
    void a_firmware_that_cannot_wrap_in_xkek_domains_is_told_so() throws Exception {
        DeviceProfile profile = DeviceProfile.smartCardHsm4k().with(Quirk.XKEK_DOMAINS_DO_NOT_WRAP);
        bench = new SimulatorBench(profile);
        Group group = Group.of(bench);
        provider = group.source().provider();
        keyStore = group.source().keyStore();
        generate(SchsmKeySpec.builder("stuck")
                .domain(group.source().domain())
                .allow(KeyAlgorithm.ECDSA, KeyAlgorithm.WRAP));
        SecretKey kek = group.agree().source();
        assertThatThrownBy(() -> keyStore.getEntry("stuck", new WrapProtection(kek)))
                .satisfies(thrown -> assertThat(deepest(thrown))
                        .isInstanceOfAny(UnsupportedByDeviceException.class, DeviceException.class))
                .hasMessageContaining("cannot wrap the keys of an XKEK key domain");
    }

    @Test
    void a_kcv_that_is_not_shown_is_not_called_missing() throws Exception {
        open(Quirk.KCV_NEEDS_PIN);
        SchsmDevice device = SchsmDevice.of(keyStore);
        device.createDkekDomain(0, 1).importShare(new byte[32]);
        KeyDomain.Status shown = device.keyDomain(0).status();
        assertThat(shown.hasKek()).isTrue();
        assertThat(shown.isKcvHidden()).isFalse();
        device.logout();
        KeyDomain.Status hidden = device.keyDomain(0).status();
        assertThat(hidden.isKcvHidden()).isTrue();
        assertThat(hidden.toString()).contains("not shown before the PIN is verified");
        assertThatThrownBy(() -> device.keyDomain(0).kek())
                .isInstanceOf(KeyDomainException.class)
                .hasMessageContaining("before the user PIN is verified");
    }

    @Test
    void a_certificate_that_a_deleted_key_left_unlisted_is_not_taken_for_the_next_keys() throws Exception {
        open(Quirk.ENUMERATE_WITHOUT_CONTENTS);
        generate(SchsmKeySpec.builder("gone"));
        RawCard raw = bench.source().raw();
        raw.login();
        raw.delete(0xCC01);
        raw.delete(0xC401);
        keyStore.load(null, PIN);
        javax.crypto.KeyGenerator aes = javax.crypto.KeyGenerator.getInstance("AES", provider);
        aes.init(SchsmKeySpec.builder("aes").keySize(256).build());
        aes.generateKey();
        assertThat(SchsmDevice.of(keyStore).keys())
                .singleElement()
                .satisfies(key -> assertThat(key.reference()).isEqualTo("2"));
    }

    @Test
    void initialization_is_sent_once_more_while_memory_is_tidied_and_leaves_nobody_logged_in() throws Exception {
        open(Quirk.FIRST_INITIALIZE_ANSWERS_FULL);
        SchsmDevice device = SchsmDevice.of(keyStore);
        device.administration()
                .initialize(DeviceInitialization.builder(PIN.clone(), "3537363231383830".toCharArray())
                        .label("tidy")
                        .build());
        assertThat(device.info().label()).isEqualTo("tidy");
        Provider other = bench.member("ZZSIM000001").provider();
        KeyStore without = KeyStore.getInstance("SCHSM", other);
        without.load(null, null);
        assertThatThrownBy(() -> SchsmDevice.of(without).setLabel("mine")).hasMessageContaining("PIN");
    }
}
