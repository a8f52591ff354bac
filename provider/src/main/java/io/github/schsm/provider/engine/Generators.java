// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider.engine;

import io.github.schsm.InvalidRequestException;
import io.github.schsm.KeyDomain;
import io.github.schsm.SchsmException;
import io.github.schsm.SchsmKeySpec;
import io.github.schsm.keystore.TokenFinder;
import io.github.schsm.keystore.TokenKeyDomain;
import io.github.schsm.provider.delegate.OtherProviders;
import io.github.schsm.spi.KeyHandle;
import io.github.schsm.spi.KeyRequest;
import io.github.schsm.spi.KeytoolRun;
import io.github.schsm.spi.Token;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.Security;
import org.jspecify.annotations.Nullable;

/**
 * What the generators share. A generator cannot tell whether this provider was named or just stands first: in front
 * of every other provider of the generator it would take over all key generation of the JVM, so there it takes a
 * {@link SchsmKeySpec} only, and the JDK goes on to the next provider.
 */
public final class Generators {
    private Generators() {}

    /** Whether plain parameters are to be left to other providers. */
    @SuppressWarnings("ReferenceEquality")
    public // the very provider that made the engine, not an equal one
    static boolean standsInFront(Provider provider, String type, String algorithm) {
        boolean registered = false;
        for (Provider candidate : Security.getProviders()) {
            if (candidate == provider) {
                registered = true;
            } else if (candidate.getService(type, algorithm) != null
                    && !OtherProviders.isOfOurKind(candidate, provider)) {
                return registered;
            }
        }
        return false;
    }

    static String standsInFrontMessage(Provider provider, String algorithm) {
        return "provider " + provider.getName() + " stands in front of all others, so it generates " + algorithm
                + " keys only by a SchsmKeySpec, in order not to take over every key generation of the program: use"
                + " one, or put the provider at the end of the list";
    }

    /** Generates a key. */
    static KeyHandle generate(TokenFinder tokens, @Nullable SchsmKeySpec spec, KeyRequest request)
            throws SchsmException {
        Token token = token(tokens, spec);
        return EngineKeys.handleOfNew(token, token.generate(request), request.label());
    }

    /** The pair of which this is the private half. */
    static KeyPair pair(KeyHandle handle) {
        KeytoolRun.generated(handle);
        return new KeyPair(handle.details().publicKey(), (PrivateKey) handle);
    }

    /** The token in which the key is generated: that of the domain, which has to be one of the provider's. */
    static Token token(TokenFinder tokens, @Nullable SchsmKeySpec spec) throws SchsmException {
        KeyDomain domain = spec == null ? null : spec.domain().orElse(null);
        if (domain == null) {
            return tokens.find(null);
        }
        if (domain instanceof TokenKeyDomain ours) {
            return tokenOf(tokens, ours.token(), domain);
        }
        throw new InvalidRequestException("a key domain of this provider is needed, not a "
                + domain.getClass().getName());
    }

    /** The token that holds what the key is generated with. */
    static Token tokenOf(TokenFinder tokens, Token holder, Object held) throws SchsmException {
        Token token = tokens.own(holder);
        if (!token.uniqueId().equals(holder.uniqueId())) {
            throw new InvalidRequestException(held + " is in another device than the key generator's, " + token.name());
        }
        return token;
    }
}
