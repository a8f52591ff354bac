// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.login.FailedPinCache;
import io.github.schsm.login.FailedPinCache.Kind;
import org.junit.jupiter.api.Test;

/** Of two devices without certificates nothing says that they are one. */
class MissingIdentityTest {
    @Test
    void isNoneOfAnotherDevice() throws Exception {
        DeviceIdentity one = DeviceIdentity.ofDevice(new byte[0]);
        DeviceIdentity other = DeviceIdentity.ofDevice(new byte[4]);
        assertThat(one).isNotEqualTo(other);
        assertThat(one.isSameDevice(other)).isFalse();
        assertThat(FailedPinCache.ofDevice(one, "reader", Kind.USER_PIN))
                .isSameAs(FailedPinCache.ofDevice(other, "reader", Kind.USER_PIN))
                .isNotSameAs(FailedPinCache.ofDevice(one, "reader", Kind.SO_PIN))
                .isNotSameAs(FailedPinCache.ofDevice(one, "another reader", Kind.USER_PIN));
    }
}
