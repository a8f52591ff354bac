// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.KeyMigration;
import io.github.schsm.admin.console.Console;
import io.github.schsm.admin.console.ConsolePage;
import io.github.schsm.admin.inventory.Inventory;
import io.github.schsm.admin.progress.ProgressFolder;
import io.github.schsm.admin.progress.RunningWork;
import io.github.schsm.conformance.bench.Group;
import io.github.schsm.conformance.bench.SimulatorBench;
import io.github.schsm.provider.SchsmProvider;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openqa.selenium.Keys;

/** What a real browser makes of the page. */
@Tag("once")
class ConsoleInBrowserTest {
    /** Those that README.md and docs/console.md show. */
    static final List<String> PICTURES_OF_DOCUMENTS = List.of("console-light.png", "console-dark.png");

    private static final Path PICTURES = Path.of("target", "console");
    private static final String CELLS = """
            return [...document.querySelectorAll(".matrix")].map((matrix) =>
              [...matrix.rows].map((row) => [...row.cells].map(
                (cell) => (cell.dataset.state ? cell.dataset.state + " " + cell.ariaLabel : cell.textContent))))
            """;

    @TempDir
    static Path folder;

    private static Browser browser;

    @BeforeAll
    static void start() throws Exception {
        browser = new Browser(folder);
    }

    @AfterAll
    static void end() {
        if (browser != null) {
            browser.close();
        }
    }

    @BeforeEach
    void freshPage() {
        browser.open("about:blank");
        browser.complaints();
        browser.colors("light");
        browser.size(1_280, 860);
    }

    /** Whatever was shown: the page is content with itself, and asked nobody else for anything. */
    @AfterEach
    void nothingWasWrongAndNothingLeftThisComputer() {
        assertThat(browser.complaints()).isEmpty();
        assertThat((List<?>) browser.run("return performance.getEntriesByType('resource').map((entry) => entry.name)"))
                .allSatisfy(address -> assertThat(address.toString()).startsWith("http://127.0.0.1:"));
    }

    private static Console console(Console.Source source, ProgressFolder progress) throws Exception {
        return Console.open(
                source,
                new Console.Settings(0, Duration.ofMillis(100), Duration.ofMinutes(1), progress, List.of("schsm")));
    }

    private static Console console(AtomicReference<Inventory> shown) throws Exception {
        return console(shown::get, ProgressFolder.at(null));
    }

    private static void open(Console console) {
        browser.open(console.address().toString());
        browser.await(
                "document.querySelector('#live')?.textContent === 'Live' && document.querySelector('#domains > *')");
    }

    private static BufferedImage picture(String name) throws IOException {
        Path file = PICTURES.resolve(name);
        browser.picture(file);
        return ImageIO.read(file.toFile());
    }

    private static void assertAccessible(String what) {
        assertThat(browser.accessibilityFindings()).as("axe-core on %s", what).isEmpty();
    }

    private static void assertNothingIsCutOff() {
        assertThat(browser.run("return document.documentElement.scrollWidth <= innerWidth"))
                .as("the page is as wide as the window")
                .isEqualTo(true);
    }

    // What it looks like

    /** The picture has in each cell's place what the cell means: a filled dot, a ring, or neither. */
    private static void assertDots(BufferedImage picture) {
        Color accent = color("--accent");
        List<?> cells = (List<?>) browser.run("""
                return [...document.querySelectorAll(".matrix td[data-state]")].map((cell) => {
                  const box = cell.getBoundingClientRect();
                  return {state: cell.dataset.state, x: box.x + box.width / 2, y: box.y + box.height / 2};
                }).filter((cell) => cell.y < innerHeight && cell.x < innerWidth)
                """);
        assertThat(cells).hasSizeGreaterThan(10);
        for (Object each : cells) {
            Map<?, ?> cell = (Map<?, ?>) each;
            int x = ((Number) cell.get("x")).intValue();
            int y = ((Number) cell.get("y")).intValue();
            boolean filled = distance(new Color(picture.getRGB(x, y)), accent) < 24;
            assertThat(filled).as("filled at %d, %d: %s", x, y, cell).isEqualTo("H".equals(cell.get("state")));
        }
    }

    private static Color color(String variable) {
        return Color.decode(String.valueOf(browser.run(
                "return getComputedStyle(document.documentElement).getPropertyValue(arguments[0]).trim()", variable)));
    }

    private static int distance(Color one, Color two) {
        return Math.abs(one.getRed() - two.getRed())
                + Math.abs(one.getGreen() - two.getGreen())
                + Math.abs(one.getBlue() - two.getBlue());
    }

