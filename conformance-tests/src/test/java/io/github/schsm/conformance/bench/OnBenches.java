// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.bench;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.AnnotationBasedArgumentsProvider;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.ArgumentsSource;
import org.junit.jupiter.params.support.ParameterDeclarations;

/**
 * A suite that runs once for each kind of bench, which its constructor takes. Those behind the daemon take their turn in
 * the PC/SC part of the checks, all others in the ordinary one.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
@ParameterizedClass(name = "{0}", allowZeroInvocations = true)
@ArgumentsSource(OnBenches.Kinds.class)
@ExtendWith(BenchNames.class)
@Tag("benches")
public @interface OnBenches {
    /** The benches that {@code ./check} takes. */
    BenchKind[] value();

    /** Those that show again what the others show: {@code ./check full} takes them too, on the oldest JDK. */
    BenchKind[] repeated() default {};

    /** Those of this run. */
    final class Kinds extends AnnotationBasedArgumentsProvider<OnBenches> {
        @Override
        protected Stream<? extends Arguments> provideArguments(
                ParameterDeclarations parameters, ExtensionContext context, OnBenches benches) {
            Stream<BenchKind> repeated =
                    Boolean.getBoolean("schsm.repeated") ? Arrays.stream(benches.repeated()) : Stream.empty();
            return Stream.concat(Arrays.stream(benches.value()), repeated)
                    .filter(kind -> kind.needsDaemon() == VirtualReader.isDaemonHere())
                    .map(Arguments::of);
        }
    }
}
