/** What programs import: key specs, entries, protections, key domains, key handles and exceptions. */
package io.github.schsm;
