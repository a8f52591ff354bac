/** What the engines do on every backend, against other implementations of the same algorithms. */
package io.github.schsm.conformance.engine;
