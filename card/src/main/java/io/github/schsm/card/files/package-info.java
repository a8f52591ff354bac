/** What is in the device's files: PKCS#15 descriptions, key attributes, blobs, requests. */
@NullMarked
package io.github.schsm.card.files;

import org.jspecify.annotations.NullMarked;
