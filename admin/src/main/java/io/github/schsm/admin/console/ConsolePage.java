// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.console;

import io.github.schsm.admin.inventory.Inventory;
import io.github.schsm.admin.inventory.Inventory.Cell;
import io.github.schsm.admin.inventory.Inventory.Device;
import io.github.schsm.admin.inventory.Inventory.Domain;
import io.github.schsm.admin.inventory.Inventory.SingleCopy;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.List;
import java.util.Locale;

/**
 * What the console shows, as a document that stays: no script, nothing that is fetched, light or dark as its reader has it,
 * and fit for paper. All text from devices is escaped. {@code schsm report} puts the same parts into its own document.
 */
public final class ConsolePage {
    private static final int FEW_DEVICES = 8;
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss 'UTC'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private ConsolePage() {}

    /**
     * A whole document.
     *
     * @return HTML in one file, with a content security policy that allows its own style and nothing else
     */
    public static String staticHtml(Inventory inventory) {
        Html html = new Html();
        html.raw("<!DOCTYPE html>\n").open("html", "lang", "en").open("head");
        html.empty("meta", "charset", "utf-8");
        html.empty(
                "meta",
                "http-equiv",
                "Content-Security-Policy",
                "content",
                "default-src 'none'; style-src " + styleHash());
        html.empty("meta", "name", "viewport", "content", "width=device-width, initial-scale=1");
        html.empty("meta", "name", "color-scheme", "content", "light dark");
        html.element("title", "Devices and keys, " + TIME.format(inventory.taken()));
        html.raw("<style>" + style() + "</style>").close("head").open("body", "class", "sheet");
        html.open("header", "class", "top").element("h1", "Devices and keys");
        html.element("p", summary(inventory) + " · as of " + TIME.format(inventory.taken()), "class", "summary");
        html.close("header")
                .open("main")
                .raw(body(inventory))
                .close("main")
                .close("body")
                .raw("</html>\n");
        return html.toString();
    }

    /** The style sheet, for a document that {@link #body} is put into, in an element {@code style}. */
    public static String style() {
        return Resources.text("console.css");
    }