    private static double lightness(BufferedImage picture) {
        double sum = 0;
        int count = 0;
        for (int y = 0; y < picture.getHeight(); y += 7) {
            for (int x = 0; x < picture.getWidth(); x += 7) {
                Color color = new Color(picture.getRGB(x, y));
                sum += (color.getRed() + color.getGreen() + color.getBlue()) / 3.0;
                count++;
            }
        }
        return sum / count;
    }

    @Test
    void devicesAndKeysAreSeenAtOnce() throws Exception {
        try (Console console = console(new AtomicReference<>(Inventories.office()))) {
            open(console);
            assertThat(browser.text("#summary")).startsWith("4 devices · 9 keys · 1 without a second copy");
            assertThat(browser.text("li.device[data-level=warn]")).contains("DECC0401017", "1 try left");
            assertThat(browser.text("li.device[data-level=bad]")).contains("ZZSIM000009", "not genuine");
            assertThat(browser.text("tr.alone")).contains("release-signing", "no second copy");
            assertThat(browser.count("tr.alone")).isEqualTo(1);
            BufferedImage light = picture("console-light.png");
            assertDots(light);
            assertThat(lightness(light)).isGreaterThan(200);
            assertAccessible("the page in light");

            browser.find("tr.alone th").click();
            browser.await("document.querySelector('#panel-title').textContent === 'release-signing'");
            assertThat(browser.text("#panel"))
                    .contains("may sign", "cannot be read", "DECC0401002 has the key", "301 days left")
                    .contains("ZZSIM000009 cannot have it: it is not in key domain XKEK 62AEA0ED")
                    .contains("schsm migrate --from DECC0401002 --to DECC0401017 --label release-signing");
            assertAccessible("the panel in light");
            browser.colors("dark");
            BufferedImage dark = picture("console-dark.png");
            assertThat(lightness(dark)).isLessThan(70);
            assertAccessible("the panel in dark");
            browser.find("#close").click();
            assertDots(picture("office-dark-1280.png"));
            assertAccessible("the page in dark");
        }
    }

    @Test
    void itFitsEveryWidth() throws Exception {
        try (Console console = console(new AtomicReference<>(Inventories.office()))) {
            open(console);
            for (int width : new int[] {400, 1_600}) {
                browser.size(width, 1_000);
                assertNothingIsCutOff();
                picture("office-light-" + width + ".png");
                browser.run("document.querySelector('.domain').scrollIntoView()");
                picture("office-matrix-" + width + ".png");
                browser.find("tr.alone th").click();
                browser.await("!document.querySelector('#panel').hidden");
                assertNothingIsCutOff();
                picture("office-panel-" + width + ".png");
                browser.press(Keys.ESCAPE);
                assertAccessible(width + " pixels");
            }
        }
    }

    @Test
    void colorsAreChosenAndKept() throws Exception {
        try (Console console = console(new AtomicReference<>(Inventories.office()))) {
            open(console);
            Color light = color("--bg");
            browser.run("document.querySelector('#theme').value = 'dark';"
                    + "document.querySelector('#theme').dispatchEvent(new Event('change'))");
            Color dark = color("--bg");
            assertThat(dark).isNotEqualTo(light);
            browser.colors("dark");
            browser.run("document.querySelector('#theme').value = 'light';"
                    + "document.querySelector('#theme').dispatchEvent(new Event('change'))");
            assertThat(color("--bg")).isEqualTo(light);
            // The tab keeps its key, too.
            browser.driver().navigate().refresh();
            browser.await("document.querySelector('.matrix')");
            assertThat(color("--bg")).isEqualTo(light);
            browser.run("localStorage.clear()");
        }
    }

    @Test
    void theFileThatStaysShowsTheSame() throws Exception {
        for (Inventory inventory : List.of(Inventories.office(), Inventories.named("<b>&\"'\u202E"))) {
            Object live;
            try (Console console = console(new AtomicReference<>(inventory))) {
                open(console);
                live = browser.run(CELLS);
            }
            Path file = Files.writeString(folder.resolve("static.html"), ConsolePage.staticHtml(inventory));
            browser.open(file.toUri().toString());
            assertThat(browser.run(CELLS)).isEqualTo(live);
            assertThat(browser.count("script, link, img, iframe, object")).isZero();
            assertAccessible("the static page in light");
            browser.colors("dark");
            assertAccessible("the static page in dark");
            browser.colors("light");
            picture("static.png");
        }
    }

    // As large as it gets

