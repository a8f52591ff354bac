// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.simulator.state;

import io.github.schsm.Cvc;
import io.github.schsm.MalformedDataException;
import io.github.schsm.codec.EcCurve;
import io.github.schsm.codec.Tlv;
import io.github.schsm.simulator.crypto.Bytes;
import io.github.schsm.simulator.crypto.EcMath;
import io.github.schsm.simulator.profile.DeviceProfile;
import io.github.schsm.simulator.profile.Quirk;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * All that a device keeps without power: its own key and certificates for life; PINs, keys, files and key domains
 * until it is initialized again. Every change marks it, so that the keeper of the state writes after changes only.
 */
public final class DeviceState {
    /** What INITIALIZE DEVICE has set up for the protection of keys that leave. */
    public enum DomainScheme {
        /** Neither DKEK nor slots: the device knows no such commands. */
        NONE(0),
        /** One DKEK (tag 92): keys belong to domain 0 unless told otherwise. */
        DKEK(1),
        /** Slots (tag 97). */
        SLOTS(2);

        private final int code;

        DomainScheme(int code) {
            this.code = code;
        }

        /** What stands for it in a kept state. */
        int code() {
            return code;
        }

        static Optional<DomainScheme> of(int code) {
            return Arrays.stream(values()).filter(scheme -> scheme.code == code).findFirst();
        }
    }

    public static final int OPTION_RESET_RETRY_COUNTER = 0x01;
    public static final int OPTION_TRANSPORT_PIN = 0x02;
    public static final int OPTION_SESSION_PIN = 0x04;
    public static final int OPTION_REPLACE_PUBLIC_KEYS = 0x08;
    public static final int OPTION_PIN_AND_PUBLIC_KEY = 0x10;
    public static final int OPTION_UNBLOCK_ONLY = 0x20;

    private static final String SHARED_ID = "ESPICOHSMTR";
    private static final int FILE_OVERHEAD = 24;

    private final String id;
    private final EcCurve deviceCurve;
    private final BigInteger deviceKey;
    private final byte[] deviceIdFile;

    private int options;
    private @Nullable Pin userPin;
    private @Nullable Pin soPin;
    private RegisteredKeys registeredKeys = RegisteredKeys.none();
    private DomainScheme scheme = DomainScheme.NONE;
    private @Nullable KeyDomainSlot[] domains = new KeyDomainSlot[0];
    private final Map<Integer, CardKey> keys = new LinkedHashMap<>();
    private final Map<Integer, byte[]> files = new LinkedHashMap<>();
    private boolean changed;

    /**
     * A device as it leaves the factory.
     *
     * @param id           five letters and six digits
     * @param deviceIdFile device certificate and issuer certificate
     */
    DeviceState(String id, EcCurve deviceCurve, BigInteger deviceKey, byte[] deviceIdFile) {
        this.id = id;
        this.deviceCurve = deviceCurve;
        this.deviceKey = deviceKey;
        this.deviceIdFile = deviceIdFile.clone();
    }

    /** Makes a device: a fresh device key, certified by the issuer. */
    public static DeviceState manufacture(String id, DeviceProfile profile) {
        EcCurve curve = profile.has(Quirk.DEVICE_KEY_ON_SECP256K1) ? EcCurve.SECP256K1 : EcCurve.BRAINPOOLP256R1;
        BigInteger key = EcMath.newPrivateKey(curve);
        String chr = profile.has(Quirk.SHARED_DEVICE_ID) ? sharedChr(profile) : chr(id);
        byte[] deviceIdFile;
        if (profile.has(Quirk.NO_DEVICE_CERTIFICATE)) {
            deviceIdFile = new byte[0];
        } else if (profile.has(Quirk.SELF_SIGNED_DEVICE)) {
            deviceIdFile = Factory.selfCertify(chr, curve, key).encoded();
        } else {
            deviceIdFile = Bytes.concat(
                    Factory.certify(chr, EcMath.publicPoint(curve, key)).encoded(),
                    Factory.issuer().getEncoded(),
                    profile.has(Quirk.THREE_CERTIFICATES) ? Factory.root().getEncoded() : new byte[0]);
        }
        return new DeviceState(id, curve, key, deviceIdFile);
    }

