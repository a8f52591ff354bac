/** The configuration, read and checked. */
@NullMarked
package io.github.schsm.config;

import org.jspecify.annotations.NullMarked;
