/** What the documents say is so: their snippets run, their links lead somewhere, their tables are right. */
package io.github.schsm.conformance.docs;
