/** Wrong input, broken answers, lies, and cards that leave. */
package io.github.schsm.conformance.fault;
