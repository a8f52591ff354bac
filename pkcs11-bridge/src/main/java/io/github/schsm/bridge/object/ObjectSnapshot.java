// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.bridge.object;

import io.github.schsm.MalformedDataException;
import io.github.schsm.bridge.cryptoki.Attributes;
import io.github.schsm.bridge.cryptoki.Ck;
import io.github.schsm.bridge.cryptoki.Template;
import io.github.schsm.codec.X509Certificates;
import java.security.PublicKey;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An object of a token, as it was read.
 *
 * @param handle     valid for as long as the module says
 * @param kind       what it is
 * @param attributes what was asked of it
 * @param publicKey  the public key that it has or belongs to, where its attributes tell
 */
public record ObjectSnapshot(
        long handle,
        ObjectKind kind,
        Attributes attributes,
        @Nullable PublicKey publicKey) {
    private static final int X509 = 0x30;

    /** An object and the public key in its attributes. */
    static ObjectSnapshot of(long handle, ObjectKind kind, Attributes attributes) {
        return new ObjectSnapshot(handle, kind, attributes, publicKey(kind, attributes));
    }

    private static @Nullable PublicKey publicKey(ObjectKind kind, Attributes attributes) {
        if (kind == ObjectKind.CERTIFICATE) {
            return certificate(attributes).map(ObjectSnapshot::publicKeyIn).orElse(null);
        }
        return kind.isPrivate() || kind.isPublic() ? PublicKeys.of(attributes) : null;
    }

    private static Optional<byte[]> certificate(Attributes attributes) {
        return attributes.bytes(Ck.CKA_VALUE).filter(value -> value.length > 0 && value[0] == X509);
    }

    private static @Nullable PublicKey publicKeyIn(byte[] certificate) {
        try {
            return X509Certificates.publicKey(certificate);
        } catch (MalformedDataException notReadable) {
            return null;
        }
    }

    /** CKA_ID; empty where there is none. */
    public byte[] id() {
        return attributes.bytes(Ck.CKA_ID).orElse(new byte[0]);
    }

    public boolean hasIdOf(ObjectSnapshot other) {
        return Arrays.equals(id(), other.id());
    }

    /** CKA_LABEL; empty where there is none but blanks. */
    public Optional<String> label() {
        return attributes.text(Ck.CKA_LABEL).filter(text -> !text.isBlank());
    }

    /** The X.509 certificate; empty if it is something else. */
    public Optional<byte[]> certificate() {
        return kind == ObjectKind.CERTIFICATE ? certificate(attributes) : Optional.empty();
    }

    /** What finds it again, under whichever handle. */
    public Template like() {
        Template template = kind.template();
        attributes.values().forEach(template::with);
        return template;
    }

    /** Whether a flag is set, or not to be seen. */
    public boolean mayBe(long flag) {
        return attributes.flag(flag).orElse(true);
    }
}