    /** What a content security policy calls {@link #style()}: {@code 'sha256-…'}. */
    public static String styleHash() {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(style().getBytes(StandardCharsets.UTF_8));
            return "'sha256-" + Base64.getEncoder().encodeToString(hash) + "'";
        } catch (NoSuchAlgorithmException everyJdkHasIt) {
            throw new IllegalStateException(everyJdkHasIt);
        }
    }

    /**
     * Devices, matrices and keys as sections of a document, which begin with headings of the second level. The element
     * around them has the class {@code sheet}.
     */
    public static String body(Inventory inventory) {
        Picture picture = new Picture(inventory, List.of("schsm"));
        Html html = new Html();
        devices(html, inventory);
        html.open("section").element("h2", "Keys");
        html.raw("<p class=\"legend\"><span><i class=\"dot\" data-state=\"H\"></i> has the key</span>"
                + "<span><i class=\"dot\" data-state=\"C\"></i> could have it</span>"
                + "<span><i class=\"dot\" data-state=\"X\"></i> cannot have it</span></p>");
        for (Domain domain : inventory.domains()) {
            domain(html, picture, domain);
        }
        html.close("section");
        return html.toString();
    }

    private static String summary(Inventory inventory) {
        int keys = inventory.domains().stream()
                .mapToInt(domain -> domain.keys().size())
                .sum();
        long alone = inventory.withoutSecondCopy().stream()
                .filter(SingleCopy::possible)
                .count();
        return count(inventory.devices().size(), "device") + " · " + count(keys, "key")
                + (alone == 0 ? "" : " · " + alone + " without a second copy");
    }

    private static String count(int number, String what) {
        return String.format(Locale.ROOT, "%,d %s%s", number, what, number == 1 ? "" : "s");
    }

    private static void devices(Html html, Inventory inventory) {
        html.open("section").element("h2", "Devices").open("ul", "class", "devices");
        for (Device device : inventory.devices()) {
            DeviceWords words = new DeviceWords(device);
            html.open("li", "class", "device", "data-level", words.worst()).open("h3");
            html.element("span", Shown.text(device.name()), "class", "mono").raw(" ");
            html.element("bdi", Shown.text(device.label())).close("h3").open("dl");
            row(html, "Genuine", words.genuine(), words.genuineLevel());
            row(html, "PIN", words.pin(), words.pinLevel());
            row(html, "Memory", words.memory(), "");
            row(html, "Firmware", words.firmware(), "");
            row(html, "Reader", Shown.text(device.reader()), "");
            device.problems().forEach(problem -> row(html, "Problem", Shown.text(problem), "warn"));
            html.close("dl").close("li");
        }
        html.close("ul");
        if (inventory.devices().isEmpty()) {
            html.element("p", "No device was there.", "class", "quiet");
        }
        html.close("section");
    }

    private static void row(Html html, String name, String value, String level) {
        if (!value.isEmpty()) {
            html.element("dt", name).open("dd");
            html.open("span", "class", level.isEmpty() ? "" : "level", "data-level", level);
            html.element("bdi", value).close("span").close("dd");
        }
    }

    private static void domain(Html html, Picture picture, Domain domain) {
        List<Device> devices = picture.inventory().devices();
        html.open("section", "class", devices.size() > FEW_DEVICES ? "domain dense" : "domain");
        html.open("div", "class", "domain-top").element("h3", Shown.text(domain.name()));
        html.element("p", DeviceWords.about(domain), "class", "about");
        html.element("span", count(domain.keys().size(), "key"), "class", "count")
                .close("div");
        if (domain.keys().isEmpty()) {
            html.element("p", "No keys.", "class", "empty").close("section");
            return;
        }
        html.open("div", "class", "scroll")
                .open("table", "class", "matrix")
                .open("thead")
                .open("tr");
        html.element("th", "Key", "scope", "col", "class", "key")
                .element("th", "Type", "scope", "col", "class", "type");
        for (Device device : devices) {
            html.open("th", "scope", "col", "class", "device").open("span", "class", "mono");
            html.element("bdi", Shown.text(device.name())).close("span");
            if (!device.label().isEmpty()) {
                html.open("small").element("bdi", Shown.text(device.label())).close("small");
            }
            html.close("th");
        }
        html.element("th", "Copies", "scope", "col", "class", "copies");
        html.element("th", "Certificate", "scope", "col", "class", "cert");
        html.close("tr").close("thead").open("tbody");
        picture.rows().values().forEach(at -> {
            if (at.domain().equals(domain)) {
                key(html, picture, at);
            }
        });
        html.close("tbody").close("table").close("div").close("section");
    }

    private static void key(Html html, Picture picture, Picture.RowAt at) {
        SingleCopy single = picture.alone(at);
        Inventory.Key key = picture.first(at.row());
        html.open("tr", "class", single == null ? "" : single.possible() ? "alone" : "stuck");
        html.open("th", "scope", "row", "class", "key")
                .element("bdi", Shown.text(at.row().label()));
        KeyWords.tags(at.row(), key).forEach(tag -> html.element("span", tag, "class", "tag"));
        if (single != null) {
            html.element(
                    "span",
                    single.possible() ? "no second copy" : "only here",
                    "class",
                    "tag",
                    "data-level",
                    single.possible() ? "warn" : "");
        }
        html.close("th").element("td", Shown.text(at.row().type()), "class", "type");
        for (Cell cell : at.row().cells()) {
            String text = KeyWords.state(cell);
            html.element("td", "", "data-state", Picture.letter(cell.state()), "aria-label", text, "title", text);
        }
        html.element("td", Long.toString(at.row().copies()), "class", "copies").open("td", "class", "cert");
        Long days = KeyWords.daysLeft(key);
        if (days == null) {
            html.text("–");
        } else {
            String level = KeyWords.daysLevel(days);
            html.element(
                    "span",
                    KeyWords.days(days),
                    "class",
                    level.equals("good") ? "" : "tag",
                    "data-level",
                    level.equals("good") ? "" : level);
        }
        html.close("td").close("tr");
    }
}
