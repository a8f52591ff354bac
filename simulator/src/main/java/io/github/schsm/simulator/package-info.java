/** A SmartCard-HSM in software. */
package io.github.schsm.simulator;
