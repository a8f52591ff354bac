/** What an operation costs on our own side. */
@NullMarked
package io.github.schsm.benchmarks;

import org.jspecify.annotations.NullMarked;
