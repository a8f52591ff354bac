/** What commands answer: text, JSON, errors, exit statuses. */
@NullMarked
package io.github.schsm.cli.report;

import org.jspecify.annotations.NullMarked;
