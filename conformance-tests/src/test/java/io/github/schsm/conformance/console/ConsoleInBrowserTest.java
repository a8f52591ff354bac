// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.console;

import io.github.schsm.admin.console.Console;
import io.github.schsm.admin.inventory.Inventory;
import io.github.schsm.admin.progress.ProgressFolder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a real browser makes of the page. */
class ConsoleInBrowserTest {
    private static final Path PICTURES = Path.of("target", "console");

    @TempDir
    static Path folder;

    private static Browser browser;

    @BeforeAll
    static void start() throws Exception {
        browser = new Browser(folder);
    }

    @AfterAll
    static void end() {
        browser.close();
    }

    private static Console console(AtomicReference<Inventory> shown) throws Exception {
        return Console.open(
                shown::get,
                new Console.Settings(
                        0,
                        Duration.ofMillis(100),
                        Duration.ofMinutes(1),
                        ProgressFolder.at(folder.resolve("progress")),
                        List.of("schsm")));
    }

    @Test
    void pictures() throws Exception {
        try (Console console = console(new AtomicReference<>(Inventories.office()))) {
            browser.colors("light");
            browser.open(console.address().toString());
            browser.await("document.querySelector('.matrix')");
            browser.size(1600, 1000);
            browser.picture(PICTURES.resolve("office-light-1600.png"));
            browser.find("tr:nth-child(4) th.key").click();
            browser.await("!document.querySelector('#panel').hidden");
            browser.picture(PICTURES.resolve("office-panel-1600.png"));
            browser.colors("dark");
            browser.picture(PICTURES.resolve("office-dark-1600.png"));
            browser.find("#close").click();
            browser.size(400, 800);
            browser.picture(PICTURES.resolve("office-dark-400.png"));
            browser.colors("light");
            browser.picture(PICTURES.resolve("office-light-400.png"));
            System.out.println(browser.accessibilityFindings());
            System.out.println(browser.complaints());
        }
        try (Console console = console(new AtomicReference<>(Inventories.large(32, 1000)))) {
            browser.size(1600, 1000);
            browser.open(console.address().toString());
            browser.await("document.querySelector('.matrix')");
            browser.picture(PICTURES.resolve("large-light-1600.png"));
            browser.size(400, 800);
            browser.picture(PICTURES.resolve("large-light-400.png"));
            System.out.println(browser.accessibilityFindings());
            System.out.println(browser.complaints());
            System.out.println(browser.count("*"));
        }
    }
}
