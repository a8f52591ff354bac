// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.LifecycleMethodExecutionExceptionHandler;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;

/**
 * Says on which bench a test failed, and how many ran on each: Maven's reports give benches numbers only. The counts go to
 * files next to the reports, a line for each class and bench, which {@code ./check} adds up.
 */
final class BenchNames
        implements TestExecutionExceptionHandler, LifecycleMethodExecutionExceptionHandler, AfterEachCallback {
    private static final ExtensionContext.Namespace HERE = ExtensionContext.Namespace.create(BenchNames.class);

    private static Optional<BenchKind> kind(ExtensionContext context) {
        for (Optional<ExtensionContext> at = Optional.of(context);
                at.isPresent();
                at = at.get().getParent()) {
            String name = at.get().getDisplayName();
            Optional<BenchKind> kind = Arrays.stream(BenchKind.values())
                    .filter(candidate -> candidate.name().equals(name))
                    .findFirst();
            if (kind.isPresent()) {
                return kind;
            }
        }
        return Optional.empty();
    }

    private static void rethrow(ExtensionContext context, Throwable failure) throws Throwable {
        Optional<BenchKind> kind = kind(context);
        if (kind.isEmpty()) {
            throw failure;
        }
        throw new AssertionError("on " + kind.get() + ": " + failure, failure);
    }

    @Override
    public void handleTestExecutionException(ExtensionContext context, Throwable failure) throws Throwable {
        rethrow(context, failure);
    }

    @Override
    public void handleBeforeAllMethodExecutionException(ExtensionContext context, Throwable failure) throws Throwable {
        rethrow(context, failure);
    }

    @Override
    public void handleBeforeEachMethodExecutionException(ExtensionContext context, Throwable failure) throws Throwable {
        rethrow(context, failure);
    }

    @Override
    public void handleAfterEachMethodExecutionException(ExtensionContext context, Throwable failure) throws Throwable {
        rethrow(context, failure);
    }

    @Override
    public void handleAfterAllMethodExecutionException(ExtensionContext context, Throwable failure) throws Throwable {
        rethrow(context, failure);
    }

    @Override
    public void afterEach(ExtensionContext context) {
        kind(context)
                .ifPresent(kind -> context.getRoot()
                        .getStore(HERE)
                        .getOrComputeIfAbsent(Counts.class)
                        .add(kind));
    }

    /** How many tests ran on each bench. */
    static final class Counts implements AutoCloseable {
        private final Map<BenchKind, Integer> counts = new EnumMap<>(BenchKind.class);

        private synchronized void add(BenchKind kind) {
            counts.merge(kind, 1, Integer::sum);
        }

        @Override
        public synchronized void close() throws IOException {
            String folder = System.getProperty("schsm.benches", "");
            if (!folder.isEmpty()) {
                Path file = Files.createDirectories(Path.of(folder))
                        .resolve("benches-" + ProcessHandle.current().pid() + ".txt");
                String lines = counts.entrySet().stream()
                        .map(count -> count.getKey() + " " + count.getValue() + "\n")
                        .collect(Collectors.joining());
                Files.writeString(file, lines, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            }
        }
    }
}
