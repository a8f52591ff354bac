// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.bridge;

import io.github.schsm.ConfigurationException;
import io.github.schsm.bridge.cryptoki.Cryptoki;
import io.github.schsm.bridge.cryptoki.Cryptoki.CkTokenInfo;
import io.github.schsm.bridge.cryptoki.Cryptoki.SlotInfo;
import io.github.schsm.codec.PrintableText;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A PKCS#11 URI (RFC 7512) that says which token is meant, and possibly by which module. What it says of the library,
 * the slot and the token has to be so, letter by letter; what it does not say may be anything.
 *
 * <p>What it says of an object ({@code object}, {@code type}, {@code id}) is read and passed over: the URI of an object,
 * as other tools print it, stands for the token that the object is on. An attribute of the path that the RFC does not
 * have matches nothing there, and is refused here with a sentence; an unknown one of the query is passed over, as the
 * RFC has it. {@code pin-value} and {@code pin-source} are refused: a PIN has its own place in the configuration.
 */
final class Pkcs11Uri {
    /** What every PKCS#11 URI begins with. */
    static final String SCHEME = "pkcs11:";

    private static final String TOKEN = "token";
    private static final String MANUFACTURER = "manufacturer";
    private static final String SERIAL = "serial";
    private static final String MODEL = "model";
    private static final String LIBRARY_MANUFACTURER = "library-manufacturer";
    private static final String LIBRARY_DESCRIPTION = "library-description";
    private static final String LIBRARY_VERSION = "library-version";
    private static final String SLOT_DESCRIPTION = "slot-description";
    private static final String SLOT_MANUFACTURER = "slot-manufacturer";
    private static final String SLOT_ID = "slot-id";
    private static final String ID = "id";

    private static final List<String> OF_A_PLACE = List.of(
            TOKEN,
            SERIAL,
            MANUFACTURER,
            MODEL,
            SLOT_ID,
            SLOT_DESCRIPTION,
            SLOT_MANUFACTURER,
            LIBRARY_DESCRIPTION,
            LIBRARY_MANUFACTURER,
            LIBRARY_VERSION);
    private static final Set<String> OF_AN_OBJECT = Set.of("object", "type", ID);
    private static final Set<String> PINS = Set.of("pin-value", "pin-source");
    private static final String MODULE_PATH = "module-path";
    private static final String MODULE_NAME = "module-name";

    /** Unreserved characters and those that need no encoding in either component. */
    private static final String PLAIN = "-._~:[]@!$'()*+,=";

    private static final Pattern VERSION = Pattern.compile("(\\d{1,3})(?:\\.(\\d{1,3}))?");
    private static final Pattern FIRST_ATTRIBUTE = Pattern.compile("(?s)(?:[a-z][a-z0-9-]*=|\\?).*");

    private final Map<String, String> path;
    private final Map<String, String> query;

    private Pkcs11Uri(Map<String, String> path, Map<String, String> query) {
        this.path = path;
        this.query = query;
    }

    /** Whether what stands behind {@code pkcs11:} is the rest of a URI, rather than the path of a module. */
    static boolean isRest(String location) {
        return FIRST_ATTRIBUTE.matcher(location).matches();
    }

    /**
     * Reads a URI.
     *
     * @throws ConfigurationException naming the attribute that cannot be used and what can; the value of one with a PIN
     *                                is not repeated
     */
    static Pkcs11Uri parse(String text) throws ConfigurationException {
        String uri = text.strip();
        if (!uri.startsWith(SCHEME)) {
            throw new ConfigurationException("\"" + uri + "\" is no PKCS#11 URI: it begins with " + SCHEME);
        }
        String rest = uri.substring(SCHEME.length());
        int question = rest.indexOf('?');
        Map<String, String> path = attributes(question < 0 ? rest : rest.substring(0, question), ";", "&", true);
        Map<String, String> query = attributes(question < 0 ? "" : rest.substring(question + 1), "&", "/?|;", false);
        requireNumbers(path);
        return new Pkcs11Uri(path, query);
    }

    private static Map<String, String> attributes(
            String component, String separator, String alsoPlain, boolean onlyKnown) throws ConfigurationException {
        Map<String, String> attributes = new LinkedHashMap<>();
        if (component.isEmpty()) {
            return attributes;
        }
        for (String part : component.split(separator, -1)) {
            int equals = part.indexOf('=');
            String name = equals < 0 ? part : part.substring(0, equals);
            if (PINS.contains(name)) {
                throw new ConfigurationException("a PKCS#11 URI with " + name
                        + " is not taken, because a PIN would stand among what is shown and logged: say where the PIN"
                        + " comes from with pin = … in the configuration");
            }
            if (equals <= 0) {
                throw new ConfigurationException(
                        part.isEmpty()
                                ? "a PKCS#11 URI has an empty place between two \"" + separator + "\", or at its end"
                                : "a PKCS#11 URI has attributes name=value, separated by \"" + separator
                                        + "\"; this is none: \"" + part + "\"");
            }
            if (onlyKnown && !OF_A_PLACE.contains(name) && !OF_AN_OBJECT.contains(name)) {
                throw new ConfigurationException("a PKCS#11 URI has no attribute \"" + name
                        + "\" before a question mark; there are "
                        + String.join(", ", OF_A_PLACE)
                        + ", and behind a question mark " + MODULE_PATH + " and " + MODULE_NAME);
            }
            String value = name.equals(ID)
                    ? part.substring(equals + 1)
                    : decoded(name, part.substring(equals + 1), PLAIN + alsoPlain);
            if (attributes.putIfAbsent(name, value) != null) {
                throw new ConfigurationException(
                        "a PKCS#11 URI has each attribute once; \"" + name + "\" is there twice");
            }
        }
        return attributes;
    }

