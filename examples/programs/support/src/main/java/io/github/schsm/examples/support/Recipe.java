// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.examples.support;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Says of a test class which program it shows; docs/cookbook/README.md has a row with the same words. */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface Recipe {
    /** The program's name, as its makers write it. */
    String program();

    /** The version that the test runs. */
    String version();

    /** How it gets to work. */
    Verdict verdict();

    /** The line of configuration or code that does it; empty where nothing has to be done. */
    String how() default "";

    /** What cannot be done, and whose limit that is; empty if there is nothing. */
    String limit() default "";
}
