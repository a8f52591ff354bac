// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.simulator.applet;

import io.github.schsm.Cvc;
import io.github.schsm.MalformedDataException;
import io.github.schsm.codec.EcCurve;
import io.github.schsm.codec.Tlv;
import io.github.schsm.simulator.apdu.Answer;
import io.github.schsm.simulator.apdu.Command;
import io.github.schsm.simulator.apdu.Refusal;
import io.github.schsm.simulator.apdu.Sw;
import io.github.schsm.simulator.crypto.Bytes;
import io.github.schsm.simulator.crypto.EcMath;
import io.github.schsm.simulator.crypto.Hashes;
import io.github.schsm.simulator.profile.Quirk;
import io.github.schsm.simulator.state.DeviceState;
import io.github.schsm.simulator.state.KeyDomainSlot;
import java.util.Arrays;
import java.util.List;

/** MANAGE KEY DOMAIN (docs/protocol.md#key-domains). */
final class KeyDomainCommands {
    private static final int QUERY_OR_IMPORT = 0x00;
    private static final int CREATE_DKEK = 0x01;
    private static final int CREATE_XKEK = 0x02;
    private static final int DELETE = 0x03;
    private static final int DELETE_KEK = 0x04;

    private static final int TAG_MEMBERSHIP = 0x54;
    private static final int TAG_OUTER_AUTHORITY = 0x42;
    private static final int TAG_SIGNATURE = 0x5F37;

    private final Applet applet;

    KeyDomainCommands(Applet applet) {
        this.applet = applet;
    }

    Answer manage(Command command) throws Refusal, MalformedDataException {
        applet.requireDomains();
        int slot = command.p2();
        if (applet.profile().isBeforeVersion3() && (slot != 0 || command.p1() != QUERY_OR_IMPORT)) {
            throw new Refusal(Sw.UNKNOWN_INSTRUCTION);
        }
        if (command.p1() > DELETE_KEK) {
            throw new Refusal(Sw.WRONG_P1_P2);
        }
        if (slot >= applet.state().slots()) {
            throw new Refusal(applet.profile().has(Quirk.SLOTS_END_WITH_6B00) ? Sw.WRONG_OFFSET : Sw.WRONG_P1_P2);
        }
        if (command.p1() != QUERY_OR_IMPORT) {
            applet.requireUser();
        }
        switch (command.p1()) {
            case CREATE_DKEK -> createDkek(slot, command.data());
            case CREATE_XKEK -> createXkek(slot, command.data());
            case DELETE -> {
                return delete(slot, command);
            }
            case DELETE_KEK -> {
                command.requireNoData();
                require(slot).clearKek();
                applet.state().markChanged();
            }
            default -> {
                if (command.data().length != 0) {
                    importShare(slot, command.data());
                }
            }
        }
        return Answer.of(status(require(slot)));
    }

    private KeyDomainSlot require(int slot) throws Refusal {
        return applet.state().domain(slot).orElseThrow(() -> new Refusal(Sw.REFERENCE_NOT_FOUND));
    }

    private void requireFree(int slot) throws Refusal {
        if (applet.state().domain(slot).isPresent()) {
            throw new Refusal(Sw.ALREADY_EXISTS);
        }
    }

    private byte[] status(KeyDomainSlot domain) {
        boolean hidden = applet.profile().has(Quirk.KCV_NEEDS_PIN) && !applet.isUserAuthenticated();
        return Bytes.concat(
                Bytes.of(domain.shares(), domain.outstanding()),
                hidden ? new byte[KeyDomainSlot.KCV_LENGTH] : domain.kcv(),
                domain.uid());
    }

    private void importShare(int slot, byte[] share) throws Refusal {
        if (share.length != KeyDomainSlot.KEK_LENGTH) {
            throw new Refusal(Sw.WRONG_LENGTH);
        }
        KeyDomainSlot domain = require(slot);
        if (domain.outstanding() == 0) {
            throw new Refusal(Sw.CONDITIONS_NOT_SATISFIED);
        }
        if (applet.profile().has(Quirk.SHARE_WAITS_FOR_PIN) && !applet.isUserAuthenticated()) {
            domain.keepWaiting(share);
            return;
        }
        domain.importShare(share);
        applet.state().markChanged();
    }

    private void createDkek(int slot, byte[] data) throws Refusal {
        if (data.length != 1) {
            throw new Refusal(Sw.WRONG_LENGTH);
        }
        requireFree(slot);
        applet.state().setDomain(slot, KeyDomainSlot.ofShares(data[0] & 0xFF));
    }

    /**
     * The group signer says that this device is a member: it has signed the device's public key. Chain and key of the
     * device itself have to be known, as before every use of foreign keys.
     */
    private void createXkek(int slot, byte[] data) throws Refusal, MalformedDataException {
        if (data.length == 0) {
            throw new Refusal(Sw.WRONG_LENGTH);
        }
        requireFree(slot);
        List<Tlv> objects = Tlv.parseAll(data);
        boolean whole = applet.profile().has(Quirk.XKEK_WANTS_WHOLE_REQUEST);
        Tlv membership = objects.get(objects.size() - 1);
        if (objects.size() != (whole ? 4 : 2) || membership.tag() != TAG_MEMBERSHIP) {
            throw new Refusal(Sw.WRONG_DATA);
        }
        if (whole
                && (objects.get(1).tag() != TAG_OUTER_AUTHORITY
                        || objects.get(2).tag() != TAG_SIGNATURE)) {
            throw new Refusal(Sw.WRONG_DATA);
        }
        Cvc groupSigner = Cvc.parse(objects.get(0));
        if (groupSigner.kind() != Cvc.Kind.REQUEST
                || groupSigner.curve().filter(EcCurve.BRAINPOOLP256R1::equals).isEmpty()) {
            throw new Refusal(Sw.WRONG_DATA);
        }
        DeviceState state = applet.state();
        if (applet.session().known(state.chr()).isEmpty()) {
            throw new Refusal(Sw.REFERENCE_NOT_FOUND);
        }
        byte[] signerPoint = groupSigner.publicPoint();
        byte[] deviceX = EcMath.x(EcMath.publicPoint(state.deviceCurve(), state.deviceKey()));
        byte[] signed = Hashes.sha256(Bytes.of(TAG_MEMBERSHIP), deviceX);
        if (!groupSigner.isSelfSigned() || !EcCurve.BRAINPOOLP256R1.verify(signerPoint, signed, membership.value())) {
            throw new Refusal(Sw.CONDITIONS_NOT_SATISFIED);
        }
        byte[] uid = applet.profile().has(Quirk.UID_IS_WHOLE_POINT)
                ? Arrays.copyOfRange(signerPoint, 1, signerPoint.length)
                : EcMath.x(signerPoint);
        state.setDomain(slot, KeyDomainSlot.ofGroup(uid));
    }

    private Answer delete(int slot, Command command) throws Refusal {
        command.requireNoData();
        require(slot);
        if (applet.state().hasKeyIn(slot)) {
            throw new Refusal(Sw.ALREADY_EXISTS);
        }
        applet.state().setDomain(slot, null);
        return applet.profile().has(Quirk.DELETED_DOMAIN_ANSWERS_FREE)
                ? Answer.status(Sw.REFERENCE_NOT_FOUND)
                : Answer.OK;
    }
}
