// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.examples;

import io.github.schsm.AttestedPublicKey;
import io.github.schsm.DeviceIdentity;
import io.github.schsm.DeviceInitialization;
import io.github.schsm.Kdm;
import io.github.schsm.KeyAlgorithm;
import io.github.schsm.KeyDomain;
import io.github.schsm.KeyDomainException;
import io.github.schsm.KeyEncryptionKey;
import io.github.schsm.SchsmDevice;
import io.github.schsm.SchsmException;
import io.github.schsm.SchsmKeySpec;
import io.github.schsm.UnwrapProtection;
import io.github.schsm.WrapProtection;
import io.github.schsm.WrappedKeyEntry;
import io.github.schsm.provider.SchsmProvider;
import io.github.schsm.simulator.VirtualReaders;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECPublicKeySpec;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import javax.crypto.KeyAgreement;

/**
 * The story of the vendor's how-to (chapters 3 and 4), told with plain JCA calls on simulated devices: two become
 * members of a key domain, and a signing key moves from one to the other; a third tries in vain.
 *
 * <p>What goes from one device to another goes through files, as it would between two places.
 */
public final class Demo {
    /** Number of steps. */
    public static final int STEPS = 13;

    private static final String BRAINPOOL = "brainpoolP256r1";
    private static final String SECP256R1 = "secp256r1";
    private static final String KEY = "code-signing";
    private static final String EXCHANGE = "exchange";
    private static final int SLOTS = 2;
    private static final byte[] DOCUMENT =
            "We deliver 300 clocks by the end of March.\n".getBytes(StandardCharsets.UTF_8);

    private static final HexFormat HEX = HexFormat.of().withUpperCase();

    private final Story story;
    private final Path folder;

    /** A device with its provider and key store. */
    private record Hsm(Provider provider, KeyStore keyStore, SchsmDevice device) {
        String id() {
            return device.deviceId();
        }

        List<String> aliases() throws GeneralSecurityException {
            return Collections.list(keyStore.aliases());
        }

        KeyPair generate(SchsmKeySpec spec) throws GeneralSecurityException {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", provider);
            generator.initialize(spec);
            return generator.generateKeyPair();
        }
    }

    /**
     * A demonstration.
     *
     * @param story  how to tell it, in {@link #STEPS} steps
     * @param folder where devices exchange files
     */
    public Demo(Story story, Path folder) {
        this.story = story;
        this.folder = folder;
    }

    /** Runs it in a folder, or in the current one. */
    public static void main(String[] arguments) {
        Story story = new Story(new PrintWriter(System.out, true, Charset.defaultCharset()), false, STEPS);
        new Demo(story, Path.of(arguments.length == 0 ? "" : arguments[0])).tell();
        if (!story.succeeded()) {
            System.exit(1);
        }
    }

    /** Tells it, to the end or to the first check that fails. */
    public void tell() {
        story.print("A signing key moves from one SmartCard-HSM to another.");
        story.print("");
        story.print("A SmartCard-HSM is a small hardware security module: a smart card or USB stick that makes keys");
        story.print("and uses them, but does not give them away. So how do you get a spare, or a second one to share");
        story.print("the load? Devices can be members of a key domain: a key may move among the members, under a key");
        story.print("that two of them agree on and that is never visible, and it can never leave the domain.");
        story.print("Three devices play along here, simulated in the memory of this program.");
        try {
            play();
            story.end("The key is in both devices now, and was at no time anywhere else in the clear.");
        } catch (Story.EndedException ended) {
            story.end("");
        } catch (GeneralSecurityException | IOException | RuntimeException broken) {
            story.failed(broken);
            story.end("");
        }
    }

