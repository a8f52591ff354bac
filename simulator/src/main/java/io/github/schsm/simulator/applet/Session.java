// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.simulator.applet;

import io.github.schsm.Cvc;
import io.github.schsm.simulator.crypto.SmProtocol;
import io.github.schsm.simulator.state.Factory;
import io.github.schsm.simulator.state.FileId;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a device knows while it has power and the application is selected. Reset and selection replace it by a fresh
 * one, so nothing can be forgotten to be cleared.
 */
final class Session {
    private static final int MAX_KNOWN = 32;

    private boolean initialized;
    private Login user = Login.NONE;
    private Login securityOfficer = Login.NONE;
    private final BitSet authenticatedKeys = new BitSet();
    private final BitSet authenticatedThroughChannel = new BitSet();
    private List<Integer> authenticationKeys = List.of();
    private byte[] challenge = new byte[0];
    private int currentFile = FileId.NONE;
    private byte[] inputBuffer = new byte[0];
    private final Map<String, Cvc> known = new LinkedHashMap<>();
    private @Nullable Cvc verificationKey;
    private @Nullable SecureChannel channel;
    private @Nullable SmProtocol chipAuthentication;

    /** Whether and how a PIN was verified. */
    private enum Login {
        NONE,
        PLAIN,
        PROTECTED
    }

    Session() {
        Cvc root = Factory.root();
        known.put(root.chr(), root);
    }

    /** Whether the user PIN was verified. What that allows, {@link Applet#isUserAuthenticated} says. */
    boolean isUserPinVerified() {
        return user != Login.NONE;
    }

    void setUserPinVerified(boolean verified) {
        initialized = false;
        user = login(verified);
    }

    /** Whether the device was initialized in this session, which leaves it authenticated until the session ends. */
    boolean isInitialized() {
        return initialized;
    }

    void setInitialized() {
        initialized = true;
    }

    boolean isSoPinVerified() {
        return securityOfficer != Login.NONE;
    }

    void setSoPinVerified(boolean verified) {
        securityOfficer = login(verified);
    }

    private Login login(boolean verified) {
        if (!verified) {
            return Login.NONE;
        }
        return channel == null ? Login.PLAIN : Login.PROTECTED;
    }

    /** The channel that is open: while a command is carried out, the one it came through. */
    Optional<SecureChannel> channel() {
        return Optional.ofNullable(channel);
    }

    void openChannel(SecureChannel opened) {
        channel = opened;
    }

    /** Ends the channel, and with it what was verified through it: plain commands must not profit from that. */
    void closeChannel() {
        channel = null;
        user = user == Login.PROTECTED ? Login.NONE : user;
        securityOfficer = securityOfficer == Login.PROTECTED ? Login.NONE : securityOfficer;
        authenticatedKeys.andNot(authenticatedThroughChannel);
        authenticatedThroughChannel.clear();
    }

    /** The protocol that MSE SET has chosen for the next GENERAL AUTHENTICATE. */
    Optional<SmProtocol> chipAuthentication() {
        return Optional.ofNullable(chipAuthentication);
    }

    void chooseChipAuthentication(@Nullable SmProtocol protocol) {
        chipAuthentication = protocol;
    }

    /** Whether the holder of a registered key has authenticated. */
    boolean isKeyAuthenticated(int index) {
        return authenticatedKeys.get(index);
    }

    void setKeyAuthenticated(int index, boolean authenticated) {
        authenticatedKeys.set(index, authenticated);
        authenticatedThroughChannel.set(index, authenticated && channel != null);
    }

    int authenticatedKeys() {
        return authenticatedKeys.cardinality();
    }

    /** The registered keys that MSE SET has selected for authentication. */
    List<Integer> authenticationKeys() {
        return authenticationKeys;
    }

    void selectAuthenticationKeys(List<Integer> indices) {
        authenticationKeys = List.copyOf(indices);
    }

    void setChallenge(byte[] bytes) {
        challenge = bytes.clone();
    }

    /** The last challenge, good for one use; empty if there is none. */
    byte[] takeChallenge() {
        byte[] taken = challenge;
        challenge = new byte[0];
        return taken;
    }

    /** The file selected, read or written last, or {@link FileId#NONE}. */
    int currentFile() {
        return currentFile;
    }

    void setCurrentFile(int fid) {
        currentFile = fid;
    }

    /** Content of 2F10: memory for command data, not a file that stays. */
    byte[] inputBuffer() {
        return inputBuffer;
    }

    void setInputBuffer(byte[] content) {
        inputBuffer = content;
    }

    /** The buffer's content, which the command that takes it uses up. */
    byte[] takeInputBuffer() {
        byte[] content = inputBuffer;
        inputBuffer = new byte[0];
        return content;
    }

    /** A public key that was verified up to the root, by its holder reference. */
    Optional<Cvc> known(String chr) {
        return Optional.ofNullable(known.get(chr));
    }

    /** Learns a key; the oldest but the root goes when there are too many. */
    void learn(Cvc certificate) {
        known.remove(certificate.chr());
        if (known.size() >= MAX_KNOWN) {
            var oldest = known.keySet().iterator();
            oldest.next();
            oldest.next();
            oldest.remove();
        }
        known.put(certificate.chr(), certificate);
    }

    /** The key that MSE SET has selected. */
    Optional<Cvc> verificationKey() {
        return Optional.ofNullable(verificationKey);
    }

    void selectVerificationKey(Cvc certificate) {
        verificationKey = certificate;
    }
}
