// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.policy;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.schsm.MalformedDataException;
import io.github.schsm.admin.policy.Policy.Exemption;
import io.github.schsm.codec.EcCurve;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Reads a policy out of a JSON document. Everything in it must be known: what is written wrongly would not be checked. */
final class PolicyReader {
    private static final int MOST = 100_000;

    private final String what;

    private interface RuleReader {
        Rule read(Place place) throws MalformedDataException;
    }

    /** Every rule there is, by name. */
    private static final Map<String, RuleReader> RULES = rules();

    PolicyReader(String what) {
        this.what = what;
    }

    private static Map<String, RuleReader> rules() {
        Map<String, RuleReader> rules = new LinkedHashMap<>();
        rules.put("fullyRead", place -> new Rule.FullyRead());
        rules.put("expectedDevices", place -> new Rule.ExpectedDevices(place.texts("devices")));
        rules.put("trustedDevice", place -> new Rule.TrustedDevice());
        rules.put("deviceCertificate", place -> new Rule.DeviceCertificate(place.number("days", 0)));
        rules.put("firmware", place -> place.made(() -> new Rule.Firmware(place.text("least"))));
        rules.put("pinTries", place -> new Rule.PinTries(place.number("least", 1)));
        rules.put("transportPin", place -> new Rule.TransportPin());
        rules.put("dkekShares", place -> new Rule.DkekShares(place.number("least", 1)));
        rules.put("groupSignerBackup", place -> new Rule.GroupSignerBackup());
        rules.put(
                "secondCopy",
                place -> new Rule.SecondCopy(
                        place.number("copies", 2),
                        place.oneOf(
                                "keys",
                                Map.of(
                                        "all",
                                        Rule.SecondCopy.Which.ALL,
                                        "thatCanLeave",
                                        Rule.SecondCopy.Which.THAT_CAN_LEAVE))));
        rules.put("leaving", place -> new Rule.Leaving(place.ways("allowed")));
        rules.put(
                "keyStrength",
                place -> new Rule.KeyStrength(
                        place.curves("curves"), place.number("rsaBits", 512), place.number("aesBits", 128)));
        rules.put("attestation", place -> new Rule.Attestation());
        rules.put("expectedKeys", place -> new Rule.ExpectedKeys(place.expectedKeys("keys")));
        rules.put("certificateDays", place -> new Rule.CertificateDays(place.number("least", 0)));
        return rules;
    }

    /** The names of all rules. */
    static Set<String> names() {
        return RULES.keySet();
    }

    Policy read(JsonNode document) throws MalformedDataException {
        Place root = new Place("", document);
        root.requireOnly("name", "rules", "exceptions", "$schema");
        List<Rule> rules = new ArrayList<>();
        Place all = root.object("rules");
        for (String name : all.names()) {
            RuleReader reader = RULES.get(name);
            if (reader == null) {
                throw all.wrong(name, "there is no such rule; the rules are " + String.join(", ", RULES.keySet()));
            }
            Place place = all.object(name);
            rules.add(reader.read(place));
            place.requireNoOther();
        }
        List<Exemption> exceptions = new ArrayList<>();
        if (root.has("exceptions")) {
            for (Place place : root.objects("exceptions")) {
                exceptions.add(exemption(place));
            }
        }
        return new Policy(root.text("name"), rules, exceptions);
    }

    private static Exemption exemption(Place place) throws MalformedDataException {
        place.requireOnly("rule", "device", "key", "reason", "until");
        String rule = place.text("rule");
        if (!RULES.containsKey(rule)) {
            throw place.wrong(
                    "rule", "there is no rule \"" + rule + "\"; the rules are " + String.join(", ", RULES.keySet()));
        }
        return place.made(() -> new Exemption(
                rule, place.textOrNull("device"), place.textOrNull("key"), place.text("reason"), place.date("until")));
    }

    /** An object in the document, and the way to it. */
    private final class Place {
        private final String path;
        private final JsonNode node;
        private final Set<String> read = new TreeSet<>();

        private interface Maker<T> {
            T make() throws MalformedDataException;
        }

        Place(String path, JsonNode node) throws MalformedDataException {
            this.path = path;
            this.node = node;
            if (!node.isObject()) {
                throw new MalformedDataException(
                        what, (path.isEmpty() ? "" : path + ": ") + "an object {…} is expected");
            }
        }

        MalformedDataException wrong(String name, String why) {
            return new MalformedDataException(what, path + "/" + name + ": " + why);
        }

        List<String> names() {
            List<String> names = new ArrayList<>();
            node.fieldNames().forEachRemaining(names::add);
            return names;
        }

        boolean has(String name) {
            return node.has(name);
        }

        void requireOnly(String... known) throws MalformedDataException {
            for (String name : names()) {
                if (!Arrays.asList(known).contains(name)) {
                    throw wrong(name, "this is not known; there can be " + String.join(", ", known));
                }
            }
        }