    private void play() throws GeneralSecurityException, IOException, Story.EndedException {
        Hsm a = insert("ZZSIM000001", "a");
        Hsm b = insert("ZZSIM000002", "b");
        Hsm c = insert("ZZSIM000003", "c");

        initialize(a, b, c);
        exportIds(a, b, c);
        KeyPair signer = groupSigner(a);
        issueKdms(a, b, c, signer);
        KeyDomain domainA;
        KeyDomain domainB;
        story.step(
                "Both members create the key domain (how-to 3.3)",
                "Each device checks the membership itself: the signature has to be over its own device key.",
                "The key domain is known by its UID, which is the group signer's public key.");
        domainA = create(a);
        domainB = create(b);
        story.check("both have the same UID", Arrays.equals(domainA.uid(), domainB.uid()));
        story.refused(
                c.id() + " tries to enter with the KDM of " + b.id(),
                KeyDomainException.class,
                () -> c.device().createKeyDomain(0, Kdm.parse(read(kdmFile(b)))));

        KeyPair codeSigning = generate(a, domainA);
        byte[] firstSignature = signOn(a, codeSigning.getPublic());
        exchangeKeys(a, domainA, b, domainB);
        agree(a, domainA, b, domainB);
        outsider(a, c);
        wrap(a, domainA);
        unwrap(a, b, c, domainB);
        verifyBoth(a, b, codeSigning.getPublic(), firstSignature);
        clear(a, domainA, b, domainB);
    }

    private static Hsm insert(String id, String name) throws GeneralSecurityException, IOException {
        Provider provider =
                new SchsmProvider().configure("terminal = simulator:memory; device = " + id + "; name = " + name);
        KeyStore keyStore = KeyStore.getInstance("SCHSM", provider);
        keyStore.load(null, null);
        return new Hsm(provider, keyStore, SchsmDevice.of(keyStore));
    }

    private void initialize(Hsm... devices) throws GeneralSecurityException, IOException, Story.EndedException {
        story.step(
                "The devices are initialized for key domains (how-to 3.1)",
                "Initialization erases a device and sets its PINs and the number of its key domain slots.",
                "The user PIN is for daily use; the SO-PIN is needed to initialize or to unblock.");
        for (Hsm hsm : devices) {
            char[] pin = VirtualReaders.USER_PIN.toCharArray();
            DeviceInitialization settings = DeviceInitialization.builder(pin, VirtualReaders.SO_PIN.toCharArray())
                    .label("demo")
                    .keyDomainSlots(SLOTS)
                    .build();
            hsm.device().administration().initialize(settings);
            settings.destroy();
            hsm.keyStore().load(null, pin);
            story.check(
                    hsm.id() + " is empty, has " + SLOTS + " free slots, and takes its PIN",
                    hsm.aliases().isEmpty()
                            && hsm.device().keyDomainSlots() == SLOTS
                            && hsm.device().keyDomains().isEmpty());
        }
    }

    private void exportIds(Hsm... devices) throws GeneralSecurityException, IOException, Story.EndedException {
        story.step(
                "Each device's id is exported (how-to 3.3)",
                "A device id is the device's certificate and that of its maker: it says which device this is,",
                "and that it is a real one. It holds no secret.");
        for (Hsm hsm : devices) {
            DeviceIdentity identity = hsm.device().identity();
            write(idFile(hsm), identity.encode());
            DeviceIdentity read = DeviceIdentity.parse(read(idFile(hsm)));
            hsm.device().trust().verify(read);
            story.check(
                    idFile(hsm) + ": certificates lead to a trusted root",
                    read.equals(identity) && read.deviceId().equals(hsm.id()));
        }
    }

    private KeyPair groupSigner(Hsm a) throws GeneralSecurityException, IOException, Story.EndedException {
        story.step(
                "A group signer is generated in " + a.id() + " (how-to 3.2)",
                "The group signer decides who is a member. It is an ordinary signing key, in any device; its",
                "holder controls the key domain, so it is best kept in a separate device.");
        KeyPair signer = a.generate(SchsmKeySpec.builder("group-signer")
                .parameters(new ECGenParameterSpec(BRAINPOOL))
                .allow(KeyAlgorithm.ECDSA)
                .build());
        AttestedPublicKey attested = (AttestedPublicKey) signer.getPublic();
        story.say("key domain UID " + HEX.formatHex(uid(attested)));
        a.device().trust().verify(attested);
        story.check(
                "the device attests that the key was generated in it",
                attested.request().isSelfSigned());
        story.check("the private key cannot be read", signer.getPrivate().getEncoded() == null);
        return signer;
    }

