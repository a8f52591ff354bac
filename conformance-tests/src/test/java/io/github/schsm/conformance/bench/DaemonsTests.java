// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.bench;

import java.util.Set;
import org.junit.platform.engine.FilterResult;
import org.junit.platform.engine.TestDescriptor;
import org.junit.platform.engine.TestTag;
import org.junit.platform.launcher.PostDiscoveryFilter;

/**
 * Where the PC/SC daemon runs, only the tests that need it, and the suites that run over its readers. Surefire's groups
 * would do for that, but not when a test that failed runs once more: JUnit then asks about a method of one of a suite's
 * benches, and knows none of the tags of the suite there. So the tags are looked for all the way up.
 */
public final class DaemonsTests implements PostDiscoveryFilter {
    private static final Set<TestTag> TAGS = Set.of(TestTag.create("pcsc"), TestTag.create("benches"));

    @Override
    public FilterResult apply(TestDescriptor test) {
        return FilterResult.includedIf(!VirtualReader.isDaemonHere() || isTagged(test));
    }

    private static boolean isTagged(TestDescriptor test) {
        return test.getTags().stream().anyMatch(TAGS::contains)
                || test.getParent().map(DaemonsTests::isTagged).orElse(false);
    }
}
