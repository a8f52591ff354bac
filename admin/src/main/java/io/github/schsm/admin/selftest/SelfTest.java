// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.selftest;

import io.github.schsm.ConfigurationException;
import io.github.schsm.InvalidRequestException;
import io.github.schsm.MalformedDataException;
import io.github.schsm.SchsmException;
import io.github.schsm.TokenNotPresentException;
import io.github.schsm.TransportException;
import io.github.schsm.admin.selftest.Check.Level;
import io.github.schsm.admin.selftest.CheckResult.Evidence;
import io.github.schsm.admin.selftest.CheckResult.Outcome;
import io.github.schsm.admin.selftest.SelfTestReport.TestedDevice;
import io.github.schsm.audit.AuditLogException;
import io.github.schsm.card.CardPlaces;
import io.github.schsm.card.files.PrivateKeyDescription;
import io.github.schsm.card.quirk.DeviceQuirks;
import io.github.schsm.card.quirk.ReaderQuirk;
import io.github.schsm.card.transport.TerminalSource;
import io.github.schsm.codec.SecretBytes;
import io.github.schsm.config.SchsmConfiguration;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Checks on a device what docs/protocol.md says. Without {@link #destructive} nothing is changed and no PIN is
 * risked: the test reads, asks for states and random bytes, and opens a secure channel; it signs only with a key that
 * {@link #withKey} names. A destructive test erases the device and tries what there is; a second device, which is
 * erased as well, adds what takes two.
 *
 * <pre>{@code
 * SelfTestReport report = SelfTest.of("terminal = pcsc; device = DECC0401002").run(SelfTest.Listener.NONE);
 * }</pre>
 */
public final class SelfTest {
    private static final HexFormat HEX = HexFormat.of().withUpperCase();
    private static final int LAST_TRY = 1;
    private static final int LEAST_SO_TRIES = 5;

    private final String configuration;
    private boolean destructive;
    private boolean anonymous;
    private @Nullable String otherDevice;
    private @Nullable String label;
    private byte[] soPin = {};
    private byte[] otherSoPin = {};
    private byte @Nullable [] userPin;
    private Predicate<Check> wanted = check -> true;
    private Clock clock = Clock.systemUTC();

    /** Hears how far a test is. */
    @FunctionalInterface
    public interface Listener {
        /** Nobody. */
        Listener NONE = (id, number, total) -> {};

        /**
         * A check begins.
         *
         * @param id     its name
         * @param number which one it is, from 1
         * @param total  how many there are
         */
        void begins(String id, int number, int total);
    }

    private SelfTest(String configuration) {
        this.configuration = configuration;
    }

    /**
     * A test of the device that a configuration means.
     *
     * @param configuration entries as for {@code Provider.configure}: terminal, device, reader, trust
     */
    public static SelfTest of(String configuration) {
        return new SelfTest(configuration);
    }

    /**
     * Erases the device and tries everything on it. Afterwards it is initialized with four key domain slots, where its
     * firmware has them, with user PIN 648219, and with the same SO-PIN.
     *
     * @param deviceSoPin its SO-PIN (initialization code), 16 hexadecimal digits, or the one that a device gets which
     *                    was never initialized; the caller's to wipe
     * @throws InvalidRequestException if it is none
     */
    public SelfTest destructive(char[] deviceSoPin) throws InvalidRequestException {
        soPin = SecretBytes.soPin(deviceSoPin);
        destructive = true;
        return this;
    }

    /**
     * Adds what takes two devices to a destructive test; the other device is erased as well.
     *
     * @param deviceId its id, or the id with its key's fingerprint
     * @param itsSoPin its SO-PIN, 16 hexadecimal digits; the caller's to wipe
     * @throws InvalidRequestException if that is none
     */
    public SelfTest with(String deviceId, char[] itsSoPin) throws InvalidRequestException {
        otherSoPin = SecretBytes.soPin(itsSoPin);
        otherDevice = deviceId;
        return this;
    }

    /**
     * Signs with a key that is on the device, which counts down its use counter if it has one. Has no effect in a
     * destructive test.
     *
     * @param keyLabel the key's label
     * @param pin      the user PIN, which is verified; the caller's to wipe
     * @throws InvalidRequestException if the PIN cannot be one
     */
    public SelfTest withKey(String keyLabel, char[] pin) throws InvalidRequestException {
        userPin = SecretBytes.of(pin, SecretBytes.USER_PIN);
        label = keyLabel;
        return this;
    }

    /** Takes ids, serial numbers, labels, certificates, and public keys out of the report. */
    public SelfTest anonymous() {
        anonymous = true;
        return this;
    }

    /**
     * Only some checks.
     *
     * @param names sections, see {@link #sections}, or checks, see {@link #checks}
     * @throws InvalidRequestException if one of them is neither
     */
    public SelfTest only(List<String> names) throws InvalidRequestException {
        for (String name : names) {
            if (!Checks.SECTIONS.contains(name) && !checks().contains(name)) {
                throw new InvalidRequestException("\"" + name + "\" is no section of docs/protocol.md and no check; the"
                        + " sections are " + String.join(", ", Checks.SECTIONS));
            }
        }
        List<String> chosen = List.copyOf(names);
        wanted = check -> chosen.contains(check.section()) || chosen.contains(check.id());
        return this;
    }

    /** The same by their names alone. */
    SelfTest only(Predicate<String> ids) {
        wanted = check -> ids.test(check.id());
        return this;
    }

    /** The sections of docs/protocol.md that a device can be asked about, as their anchors, in their order. */
    public static List<String> sections() {
        return Checks.SECTIONS;
    }

    /** With another clock for the report's times. */
    SelfTest at(Clock other) {
        clock = other;
        return this;
    }

    /** The names of all checks, in the order in which they are run. */
    public static List<String> checks() {
        return Checks.ALL.stream().map(Check::id).toList();
    }

    /**
     * Runs the test. A device that answers rubbish contradicts; one that goes away ends the test, and the report says so.
     *
     * @throws ConfigurationException   if the configuration is wrong or means several devices
     * @throws TokenNotPresentException if the device is not there
     * @throws InvalidRequestException  if there is no key with the label, or a PIN has too few tries left to be risked
     * @throws AuditLogException        if the audit log of the configuration cannot be written; a destructive test then erases
     *                                  nothing
     * @throws SchsmException           if the device cannot be reached at all
     */
    public SelfTestReport run(Listener listener) throws SchsmException {
        SchsmConfiguration settings = SchsmConfiguration.of(configuration).checked();
        Instant started = clock.instant();
        try (CardPlaces places = CardPlaces.of(settings.text())) {
            CardPlaces.Place place = places.find();
            if (otherDevice == null) {
                return run(started, settings, listener, place.source(), place.reader(), null);
            }
            SchsmConfiguration others = settings.ofDevice(otherDevice)
                    .with(SchsmConfiguration.READER, null)
                    .checked();
            try (CardPlaces otherPlaces = CardPlaces.of(others.text())) {
                CardPlaces.Place second = otherPlaces.find();
                if (second.identity().isSameDevice(place.identity())) {
                    throw new InvalidRequestException(
                            "the second device, " + otherDevice + ", is the one that is tested: name another one");
                }
                return run(started, settings, listener, place.source(), place.reader(), second);
            }
        } finally {
            wipe();
        }
    }

    /** Runs the test on the card in a reader. */
    SelfTestReport run(TerminalSource source, String reader, SchsmConfiguration settings, Listener listener)
            throws SchsmException {
        return run(clock.instant(), settings, listener, source, reader, null);
    }

    private SelfTestReport run(
            Instant started,
            SchsmConfiguration settings,
            Listener listener,
            TerminalSource source,
            String reader,
            CardPlaces.@Nullable Place second)
            throws SchsmException {
        try (Wire wire = Wire.connect(source, reader, destructive, label != null)) {
            wire.begin();
            Probe probe = Probe.of(wire, settings.trust(), soPin);
            prepare(probe);
            if (second == null) {
                return logged(settings, started, listener, probe, List.of(probe));
            }
            try (Wire secondWire = Wire.connect(second.source(), second.reader(), true, true)) {
                secondWire.begin();
                Probe other = Probe.of(secondWire, settings.trust(), otherSoPin);
                requireSoTries(other);
                probe.setOther(other);
                return logged(settings, started, listener, probe, List.of(probe, other));
            }
        }
    }

    private SelfTestReport logged(
            SchsmConfiguration settings, Instant started, Listener listener, Probe probe, List<Probe> devices)
            throws SchsmException {
        if (!destructive) {
            return run(started, listener, probe, devices);
        }
        try (ErasureLog log = new ErasureLog(settings.audit())) {
            log.begin(devices);
            SelfTestReport report = run(started, listener, probe, devices);
            log.end();
            return report;
        }
    }

    /** What a wrong PIN would cost is known before one is sent. */
    private void prepare(Probe probe) throws SchsmException {
        byte[] pin = userPin;
        String wantedKey = label;
        if (destructive) {
            requireSoTries(probe);
        } else if (pin != null && wantedKey != null) {
            try {
                if (probe.triesLeft(Probe.USER) == LAST_TRY) {
                    throw new InvalidRequestException(
                            "only one try is left before the user PIN is blocked: a self-test does not risk it; run it"
                                    + " without a key, or verify the PIN first");
                }
                probe.setUserPin(pin, find(probe, wantedKey));
            } catch (NotTried | Contradiction unusable) {
                throw new InvalidRequestException(
                        "the key \"" + wantedKey + "\" cannot be looked for: " + unusable.getMessage());
            }
        }
    }

    private static void requireSoTries(Probe probe) throws SchsmException {
        try {
            int left = probe.triesLeft(Probe.SO);
            if (left >= 0 && left < LEAST_SO_TRIES) {
                throw new InvalidRequestException("the SO-PIN has " + left + " of 15 tries left, and a destructive test"
                        + " may use some: take a device with at least " + LEAST_SO_TRIES);
            }
        } catch (NotTried never) {
            throw new InvalidRequestException("the device cannot be asked: " + never.getMessage());
        }
    }

    private static int find(Probe probe, String label) throws SchsmException, NotTried, Contradiction {
        for (int fid : probe.enumerate()) {
            if ((fid & 0xFF00) == 0xC400 && label.equals(labelOf(probe.content(fid)))) {
                return fid & 0xFF;
            }
        }
        throw new InvalidRequestException("no key \"" + label + "\" on device "
                + probe.identity().deviceId() + ": schsm keys shows which there are");
    }

    private static @Nullable String labelOf(byte[] description) {
        try {
            return PrivateKeyDescription.parse(description).label().orElse(null);
        } catch (MalformedDataException rubbish) {
            return null;
        }
    }

    private SelfTestReport run(Instant started, Listener listener, Probe probe, List<Probe> devices) {
        List<Check> checks = Checks.ALL.stream().filter(wanted).toList();
        List<CheckResult> results = new ArrayList<>();
        @Nullable String interrupted = null;
        boolean changed = false;
        for (Check check : checks) {
            if (interrupted != null) {
                results.add(notTried(check, "the test was interrupted before"));
                continue;
            }
            listener.begins(check.id(), results.size() + 1, checks.size());
            try {
                changed |= isChanging(check) && whyNot(check, probe) == null;
                results.add(run(check, probe));
            } catch (SchsmException gone) {
                interrupted = "at " + check.id() + ": " + gone.getMessage();
                results.add(notTried(check, interrupted));
            }
        }
        if (interrupted == null && changed) {
            interrupted = leave(devices);
        }
        results.sort(Comparator.comparing(result -> Checks.SECTIONS.indexOf(result.section())));
        SelfTestReport report = new SelfTestReport(
                started,
                clock.instant(),
                destructive,
                anonymous,
                interrupted,
                devices.stream().map(SelfTest::describe).toList(),
                results);
        if (!anonymous) {
            return report;
        }
        Anonymizer anonymizer = new Anonymizer(devices);
        return new SelfTestReport(
                report.started(),
                report.ended(),
                destructive,
                true,
                anonymizer.interruption(report.interrupted()),
                report.devices().stream().map(anonymizer::device).toList(),
                report.checks().stream().map(anonymizer::check).toList());
    }

    private static boolean isChanging(Check check) {
        return check.level() == Level.DESTRUCTIVE || check.level() == Level.TWO_DEVICES;
    }

    private CheckResult run(Check check, Probe probe) throws SchsmException {
        String obstacle = whyNot(check, probe);
        if (obstacle != null) {
            return notTried(check, obstacle);
        }
        try {
            probe.prepare(check.setup());
            if (check.level() == Level.TWO_DEVICES) {
                probe.other().prepare(check.setup());
            }
            check.body().run(probe);
            return result(check, Outcome.CONFIRMED, null, null);
        } catch (NotTried why) {
            return notTried(check, String.valueOf(why.getMessage()));
        } catch (Contradiction contradiction) {
            return result(check, Outcome.CONTRADICTED, contradiction.known(), contradiction.evidence());
        } catch (TokenNotPresentException gone) {
            throw gone;
        } catch (TransportException broken) {
            // A card that does not answer may answer again after a reset; if not, there is nothing more to ask.
            probe.wire().connectAgain(true);
            probe.dirty();
            return result(
                    check,
                    Outcome.CONTRADICTED,
                    null,
                    new Evidence("a command of this check", "an answer", String.valueOf(broken.getMessage())));
        } catch (SchsmException | RuntimeException rubbish) {
            probe.dirty();
            return result(
                    check,
                    Outcome.CONTRADICTED,
                    null,
                    new Evidence("a command of this check", "an answer that can be read", said(rubbish)));
        }
    }

    private static String said(Exception rubbish) {
        return rubbish instanceof SchsmException
                ? String.valueOf(rubbish.getMessage())
                : rubbish.getClass().getSimpleName() + ": " + rubbish.getMessage();
    }

    private @Nullable String whyNot(Check check, Probe probe) {
        switch (check.level()) {
            case HARMLESS -> {
                // Always.
            }
            case KEY -> {
                if (label == null || destructive) {
                    return "it takes a key that --label names";
                }
            }
            case DESTRUCTIVE -> {
                if (!destructive) {
                    return "it changes the device: --destructive does it on a spare one";
                }
            }
            case TWO_DEVICES -> {
                if (!destructive || otherDevice == null) {
                    return "it takes two devices that may be erased: --destructive --with ID";
                }
            }
        }
        return probe.isAtLeast(check.from(), 0)
                ? null
                : String.format(Locale.ROOT, "firmware before %d.0 does not have it", check.from());
    }

    /** Leaves the devices as {@link #destructive} says; null if that is done. */
    private static @Nullable String leave(List<Probe> devices) {
        for (Probe device : devices) {
            try {
                device.dirty();
                device.prepare(Check.Setup.ANY);
                device.select();
            } catch (SchsmException | NotTried | Contradiction failed) {
                return "the device was not initialized at the end, its user PIN may be any of those of the checks: "
                        + failed.getMessage();
            }
        }
        return null;
    }

    private static CheckResult notTried(Check check, String why) {
        return result(check, Outcome.NOT_TRIED, why, null);
    }

    private static CheckResult result(
            Check check, Outcome outcome, @Nullable String reason, @Nullable Evidence evidence) {
        return new CheckResult(
                check.id(), check.section(), check.statement(), check.certainty(), outcome, reason, evidence);
    }

    private static TestedDevice describe(Probe probe) {
        DeviceQuirks quirks = probe.quirks();
        return new TestedDevice(
                probe.wire().reader(),
                HEX.formatHex(probe.wire().atr()),
                probe.identity().isMissing() ? "" : probe.identity().deviceId(),
                probe.applet().version().map(Object::toString).orElse(""),
                probe.applet().platform().isPresent()
                        ? probe.applet().platform().getAsInt()
                        : null,
                HEX.formatHex(probe.selectAnswer()),
                probe.isExtended(),
                quirks.commandLimit(),
                ReaderQuirk.of(probe.wire().reader()).maxData(),
                quirks.defect().orElse(null));
    }

    private void wipe() {
        Arrays.fill(soPin, (byte) 0);
        Arrays.fill(otherSoPin, (byte) 0);
        if (userPin != null) {
            Arrays.fill(userPin, (byte) 0);
        }
    }
}
