// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.progress;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.schsm.MalformedDataException;
import io.github.schsm.admin.json.JsonDocuments;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The folder in which programs of one user tell what they do with keys, a file for each work, so that {@code schsm console}
 * shows it, whichever process does it. Nothing in it is secret, and nothing in it is believed: it has labels, device ids and
 * counts, for people to look at. It is private to its user nevertheless: if others may write to it, or it is somebody
 * else's, it is not used.
 *
 * <p>A file is replaced as a whole. What a program that is gone has left is removed after a minute by the next one that
 * looks.
 */
public final class ProgressFolder {
    static final System.Logger LOG = System.getLogger("io.github.schsm.admin");

    private static final String SUFFIX = ".progress.json";
    private static final int MOST_BYTES = 4 << 20;
    private static final int MOST_WORKS = 64;
    private static final Duration KEPT = Duration.ofMinutes(1);
    private static final SecureRandom RANDOM = new SecureRandom();

    private final @Nullable Path folder;
    private final Clock clock;

    private ProgressFolder(@Nullable Path folder, Clock clock) {
        this.folder = folder;
        this.clock = clock;
    }

    /**
     * The folder of this process's user: {@code schsm} in {@code $XDG_RUNTIME_DIR}; where there is none, {@code schsm/run} in
     * {@code %LOCALAPPDATA%}, {@code $XDG_CACHE_HOME}, or {@code .cache} in {@code $HOME}.
     */
    public static ProgressFolder ofUser() {
        return ofUser(System::getenv);
    }

    /**
     * The same by other environment variables.
     *
     * @param environment the value of each; null if there is none
     */
    public static ProgressFolder ofUser(Function<String, @Nullable String> environment) {
        return at(RuntimeFolder.ofUser(environment).orElse(null));
    }

    /** A folder of the caller's choice, which is made when it is needed. */
    public static ProgressFolder at(@Nullable Path folder) {
        return new ProgressFolder(folder, Clock.systemUTC());
    }

    static ProgressFolder at(Path folder, Clock clock) {
        return new ProgressFolder(folder, clock);
    }

    /**
     * Begins to tell of work. Never fails: where nothing can be told, the work goes on untold.
     *
     * @param command what it is, e.g. {@code migrate}
     * @param title   the same in a few words, e.g. {@code ZZSIM000001 to ZZSIM000002}
     * @return to be closed when the work ends
     */
    public RunningWork begin(String command, String title) {
        Path own = usable();
        // What others have left is removed even if no console ever looks.
        works();
        String id = ProcessHandle.current().pid() + "-" + HexFormat.of().toHexDigits(RANDOM.nextLong());
        return new RunningWork(own == null ? null : own.resolve(id + SUFFIX), id, command, title, clock);
    }

    /**
     * What goes on, and what ended less than a minute ago, the oldest first. What is left of programs that are gone is
     * removed.
     */
    public List<Work> works() {
        Path own = folder;
        if (own == null || !isPrivate(own)) {
            return List.of();
        }
        List<Work> works = new ArrayList<>();
        try (Stream<Path> files = Files.list(own)) {
            List<Path> told = files.filter(
                            file -> String.valueOf(file.getFileName()).endsWith(SUFFIX))
                    .sorted()
                    .limit(MOST_WORKS)
                    .toList();
            for (Path file : told) {
                Work work = read(file);
                if (work != null) {
                    works.add(work);
                }
            }
        } catch (IOException notReadable) {
            LOG.log(System.Logger.Level.DEBUG, "the folder of running work cannot be read", notReadable);
        }
        works.sort(Comparator.comparing(Work::started).thenComparing(Work::id));
        return works;
    }

    private @Nullable Work read(Path file) {
        try {
            if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) || Files.size(file) > MOST_BYTES) {
                return null;
            }
            String name = String.valueOf(file.getFileName());
            Work work = work(
                    name.substring(0, name.length() - SUFFIX.length()),
                    JsonDocuments.read(file.toString(), Files.readAllBytes(file)));
            boolean over = work.state() != Work.State.RUNNING;
            if (over && work.told().plus(KEPT).isBefore(clock.instant())) {
                Files.deleteIfExists(file);
                return null;
            }
            return work;
        } catch (NoSuchFileException ended) {
            return null;
        } catch (IOException | MalformedDataException | DateTimeException | IllegalArgumentException unusable) {
            LOG.log(System.Logger.Level.DEBUG, "a file of running work cannot be read", unusable);
            return null;
        }
    }

    private static Work work(String id, JsonNode told) {
        Work.State state = Work.State.valueOf(told.path("state").asText());
        long process = told.path("process").asLong();
        if (state == Work.State.RUNNING
                && !isAlive(process, told.path("processStarted").asText())) {
            state = Work.State.INTERRUPTED;
        }
        List<Work.Step> steps = new ArrayList<>();
        for (JsonNode step : told.path("steps")) {
            steps.add(new Work.Step(
                    step.path("key").asText(),
                    step.path("to").asText(),
                    step.path("outcome").asText(),
                    step.path("text").asText()));
        }
        return new Work(
                id,
                process,
                told.path("command").asText(),
                told.path("title").asText(),
                Instant.parse(told.path("started").asText()),
                Instant.parse(told.path("told").asText()),
                state,
                told.path("done").asInt(),
                told.path("total").asInt(),
                told.path("problem").asText(),
                steps);
    }

    /** Another process may have the id of one that is gone: that one began later. */
    private static boolean isAlive(long process, String started) {
        return ProcessHandle.of(process)
                .filter(ProcessHandle::isAlive)
                .map(handle -> started.isEmpty() || started.equals(started(handle)))
                .orElse(false);
    }

    static String started(ProcessHandle handle) {
        return handle.info().startInstant().map(Instant::toString).orElse("");
    }

    /** The folder if this user alone can write to it; made if it is not there. */
    private @Nullable Path usable() {
        Path own = folder;
        if (own == null) {
            return null;
        }
        try {
            RuntimeFolder.make(own);
        } catch (IOException notMade) {
            LOG.log(System.Logger.Level.DEBUG, "the folder of running work cannot be made", notMade);
        }
        return isPrivate(own) ? own : null;
    }

    private static boolean isPrivate(Path folder) {
        try {
            if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
                return false;
            }
            if (!RuntimeFolder.isClosedToOthers(folder)) {
                LOG.log(
                        System.Logger.Level.WARNING,
                        "running work is not told in {0}: others may use that folder; chmod 700 it",
                        folder);
                return false;
            }
            return RuntimeFolder.isOwn(folder);
        } catch (IOException unknown) {
            LOG.log(System.Logger.Level.DEBUG, "the folder of running work cannot be looked at", unknown);
            return false;
        }
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "progress folder %s", folder);
    }
}
