/** The engines that the JCA asks for. */
@NullMarked
package io.github.schsm.provider.engine;

import org.jspecify.annotations.NullMarked;
