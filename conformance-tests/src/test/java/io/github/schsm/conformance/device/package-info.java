/** What a device holds and does for a program: key stores, certificates, PINs, forms of other firmware. */
package io.github.schsm.conformance.device;
