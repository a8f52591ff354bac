/** The device itself: APDUs, files, PINs, key domains, and the transport to them. */
package io.github.schsm.card;
