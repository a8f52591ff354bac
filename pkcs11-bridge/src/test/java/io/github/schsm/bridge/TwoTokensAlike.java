// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.bridge;

import io.github.schsm.DeviceTrust;
import io.github.schsm.SchsmException;
import io.github.schsm.TokenKey;
import io.github.schsm.bridge.cryptoki.Ck;
import io.github.schsm.bridge.session.Pkcs11Module;
import io.github.schsm.bridge.token.Pkcs11Token;
import io.github.schsm.spi.Token;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;

/** Two tokens of the vendor's module that show the same serial number, label, model, and maker. */
abstract class TwoTokensAlike {
    static final String LABEL = "SmartCard-HSM (UserPIN)";

    final FakeToken first;
    final FakeToken second;
    final FakeModule module = new FakeModule();
    final List<String> askedFor = new ArrayList<>();
    Pkcs11Module loaded;

    TwoTokensAlike(String serial) {
        first = new FakeToken(LABEL, serial);
        second = new FakeToken(LABEL, serial);
    }

    @BeforeEach
    final void twoDevices() throws Exception {
        module.slotFlags = Ck.CKF_REMOVABLE_DEVICE | Ck.CKF_HW_SLOT;
        module.insert(9, first);
        module.insert(13, second);
        first.addKeyPair("first", new byte[] {1}, FakeBench.EC);
        second.addKeyPair("second", new byte[] {1}, FakeBench.PEER);
        loaded = new Pkcs11Module(Path.of("/lib/vendors.so"), module, module.info());
    }

    final Pkcs11Directory directory() {
        return new Pkcs11Directory(
                loaded,
                new TokenChoice.Any(),
                FakeHost.noting(askedFor),
                (link, id, host) -> new Pkcs11Token(link, id, DeviceTrust.of(List.of())));
    }

    static List<String> labels(Token token) throws SchsmException {
        token.load(FakePin.right());
        return token.keys().stream().map(TokenKey::label).toList();
    }
}
