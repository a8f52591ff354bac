/** Over a real PC/SC daemon, with simulated devices in vpcd's readers. */
package io.github.schsm.conformance.pcsc;
