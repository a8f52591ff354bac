package io.github.schsm;

/** The kinds of keys a device holds. */
public enum KeyType {
    /** Elliptic curve key pair. */
    EC,
    /** RSA key pair. */
    RSA,
    /** AES key. */
    AES;

    /** Whether the key is one half of a pair. */
    public boolean isPrivate() {
        return this != AES;
    }
}
