/** The same behaviour over every backend, seen from outside. */
package io.github.schsm.conformance;
