/** The borders between modules and packages, and the artifacts. */
package io.github.schsm.conformance.structure;