    private void issueKdms(Hsm a, Hsm b, Hsm c, KeyPair signer)
            throws GeneralSecurityException, IOException, Story.EndedException {
        story.step(
                "The group signer makes " + a.id() + " and " + b.id() + " members (how-to 3.3)",
                "It signs a key domain membership (KDM) for each, after the device's certificates were verified.",
                c.id() + " gets none: it stays outside.");
        byte[] uid = uid((AttestedPublicKey) signer.getPublic());
        for (Hsm member : List.of(a, b)) {
            Kdm issued = Kdm.issue(signer, DeviceIdentity.parse(read(idFile(member))));
            write(kdmFile(member), issued.encode());
            Kdm kdm = Kdm.parse(read(kdmFile(member)));
            story.say("device " + kdm.identity().deviceId() + ", UID " + HEX.formatHex(kdm.uid()));
            kdm.verifyFor(member.device().identity());
            story.check(
                    kdmFile(member) + ": for this very device, signed by the group signer",
                    Arrays.equals(kdm.uid(), uid));
        }
        byte[] changed = read(kdmFile(b));
        changed[changed.length - 1] ^= 1;
        story.refused(
                "a KDM with one bit changed",
                KeyDomainException.class,
                () -> Kdm.parse(changed).verify());
    }

    private KeyDomain create(Hsm member) throws GeneralSecurityException, IOException, Story.EndedException {
        KeyDomain domain = member.device().createKeyDomain(0, Kdm.parse(read(kdmFile(member))));
        story.check(
                member.id() + ": XKEK key domain in slot 0, with no key to wrap with yet (KCV "
                        + HEX.formatHex(domain.kcv()) + ")",
                domain.isXkek() && isZero(domain.kcv()));
        return domain;
    }

    private KeyPair generate(Hsm a, KeyDomain domain)
            throws GeneralSecurityException, IOException, Story.EndedException {
        story.step(
                "A signing key is generated in " + a.id() + ", inside the key domain (how-to 3.3)",
                "What a key may be used for is said now and never again: this one may sign (ECDSA) and may move to",
                "another member (WRAP).");
        KeyPair pair = a.generate(SchsmKeySpec.builder(KEY)
                .parameters(new ECGenParameterSpec(SECP256R1))
                .domain(domain)
                .allow(KeyAlgorithm.ECDSA, KeyAlgorithm.WRAP)
                .build());
        story.check("\"" + KEY + "\" is on " + a.id(), a.aliases().contains(KEY));
        return pair;
    }

    private byte[] signOn(Hsm a, PublicKey publicKey)
            throws GeneralSecurityException, IOException, Story.EndedException {
        byte[] signature = sign(a);
        write("document.txt", DOCUMENT);
        write("document." + a.id() + ".sig", signature);
        story.check(
                a.id() + " signs a document; the JDK's own software verifies the signature",
                verifiedBySoftware(publicKey, DOCUMENT, signature));
        return signature;
    }

    private void exchangeKeys(Hsm a, KeyDomain domainA, Hsm b, KeyDomain domainB)
            throws GeneralSecurityException, IOException, Story.EndedException {
        story.step(
                "Both members generate an exchange key and swap the public halves (how-to 4)",
                "An exchange key is for agreeing on a key with another member, and for nothing else. Its public key",
                "file names the key domain and is signed by the device, so the other one knows whom it talks to.");
        exchangeKey(a, domainA);
        exchangeKey(b, domainB);
    }

    private void exchangeKey(Hsm hsm, KeyDomain domain)
            throws GeneralSecurityException, IOException, Story.EndedException {
        KeyPair pair = hsm.generate(SchsmKeySpec.exchangeKey(EXCHANGE, domain));
        write(publicKeyFile(hsm), ((AttestedPublicKey) pair.getPublic()).encode());
        AttestedPublicKey read = AttestedPublicKey.parse(read(publicKeyFile(hsm)));
        hsm.device().trust().verify(read);
        story.check(
                publicKeyFile(hsm) + ": attested by " + hsm.id() + ", names the key domain",
                Arrays.equals(read.keyDomainUid().orElse(new byte[0]), domain.uid()));
    }

    private void agree(Hsm a, KeyDomain domainA, Hsm b, KeyDomain domainB)
            throws GeneralSecurityException, IOException, Story.EndedException {
        story.step(
                "The two devices agree on a key (how-to 4)",
                "Each computes the same key encryption key (KEK) from its own exchange key and the other's file.",
                "The KEK stays inside; its key check value (KCV) shows that both have the same one.");
        agree(a, publicKeyFile(b));
        agree(b, publicKeyFile(a));
        story.say(a.id() + " KCV " + HEX.formatHex(domainA.kcv()));
        story.say(b.id() + " KCV " + HEX.formatHex(domainB.kcv()));
        story.check(
                "both KCVs are the same, and not zero",
                Arrays.equals(domainA.kcv(), domainB.kcv()) && !isZero(domainA.kcv()));
    }

