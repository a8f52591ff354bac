// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.bench;

import io.github.schsm.Kdm;
import io.github.schsm.KeyAlgorithm;
import io.github.schsm.KeyDomain;
import io.github.schsm.SchsmDevice;
import io.github.schsm.conformance.bench.SimulatorBench.SimulatedMember;
import io.github.schsm.provider.SchsmProvider;
import io.github.schsm.simulator.profile.DeviceProfile;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAPrivateCrtKey;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import javax.crypto.SecretKey;

/**
 * The members of a key domain as one key store, which is both the source and, on a second domain's members, the target. The
 * group signer is on a device that is no member.
 */
public final class DomainBench implements Bench {
    private static final int SIGNER = 9;

    private final SimulatorBench readers;
    private final List<SimulatedMember> devices = new ArrayList<>();
    private final Together source;
    private final Together target;
    private final byte[] uid;

    /** Of three members. */
    public DomainBench() throws Exception {
        this(3, "");
    }

    /** With more in the domain's configuration, e.g. {@code "; copies = 1"}. */
    public DomainBench(int members, String settings) throws Exception {
        readers = new SimulatorBench(DeviceProfile.smartCardHsm4k());
        KeyPair signer = signer(SIGNER);
        uid = join(signer, members, devices);
        source = new Together(this, devices, uid, settings);
        List<SimulatedMember> others = new ArrayList<>();
        byte[] another = join(signer(SIGNER - 1), 1, others);
        target = new Together(this, others, another, settings);
    }

    private KeyPair signer(int number) throws Exception {
        SimulatedMember holder = readers.member("ZZSIM00000" + number);
        holder.keyStore();
        return Group.generatePair(holder.provider(), Group.signerSpec("group-signer"));
    }

    private byte[] join(KeyPair signer, int count, List<SimulatedMember> joined) throws Exception {
        byte[] domain = new byte[0];
        int first = devices.size();
        for (int i = 1; i <= count; i++) {
            SimulatedMember member = readers.member("ZZSIM00000" + (first + i));
            domain = makeMember(signer, member);
            joined.add(member);
        }
        return domain;
    }

    private static byte[] makeMember(KeyPair signer, SimulatedMember member) throws Exception {
        return join(signer, member.keyStore());
    }

    /** Makes a device a member, in slot 0; tells the domain's UID. */
    public static byte[] join(KeyPair signer, KeyStore keyStore) throws Exception {
        SchsmDevice device = SchsmDevice.of(keyStore);
        KeyDomain domain = device.createKeyDomain(0, Kdm.issue(signer, device.identity()));
        device.logout();
        return domain.uid();
    }

    /** What the configuration calls the domain: the first digits of its UID. */
    public static String digits(byte[] uid) {
        return HexFormat.of().withUpperCase().formatHex(uid).substring(0, 8);
    }

    /** The devices that are members. */
    public List<SimulatedMember> devices() {
        return devices;
    }

    /** One of them, from 0. */
    public SimulatedMember device(int number) {
        return devices.get(number);
    }

    /** The domain's UID. */
    public byte[] uid() {
        return uid.clone();
    }

    /** The readers with all devices. */
    public SimulatorBench readers() {
        return readers;
    }

    @Override
    public Backend backend() {
        return Backend.DOMAIN;
    }

    /** Puts them on the first member, where the domain finds them when it is loaded again. */
    @Override
    public KeyImport keyImport() throws Exception {
        KeyImport first = DkekRig.of(device(0).keyStore());
        return new KeyImport() {
            @Override
            public SecretKey importAes(String label, byte[] key, KeyAlgorithm... allowed) throws Exception {
                first.importAes(label, key, allowed);
                return (SecretKey) source.keyStore().getKey(label, null);
            }

            @Override
            public PrivateKey importRsa(String label, RSAPrivateCrtKey key, X509Certificate certificate)
                    throws Exception {
                first.importRsa(label, key, certificate);
                return (PrivateKey) source.keyStore().getKey(label, null);
            }
        };
    }

    @Override
    public Together source() {
        return source;
    }

    @Override
    public Together target() {
        return target;
    }

    @Override
    public void close() {
        ((SchsmProvider) source.provider()).close();
        ((SchsmProvider) target.provider()).close();
        readers.close();
    }

    /** Several devices that are one for a program. */
    public static final class Together implements Member {
        private final List<SimulatedMember> devices;
        private final String digits;
        private final String configuration;
        private final Provider provider;

        private Together(DomainBench bench, List<SimulatedMember> devices, byte[] uid, String settings) {
            this.devices = devices;
            this.digits = DomainBench.digits(uid);
            this.configuration = "device = "
                    + devices.stream().map(SimulatedMember::id).collect(Collectors.joining(", ")) + "; domain = "
                    + digits + "; " + bench.readers.configuration() + settings;
            this.provider = new SchsmProvider().configure(configuration);
        }

        @Override
        public Provider provider() {
            return provider;
        }

        @Override
        public String id() {
            return "domain " + digits;
        }

        @Override
        public String name() {
            return "key domain " + digits;
        }

        @Override
        public String configuration() {
            return configuration;
        }

        /** The same devices as another provider sees them. */
        public KeyStore another(String settings) throws Exception {
            KeyStore keyStore = KeyStore.getInstance("SCHSM", new SchsmProvider().configure(configuration + settings));
            keyStore.load(null, pin());
            return keyStore;
        }

        @Override
        public void remove() {
            devices.forEach(SimulatedMember::remove);
        }

        @Override
        public void insert() {
            devices.forEach(SimulatedMember::insert);
        }
    }
}
