/** What a backend implements: tokens by role, their sources, requests. */
@NullMarked
package io.github.schsm.spi;

import org.jspecify.annotations.NullMarked;