    private KeyEncryptionKey agree(Hsm hsm, String peerFile) throws GeneralSecurityException, IOException {
        KeyAgreement agreement = KeyAgreement.getInstance("ECDH_XKEK", hsm.provider());
        agreement.init(hsm.keyStore().getKey(EXCHANGE, null));
        agreement.doPhase(AttestedPublicKey.parse(read(peerFile)), true);
        return (KeyEncryptionKey) agreement.generateSecret("XKEK");
    }

    private void outsider(Hsm a, Hsm c) throws GeneralSecurityException, IOException, Story.EndedException {
        story.step(
                c.id() + ", which is not a member, makes its own group and tries to join",
                "It is a genuine device with a proper key domain and exchange key, only of another group signer.");
        KeyPair otherSigner = c.generate(SchsmKeySpec.builder("group-signer")
                .parameters(new ECGenParameterSpec(BRAINPOOL))
                .build());
        KeyDomain other =
                c.device().createKeyDomain(0, Kdm.issue(otherSigner, c.device().identity()));
        story.check(
                "its key domain has another UID",
                !Arrays.equals(other.uid(), a.device().keyDomain(0).uid()));
        exchangeKey(c, other);
        byte[] kcv = a.device().keyDomain(0).kcv();
        story.refused(
                a.id() + " is asked to agree on a key with it",
                KeyDomainException.class,
                () -> agree(a, publicKeyFile(c)));
        story.check(
                a.id() + " still has the KEK it shares with the member",
                Arrays.equals(kcv, a.device().keyDomain(0).kcv()));
    }

    private void wrap(Hsm a, KeyDomain domain) throws GeneralSecurityException, IOException, Story.EndedException {
        story.step(
                "The signing key leaves " + a.id() + ", wrapped (how-to 4)",
                "The device encrypts and seals the key under the KEK. The file may take any way: it is of use only",
                "to a device that has the same KEK.");
        KeyStore.Entry entry = a.keyStore().getEntry(KEY, new WrapProtection(domain.kek()));
        story.check("the key store gives a wrapped key", entry instanceof WrappedKeyEntry);
        write(KEY + ".wky", ((WrappedKeyEntry) entry).encode());
        WrappedKeyEntry read = WrappedKeyEntry.parse(read(KEY + ".wky"));
        story.check(KEY + ".wky: wrapped under the KEK with the agreed KCV", Arrays.equals(read.kcv(), domain.kcv()));
        story.refused(
                "wrapping the group signer, which was not generated to move",
                SchsmException.class,
                () -> a.keyStore().getEntry("group-signer", new WrapProtection(domain.kek())));
    }

    private void unwrap(Hsm a, Hsm b, Hsm c, KeyDomain domainB)
            throws GeneralSecurityException, IOException, Story.EndedException {
        story.step(
                "The key arrives in " + b.id() + " (how-to 4), and nowhere else",
                "First without right: a file that was changed on the way, and a device that is no member.");
        WrappedKeyEntry wrapped = WrappedKeyEntry.parse(read(KEY + ".wky"));
        byte[] blob = wrapped.blob();
        blob[blob.length / 2] ^= 1;
        WrappedKeyEntry damaged = WrappedKeyEntry.of(
                blob, wrapped.description().orElse(null), wrapped.certificate().orElse(null), List.of());
        story.refused(
                b.id() + " gets the file with one bit changed",
                SchsmException.class,
                () -> b.keyStore().setEntry(KEY, damaged, new UnwrapProtection(domainB.kek())));
        story.check("nothing of it is left in " + b.id(), !b.aliases().contains(KEY));

        KeyEncryptionKey own = agree(c, publicKeyFile(c));
        story.say(c.id() + " has its own KEK, KCV " + HEX.formatHex(own.kcv()));
        story.refused(
                c.id() + " gets the file",
                SchsmException.class,
                () -> c.keyStore().setKeyEntry(KEY, read(KEY + ".wky"), null));
        story.check("nothing of it is left in " + c.id(), !c.aliases().contains(KEY));

        b.keyStore().setEntry(KEY, wrapped, new UnwrapProtection(domainB.kek()));
        story.check("\"" + KEY + "\" is on " + b.id(), b.aliases().contains(KEY));
        story.check("and still on " + a.id(), a.aliases().contains(KEY));
    }

