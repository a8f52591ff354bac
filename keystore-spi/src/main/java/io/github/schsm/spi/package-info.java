/** The token as the JCA sees it, the values everybody shares, and the key store over them. */
package io.github.schsm.spi;
