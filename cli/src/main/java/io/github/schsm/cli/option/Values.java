// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.option;

import io.github.schsm.DeviceInitialization;
import io.github.schsm.ExpectedPeer;
import io.github.schsm.InvalidRequestException;
import io.github.schsm.SchsmException;
import io.github.schsm.card.dkek.DkekSharePassword;
import io.github.schsm.codec.Labels;
import io.github.schsm.codec.PrintableText;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.Locale;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.TypeConversionException;

/**
 * What options and arguments take. Values are checked while the command line is read, before anything is done: one that
 * is wrong by itself ends every command with the same exit status and never gets as far as a file or a device.
 */
public final class Values {
    private static final int LAST_SLOT = 254;
    private static final int MOST_SHARES = 255;
    private static final String ACCEPTED_DEVICES =
            "give a device's id, such as DECC0401002, or that with # and its key's fingerprint";

    private Values() {}

    /** What an option or argument is called in messages. */
    public static String name(ArgSpec argument) {
        return argument instanceof OptionSpec option ? option.longestName() : argument.paramLabel();
    }

    /** Makes a value of what was typed. */
    private interface Reading<V> {
        V read() throws SchsmException;
    }

    private static <V> V read(Reading<V> reading) {
        try {
            return reading.read();
        } catch (SchsmException | IllegalArgumentException wrong) {
            throw new TypeConversionException(String.valueOf(wrong.getMessage()));
        }
    }

    /** A value that is made of a text; the message of an exception says what is accepted. */
    public abstract static class Parsed<V> implements ITypeConverter<V> {
        protected abstract V parse(String value) throws SchsmException;

        @Override
        public final V convert(String value) {
            return read(() -> parse(value));
        }
    }

    /** A text that has a form; the message of an exception says which. */
    public abstract static class Text implements ITypeConverter<String> {
        protected abstract void require(String value) throws SchsmException;

        @Override
        public final String convert(String value) {
            return read(() -> {
                require(value);
                return value;
            });
        }
    }

    /** A text that matches a pattern. */
    public abstract static class Matching extends Text {
        private final Pattern pattern;
        private final String accepted;

        /** @param accepted what is accepted, as a sentence without its end */
        protected Matching(String pattern, String accepted) {
            this.pattern = Pattern.compile(pattern);
            this.accepted = accepted;
        }

        @Override
        protected final void require(String value) throws InvalidRequestException {
            if (!pattern.matcher(value).matches()) {
                throw new InvalidRequestException(accepted);
            }
        }
    }

    private static long whole(String value, long least, long most) throws InvalidRequestException {
        try {
            long number = Long.parseLong(value);
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException none) {
            throw new InvalidRequestException(range(least, most), none);
        }
        throw new InvalidRequestException(range(least, most));
    }

    private static String range(long least, long most) {
        return "give a whole number from " + least + (most >= Integer.MAX_VALUE ? "" : " to " + most);
    }

    /** A whole number. */
    public abstract static class Whole extends Parsed<Integer> {
        private final int least;
        private final int most;

        protected Whole(int least, int most) {
            this.least = least;
            this.most = most;
        }

        @Override
        protected final Integer parse(String value) throws InvalidRequestException {
            return (int) whole(value, least, most);
        }
    }

    /** Any whole number from 1. */
    public static final class Count extends Whole {
        Count() {
            super(1, Integer.MAX_VALUE);
        }
    }

    /** Seconds to go on, from 0. */
    public static final class Seconds extends Parsed<Long> {
        @Override
        protected Long parse(String value) throws InvalidRequestException {
            return whole(value, 0, Long.MAX_VALUE);
        }
    }

    /** How often something may be done, 1 to 4,294,967,294. */
    public static final class Uses extends Parsed<Long> {
        private static final long MOST = 0xFFFF_FFFEL;

        @Override
        protected Long parse(String value) throws InvalidRequestException {
            try {
                return whole(value, 1, MOST);
            } catch (InvalidRequestException wrong) {
                throw new InvalidRequestException("give a whole number from 1 to " + MOST, wrong);
            }
        }
    }

    /** A number that a byte holds. */
    public static final class Octet extends Whole {
        Octet() {
            super(0, 0xFF);
        }
    }

    /** The slot of a key domain. */
    public static final class Slot extends Whole {
        Slot() {
            super(0, LAST_SLOT);
        }
    }

    /** How many parts something has, of which there is one at least. */
    public static final class Shares extends Whole {
        Shares() {
            super(1, MOST_SHARES);
        }
    }

    /** How many custodians are needed to open what was divided among them. */
    public static final class Threshold extends Whole {
        Threshold() {
            super(DkekSharePassword.MIN_THRESHOLD, MOST_SHARES);
        }
    }

    /** A TCP port; 0 for any that is free. */
    public static final class Port extends Whole {
        Port() {
            super(0, 0xFFFF);
        }
    }

    /** A day. */
    public static final class Day extends Parsed<LocalDate> {
        @Override
        protected LocalDate parse(String value) throws InvalidRequestException {
            try {
                return LocalDate.parse(value);
            } catch (DateTimeException none) {
                throw new InvalidRequestException("that is no date: write one such as 2026-12-31", none);
            }
        }
    }

    /** The name of a file or folder. */
    public static final class FileName extends Parsed<Path> {
        @Override
        protected Path parse(String value) throws InvalidRequestException {
            try {
                return Path.of(value);
            } catch (InvalidPathException none) {
                throw new InvalidRequestException(
                        "no file or folder can have that name here: " + PrintableText.of(none.getReason()), none);
            }
        }
    }

    /** The SHA-256 of a public key, with colons or without; as upper-case digits. */
    public static final class KeyHash extends Parsed<String> {
        private static final Pattern DIGITS = Pattern.compile("[0-9A-F]{64}");

        @Override
        protected String parse(String value) throws InvalidRequestException {
            String digits = value.replace(":", "").toUpperCase(Locale.ROOT);
            if (!DIGITS.matcher(digits).matches()) {
                throw new InvalidRequestException("that is no SHA-256 of a public key: 64 hexadecimal digits are"
                        + " expected, as sha256sum shows them of what schsm public-key --format DER writes");
            }
            return digits;
        }
    }

    /** The label that a key or object gets. */
    public static final class Label extends Text {
        @Override
        protected void require(String value) {
            Labels.require(value);
        }
    }

    /** The label that a device gets. */
    public static final class DeviceLabel extends Text {
        @Override
        protected void require(String value) throws InvalidRequestException {
            DeviceInitialization.requireLabel(value);
            Labels.requireWhole("label", value);
        }
    }

    /** The device that a key file has to be of. */
    public static final class Peer extends Text {
        private static final Pattern NAME = Pattern.compile("[\\x21-\\x7E]+");

        @Override
        protected void require(String value) throws InvalidRequestException {
            if (!NAME.matcher(value.strip()).matches()) {
                throw new InvalidRequestException(ACCEPTED_DEVICES);
            }
            new ExpectedPeer(value.strip());
        }
    }

    /** A device, in the words of whatever finds it. */
    public static final class DeviceName extends Matching {
        DeviceName() {
            super("(?=.*\\S)[^\\p{Cntrl}]{1,2048}", ACCEPTED_DEVICES);
        }
    }
}
