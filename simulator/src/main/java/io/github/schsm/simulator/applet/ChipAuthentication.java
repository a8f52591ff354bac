// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.simulator.applet;

import io.github.schsm.MalformedDataException;
import io.github.schsm.codec.EcCurve;
import io.github.schsm.codec.Tlv;
import io.github.schsm.simulator.apdu.Answer;
import io.github.schsm.simulator.apdu.Command;
import io.github.schsm.simulator.apdu.Refusal;
import io.github.schsm.simulator.apdu.Sw;
import io.github.schsm.simulator.crypto.CvcWriter;
import io.github.schsm.simulator.crypto.EcMath;
import io.github.schsm.simulator.crypto.Randomness;
import io.github.schsm.simulator.crypto.SmProtocol;
import io.github.schsm.simulator.profile.Quirk;

/**
 * Chip authentication with the device key (docs/protocol.md#secure-messaging; BSI TR-03110 part 3, section 3.4): proves
 * that the device has the key of its certificate, and opens the secure channel.
 */
final class ChipAuthentication {
    private static final int TAG_PROTOCOL = 0x80;
    private static final int TAG_DYNAMIC_AUTHENTICATION = 0x7C;
    private static final int TAG_EPHEMERAL_KEY = 0x80;
    private static final int TAG_NONCE = 0x81;
    private static final int TAG_TOKEN = 0x82;
    private static final int NONCE_LENGTH = 8;
    private static final int ENCRYPTION = 1;
    private static final int AUTHENTICATION = 2;

    private final Applet applet;

    ChipAuthentication(Applet applet) {
        this.applet = applet;
    }

    /** MSE 41 A4: which protocol comes. */
    Answer choose(Command command) throws Refusal, MalformedDataException {
        if (!applet.profile().hasSecureMessaging()) {
            throw new Refusal(Sw.UNKNOWN_CLASS);
        }
        requirePinFirst();
        command.requireData();
        Tlv oid = Tlv.parse(command.data()).expect(TAG_PROTOCOL);
        SmProtocol protocol =
                SmProtocol.of(oid.value()).filter(this::isKnown).orElseThrow(() -> new Refusal(Sw.WRONG_DATA));
        applet.session().chooseChipAuthentication(protocol);
        return Answer.OK;
    }

    private boolean isKnown(SmProtocol protocol) {
        return switch (protocol) {
            case TDES_CBC_CBC -> true;
            case AES_CBC_CMAC_128 -> !applet.profile().isBeforeVersion3();
        };
    }

    /** GENERAL AUTHENTICATE: the answer to it is the last that comes the old way. */
    Answer authenticate(Command command) throws Refusal, MalformedDataException {
        if (!applet.profile().hasSecureMessaging()) {
            throw new Refusal(Sw.UNKNOWN_INSTRUCTION);
        }
        command.requireP1P2(0);
        requirePinFirst();
        SmProtocol protocol =
                applet.session().chipAuthentication().orElseThrow(() -> new Refusal(Sw.CONDITIONS_NOT_SATISFIED));
        command.requireData();
        byte[] ephemeral = Tlv.parse(command.data())
                .expect(TAG_DYNAMIC_AUTHENTICATION)
                .require(TAG_EPHEMERAL_KEY)
                .value();
        EcCurve curve = applet.state().deviceCurve();
        curve.decode(ephemeral);
        byte[] shared = EcMath.x(EcMath.agree(curve, applet.state().deviceKey(), ephemeral));
        byte[] nonce = Randomness.bytes(NONCE_LENGTH);
        byte[] kEnc = SmProtocol.deriveKey(shared, nonce, ENCRYPTION);
        byte[] kMac = SmProtocol.deriveKey(shared, nonce, AUTHENTICATION);
        byte[] publicKey = Tlv.of(CvcWriter.TAG_PUBLIC_KEY, Tlv.of(0x06, protocol.oid()), Tlv.of(0x86, ephemeral))
                .encoded();
        applet.session().chooseChipAuthentication(null);
        applet.session().openChannel(new SecureChannel(protocol, kEnc, kMac));
        return Answer.of(Tlv.of(
                        TAG_DYNAMIC_AUTHENTICATION,
                        Tlv.of(TAG_NONCE, nonce),
                        Tlv.of(TAG_TOKEN, protocol.token(kMac, publicKey)))
                .encoded());
    }

    private void requirePinFirst() throws Refusal {
        if (applet.profile().has(Quirk.CHIP_AUTHENTICATION_NEEDS_PIN)) {
            applet.requireUser();
        }
    }
}
