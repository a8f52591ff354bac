// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.codec;

import java.util.List;
import javax.naming.NamingException;
import javax.naming.directory.Attribute;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import javax.security.auth.x500.X500Principal;

/** What the subject of a certificate is called. */
public final class SubjectNames {
    private SubjectNames() {}

    /**
     * The common name, the most specific one if there are several; without one the whole name (RFC 2253).
     */
    public static String label(X500Principal subject) {
        String name = subject.getName();
        try {
            // From the most significant part on, which is the last one of the text.
            List<Rdn> parts = new LdapName(name).getRdns();
            for (int i = parts.size() - 1; i >= 0; i--) {
                Attribute commonName = parts.get(i).toAttributes().get("CN");
                if (commonName != null && commonName.get() instanceof String text && !text.isBlank()) {
                    return text;
                }
            }
            return name;
        } catch (NamingException notReadable) {
            return name;
        }
    }
}
