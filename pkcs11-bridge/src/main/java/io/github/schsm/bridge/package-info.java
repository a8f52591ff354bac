/** Tokens behind any PKCS#11 module. */
package io.github.schsm.bridge;
