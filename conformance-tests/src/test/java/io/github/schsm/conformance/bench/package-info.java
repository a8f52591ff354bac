/** Devices to test with, by every way to reach them, and what tests of several packages use. */
package io.github.schsm.conformance.bench;