        /** Nothing may be left that nobody asked for. */
        void requireNoOther() throws MalformedDataException {
            for (String name : names()) {
                if (!read.contains(name)) {
                    throw wrong(
                            name,
                            "this is not known; "
                                    + (read.isEmpty()
                                            ? "the rule takes nothing"
                                            : "there can be " + String.join(", ", read)));
                }
            }
        }

        private JsonNode require(String name, String kind) throws MalformedDataException {
            read.add(name);
            JsonNode value = node.get(name);
            if (value == null || value.isNull()) {
                throw wrong(name, "it is missing; " + kind + " is expected");
            }
            return value;
        }

        Place object(String name) throws MalformedDataException {
            return new Place(path + "/" + name, require(name, "an object {…}"));
        }

        List<Place> objects(String name) throws MalformedDataException {
            List<Place> objects = new ArrayList<>();
            for (JsonNode one : array(name)) {
                objects.add(new Place(path + "/" + name + "/" + objects.size(), one));
            }
            return objects;
        }

        private JsonNode array(String name) throws MalformedDataException {
            JsonNode value = require(name, "a list […]");
            if (!value.isArray()) {
                throw wrong(name, "a list […] is expected");
            }
            return value;
        }

        String text(String name) throws MalformedDataException {
            JsonNode value = require(name, "a text");
            if (!value.isTextual() || value.textValue().isBlank()) {
                throw wrong(name, "a text is expected");
            }
            return value.textValue();
        }

        @Nullable
        String textOrNull(String name) throws MalformedDataException {
            read.add(name);
            return has(name) ? text(name) : null;
        }

        List<String> texts(String name) throws MalformedDataException {
            Set<String> texts = new LinkedHashSet<>();
            for (JsonNode one : array(name)) {
                if (!one.isTextual()) {
                    throw wrong(name, "a list of texts is expected");
                }
                texts.add(one.textValue());
            }
            return List.copyOf(texts);
        }

        int number(String name, int least) throws MalformedDataException {
            JsonNode value = require(name, "a number");
            if (!value.isIntegralNumber()
                    || !value.canConvertToInt()
                    || value.intValue() < least
                    || value.intValue() > MOST) {
                throw wrong(name, "a whole number from " + least + " to " + MOST + " is expected");
            }
            return value.intValue();
        }

        LocalDate date(String name) throws MalformedDataException {
            String value = text(name);
            try {
                return LocalDate.parse(value);
            } catch (DateTimeException none) {
                throw wrong(name, "\"" + value + "\" is no day such as 2027-01-31");
            }
        }

        <T> T oneOf(String name, Map<String, T> values) throws MalformedDataException {
            String value = text(name);
            T meant = values.get(value);
            if (meant == null) {
                throw wrong(
                        name,
                        "\"" + value + "\" is not known; there are "
                                + String.join(", ", new TreeSet<>(values.keySet())));
            }
            return meant;
        }

        Set<Rule.Leaving.Way> ways(String name) throws MalformedDataException {
            Set<Rule.Leaving.Way> ways = EnumSet.noneOf(Rule.Leaving.Way.class);
            for (String text : texts(name)) {
                switch (text) {
                    case "no" -> ways.add(Rule.Leaving.Way.NO);
                    case "XKEK" -> ways.add(Rule.Leaving.Way.XKEK);
                    case "DKEK" -> ways.add(Rule.Leaving.Way.DKEK);
                    default -> throw wrong(name, "\"" + text + "\" is not known; there are no, XKEK, DKEK");
                }
            }
            return ways;
        }

        List<String> curves(String name) throws MalformedDataException {
            List<String> curves = new ArrayList<>();
            for (String text : texts(name)) {
                curves.add(EcCurve.named(text)
                        .map(EcCurve::curveName)
                        .orElseThrow(() -> wrong(
                                name,
                                "\"" + text + "\" is no curve; there are "
                                        + String.join(
                                                ", ",
                                                Arrays.stream(EcCurve.values())
                                                        .map(EcCurve::curveName)
                                                        .toList()))));
            }
            return curves;
        }

        List<Rule.ExpectedKeys.Expected> expectedKeys(String name) throws MalformedDataException {
            List<Rule.ExpectedKeys.Expected> keys = new ArrayList<>();
            for (Place place : objects(name)) {
                place.requireOnly("label", "publicKey", "device");
                keys.add(place.made(() -> new Rule.ExpectedKeys.Expected(
                        place.textOrNull("label"), place.textOrNull("publicKey"), place.textOrNull("device"))));
            }
            return keys;
        }

        /** What the values mean together. */
        <T> T made(Maker<T> maker) throws MalformedDataException {
            try {
                return maker.make();
            } catch (IllegalArgumentException misfit) {
                throw new MalformedDataException(what, path + ": " + misfit.getMessage());
            }
        }
    }
}