    @Test
    void aThousandKeysOnThirtyTwoDevicesAreUsable() throws Exception {
        try (Console console = console(new AtomicReference<>(Inventories.large(32, 1_000)))) {
            browser.size(1_600, 1_000);
            open(console);
            assertThat(browser.text("#summary")).startsWith("32 devices · 1,000 keys");
            assertThat(browser.count("*")).isLessThan(5_000);
            BufferedImage picture = picture("large-light-1600.png");
            assertDots(picture);
            assertAccessible("1,000 keys");

            browser.find(".pager [data-page=Last]").click();
            assertThat(browser.text(".pager [role=status]")).endsWith("to 1000 of 1,000");
            assertThat(browser.text("tbody tr:last-child th")).startsWith("key-0999");
            assertThat(browser.count("*")).isLessThan(5_000);

            browser.find("#search").sendKeys("KEY-0777");
            browser.await("document.querySelectorAll('tbody tr').length === 1");
            assertThat(browser.text("tbody th")).startsWith("key-0777");
            assertThat(browser.text(".domain-top .count")).isEqualTo("1 of 1,000 keys");
            browser.find("#search").sendKeys(Keys.chord(Keys.CONTROL, "a"), Keys.BACK_SPACE);
            browser.find("[data-filter=alone]").click();
            browser.await("document.querySelectorAll('tbody tr').length === 11");
            assertThat(browser.count("tbody tr.alone")).isEqualTo(11);
            browser.find("[data-filter=all]").click();

            browser.size(400, 800);
            assertNothingIsCutOff();
            picture("large-light-400.png");
        }
    }

    @Test
    void theKeyboardDoes() throws Exception {
        try (Console console = console(new AtomicReference<>(Inventories.large(32, 1_000)))) {
            open(console);
            assertThat(browser.count("tbody [tabindex='0']"))
                    .as("one stop for Tab")
                    .isEqualTo(1);
            browser.run("document.querySelector('tbody [tabindex=\"0\"]').focus()");
            browser.press(Keys.ARROW_DOWN);
            browser.press(Keys.ARROW_RIGHT);
            browser.press(Keys.ARROW_RIGHT);
            assertThat(focused()).isEqualTo("key-0001|has the key");
            browser.await("document.querySelector('#tip').textContent === 'DECC0401000 has the key'");
            browser.press(Keys.END);
            assertThat(browser.run("return document.activeElement.textContent")).isEqualTo("1 day left");
            browser.press(Keys.HOME);
            browser.press(Keys.PAGE_DOWN);
            String second = focused();
            assertThat(second).startsWith("key-00").isNotEqualTo("key-0000|");
            browser.press(Keys.ENTER);
            browser.await("document.activeElement.id === 'panel-title'");
            assertThat(second).startsWith(browser.text("#panel-title"));
            browser.press(Keys.ESCAPE);
            browser.await("document.querySelector('#panel').hidden");
            assertThat(focused()).as("back where it was").isEqualTo(second);
            browser.press(Keys.PAGE_UP);
            browser.press(Keys.chord(Keys.CONTROL, Keys.HOME));
            assertThat(focused()).startsWith("key-0000");
        }
    }

    private static String focused() {
        return String.valueOf(browser.run("""
                const cell = document.activeElement;
                return cell.parentElement.cells[0].querySelector("bdi").textContent + "|" + (cell.ariaLabel ?? "");
                """));
    }

