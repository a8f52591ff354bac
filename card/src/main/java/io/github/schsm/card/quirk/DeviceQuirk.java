package io.github.schsm.card.quirk;

import io.github.schsm.codec.PrintableText;
import java.util.Optional;

/** What differs by the firmware, and what a device is known to suffer from (docs/protocol.md#genuine-hardware). */
public final class DeviceQuirk {
    private static final FirmwareVersion UNWRAPS_LONG_RSA_ONCE = new FirmwareVersion(3, 3);
    private static final int SHORTEST_ATR = 3;
    private static final String BAD_SERIAL = "01A001000000000";

    private DeviceQuirk() {}

    /**
     * Firmware 3.3 takes a long RSA key that a host wrapped once, and the next one after a reset of the card only; what
     * devices wrapped it takes in a row.
     */
    public static boolean unwrapsLongRsaOnce(AppletInfo applet) {
        return applet.version().filter(UNWRAPS_LONG_RSA_ONCE::equals).isPresent();
    }

    /** Firmware 1.x says "transport PIN" of a device that was never initialized. */
    public static boolean callsNoPinTransportPin(AppletInfo applet) {
        return applet.version().filter(version -> version.major() < 2).isPresent();
    }

    /**
     * A defect of a batch of 2025: the ATR is cut off, the serial number is the same for all, and the device stops
     * answering after some 240 commands.
     *
     * @param atr    answer to reset
     * @param reader the reader's name, which holds the serial number
     */
    public static Optional<String> defect(byte[] atr, String reader) {
        String seen = atr.length <= SHORTEST_ATR
                ? "an answer to reset of " + atr.length + " bytes"
                : reader.contains(BAD_SERIAL) ? "serial number " + BAD_SERIAL : "";
        return seen.isEmpty()
                ? Optional.empty()
                : Optional.of("reader '" + PrintableText.of(reader) + "': " + seen
                        + " is known of a batch with a defect (Nitrokey HSM 2,"
                        + " firmware 4.0, 2025) that stops answering after some 240 commands; ask who sold it for another"
                        + " one");
    }
}
