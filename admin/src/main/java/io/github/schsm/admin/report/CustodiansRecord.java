// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.schsm.DeviceTrust;
import io.github.schsm.MalformedDataException;
import io.github.schsm.SchsmException;
import io.github.schsm.admin.dkek.CeremonyRecord;
import io.github.schsm.admin.dkek.RecordSignature;
import io.github.schsm.admin.json.JsonDocuments;
import io.github.schsm.codec.HashAlgorithm;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The record of a DKEK ceremony, with its signature if it has one, as a report shows it. In the report's document it is
 * the record's members and one more, {@code evidence}, which has the record's file and its signature: with them the
 * signature is verified again with the report, without any other file.
 */
public final class CustodiansRecord {
    static final String EVIDENCE = "evidence";

    private static final String WHAT = "the record of the ceremony";

    private final CeremonyRecord record;
    private final Evidence evidence;

    /**
     * What a report says of a record's signature, and what shows that it is so.
     *
     * @param file      the text of the record's file, which the signature is over
     * @param signature the signature; null if the record is not signed
     * @param holds     whether the signature is one of this record; null if it is not signed
     * @param device    the genuine device that attests the key that signed; null if none does, or the signature does not hold
     */
    record Evidence(
            String file,
            @Nullable RecordSignature signature,
            @Nullable Boolean holds,
            @Nullable String device) {
        Evidence {
            Objects.requireNonNull(file, "file");
        }

        private byte[] bytes() {
            return file.getBytes(StandardCharsets.UTF_8);
        }
    }

    private CustodiansRecord(CeremonyRecord record, Evidence evidence) {
        this.record = record;
        this.evidence = evidence;
    }

    /**
     * A record without a signature.
     *
     * @param what what it is, to name it in the error
     * @param file the record's file, as {@code schsm dkek ceremony} writes it
     * @throws MalformedDataException if it is none
     */
    public static CustodiansRecord of(String what, byte[] file) throws MalformedDataException {
        CeremonyRecord record = CeremonyRecord.parse(what, file);
        String text = new String(file, StandardCharsets.UTF_8);
        if (!Arrays.equals(text.getBytes(StandardCharsets.UTF_8), file)) {
            throw new MalformedDataException(what, "it is not in UTF-8, as the records of ceremonies are");
        }
        return new CustodiansRecord(record, new Evidence(text, null, null, null));
    }

    /**
     * The same record with its signature, which is verified.
     *
     * @param trust the roots that a device may trace to
     * @throws SchsmException if the signature cannot be read; one that does not hold is no error: the report tells it
     */
    public CustodiansRecord signedBy(RecordSignature signature, DeviceTrust trust) throws SchsmException {
        RecordSignature.Verdict verdict = signature.verify(evidence.bytes(), trust);
        return new CustodiansRecord(record, new Evidence(evidence.file, signature, verdict.holds(), verdict.device()));
    }

    /** The record as a report's document has it. */
    JsonNode json() {
        ObjectNode members = (ObjectNode) JsonDocuments.tree(record);
        members.set(EVIDENCE, JsonDocuments.tree(evidence));
        return members;
    }

    /** What a report has; null where an older version made it, which kept no evidence. */
    static @Nullable CustodiansRecord parse(JsonNode custodians) throws MalformedDataException {
        if (!custodians.has(EVIDENCE)) {
            return null;
        }
        Evidence evidence = JsonDocuments.as(WHAT, custodians.path(EVIDENCE), Evidence.class);
        CustodiansRecord read = new CustodiansRecord(CeremonyRecord.parse(WHAT, evidence.bytes()), evidence);
        if (!read.json().equals(custodians)) {
            throw new MalformedDataException(WHAT, "it is not the one of the file in its evidence");
        }
        return read;
    }

    /** The record's members. */
    JsonNode members() {
        return JsonDocuments.tree(record);
    }

    /** SHA-256 of the record's file, upper-case hexadecimal. */
    String fingerprint() {
        return HexFormat.of().withUpperCase().formatHex(HashAlgorithm.SHA256.digest(evidence.bytes()));
    }

    /** Whether the ceremony was completed. */
    boolean isCompleted() {
        return record.completed() != null;
    }

    /** Whether the key of a genuine device signed it. */
    public boolean isProven() {
        return evidence.device != null;
    }

    /** Whether it is signed, by which key, and whether that holds, in a sentence without its full stop. */
    public String sentence() {
        RecordSignature signature = evidence.signature;
        if (signature == null) {
            return "the record of the ceremony is not signed: nothing proves who made it, or that it is unchanged";
        }
        if (!Boolean.TRUE.equals(evidence.holds)) {
            return "the signature of the record of the ceremony does not fit it: one of them was changed";
        }
        return evidence.device != null
                ? "the record of the ceremony is signed with the key \"" + signature.label() + "\" of device "
                        + evidence.device + ", which is genuine and attests the key"
                : "the record of the ceremony is signed, and nothing proves whose key did it: it is said to be \""
                        + signature.label() + "\" of device " + signature.device()
                        + ", and no device that is trusted attests it";
    }

    /**
     * Verifies what a report has: that it shows the record of the file in it, and that what it says of the signature is so.
     * What it says itself to be unproven is no problem, but noted.
     */
    static void verify(JsonNode custodians, DeviceTrust trust, List<String> problems, List<String> notes) {
        try {
            CustodiansRecord said = parse(custodians);
            if (said == null) {
                notes.add("an older version of this program put the record of a ceremony into it, without the"
                        + " record's file and signature: whether that record is signed is not known");
                return;
            }
            RecordSignature signature = said.evidence.signature;
            Evidence unsigned = new Evidence(said.evidence.file, null, null, null);
            CustodiansRecord plain = new CustodiansRecord(said.record, unsigned);
            CustodiansRecord found = signature == null
                    ? plain
                    // Its format and algorithm are looked at where one is read from a file.
                    : plain.signedBy(RecordSignature.parse("the signature of " + WHAT, signature.encode()), trust);
            if (!Objects.equals(said.evidence.holds, found.evidence.holds)
                    || (said.isProven() && !Objects.equals(said.evidence.device, found.evidence.device))) {
                problems.add("it says that " + said.sentence() + "; but " + found.sentence());
            } else if (!said.isProven()) {
                notes.add(said.sentence());
            }
        } catch (SchsmException | RuntimeException malformed) {
            // Bouncy Castle has exceptions of many types for what is no key and no signature.
            problems.add("the record of a ceremony in it cannot be verified: " + malformed.getMessage());
        }
    }
}
