/*
 * A PKCS#11 module in front of another one, which answers what a test tells it to: so that answers of modules come to the
 * bridge through the whole of the wrapper, its native part too. The functions of the other module are passed on but for
 *
 *   FOLDER/answer      "C_Function 0x30 before|after once|always": that function answers this, without having been
 *                      passed on or after it; the file goes when an answer "once" was given
 *   FOLDER/sessions    written here: how many sessions are open
 *   FOLDER/calls       if it is there, written here: the name of each of these functions that is called, a line each
 *
 * Compiled with VENDOR it is like the SmartCard-HSM vendor's module in what the bridge has to know of that: its name, no
 * ECDH, CKA_TOKEN demanded in templates, data of 4,087 bytes at most, and attributes of its own, which it does not have the
 * device obey.
 *
 *   FOLDER/attributes  written here: those attributes, a line "type hex" each
 *   FOLDER/refuse      if it is there, they are answered with CKR_ATTRIBUTE_TYPE_INVALID
 *
 * cc -shared -fPIC -DTARGET='"/usr/lib/.../module.so"' -DFOLDER='"/tmp/..."' [-DVENDOR] scripted-module.c -o module.so -ldl -lpthread
 */
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef unsigned long CK_ULONG;
typedef unsigned char CK_BYTE;
typedef CK_ULONG CK_RV;
typedef struct { CK_BYTE major, minor; } CK_VERSION;
typedef struct { CK_ULONG type; void *value; CK_ULONG length; } CK_ATTRIBUTE;
typedef void (*CK_FUNCTION)(void);

enum { FUNCTIONS = 68 }; /* of version 2.40, in the order of the standard */
typedef struct { CK_VERSION version; CK_FUNCTION functions[FUNCTIONS]; } CK_FUNCTION_LIST;

#define CKR_GENERAL_ERROR 0x5UL
#define CKR_ATTRIBUTE_TYPE_INVALID 0x12UL
#define CKR_DATA_LEN_RANGE 0x21UL
#define CKR_MECHANISM_INVALID 0x70UL
#define CKR_TEMPLATE_INCOMPLETE 0xD0UL
#define CKR_BUFFER_TOO_SMALL 0x150UL
#define CKM_ECDH1_DERIVE 0x1050UL
#define CKA_TOKEN 0x1UL
#define VENDOR_DEFINED 0x80000000UL
#define MOST 64

static CK_FUNCTION_LIST *target;
static CK_FUNCTION_LIST mine;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static long sessions;

/* Notes a call, if a test counts them. */
static void note(const char *function) {
    if (access(FOLDER "/calls", F_OK) != 0) return;
    FILE *file = fopen(FOLDER "/calls", "a");
    if (file != NULL) {
        fprintf(file, "%s\n", function);
        fclose(file);
    }
}

/* Whether the script has an answer of that function, now or after it was passed on. */
static int scripted(const char *function, const char *moment, CK_RV *answer) {
    char name[64], when[16], how[16];
    unsigned long value;
    int found = 0;
    pthread_mutex_lock(&lock);
    if (strcmp(moment, "before") == 0) note(function);
    FILE *file = fopen(FOLDER "/answer", "r");
    if (file != NULL) {
        found = fscanf(file, "%63s %lx %15s %15s", name, &value, when, how) == 4 && strcmp(name, function) == 0
                && strcmp(when, moment) == 0;
        fclose(file);
        if (found) {
            *answer = value;
            if (strcmp(how, "once") == 0) unlink(FOLDER "/answer");
        }
    }
    pthread_mutex_unlock(&lock);
    return found;
}

static void count(long change) {
    pthread_mutex_lock(&lock);
    sessions = change == 0 ? 0 : sessions + change;
    FILE *file = fopen(FOLDER "/sessions", "w");
    if (file != NULL) {
        fprintf(file, "%ld", sessions);
        fclose(file);
    }
    pthread_mutex_unlock(&lock);
}

#define PASS(index, parameters, arguments) (((CK_RV (*) parameters) target->functions[index]) arguments)

