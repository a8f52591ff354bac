// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.report;

import io.github.schsm.AttestedPublicKey;
import io.github.schsm.DeviceIdentity;
import io.github.schsm.DeviceTrust;
import io.github.schsm.KeyDomain;
import io.github.schsm.TokenAdministration.PinStatus;
import io.github.schsm.UntrustedDeviceException;
import io.github.schsm.admin.inventory.Inventory;
import io.github.schsm.admin.inventory.Leaving;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How values are shown, the same in every command. */
public final class Text {
    private static final HexFormat HEX = HexFormat.of().withUpperCase();
    /** What a device shows where there is no KEK. */
    private static final String NO_KCV = "0".repeat(16);

    private Text() {}

    /** Upper-case hexadecimal digits, as everywhere in this field. */
    public static String hex(byte[] bytes) {
        return HEX.formatHex(bytes);
    }

    /** The UID of the key domain that a group signer controls: the x-coordinate of its public point. */
    public static byte[] uid(AttestedPublicKey groupSigner) {
        return Arrays.copyOfRange(groupSigner.request().publicPoint(), 1, 1 + KeyDomain.UID_LENGTH);
    }

    public static String pin(PinStatus status) {
        return pin(new Inventory.Pin(status.state(), status.triesLeft() < 0 ? null : status.triesLeft()));
    }

    /** A PIN's state in a few words. */
    public static String pin(Inventory.Pin pin) {
        Integer tries = pin.triesLeft();
        return switch (pin.state()) {
            case VERIFIED -> "verified";
            case NOT_VERIFIED -> tries == null ? "not verified" : tries == 1 ? "1 try left" : tries + " tries left";
            case BLOCKED -> "blocked";
            case TRANSPORT -> "transport PIN, change it";
            case NOT_INITIALIZED -> "not initialized";
            case KEYS_INSTEAD -> "none: registered keys authenticate in its place";
        };
    }

    public static Map<String, @Nullable Object> json(Inventory.Pin pin) {
        return Answer.json("state", pin.state().name())
                .and("triesLeft", pin.triesLeft())
                .members();
    }

    public static Map<String, @Nullable Object> json(PinStatus status) {
        return Answer.json("state", status.state().name())
                .and("triesLeft", status.triesLeft() < 0 ? null : status.triesLeft())
                .members();
    }

    static String kek(KeyDomain.Status status) {
        return kek(status, true);
    }

    /**
     * The KCV, or why there is none.
     *
     * @param pinVerified without it some firmware shows no KCV of any domain
     */
    public static String kek(KeyDomain.Status status, boolean pinVerified) {
        if (status.hasKek()) {
            return hex(status.kcv());
        }
        if (status.isKcvHidden()) {
            return "not shown before the PIN is verified";
        }
        if (status.isXkek() && !pinVerified) {
            return "none, or not shown before the PIN is verified";
        }
        return status.outstanding() > 0
                ? "none, " + status.outstanding() + " of " + status.shares() + " shares missing"
                : "none";
    }

    public static Map<String, @Nullable Object> json(KeyDomain.Status status) {
        return Answer.json("slot", status.slot())
                .and("type", status.isXkek() ? "XKEK" : "DKEK")
                .and("uid", status.isXkek() ? hex(status.uid()) : null)
                .and("kekPresent", status.hasKek() || status.isKcvHidden())
                .and("kcv", status.isKcvHidden() ? null : hex(status.kcv()))
                .and("shares", status.isXkek() ? null : status.shares())
                .and("sharesMissing", status.isXkek() ? null : status.outstanding())
                .members();
    }

    /** Under what a key can leave its device; null if it cannot. */
    static @Nullable public Map<String, @Nullable Object> json(Leaving.Way way) {
        return way.under() == null ? null : json(way.under());
    }

    /** A key domain in a sentence. */
    public static String domain(KeyDomain.Status status) {
        return (status.isXkek() ? "XKEK" : "DKEK") + " key domain in slot " + status.slot()
                + (status.isXkek() ? ", UID " + hex(status.uid()) : "") + ", KCV " + kek(status);
    }

    /** A key domain on a device, as the other {@code json} of it. */
    public static Map<String, @Nullable Object> json(Inventory.Slot slot) {
        return Answer.json("slot", slot.slot())
                .and("type", slot.kind().name())
                .and("uid", slot.uid())
                .and("kekPresent", slot.kekPresent())
                .and("kcv", slot.kekPresent() ? slot.kcv() : NO_KCV)
                .and("shares", slot.shares())
                .and("sharesMissing", slot.sharesMissing())
                .members();
    }

    /** Why a device is not trusted; null if it is. */
    static @Nullable public String distrust(DeviceTrust trust, DeviceIdentity identity) {
        try {
            trust.verify(identity);
            return null;
        } catch (UntrustedDeviceException untrusted) {
            return untrusted.getMessage();
        }
    }

    /** Lines one under the other; null for none. */
    public static Lines lines(@Nullable Object... parts) {
        return Lines.of(parts);
    }
}
