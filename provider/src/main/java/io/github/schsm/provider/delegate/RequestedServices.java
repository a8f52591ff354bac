// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider.delegate;

import io.github.schsm.spi.BundledBouncyCastle;
import java.security.NoSuchAlgorithmException;
import java.security.Provider;
import java.security.Security;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Services of other providers, for programs that name this one. Libraries that take a provider ask it for everything
 * they need, hashes and encodings included; they get it here from the first provider that has it, or the Bouncy Castle
 * that comes with this one. The services stand in no list, so that no program gets them from here that did not ask for
 * this provider.
 *
 * <p>There is nothing here that makes or keeps keys: a program that names this provider for that means the device,
 * unless it is making a message ({@link MessageKeys}).
 */
public final class RequestedServices {
    private static final Set<String> TYPES = Set.of(
            "AlgorithmParameterGenerator",
            "AlgorithmParameters",
            "CertPathBuilder",
            "CertPathValidator",
            "CertStore",
            "CertificateFactory",
            "Cipher",
            "KeyAgreement",
            "KeyFactory",
            "Mac",
            "MessageDigest",
            "SecretKeyFactory",
            "Signature");

    /** How the JCA looks for an algorithm in all providers. */
    private static final Set<String> SEARCHES = Set.of("sun.security.jca.ProviderList", "java.security.Security");

    /** What the JCA asks of a service that it does not ask the engine. */
    private static final List<String> ATTRIBUTES = List.of(
            "SupportedModes", "SupportedPaddings", "SupportedKeyClasses", "SupportedKeyFormats", "ImplementedIn");

    private final Provider owner;

    /** For a provider. */
    public RequestedServices(Provider owner) {
        this.owner = owner;
    }

    /** Whether somebody who calls {@code getService} asks this provider, and not just all of them. */
    public static boolean isRequest(Class<?> caller) {
        String name = caller.getName();
        int nested = name.indexOf('$');
        return !SEARCHES.contains(nested < 0 ? name : name.substring(0, nested));
    }

    /** Another provider's service in this one's name; null if no provider has it, or it is none to be passed on. */
    public Provider.@Nullable Service find(String type, String algorithm) {
        if (!TYPES.contains(type) && !MessageKeys.areAskedFor(type)) {
            return null;
        }
        for (Provider candidate : Security.getProviders()) {
            if (!OtherProviders.isOfOurKind(candidate, owner)) {
                Provider.Service service = candidate.getService(type, algorithm);
                if (service != null) {
                    return new Passed(owner, service);
                }
            }
        }
        Provider.Service last = BundledBouncyCastle.provider().getService(type, algorithm);
        return last == null ? null : new Passed(owner, last);
    }

    /** A service under another provider's name. */
    private static final class Passed extends Provider.Service {
        private final Provider.Service service;

        Passed(Provider owner, Provider.Service service) {
            super(
                    owner,
                    service.getType(),
                    service.getAlgorithm(),
                    service.getClassName(),
                    List.of(),
                    attributes(service));
            this.service = service;
        }

        private static Map<String, String> attributes(Provider.Service service) {
            Map<String, String> attributes = new HashMap<>();
            for (String name : ATTRIBUTES) {
                Optional.ofNullable(service.getAttribute(name)).ifPresent(value -> attributes.put(name, value));
            }
            return attributes;
        }

        @Override
        public Object newInstance(@Nullable Object constructorParameter) throws NoSuchAlgorithmException {
            return getType().equals("AlgorithmParameters")
                    ? new AnyParametersSpi(getProvider(), getAlgorithm())
                    : service.newInstance(constructorParameter);
        }

        @Override
        public boolean supportsParameter(@Nullable Object parameter) {
            return service.supportsParameter(parameter);
        }
    }
}
