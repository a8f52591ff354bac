package io.github.schsm;

/**
 * What a token says of itself.
 *
 * @param id       device id or serial number: what the configuration's {@code device} names
 * @param label    the token's label; may be empty
 * @param reader   the reader it is in
 * @param firmware version as people write it, e.g. {@code 3.5}; empty if unknown
 * @param platform what it runs on, e.g. {@code JCOP 3}; empty if unknown
 */
public record TokenInfo(String id, String label, String reader, String firmware, String platform) {}
