/** Virtual readers as javax.smartcardio sees them. */
@NullMarked
package io.github.schsm.simulator.terminal;

import org.jspecify.annotations.NullMarked;
