// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.bridge.cryptoki;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One PKCS#11 module, loaded and initialized: the functions of Cryptoki that the bridge calls, with Java's values in
 * place of its structures. Stands between the bridge and whichever wrapper loads the module, and is where the tests put
 * modules of their own. Calls nothing by itself, keeps no state and repeats nothing.
 *
 * <p>Every function throws {@link CryptokiException} with its own name and the CKR_ value if the module does not answer
 * CKR_OK.
 */
public interface Cryptoki {
    /** {@code C_GetInfo}. */
    Info info() throws CryptokiException;

    /** {@code C_GetSlotList}. */
    List<Long> slots(boolean tokenPresent) throws CryptokiException;

    /** {@code C_GetSlotInfo}. */
    SlotInfo slotInfo(long slot) throws CryptokiException;

    /** {@code C_GetTokenInfo}. */
    CkTokenInfo tokenInfo(long slot) throws CryptokiException;

    /** {@code C_GetMechanismList} and {@code C_GetMechanismInfo} of each. */
    Map<Long, MechanismInfo> mechanisms(long slot) throws CryptokiException;

    /** {@code C_InitToken}. The PIN is UTF-8 and stays the caller's to wipe; null for the protected authentication path. */
    void initToken(long slot, byte @Nullable [] soPin, String label) throws CryptokiException;

    /** {@code C_OpenSession}, a serial one. */
    long openSession(long slot, boolean readWrite) throws CryptokiException;

    /** {@code C_CloseSession}. */
    void closeSession(long session) throws CryptokiException;

    /** {@code C_GetSessionInfo}: the state, a CKS_ value. */
    long sessionState(long session) throws CryptokiException;

    /**
     * {@code C_Login}.
     *
     * @param user a CKU_ value
     * @param pin  UTF-8, the caller's to wipe; null for the protected authentication path
     */
    void login(long session, long user, byte @Nullable [] pin) throws CryptokiException;

    /** {@code C_Logout}. */
    void logout(long session) throws CryptokiException;

    /** {@code C_InitPIN}. */
    void initPin(long session, byte @Nullable [] pin) throws CryptokiException;

    /** {@code C_SetPIN}. */
    void setPin(long session, byte @Nullable [] oldPin, byte @Nullable [] newPin) throws CryptokiException;

    /** {@code C_FindObjectsInit}, {@code C_FindObjects} until there are no more, {@code C_FindObjectsFinal} in any case. */
    List<Long> find(long session, Template template) throws CryptokiException;

    /**
     * {@code C_GetAttributeValue}, several at once.
     *
     * @return the values; attributes that the object does not have, or does not reveal, are not in it
     */
    Attributes attributes(long session, long object, List<Long> types) throws CryptokiException;

    /** {@code C_SetAttributeValue}. */
    void setAttributes(long session, long object, Template template) throws CryptokiException;

    /** {@code C_CreateObject}. */
    long createObject(long session, Template template) throws CryptokiException;

    /** {@code C_DestroyObject}. */
    void destroyObject(long session, long object) throws CryptokiException;

    /** {@code C_GenerateKey}. */
    long generateKey(long session, CkMechanism mechanism, Template template) throws CryptokiException;

    /** {@code C_GenerateKeyPair}. */
    KeyPairHandles generateKeyPair(long session, CkMechanism mechanism, Template publicKey, Template privateKey)
            throws CryptokiException;

    /** {@code C_DeriveKey}. */
    long deriveKey(long session, CkMechanism mechanism, long baseKey, Template template) throws CryptokiException;

    /** {@code C_SignInit}. */
    void signInit(long session, CkMechanism mechanism, long key) throws CryptokiException;

    /** {@code C_Sign}. */
    byte[] sign(long session, byte[] data) throws CryptokiException;

    /** {@code C_SignUpdate}. */
    void signUpdate(long session, byte[] part) throws CryptokiException;

    /** {@code C_SignFinal}. */
    byte[] signFinal(long session) throws CryptokiException;

    /** {@code C_EncryptInit}. */
    void encryptInit(long session, CkMechanism mechanism, long key) throws CryptokiException;

    /** {@code C_Encrypt}. */
    byte[] encrypt(long session, byte[] data) throws CryptokiException;

    /** {@code C_DecryptInit}. */
    void decryptInit(long session, CkMechanism mechanism, long key) throws CryptokiException;

    /** {@code C_Decrypt}. */
    byte[] decrypt(long session, byte[] data) throws CryptokiException;

    /** {@code C_GenerateRandom}. */
    byte[] random(long session, int length) throws CryptokiException;

    /**
     * {@code C_Finalize} and {@code C_Initialize}: for a module that has lost its other side and does not come back by
     * itself. Every session, object handle and login of the module is gone afterwards, also other people's in this
     * process.
     */
    void reinitialize() throws CryptokiException;

    /** {@code C_Finalize}: ends it for the whole process. */
    default void finish() throws CryptokiException {}

    /** Gives the module's library back to the operating system; nothing may be called afterwards. */
    default void end() {}

    /**
     * What the module says of itself.
     *
     * @param manufacturer its maker, without padding
     * @param description  what it is, without padding
     * @param version      of the library, e.g. {@code 0.23}
     * @param cryptoki     of the standard that it follows, e.g. {@code 2.20}
     */
    record Info(String manufacturer, String description, String version, String cryptoki) {}

    /**
     * A slot.
     *
     * @param id           its number
     * @param description  without padding; PC/SC modules put the reader's name there, cut after 64 bytes
     * @param manufacturer without padding
     * @param flags        CKF_ values
     */
    record SlotInfo(long id, String description, String manufacturer, long flags) {}

    /**
     * A token.
     *
     * @param label        without padding
     * @param manufacturer without padding
     * @param model        without padding
     * @param serial       without padding
     * @param flags        CKF_ values
     * @param maxSessions  the most sessions that the application may have; empty where there is no such number
     * @param firmware     e.g. {@code 3.5}
     */
    record CkTokenInfo(
            String label,
            String manufacturer,
            String model,
            String serial,
            long flags,
            Optional<Long> maxSessions,
            String firmware,
            long minPin,
            long maxPin) {
        /** Whether a flag is set. */
        public boolean has(long flag) {
            return (flags & flag) != 0;
        }
    }

    /**
     * A mechanism.
     *
     * @param minKeySize as the module says it: bits or bytes
     * @param maxKeySize as the module says it: bits or bytes
     * @param flags      CKF_ values
     */
    record MechanismInfo(long minKeySize, long maxKeySize, long flags) {
        /** Whether a flag is set. */
        public boolean has(long flag) {
            return (flags & flag) != 0;
        }
    }

    /**
     * A new key pair.
     *
     * @param publicKey  handle of the public key object
     * @param privateKey handle of the private key object
     */
    record KeyPairHandles(long publicKey, long privateKey) {}
}