    private static String decoded(String name, String value, String plain) throws ConfigurationException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(value.length());
        for (int at = 0; at < value.length(); at++) {
            char character = value.charAt(at);
            if (character == '%') {
                int high = at + 1 < value.length() ? hex(value.charAt(at + 1)) : -1;
                int low = at + 2 < value.length() ? hex(value.charAt(at + 2)) : -1;
                if (high < 0 || low < 0) {
                    throw badValue(name, "a \"%\" stands before two hexadecimal digits, as in %20 for a blank");
                }
                bytes.write(high << 4 | low);
                at += 2;
            } else if (isPlain(character, plain)) {
                bytes.write(character);
            } else {
                throw badValue(name, "write the character \"" + character + "\" as " + encoded(character));
            }
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes.toByteArray()))
                    .toString();
        } catch (CharacterCodingException notUtf8) {
            throw badValue(name, "its bytes are no UTF-8");
        }
    }

    private static boolean isPlain(char character, String plain) {
        return (character >= 'a' && character <= 'z')
                || (character >= 'A' && character <= 'Z')
                || (character >= '0' && character <= '9')
                || plain.indexOf(character) >= 0;
    }

    private static int hex(char digit) {
        return digit < 0x80 ? Character.digit(digit, 16) : -1;
    }

    private static String encoded(char character) {
        StringBuilder text = new StringBuilder();
        for (byte one : String.valueOf(character).getBytes(StandardCharsets.UTF_8)) {
            text.append(String.format(Locale.ROOT, "%%%02X", one));
        }
        return text.toString();
    }

    private static ConfigurationException badValue(String name, String why) {
        return new ConfigurationException("the value of \"" + name + "\" in a PKCS#11 URI cannot be read: " + why);
    }

    private static void requireNumbers(Map<String, String> path) throws ConfigurationException {
        String slot = path.get(SLOT_ID);
        if (slot != null && !slot.matches("\\d{1,20}")) {
            throw badValue(SLOT_ID, "a slot's id is a decimal number, not \"" + slot + "\"");
        }
        String version = path.get(LIBRARY_VERSION);
        if (version != null && !VERSION.matcher(version).matches()) {
            throw badValue(LIBRARY_VERSION, "a version is one like 2 or 2.6, not \"" + version + "\"");
        }
    }

    /** The file that {@code module-path} names: a module, or with {@code module-name} a folder. */
    Optional<String> modulePath() {
        return Optional.ofNullable(query.get(MODULE_PATH));
    }

    /** The module's name without what a platform puts around it, e.g. {@code softhsm2}. */
    Optional<String> moduleName() {
        return Optional.ofNullable(query.get(MODULE_NAME));
    }

    /** Whether it says nothing of a library, slot or token. */
    boolean isAny() {
        return OF_A_PLACE.stream().noneMatch(path::containsKey);
    }

    /** Whether everything that it says is so. */
    boolean matches(Cryptoki.Info library, SlotInfo slot, CkTokenInfo token) {
        return says(TOKEN, token.label())
                && says(SERIAL, token.serial())
                && says(MANUFACTURER, token.manufacturer())
                && says(MODEL, token.model())
                && says(SLOT_ID, Long.toUnsignedString(slot.id()))
                && says(SLOT_DESCRIPTION, slot.description())
                && says(SLOT_MANUFACTURER, slot.manufacturer())
                && says(LIBRARY_DESCRIPTION, library.description())
                && says(LIBRARY_MANUFACTURER, library.manufacturer())
                && (!path.containsKey(LIBRARY_VERSION)
                        || version(path.getOrDefault(LIBRARY_VERSION, "")).equals(version(library.version())));
    }

    /** Numbers without leading zeros; what the structures have is padded with blanks and given here without. */
    private boolean says(String attribute, String found) {
        String said = path.get(attribute);
        if (said == null) {
            return true;
        }
        return attribute.equals(SLOT_ID)
                ? said.replaceFirst("^0+(?=\\d)", "").equals(found)
                : said.stripTrailing().equals(found.stripTrailing());
    }

    /** {@code 2} is version 2.0. */
    private static List<Integer> version(String text) {
        List<Integer> numbers = new ArrayList<>();
        var matcher = VERSION.matcher(text);
        if (matcher.matches()) {
            numbers.add(Integer.valueOf(matcher.group(1)));
            numbers.add(matcher.group(2) == null ? 0 : Integer.valueOf(matcher.group(2)));
        }
        return numbers;
    }

    /** What it says of library, slot and token, readable. */
    @Override
    public String toString() {
        return PrintableText.of(OF_A_PLACE.stream()
                .filter(path::containsKey)
                .map(name -> name + " \"" + path.get(name) + "\"")
                .collect(Collectors.joining(", ")));
    }
}
