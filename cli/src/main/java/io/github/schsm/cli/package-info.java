/** The schsm command. */
package io.github.schsm.cli;
