/** Keys that move between devices, and what becomes of them when it is interrupted. */
package io.github.schsm.conformance.migration;
