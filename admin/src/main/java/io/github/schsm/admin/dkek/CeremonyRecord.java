// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.dkek;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.schsm.MalformedDataException;
import io.github.schsm.admin.json.JsonDocuments;
import io.github.schsm.codec.PrintableText;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What was done in a ceremony, as its file {@code record.json} says it: who has which share of a DKEK, the fingerprints of
 * the files, and the DKEK's check value. It holds no secret, so it can be kept where auditors read it. While a ceremony is
 * interrupted, it says how far that came.
 *
 * @param format     always {@value #FORMAT}
 * @param begun      when it began, ISO 8601 in UTC
 * @param completed  when it was completed; null while it is not
 * @param comment    what it was for, as its holder wrote; empty for nothing
 * @param kcv        check value of the DKEK, 16 hexadecimal digits; null while it is not known
 * @param replaces   check value of the DKEK whose shares these replace; null for a new DKEK
 * @param threshold  of one share with a divided password, how many custodians open it; null for a share each
 * @param shares     the share files
 * @param custodians in the order in which they came
 */
public record CeremonyRecord(
        String format,
        String begun,
        @Nullable String completed,
        String comment,
        @Nullable String kcv,
        @Nullable String replaces,
        @Nullable Integer threshold,
        List<Share> shares,
        List<Custodian> custodians) {
    /** Says what the file is. */
    public static final String FORMAT = "schsm-dkek-ceremony-1";

    /** The name of the file. */
    public static final String FILE = "record.json";

    private static final Pattern TIME =
            Pattern.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]+)?Z");
    private static final Pattern KCV = Pattern.compile("[0-9A-F]{16}");
    private static final Pattern SHA256 = Pattern.compile("[0-9A-F]{64}");

    /** Refuses what is no record. */
    public CeremonyRecord {
        Objects.requireNonNull(format, "format");
        Objects.requireNonNull(begun, "begun");
        Objects.requireNonNull(comment, "comment");
        shares = List.copyOf(shares);
        custodians = List.copyOf(custodians);
    }

    /**
     * A share file.
     *
     * @param file   its name, in the folder of the record
     * @param sha256 its fingerprint, upper-case hexadecimal; null while it is not made
     */
    public record Share(String file, @Nullable String sha256) {
        /** Refuses one without a file. */
        public Share {
            Objects.requireNonNull(file, "file");
        }
    }

    /**
     * A custodian.
     *
     * @param name       who it is
     * @param share      the number of the share file, from 1
     * @param sealedFile the file with the password, or the part of it, encrypted for the custodian; null for one who came to
     *                   the terminal
     * @param sealedSha256 its fingerprint; null while it is not made
     * @param sealedFor  whose key it is encrypted for: SHA-256 of the public key; null for one who came to the terminal
     * @param done       when it was done, ISO 8601 in UTC; null while it is not
     */
    public record Custodian(
            String name,
            int share,
            @Nullable String sealedFile,
            @Nullable String sealedSha256,
            @Nullable String sealedFor,
            @Nullable String done) {
        /** Refuses one without a name. */
        public Custodian {
            Objects.requireNonNull(name, "name");
        }

        /** Whether the custodian gets a sealed file, rather than come to the terminal. */
        public boolean hasSealedFile() {
            return sealedFile != null;
        }
    }

    /**
     * Reads a record.
     *
     * @param what what the file is called in messages
     * @throws MalformedDataException if it is none
     */
    public static CeremonyRecord parse(String what, byte[] json) throws MalformedDataException {
        JsonNode document = JsonDocuments.read(what, json);
        JsonNode format = document.path("format");
        if (!format.asText().equals(FORMAT)) {
            throw new MalformedDataException(
                    what,
                    "it is no record of a ceremony: "
                            + (format.isTextual()
                                    ? "its format is \"" + PrintableText.of(format.asText()) + "\", "
                                    : "it has no format, ")
                            + FORMAT + " is expected; give the file " + FILE
                            + " of the folder in which schsm dkek ceremony or dkek reshare put it");
        }
        CeremonyRecord read = JsonDocuments.as(what, document, CeremonyRecord.class);
        requireForms(what, read);
        for (Custodian custodian : read.custodians) {
            if (custodian.share() < 1 || custodian.share() > read.shares.size()) {
                throw new MalformedDataException(
                        what,
                        "custodian " + custodian.name() + " has share " + custodian.share() + " of "
                                + read.shares.size());
            }
        }
        for (Share share : read.shares) {
            requireName(what, share.file());
        }
        for (Custodian custodian : read.custodians) {
            if (custodian.sealedFile() != null) {
                requireName(what, custodian.sealedFile());
            }
        }
        return read;
    }

    /** Times, check values and fingerprints are what they are called, and what the record says of people is possible. */
    private static void requireForms(String what, CeremonyRecord read) throws MalformedDataException {
        requireForm(what, "begun", read.begun, TIME);
        requireForm(what, "completed", read.completed, TIME);
        requireForm(what, "kcv", read.kcv, KCV);
        requireForm(what, "replaces", read.replaces, KCV);
        if (read.shares.isEmpty() || read.custodians.isEmpty()) {
            throw new MalformedDataException(what, "it has no shares, or no custodians");
        }
        if (read.threshold != null && (read.threshold < 1 || read.threshold > read.custodians.size())) {
            throw new MalformedDataException(
                    what,
                    "its threshold is " + read.threshold + ", and it has " + read.custodians.size() + " custodians");
        }
        for (Share share : read.shares) {
            requireForm(what, "sha256", share.sha256, SHA256);
        }
        for (Custodian custodian : read.custodians) {
            requireForm(what, "sealedSha256", custodian.sealedSha256, SHA256);
            requireForm(what, "sealedFor", custodian.sealedFor, SHA256);
            requireForm(what, "done", custodian.done, TIME);
        }
    }

    private static void requireForm(String what, String member, @Nullable String value, Pattern form)
            throws MalformedDataException {
        if (value != null && !form.matcher(value).matches()) {
            throw new MalformedDataException(
                    what, member + " is \"" + PrintableText.of(value) + "\", and should have the form " + form);
        }
    }

    /** It names files beside it, and no others. */
    private static void requireName(String what, String file) throws MalformedDataException {
        if (!file.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,127}")) {
            throw new MalformedDataException(what, "\"" + PrintableText.of(file) + "\" is no name of a file beside it");
        }
    }

    /** The file's content. */
    public byte[] encode() {
        return JsonDocuments.pretty(this);
    }

    /** Whether the password of one share is divided, so that some of the custodians open it. */
    public boolean hasDividedPassword() {
        return threshold != null;
    }

    /** The share with this fingerprint. */
    public Optional<Share> shareOf(String sha256) {
        return shares.stream().filter(share -> sha256.equals(share.sha256())).findFirst();
    }

    /** The record for people, line by line; names in it are as they were given. */
    public List<String> text() {
        List<String> lines = new ArrayList<>();
        lines.add("Record of a DKEK ceremony");
        lines.add("");
        lines.add("Begun       : " + begun);
        lines.add("Completed   : " + (completed == null ? "not yet" : completed));
        if (!comment.isEmpty()) {
            lines.add("Comment     : " + comment);
        }
        lines.add("KCV         : " + (kcv == null ? "not known yet" : kcv));
        if (replaces != null) {
            lines.add("Replaces    : the shares of the DKEK with KCV " + replaces + ", which stays the same");
        }
        lines.add("Opened by   : "
                + (threshold == null
                        ? (shares.size() == 1 ? "its only share" : "all " + shares.size() + " shares together")
                        : threshold + " of " + custodians.size() + " custodians"));
        lines.add("");
        for (Share share : shares) {
            lines.add("Share file  : " + share.file());
            lines.add("    SHA-256 : " + (share.sha256() == null ? "not made yet" : share.sha256()));
        }
        lines.add("");
        for (int i = 0; i < custodians.size(); i++) {
            Custodian custodian = custodians.get(i);
            lines.add("Custodian " + (i + 1) + " : " + custodian.name());
            lines.add("    has     : "
                    + (threshold == null
                            ? "the password of "
                                    + shares.get(custodian.share() - 1).file()
                            : "part " + (i + 1) + " of the password"));
            if (custodian.hasSealedFile()) {
                lines.add("    sealed  : in " + custodian.sealedFile() + ", for the key with SHA-256 "
                        + custodian.sealedFor());
                lines.add("    SHA-256 : "
                        + (custodian.sealedSha256() == null ? "not made yet" : custodian.sealedSha256()));
            }
            lines.add("    done    : " + (custodian.done() == null ? "not yet" : custodian.done()));
            lines.add("    signed  : ______________________________");
        }
        return lines.stream().map(PrintableText::of).toList();
    }
}
