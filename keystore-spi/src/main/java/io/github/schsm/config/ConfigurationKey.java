// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.config;

import io.github.schsm.audit.AuditSettings;
import java.util.List;

/**
 * What a key of the configuration is for, as docs/configuration.md tells it.
 *
 * @param name    the key, as it is written
 * @param values  what it can be set to, in Markdown
 * @param normal  what holds where it is not set, in Markdown; empty where nothing does
 * @param purpose what it decides, in Markdown
 * @param example a value
 */
public record ConfigurationKey(String name, String values, String normal, String purpose, String example) {
    /** Every key, in the order in which people need them. */
    public static List<ConfigurationKey> all() {
        return List.of(
                new ConfigurationKey(
                        SchsmConfiguration.TERMINAL,
                        "`pcsc` (jnasmartcardio), `sunpcsc` (the JDK's), `pkcs11:MODULE`, `ram:URL` (readers of other"
                                + " computers dial in there), `simulator:memory`, `simulator:FOLDER`; several with commas",
                        "`pcsc`",
                        "Where devices are.",
                        "pcsc, ram:https://0.0.0.0:8443/hsm"),
                new ConfigurationKey(
                        SchsmConfiguration.DEVICE,
                        "device ids; where several devices share an id, `ESPICOHSMTR#1a2b3c4d`, with the first 8 or more"
                                + " digits of the device key's fingerprint; for a PKCS#11 token its serial number,"
                                + " label, `slot:NUMBER`, or URI; several with commas",
                        "the only device present; if there are several, an error lists them",
                        "Which devices are meant.",
                        "DECC0401002"),
                new ConfigurationKey(
                        SchsmConfiguration.READER,
                        "a regular expression",
                        "all readers",
                        "Which readers are looked into.",
                        "Nitrokey.*"),
                new ConfigurationKey(
                        SchsmConfiguration.PIN,
                        "`prompt`, `pinpad` (on the reader), `env:NAME`, `file:PATH` (readable only by you), `callback`",
                        "the password of `KeyStore.load`",
                        "Where the user PIN comes from ([authentication.md](authentication.md)).",
                        "file:/etc/schsm/pin"),
                new ConfigurationKey(
                        SchsmConfiguration.PIN_OF + "<device id>",
                        "as for `pin`",
                        "`pin`",
                        "The same for one device, where PINs differ.",
                        "env:PIN_OF_THE_SECOND"),
                new ConfigurationKey(
                        SchsmConfiguration.DOMAIN,
                        "the UID of an XKEK key domain, or the key check value of a DKEK, or the first 8 or more"
                                + " hexadecimal digits",
                        "each device is a key store of its own",
                        "All members of this key domain are one key store ([many-devices.md](many-devices.md)).",
                        "62AEA0ED"),
                new ConfigurationKey(
                        SchsmConfiguration.MEMBERS,
                        "`all`",
                        "",
                        "The devices are one key store even without a common key domain; a new key then stays on one of"
                                + " them.",
                        "all"),
                new ConfigurationKey(
                        SchsmConfiguration.COPIES,
                        "`all`, or a number",
                        "`all`",
                        "How many members get a new key; needs `domain` or `members`.",
                        "2"),
                new ConfigurationKey(
                        SchsmConfiguration.DELETE,
                        "`all`: a key is deleted only while every member that has it is present; `present`: on those"
                                + " that are",
                        "`all`",
                        "What deletion does while a member is away.",
                        "present"),
                new ConfigurationKey(
                        SchsmConfiguration.TRUST,
                        "`production`, `test`, `simulator`, or `file:PATH` with certificates, each trusted only in its"
                                + " role (a root's for issuers, an issuer's for devices, a device's for that device);"
                                + " several with commas",
                        "`production`; if every terminal is a simulator, also `simulator`",
                        "Roots that a device may trace to: for attestation, memberships, the peers of an agreement, and"
                                + " the secure channel. A device that does not trace to one stays usable for everything"
                                + " else.",
                        "production, file:/etc/schsm/our-devices.cvc"),
                new ConfigurationKey(
                        SchsmConfiguration.DATES,
                        "`required`: device certificates must be valid today; `ignored`: expired ones are accepted",
                        "`ignored`",
                        "Whether the dates in certificates of devices matter.",
                        "required"),
                new ConfigurationKey(
                        SchsmConfiguration.CHANNEL,
                        "`plain` (none), `pin` (those with PINs), `secure` (all)",
                        "`plain`; `pin` if the reader is on another computer",
                        "Which commands go over a secure channel to the device ([secure-channel.md](secure-channel.md)).",
                        "secure"),
                new ConfigurationKey(
                        SchsmConfiguration.ALIAS,
                        "aliases, or patterns with `*` (any characters) and `?` (one); several with commas",
                        "all entries",
                        "Which entries key stores show ([key-store-files.md](key-store-files.md#one-key-out-of-many)).",
                        "tls, sign-*"),
                new ConfigurationKey(
                        SchsmConfiguration.NAME,
                        "1 to 32 letters, digits, and `_ . -`",
                        "the provider is called `SCHSM`",
                        "The provider is called `SCHSM-` and this; needed to register two.",
                        "signing"),
                new ConfigurationKey(
                        SchsmConfiguration.DKEK,
                        "`file:PATH`, several with commas",
                        "software keys cannot be imported",
                        "Shares of the DKEK under which software keys are imported ([dkek.md](dkek.md)).",
                        "file:/secure/one.pbe, file:/secure/two.pbe"),
                new ConfigurationKey(
                        SchsmConfiguration.DKEK_PASSWORD,
                        "`prompt`, `env:NAME`, `file:PATH`, `callback`, `shares:PATH` (the custodians' password shares);"
                                + " one for each share, in their order, or one for all",
                        "`prompt`",
                        "Where the passwords of these files come from.",
                        "prompt"),
                new ConfigurationKey(
                        AuditSettings.AUDIT,
                        "`file:PATH`",
                        "no log",
                        "Changes of devices and keys are written to an audit log ([audit.md](audit.md)).",
                        "file:/var/log/schsm/audit.jsonl"),
                new ConfigurationKey(
                        AuditSettings.USES,
                        "`no`, `yes`, `required` (a use that cannot be logged is not done)",
                        "`no`",
                        "Whether uses of keys are in the log, too.",
                        "yes"),
                new ConfigurationKey(
                        AuditSettings.SIZE,
                        "bytes, `4k` to `1g`; `k`, `m`, or `g` after the number multiplies it",
                        "`16m`",
                        "How long a file of the log becomes.",
                        "500k"),
                new ConfigurationKey(
                        AuditSettings.KEEP,
                        "`all`, or a number",
                        "`all`",
                        "How many full files of the log stay.",
                        "24"),
                new ConfigurationKey(
                        RamEntries.KEYSTORE,
                        "a PKCS#12 or JKS file",
                        "needed for `https`",
                        "The server's key and certificate, for readers that dial in"
                                + " ([many-devices.md](many-devices.md#readers-that-dial-in)).",
                        "/etc/schsm/server.p12"),
                new ConfigurationKey(
                        RamEntries.TRUSTSTORE,
                        "a PKCS#12, JKS, or PEM file",
                        "needed unless the address is a loopback one",
                        "Certificates of the CA that issued the clients', or the clients' own.",
                        "/etc/schsm/clients.pem"),
                new ConfigurationKey(
                        RamEntries.PASSWORD,
                        "`env:NAME`, `file:PATH` (readable only by you)",
                        "none",
                        "The password of both files.",
                        "file:/etc/schsm/server-password"),
                new ConfigurationKey(
                        RamEntries.CLIENTS,
                        "common names in certificates, or their SHA-256 fingerprints; several with commas",
                        "all with a trusted certificate",
                        "Who may dial in.",
                        "berlin, oslo"),
                new ConfigurationKey(
                        RamEntries.LIMIT, "1 to 1000", "64", "How many readers may be dialed in at once.", "8"),
                new ConfigurationKey(
                        RamEntries.SILENCE,
                        "2 to 60 seconds",
                        "30",
                        "After how long without a word a line is dead.",
                        "10"),
                new ConfigurationKey(
                        RamEntries.WAIT,
                        "0 to 600 seconds",
                        "20; 3 if `terminal` names other places, too",
                        "How long the first use waits until the devices that `device` names have dialed in; without it,"
                                + " any.",
                        "60"));
    }

    /** A table of all, for docs/configuration.md. */
    public static String toMarkdown() {
        StringBuilder table =
                new StringBuilder("| key | decides | values | default | example |\n| --- | --- | --- | --- | --- |\n");
        for (ConfigurationKey key : all()) {
            table.append("| `")
                    .append(key.name)
                    .append("` | ")
                    .append(key.purpose)
                    .append(" | ")
                    .append(key.values)
                    .append(" | ")
                    .append(key.normal)
                    .append(" | `")
                    .append(key.example)
                    .append("` |\n");
        }
        return table.toString();
    }
}
