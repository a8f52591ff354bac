// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.bridge.object;

import io.github.schsm.bridge.cryptoki.Ck;
import io.github.schsm.bridge.cryptoki.Template;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The kinds of objects that the bridge looks at. Each is searched for by class and key type, so that one call can ask
 * an object for just the attributes that its kind has.
 */
@SuppressWarnings("ImmutableEnumChecker") // the list is a copy that nobody can write to
public enum ObjectKind {
    EC_PRIVATE(Ck.CKO_PRIVATE_KEY, Ck.CKK_EC, Ck.CKA_SIGN, Ck.CKA_DERIVE, Ck.CKA_ALWAYS_AUTHENTICATE, Ck.CKA_EC_PARAMS),
    RSA_PRIVATE(
            Ck.CKO_PRIVATE_KEY,
            Ck.CKK_RSA,
            Ck.CKA_SIGN,
            Ck.CKA_DECRYPT,
            Ck.CKA_ALWAYS_AUTHENTICATE,
            Ck.CKA_MODULUS,
            Ck.CKA_PUBLIC_EXPONENT),
    EC_PUBLIC(Ck.CKO_PUBLIC_KEY, Ck.CKK_EC, Ck.CKA_EC_PARAMS, Ck.CKA_EC_POINT),
    RSA_PUBLIC(Ck.CKO_PUBLIC_KEY, Ck.CKK_RSA, Ck.CKA_MODULUS, Ck.CKA_PUBLIC_EXPONENT),
    AES(Ck.CKO_SECRET_KEY, Ck.CKK_AES, Ck.CKA_ENCRYPT, Ck.CKA_DECRYPT, Ck.CKA_SIGN, Ck.CKA_VALUE_LEN),
    CERTIFICATE(Ck.CKO_CERTIFICATE, null, Ck.CKA_VALUE),
    DATA(Ck.CKO_DATA, null, Ck.CKA_APPLICATION, Ck.CKA_OBJECT_ID, Ck.CKA_PRIVATE);

    private final long objectClass;
    private final @Nullable Long keyType;
    private final List<Long> attributes;
    private final List<Long> telling;

    ObjectKind(long objectClass, @Nullable Long keyType, long... more) {
        this.objectClass = objectClass;
        this.keyType = keyType;
        List<Long> types = new ArrayList<>();
        types.add(Ck.CKA_LABEL);
        if (objectClass != Ck.CKO_DATA) {
            types.add(Ck.CKA_ID);
        }
        for (long type : more) {
            types.add(type);
        }
        this.attributes = List.copyOf(types);
        types.removeAll(List.of(Ck.CKA_ALWAYS_AUTHENTICATE, Ck.CKA_EC_PARAMS, Ck.CKA_PUBLIC_EXPONENT));
        this.telling = List.copyOf(types);
    }

    /** What finds them: only what is on the token, not what another thread made for a moment. */
    public Template template() {
        Template template = new Template().with(Ck.CKA_CLASS, objectClass).with(Ck.CKA_TOKEN, true);
        return keyType == null ? template : template.with(Ck.CKA_KEY_TYPE, keyType);
    }

    /** What finds all that is on the token, also what is of no kind here. */
    static Template any() {
        return new Template().with(Ck.CKA_TOKEN, true);
    }

    /** What is asked of each. */
    List<Long> attributes() {
        return attributes;
    }

    /**
     * Of those, what may change, and what tells an object from another one: the rest stays as long as the public key does.
     */
    List<Long> telling() {
        return telling;
    }

    public boolean isPrivate() {
        return this == EC_PRIVATE || this == RSA_PRIVATE;
    }

    boolean isPublic() {
        return this == EC_PUBLIC || this == RSA_PUBLIC;
    }
}
