/** The engines for card-verifiable certificates. */
@NullMarked
package io.github.schsm.provider.certificate;

import org.jspecify.annotations.NullMarked;
