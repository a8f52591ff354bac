/** Programs that nobody here wrote, with the provider inside or on the other side of the daemon. */
package io.github.schsm.conformance.programs;
