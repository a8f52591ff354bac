package io.github.schsm;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.Objects;

/**
 * A key domain's state as the device answers it (docs/protocol.md#key-domains).
 *
 * @param slot        its slot, from 0
 * @param shares      how many shares a DKEK is made of; 0 for an XKEK
 * @param outstanding how many of them are missing
 * @param kcv         the KEK's check value, 8 bytes; all zero if there is no KEK
 * @param uid         the UID of an XKEK domain, at least 32 bytes; empty for a DKEK domain
 */
public record KeyDomainStatus(int slot, int shares, int outstanding, byte[] kcv, byte[] uid) {
    /** Copies the arrays. */
    public KeyDomainStatus {
        kcv = kcv.clone();
        uid = uid.clone();
    }

    @Override
    public byte[] kcv() {
        return kcv.clone();
    }

    @Override
    public byte[] uid() {
        return uid.clone();
    }

    /** Whether it is an XKEK domain. */
    public boolean isXkek() {
        return uid.length > 0;
    }

    /**
     * Whether a DKEK must be there, because none of its shares is missing, and the device does not show its check value:
     * some firmware does only after the user PIN was verified.
     */
    public boolean isKcvHidden() {
        return !isXkek() && outstanding == 0 && !hasKek();
    }

    /** Whether the device shows that a KEK is there; see {@link #isKcvHidden()}. */
    public boolean hasKek() {
        return !Arrays.equals(kcv, new byte[kcv.length]);
    }

    /**
     * Whether two UIDs name the same key domain: some firmware says {@code x}, some {@code x || y}, so as many bytes
     * are compared as both have, at least {@value KeyDomain#UID_LENGTH}.
     */
    public static boolean sameUid(byte[] one, byte[] other) {
        int length = Math.min(one.length, other.length);
        return length >= KeyDomain.UID_LENGTH && Arrays.equals(one, 0, length, other, 0, length);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof KeyDomainStatus that
                && slot == that.slot
                && shares == that.shares
                && outstanding == that.outstanding
                && Arrays.equals(kcv, that.kcv)
                && Arrays.equals(uid, that.uid);
    }

    @Override
    public int hashCode() {
        return Objects.hash(slot, shares, outstanding, Arrays.hashCode(kcv), Arrays.hashCode(uid));
    }

    @Override
    public String toString() {
        HexFormat hex = HexFormat.of().withUpperCase();
        String shown = isKcvHidden() ? "not shown before the PIN is verified" : hex.formatHex(kcv);
        return (isXkek() ? "XKEK" : "DKEK") + " key domain in slot " + slot + ", KCV " + shown
                + (isXkek() ? ", UID " + hex.formatHex(uid) : "");
    }
}
