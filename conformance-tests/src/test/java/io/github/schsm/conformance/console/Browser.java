// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.logging.Level;
import java.util.stream.Stream;
import org.openqa.selenium.By;
import org.openqa.selenium.Dimension;
import org.openqa.selenium.Keys;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/** The system's Chromium without a window, by the system's driver: nothing is fetched, and nothing leaves this computer. */
final class Browser implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final long LOOK_MILLIS = 50;

    private final ChromeDriver driver;

    Browser(Path profile) throws IOException {
        ChromeOptions options = new ChromeOptions();
        options.setBinary(
                program("chromium", "chromium-browser", "google-chrome").toFile());
        options.addArguments(
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--disable-default-apps",
                "--hide-scrollbars",
                "--font-render-hinting=none",
                "--lang=en-US",
                "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
                "--user-data-dir=" + Files.createTempDirectory(profile, "profile"));
        LoggingPreferences logs = new LoggingPreferences();
        logs.enable(LogType.BROWSER, Level.ALL);
        options.setCapability("goog:loggingPrefs", logs);
        File driverProgram = program("chromedriver").toFile();
        driver = new ChromeDriver(
                new ChromeDriverService.Builder()
                        .usingDriverExecutable(driverProgram)
                        .usingAnyFreePort()
                        .withTimeout(PATIENCE)
                        .withSilent(true)
                        .build(),
                options);
        // axe takes its time with a thousand keys.
        driver.manage().timeouts().scriptTimeout(Duration.ofMinutes(5));
        size(1_280, 900);
    }

    private static Path program(String... names) {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator, -1))
                .flatMap(folder -> Stream.of(names).map(name -> Path.of(folder, name)))
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + names[0]
                        + " on the path: ./check installs Debian's packages" + " chromium and chromium-driver"));
    }

    /** The script is in a jar of the tests: nothing is fetched. */
    private static String axe() {
        try (InputStream in = Browser.class.getResourceAsStream("/axe.min.js")) {
            return new String(Objects.requireNonNull(in, "axe.min.js").readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException damaged) {
            throw new AssertionError(damaged);
        }
    }

    ChromeDriver driver() {
        return driver;
    }

    /** The size of what is shown, whatever the window adds. */
    void size(int width, int height) {
        driver.executeCdpCommand(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
        driver.manage().window().setSize(new Dimension(width, height));
    }

    /** What the system has: light or dark. */
    void colors(String scheme) {
        driver.executeCdpCommand(
                "Emulation.setEmulatedMedia",
                Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
    }

    void open(String address) {
        driver.get(address);
    }

    Object run(String script, Object... arguments) {
        return driver.executeScript(script, arguments);
    }

    String text(String selector) {
        return String.valueOf(run("return document.querySelector(arguments[0])?.textContent ?? ''", selector));
    }

    long count(String selector) {
        return ((Number) run("return document.querySelectorAll(arguments[0]).length", selector)).longValue();
    }

    WebElement find(String selector) {
        return driver.findElement(By.cssSelector(selector));
    }

    /** Waits until an expression of JavaScript is true. */
    void await(String expression) {
        long until = System.nanoTime() + PATIENCE.toNanos();
        while (!Boolean.TRUE.equals(run("return Boolean(" + expression + ")"))) {
            assertThat(System.nanoTime())
                    .as("waiting for %s; the page says:%n%s", expression, text("body"))
                    .isLessThan(until);
            try {
                Thread.sleep(LOOK_MILLIS);
            } catch (InterruptedException asked) {
                Thread.currentThread().interrupt();
                throw new AssertionError(asked);
            }
        }
    }

    void press(CharSequence... keys) {
        driver.switchTo().activeElement().sendKeys(keys);
    }

    void press(Keys key) {
        press((CharSequence) key);
    }

    /** What axe-core finds, a line each: empty if it finds nothing. */
    List<?> accessibilityFindings() {
        run(axe());
        return (List<?>) driver.executeAsyncScript("""
                const done = arguments[arguments.length - 1];
                axe.run(document, {resultTypes: ["violations"]}).then(
                  (found) => done(found.violations.flatMap((rule) => rule.nodes.map(
                    (node) => rule.id + " " + node.target + ": " + node.failureSummary))),
                  (failed) => done(["axe failed: " + failed]));
                """);
    }

    /** Errors and warnings of the page since the last call. */
    List<String> complaints() {
        return driver.manage().logs().get(LogType.BROWSER).getAll().stream()
                .filter(entry -> entry.getLevel().intValue() >= Level.WARNING.intValue())
                .map(entry -> entry.getMessage())
                .toList();
    }

    void picture(Path file) throws IOException {
        Files.createDirectories(Objects.requireNonNull(file.getParent()));
        Files.write(file, driver.getScreenshotAs(OutputType.BYTES));
    }

    @Override
    public void close() {
        driver.quit();
    }
}
