/** The security provider SCHSM and its engines. */
package io.github.schsm.provider;
