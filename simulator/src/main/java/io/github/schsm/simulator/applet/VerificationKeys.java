// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.simulator.applet;

import io.github.schsm.Cvc;
import io.github.schsm.MalformedDataException;
import io.github.schsm.codec.Tlv;
import io.github.schsm.simulator.apdu.Answer;
import io.github.schsm.simulator.apdu.Command;
import io.github.schsm.simulator.apdu.Refusal;
import io.github.schsm.simulator.apdu.Sw;
import io.github.schsm.simulator.crypto.CvcWriter;
import io.github.schsm.simulator.profile.Quirk;
import io.github.schsm.simulator.state.DeviceState;
import io.github.schsm.simulator.state.FileId;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/**
 * Public keys of other devices, verified down from the root that the device knows (MSE SET and PSO VERIFY CERTIFICATE,
 * docs/protocol.md#commands). They are forgotten at reset and selection.
 */
final class VerificationKeys {
    private static final int VERIFY_SELF_DESCRIPTIVE_CERTIFICATE = 0x00BE;
    private static final int TAG_HOLDER = 0x83;

    private final Applet applet;

    VerificationKeys(Applet applet) {
        this.applet = applet;
    }

    /** MSE 81 B6. */
    Answer select(Command command) throws Refusal, MalformedDataException {
        command.requireData();
        Tlv holder = Tlv.parse(command.data()).expect(TAG_HOLDER);
        Cvc certificate = applet.session()
                .known(new String(holder.value(), StandardCharsets.ISO_8859_1))
                .orElseThrow(() -> new Refusal(Sw.REFERENCE_NOT_FOUND));
        applet.session().selectVerificationKey(certificate);
        return Answer.OK;
    }

    /** Verifies a certificate with the selected key; its own key is known afterwards. */
    Answer verify(Command command) throws Refusal, MalformedDataException {
        command.requireP1P2(VERIFY_SELF_DESCRIPTIVE_CERTIFICATE);
        command.requireData();
        Cvc certificate = Cvc.parse(Tlv.of(CvcWriter.TAG_CERTIFICATE, command.data()));
        if (certificate.kind() != Cvc.Kind.CERTIFICATE || !certificate.isEc()) {
            throw new Refusal(Sw.WRONG_DATA);
        }
        Cvc issuer = selected(certificate.car());
        if (!mayIssue(issuer.role(), certificate.role()) || !certificate.isSignedBy(issuer)) {
            throw new Refusal(Sw.CONDITIONS_NOT_SATISFIED);
        }
        applet.session().learn(certificate);
        if (applet.profile().has(Quirk.PSO_STORES_CERTIFICATES)) {
            store(certificate);
        }
        return Answer.OK;
    }

    private void store(Cvc certificate) {
        DeviceState state = applet.state();
        byte[] encoded = certificate.getEncoded();
        for (int number = 0; number <= 0xFF; number++) {
            byte[] present = state.files().get(FileId.caCertificate(number));
            if (present == null) {
                state.putFile(FileId.caCertificate(number), encoded);
            }
            if (present == null || Arrays.equals(present, encoded)) {
                return;
            }
        }
    }

    /** A root vouches for issuers, an issuer for devices, a device for no one. */
    private static boolean mayIssue(Optional<Cvc.Role> issuer, Optional<Cvc.Role> subject) {
        if (issuer.isEmpty() || subject.isEmpty()) {
            return false;
        }
        return switch (issuer.get()) {
            case ROOT -> subject.get() == Cvc.Role.DEVICE_ISSUER;
            case DEVICE_ISSUER -> subject.get() == Cvc.Role.DEVICE;
            case DEVICE -> false;
        };
    }

    /**
     * A request that the device with the selected key has attested.
     *
     * @param content what stands in the 67: the request, the outer authority reference, the outer signature
     * @throws Refusal with 6A88 if no key or another one is selected, with 6985 if a signature is wrong
     */
    Cvc requireAttested(byte[] content) throws Refusal, MalformedDataException {
        Cvc request = Cvc.parse(Tlv.of(CvcWriter.TAG_AUTHENTICATED_REQUEST, content));
        Cvc device = selected(request.outerCar());
        if (device.role().filter(role -> role == Cvc.Role.DEVICE).isEmpty()
                || !request.isSignedBy(device)
                || !request.inner().isSelfSigned()) {
            throw new Refusal(Sw.CONDITIONS_NOT_SATISFIED);
        }
        return request;
    }

    /** The selected key, which has to be the one that the reference names. */
    private Cvc selected(Optional<String> reference) throws Refusal {
        return applet.session()
                .verificationKey()
                .filter(key -> reference.isPresent() && reference.get().equals(key.chr()))
                .orElseThrow(() -> new Refusal(Sw.REFERENCE_NOT_FOUND));
    }
}
