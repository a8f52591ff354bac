package io.github.schsm.simulator;

import io.github.schsm.Cvc;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a device knows while it has power and the application is selected. Reset and selection replace it by a fresh
 * one, so nothing can be forgotten to be cleared.
 */
final class Session {
    private static final int MAX_KNOWN = 32;

    private boolean userAuthenticated;
    private boolean soAuthenticated;
    private int currentFile = FileId.NONE;
    private byte[] inputBuffer = new byte[0];
    private final Map<String, Cvc> known = new LinkedHashMap<>();
    private @Nullable Cvc verificationKey;

    Session() {
        Cvc root = Factory.root();
        known.put(root.chr(), root);
    }

    boolean isUserAuthenticated() {
        return userAuthenticated;
    }

    void setUserAuthenticated(boolean authenticated) {
        userAuthenticated = authenticated;
    }

    boolean isSoAuthenticated() {
        return soAuthenticated;
    }

    void setSoAuthenticated(boolean authenticated) {
        soAuthenticated = authenticated;
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
