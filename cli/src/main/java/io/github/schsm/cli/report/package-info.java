/** What commands answer, as text and as JSON. */
@NullMarked
package io.github.schsm.cli.report;

import org.jspecify.annotations.NullMarked;