    /** All have one id, and those that signed their certificates even one holder reference. */
    private static String sharedChr(DeviceProfile profile) {
        return profile.has(Quirk.SELF_SIGNED_DEVICE)
                ? SHARED_ID + "00001"
                : SHARED_ID
                        + String.format(
                                Locale.ROOT,
                                "%05d",
                                EcMath.newPrivateKey(EcCurve.BRAINPOOLP256R1).mod(BigInteger.valueOf(100_000)));
    }

    private static String chr(String id) {
        return id + "00000";
    }

    public String id() {
        return id;
    }

    /** Holder reference of the device certificate. */
    public String chr() {
        try {
            return deviceIdFile.length == 0
                    ? chr(id)
                    : Cvc.parse(Tlv.parseFirst(deviceIdFile)).chr();
        } catch (MalformedDataException madeHere) {
            throw new IllegalStateException(madeHere);
        }
    }

    public EcCurve deviceCurve() {
        return deviceCurve;
    }

    public BigInteger deviceKey() {
        return deviceKey;
    }

    /** Content of 2F02. */
    public byte[] deviceIdFile() {
        return deviceIdFile.clone();
    }

    public boolean isInitialized() {
        return soPin != null;
    }

    public int options() {
        return options;
    }

    public boolean hasOption(int option) {
        return (options & option) != 0;
    }

    public Optional<Pin> userPin() {
        return Optional.ofNullable(userPin);
    }

    public Optional<Pin> soPin() {
        return Optional.ofNullable(soPin);
    }

    public RegisteredKeys registeredKeys() {
        return registeredKeys;
    }

    public DomainScheme scheme() {
        return scheme;
    }

    /**
     * Erases keys, files and domains, and sets the device up.
     *
     * @param newUserPin null if registered keys take its place
     */
    public void initialize(
            int newOptions,
            @Nullable Pin newUserPin,
            Pin newSoPin,
            RegisteredKeys newRegisteredKeys,
            DomainScheme newScheme,
            int slots) {
        options = newOptions;
        userPin = newUserPin;
        soPin = newSoPin;
        registeredKeys = newRegisteredKeys;
        scheme = newScheme;
        domains = new KeyDomainSlot[slots];
        keys.clear();
        files.clear();
        markChanged();
    }

    public int slots() {
        return domains.length;
    }

    /** The domain in the slot; empty too for a slot that does not exist. */
    public Optional<KeyDomainSlot> domain(int slot) {
        return slot >= 0 && slot < domains.length ? Optional.ofNullable(domains[slot]) : Optional.empty();
    }

    /** The PIN was verified: shares that came without it count from now on. */
    public void countWaitingShares() {
        for (KeyDomainSlot domain : domains) {
            if (domain != null && domain.countWaiting()) {
                markChanged();
            }
        }
    }

    /** Puts a key domain into a slot; null frees it. */
    public void setDomain(int slot, @Nullable KeyDomainSlot domain) {
        domains[slot] = domain;
        markChanged();
    }

    /** In the order in which they were made. */
    public Map<Integer, CardKey> keys() {
        return Collections.unmodifiableMap(keys);
    }

    public Optional<CardKey> key(int keyId) {
        return Optional.ofNullable(keys.get(keyId));
    }

    public void putKey(int keyId, CardKey key) {
        keys.put(keyId, key);
        markChanged();
    }

    public void removeKey(int keyId) {
        keys.remove(keyId);
        markChanged();
    }

    public boolean hasKeyIn(int slot) {
        return keys.values().stream().anyMatch(key -> key.domain() == slot);
    }

    /** The files that hosts can write, in the order in which they were made; callers don't change the contents. */
    public Map<Integer, byte[]> files() {
        return Collections.unmodifiableMap(files);
    }

    public void putFile(int fid, byte[] content) {
        files.put(fid, content);
        markChanged();
    }

    public void removeFile(int fid) {
        files.remove(fid);
        markChanged();
    }

    /** Bytes of memory that keys and files take. */
    public int usedMemory() {
        int used = registeredKeys.footprint();
        for (CardKey key : keys.values()) {
            used += key.footprint();
        }
        for (byte[] file : files.values()) {
            used += fileFootprint(file.length);
        }
        return used;
    }

    public static int fileFootprint(int length) {
        return FILE_OVERHEAD + length;
    }

    /** Notes that the state differs from what was kept last. */
    public void markChanged() {
        changed = true;
    }

    public boolean isChanged() {
        return changed;
    }

    public void markKept() {
        changed = false;
    }
}