#define SCRIPTED(index, name, parameters, arguments, afterwards) \
    static CK_RV name parameters { \
        CK_RV answer; \
        if (scripted(#name, "before", &answer)) return answer; \
        answer = PASS(index, parameters, arguments); \
        if (answer == 0) { afterwards; } \
        scripted(#name, "after", &answer); \
        return answer; \
    }

typedef CK_ULONG U;
typedef void *P;

SCRIPTED(1, C_Finalize, (P reserved), (reserved), count(0))
#ifndef VENDOR
SCRIPTED(2, C_GetInfo, (P info), (info), )
SCRIPTED(7, C_GetMechanismList, (U slot, P list, P length), (slot, list, length), )
SCRIPTED(8, C_GetMechanismInfo, (U slot, U type, P info), (slot, type, info), )
SCRIPTED(43, C_Sign, (U session, P data, U length, P signature, P signatureLength),
         (session, data, length, signature, signatureLength), )
SCRIPTED(59, C_GenerateKeyPair, (U session, P mechanism, P publicKey, U publicLength, P privateKey, U privateLength,
         P publicHandle, P privateHandle), (session, mechanism, publicKey, publicLength, privateKey, privateLength,
         publicHandle, privateHandle), )
#endif
SCRIPTED(4, C_GetSlotList, (CK_BYTE present, P list, P length), (present, list, length), )
SCRIPTED(5, C_GetSlotInfo, (U slot, P info), (slot, info), )
SCRIPTED(6, C_GetTokenInfo, (U slot, P info), (slot, info), )
SCRIPTED(13, C_CloseSession, (U session), (session), count(-1))
SCRIPTED(14, C_CloseAllSessions, (U slot), (slot), count(0))
SCRIPTED(15, C_GetSessionInfo, (U session, P info), (session, info), )
SCRIPTED(18, C_Login, (U session, U user, P pin, U length), (session, user, pin, length), )
SCRIPTED(19, C_Logout, (U session), (session), )
SCRIPTED(20, C_CreateObject, (U session, P attributes, U length, P object), (session, attributes, length, object), )
SCRIPTED(22, C_DestroyObject, (U session, U object), (session, object), )
SCRIPTED(24, C_GetAttributeValue, (U session, U object, P attributes, U length),
         (session, object, attributes, length), )
SCRIPTED(26, C_FindObjectsInit, (U session, P attributes, U length), (session, attributes, length), )
SCRIPTED(27, C_FindObjects, (U session, P objects, U most, P length), (session, objects, most, length), )
SCRIPTED(28, C_FindObjectsFinal, (U session), (session), )
SCRIPTED(29, C_EncryptInit, (U session, P mechanism, U key), (session, mechanism, key), )
SCRIPTED(30, C_Encrypt, (U session, P data, U length, P output, P outputLength),
         (session, data, length, output, outputLength), )
SCRIPTED(33, C_DecryptInit, (U session, P mechanism, U key), (session, mechanism, key), )
SCRIPTED(34, C_Decrypt, (U session, P data, U length, P output, P outputLength),
         (session, data, length, output, outputLength), )
SCRIPTED(42, C_SignInit, (U session, P mechanism, U key), (session, mechanism, key), )
SCRIPTED(58, C_GenerateKey, (U session, P mechanism, P attributes, U length, P object),
         (session, mechanism, attributes, length, object), )
SCRIPTED(62, C_DeriveKey, (U session, P mechanism, U key, P attributes, U length, P object),
         (session, mechanism, key, attributes, length, object), )
SCRIPTED(64, C_GenerateRandom, (U session, P bytes, U length), (session, bytes, length), )

/* A session that the caller is not told of is closed again. */
static CK_RV C_OpenSession(U slot, U flags, P application, P notify, CK_ULONG *session) {
    CK_RV answer;
    if (scripted("C_OpenSession", "before", &answer)) return answer;
    answer = PASS(12, (U, U, P, P, CK_ULONG *), (slot, flags, application, notify, session));
    if (answer != 0) return answer;
    if (scripted("C_OpenSession", "after", &answer)) {
        PASS(13, (U), (*session));
    } else {
        count(1);
    }
    return answer;
}

#ifdef VENDOR
static CK_RV C_GetInfo(CK_BYTE *info) {
    CK_RV answer = PASS(2, (P), (info));
    if (answer == 0) {
        memset(info + 2, ' ', 32); /* manufacturerID, behind the version */
        memcpy(info + 2, "CardContact (www.cardcontact.de)", 32);
    }
    return answer;
}

static CK_RV C_GetMechanismList(U slot, CK_ULONG *list, CK_ULONG *length) {
    CK_ULONG all[256], number = 256, kept = 0;
    CK_RV answer = PASS(7, (U, P, P), (slot, all, &number));
    if (answer != 0) return answer;
    for (CK_ULONG i = 0; i < number; i++) {
        if (all[i] != CKM_ECDH1_DERIVE) all[kept++] = all[i];
    }
    CK_ULONG room = *length;
    *length = kept;
    if (list == NULL) return 0;
    if (room < kept) return CKR_BUFFER_TOO_SMALL;
    memcpy(list, all, kept * sizeof(CK_ULONG));
    return 0;
}

static CK_RV C_GetMechanismInfo(U slot, U type, P info) {
    return type == CKM_ECDH1_DERIVE ? CKR_MECHANISM_INVALID : PASS(8, (U, U, P), (slot, type, info));
}

static CK_RV C_Sign(U session, P data, U length, P signature, P signatureLength) {
    return length > 4087 ? CKR_DATA_LEN_RANGE
                         : PASS(43, (U, P, U, P, P), (session, data, length, signature, signatureLength));
}

static int isForToken(const CK_ATTRIBUTE *attributes, CK_ULONG length) {
    for (CK_ULONG i = 0; i < length; i++) {
        if (attributes[i].type == CKA_TOKEN) return attributes[i].length == 1 && *(CK_BYTE *) attributes[i].value == 1;
    }
    return 0;
}

static CK_RV C_GenerateKeyPair(U session, P mechanism, CK_ATTRIBUTE *publicKey, U publicLength, CK_ATTRIBUTE *privateKey,
                               U privateLength, P publicHandle, P privateHandle) {
    CK_ATTRIBUTE plain[MOST];
    CK_ULONG kept = 0;
    if (!isForToken(publicKey, publicLength) || !isForToken(privateKey, privateLength)) return CKR_TEMPLATE_INCOMPLETE;
    if (publicLength > MOST) return CKR_GENERAL_ERROR;
    FILE *file = fopen(FOLDER "/attributes", "w");
    if (file == NULL) return CKR_GENERAL_ERROR;
    for (CK_ULONG i = 0; i < publicLength; i++) {
        if (publicKey[i].type < VENDOR_DEFINED) {
            plain[kept++] = publicKey[i];
            continue;
        }
        fprintf(file, "%lx ", publicKey[i].type);
        for (CK_ULONG at = 0; at < publicKey[i].length; at++) {
            fprintf(file, "%02x", ((CK_BYTE *) publicKey[i].value)[at]);
        }
        fprintf(file, "\n");
    }
    fclose(file);
    if (kept < publicLength && access(FOLDER "/refuse", F_OK) == 0) return CKR_ATTRIBUTE_TYPE_INVALID;
    return PASS(59, (U, P, P, U, P, U, P, P),
                (session, mechanism, plain, kept, privateKey, privateLength, publicHandle, privateHandle));
}
#endif

#define MINE(index, name) mine.functions[index] = (CK_FUNCTION) name

CK_RV C_GetFunctionList(CK_FUNCTION_LIST **list) {
    if (target == NULL) {
        void *library = dlopen(TARGET, RTLD_NOW | RTLD_LOCAL);
        if (library == NULL) return CKR_GENERAL_ERROR;
        CK_RV (*get)(CK_FUNCTION_LIST **) = (CK_RV (*)(CK_FUNCTION_LIST **)) dlsym(library, "C_GetFunctionList");
        if (get == NULL || get(&target) != 0) return CKR_GENERAL_ERROR;
        mine = *target;
        mine.version.major = 2;
        mine.version.minor = 40;
        mine.functions[3] = (CK_FUNCTION) C_GetFunctionList;
        MINE(1, C_Finalize);
        MINE(2, C_GetInfo);
        MINE(4, C_GetSlotList);
        MINE(5, C_GetSlotInfo);
        MINE(6, C_GetTokenInfo);
        MINE(7, C_GetMechanismList);
        MINE(8, C_GetMechanismInfo);
        MINE(12, C_OpenSession);
        MINE(13, C_CloseSession);
        MINE(14, C_CloseAllSessions);
        MINE(15, C_GetSessionInfo);
        MINE(18, C_Login);
        MINE(19, C_Logout);
        MINE(20, C_CreateObject);
        MINE(22, C_DestroyObject);
        MINE(24, C_GetAttributeValue);
        MINE(26, C_FindObjectsInit);
        MINE(27, C_FindObjects);
        MINE(28, C_FindObjectsFinal);
        MINE(29, C_EncryptInit);
        MINE(30, C_Encrypt);
        MINE(33, C_DecryptInit);
        MINE(34, C_Decrypt);
        MINE(42, C_SignInit);
        MINE(43, C_Sign);
        MINE(58, C_GenerateKey);
        MINE(59, C_GenerateKeyPair);
        MINE(62, C_DeriveKey);
        MINE(64, C_GenerateRandom);
    }
    *list = &mine;
    return 0;
}