    // What comes from devices

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<img src=x onerror=window.hacked=1>",
                "</script><script>window.hacked=1</script>",
                "\"><svg onload=window.hacked=1>",
                "a\u202Eexe.txt\u0000\u001B[2J\r\n",
                "שלום עולם",
                "javascript:window.hacked=1"
            })
    void aHostileNameIsText(String name) throws Exception {
        try (Console console = console(new AtomicReference<>(Inventories.named(name)))) {
            open(console);
            assertHarmless();
            assertThat(browser.text("tbody th bdi"))
                    .isEqualTo(name.replace("\u202E", "\\u202E")
                            .replace("\u0000", "\\u0000")
                            .replace("\u001B", "\\u001B")
                            .replace("\r", "\\u000D")
                            .replace("\n", "\\u000A"));
            browser.find("tbody th").click();
            browser.await("!document.querySelector('#panel').hidden");
            assertHarmless();
            if (name.contains("\n")) {
                assertThat(browser.text("#panel .next"))
                        .contains("cannot be typed safely")
                        .doesNotContain("--label");
            }
        }
    }

    @Test
    void aLongNameIsCut() throws Exception {
        try (Console console = console(new AtomicReference<>(Inventories.named("W".repeat(65_536))))) {
            open(console);
            assertHarmless();
            assertThat(browser.text("tbody th bdi"))
                    .endsWith("WWW… (65536 characters)")
                    .hasSizeLessThan(200);
            browser.size(400, 800);
            assertNothingIsCutOff();
        }
    }

    private static void assertHarmless() {
        assertThat(browser.run("return window.hacked === undefined")).isEqualTo(true);
        assertThat(browser.count("img:not(.mark), svg, main script, #panel script"))
                .isZero();
    }

    // Who may see it

    @Test
    void anAddressThatWasOpenedIsRefusedAndSoIsATabWithoutKey() throws Exception {
        try (Console console = console(new AtomicReference<>(Inventories.office()))) {
            String address = console.address().toString();
            browser.open(address);
            browser.await("document.querySelector('.matrix')");
            assertThat(browser.run("return location.href")).isEqualTo("http://127.0.0.1:" + console.port() + "/");
            assertThat(browser.run("return document.cookie")).isEqualTo("");
            assertThat(browser.run("return document.referrer")).isEqualTo("");
            browser.run("sessionStorage.clear()");
            browser.driver().navigate().refresh();
            browser.await("document.querySelector('#live')?.textContent.startsWith('No access')");
            assertThat(browser.count(".matrix")).isZero();
            browser.open(address);
            assertThat(browser.text("body")).contains("each works once");
            // A refusal is an error to the browser.
            assertThat(browser.complaints()).isNotEmpty().allMatch(complaint -> complaint.contains("403"));
        }
    }

    // What is new

    @Test
    void cardsComeAndGo() throws Exception {
        try (SimulatorBench bench = new SimulatorBench();
                SchsmProvider provider = (SchsmProvider) new SchsmProvider().configure(bench.configuration());
                Console console = console(Console.source(provider), ProgressFolder.at(null))) {
            // The console looks at what is there when a page is opened, not only when it begins.
            Group group = Group.of(bench);
            group.source().movable("code-signing");
            open(console);
            browser.await("document.querySelector('#domains').textContent.includes('code-signing')");
            browser.await("document.querySelectorAll('li.device').length === 2");
            assertThat(browser.text("#domains")).contains("code-signing");
            bench.target().remove();
            browser.await("document.querySelectorAll('li.device').length === 1");
            browser.await("document.querySelector('#announce').textContent.includes('ZZSIM000002 is gone')");
            bench.source().remove();
            browser.await("document.querySelectorAll('li.device').length === 0");
            assertThat(browser.text("#devices")).contains("No device is here");
            bench.source().insert();
            bench.target().insert();
            browser.await("document.querySelectorAll('li.device').length === 2");
            browser.await("document.querySelector('#domains').textContent.includes('code-signing')");
        }
    }

    @Test
    void aMigrationIsFollowedKeyByKey() throws Exception {
        ProgressFolder progress = ProgressFolder.at(folder.resolve("progress"));
        try (SimulatorBench bench = new SimulatorBench();
                SchsmProvider provider = (SchsmProvider) new SchsmProvider().configure(bench.configuration());
                Console console = console(Console.source(provider), progress)) {
            Group group = Group.of(bench);
            for (String label : List.of("one", "two", "three")) {
                group.source().movable(label);
            }
            open(console);
            browser.await("document.querySelectorAll('tr.alone').length === 3");
            List<String> seen = new ArrayList<>();
            try (RunningWork work = progress.begin("migrate", "ZZSIM000001 to ZZSIM000002")) {
                KeyMigration.from(group.source().keyStore())
                        .to(group.target().keyStore())
                        .move(List.of("one", "two", "three"), step -> {
                            work.step(step);
                            browser.await(
                                    "document.querySelector('.work .how')?.textContent === '" + step.done() + " of 3'");
                            seen.add(browser.text(".work .steps li:first-child"));
                            // Seen in the matrix before devices are read again.
                            browser.await("document.querySelectorAll('tr.alone').length === " + (3 - step.done()));
                        });
                if (seen.size() == 3) {
                    picture("work.png");
                    assertAccessible("running work");
                }
                work.done();
            }
            assertThat(seen).hasSize(3);
            assertThat(seen.get(0)).contains("one");
            assertThat(seen.get(2)).contains("three");
            browser.await("document.querySelector('.work[data-state=DONE]')");
            browser.await("document.querySelectorAll('.matrix td[data-state=H]').length === 7");
            browser.await("document.querySelector('#announce').textContent.includes('done')");
        }
    }

    @Test
    void thePageSaysThatTheConsoleHasEnded() throws Exception {
        try (Console console = console(new AtomicReference<>(Inventories.office()))) {
            open(console);
        }
        browser.await("document.querySelector('#live')?.textContent === 'The console has ended'");
        assertThat(browser.count(".matrix")).as("what was seen last").isEqualTo(2);
    }
}