    private void verifyBoth(Hsm a, Hsm b, PublicKey publicKey, byte[] firstSignature)
            throws GeneralSecurityException, IOException, Story.EndedException {
        story.step(
                b.id() + " signs the same document",
                "Both signatures are verified with the one public key, by the JDK's software, without any device.");
        byte[] second = sign(b);
        write("document." + b.id() + ".sig", second);
        story.check("the signature of " + a.id() + " is good", verifiedBySoftware(publicKey, DOCUMENT, firstSignature));
        story.check("the signature of " + b.id() + " is good", verifiedBySoftware(publicKey, DOCUMENT, second));
        byte[] forged = DOCUMENT.clone();
        forged[11] ^= 1;
        story.check(
                "for a changed document neither is",
                !verifiedBySoftware(publicKey, forged, firstSignature)
                        && !verifiedBySoftware(publicKey, forged, second));
    }

    private void clear(Hsm a, KeyDomain domainA, Hsm b, KeyDomain domainB)
            throws GeneralSecurityException, IOException, Story.EndedException {
        story.step(
                "The KEK is cleared on both devices (how-to 4)",
                "Without it nothing can be wrapped or unwrapped; for the next move a new one is agreed.");
        domainA.clearKek();
        domainB.clearKek();
        story.check(a.id() + " KCV " + HEX.formatHex(domainA.kcv()), isZero(domainA.kcv()));
        story.check(b.id() + " KCV " + HEX.formatHex(domainB.kcv()), isZero(domainB.kcv()));
        story.refused("wrapping without a KEK", KeyDomainException.class, domainA::kek);
        story.check(
                "the key still signs on both",
                verifiedBySoftware(publicKey(a), DOCUMENT, sign(a))
                        && verifiedBySoftware(publicKey(a), DOCUMENT, sign(b)));
    }

    private static PublicKey publicKey(Hsm hsm) throws GeneralSecurityException {
        return hsm.keyStore().getCertificate(KEY).getPublicKey();
    }

    private static byte[] sign(Hsm hsm) throws GeneralSecurityException {
        Signature signature = Signature.getInstance("SHA256withECDSA", hsm.provider());
        signature.initSign((PrivateKey) hsm.keyStore().getKey(KEY, null));
        signature.update(DOCUMENT);
        return signature.sign();
    }

    /** With a key that is nothing but a point on a curve, in a provider that knows no device. */
    private static boolean verifiedBySoftware(PublicKey key, byte[] document, byte[] signature)
            throws GeneralSecurityException {
        ECPublicKey point = (ECPublicKey) key;
        PublicKey plain = KeyFactory.getInstance("EC", "SunEC")
                .generatePublic(new ECPublicKeySpec(point.getW(), point.getParams()));
        Signature software = Signature.getInstance("SHA256withECDSA", "SunEC");
        software.initVerify(plain);
        software.update(document);
        return software.verify(signature);
    }

    /** The UID of the key domain that a group signer controls: the x-coordinate of its public point. */
    private static byte[] uid(AttestedPublicKey groupSigner) {
        return Arrays.copyOfRange(groupSigner.request().publicPoint(), 1, 1 + KeyDomain.UID_LENGTH);
    }

    private static boolean isZero(byte[] bytes) {
        return Arrays.equals(bytes, new byte[bytes.length]);
    }

    private static String idFile(Hsm hsm) {
        return hsm.id() + ".cvc";
    }

    private static String kdmFile(Hsm hsm) {
        return hsm.id() + ".kdm";
    }

    private static String publicKeyFile(Hsm hsm) {
        return hsm.id() + "-" + EXCHANGE + ".pub";
    }

    private void write(String name, byte[] content) throws IOException {
        Files.write(folder.resolve(name), content);
    }

    private byte[] read(String name) throws IOException {
        return Files.readAllBytes(folder.resolve(name));
    }
}
