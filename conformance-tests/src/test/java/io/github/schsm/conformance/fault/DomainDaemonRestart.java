// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.fault;

import io.github.schsm.SchsmDomain;
import io.github.schsm.conformance.bench.DomainBench;
import io.github.schsm.conformance.bench.Group;
import io.github.schsm.conformance.bench.Pki;
import io.github.schsm.conformance.bench.VirtualReader;
import io.github.schsm.provider.SchsmProvider;
import io.github.schsm.simulator.VirtualReaders;
import io.github.schsm.simulator.profile.DeviceProfile;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.security.Provider;
import java.security.cert.Certificate;
import java.util.List;

/**
 * A program of {@link DaemonRestartTest}: a key domain with one member behind the daemon and one elsewhere does all that
 * programs do, ends the daemon and does it again, starts a daemon and brings together what is missing. Its argument is the
 * folder with the member that is elsewhere.
 */
final class DomainDaemonRestart {
    static final String WITHOUT = "all done without a daemon";
    static final String TOGETHER = "together again";

    private static final String NEAR = "ZZSIM000001";
    private static final String ELSEWHERE = "ZZSIM000002";
    private static final char[] PIN = "648219".toCharArray();
    private static final int SIGNATURES = 6;
    private static final int STEP = 50;
    private static final int PATIENCE = 60_000;

    private final PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    private final String elsewhere;
    private final VirtualReader reader;

    private DomainDaemonRestart(String folder, VirtualReader reader) {
        this.elsewhere = "simulator:" + folder;
        this.reader = reader;
    }

    public static void main(String[] arguments) throws Exception {
        Process daemon = DaemonRestart.startDaemon();
        VirtualReaders readers = VirtualReaders.create(DeviceProfile.smartCardHsm4k());
        try (VirtualReader reader = VirtualReader.plug(0, DaemonRestart.PORT, readers.device(NEAR))) {
            daemon = new DomainDaemonRestart(arguments[0], reader).run(daemon);
        } finally {
            DaemonRestart.stop(daemon);
        }
        System.exit(0);
    }

    private Process run(Process daemon) throws Exception {
        byte[] uid = makeDomain();
        // No names: a simulated folder makes each device that is named.
        Provider provider = provider("terminal = pcsc, " + elsewhere + "; domain = " + DomainBench.digits(uid));
        KeyStore keys = load(provider);
        SchsmDomain domain = SchsmDomain.of(keys);
        KeyPair pair = generate(provider, "k");
        require(domain.copies("k").equals(List.of(NEAR, ELSEWHERE)), "copies: " + domain.copies("k"));

        DaemonRestart.stop(daemon);
        for (int i = 0; i < SIGNATURES; i++) {
            Pki.assertSigns(provider, pair.getPrivate(), pair);
        }
        keys.load(null, PIN);
        require(!domain.members().get(0).isPresent(), "the first member is said to be here");
        KeyPair made = generate(provider, "made");
        Pki.assertSigns(provider, made.getPrivate(), made);
        require(domain.copies("made").equals(List.of(ELSEWHERE)), "copies: " + domain.copies("made"));
        Pki pki = Pki.create();
        Certificate[] chain = pki.chain(pki.issue("leaf", pair.getPublic()));
        keys.setKeyEntry("k", pair.getPrivate(), null, chain);
        require(!domain.synchronize().isComplete(), "complete without the first member");
        try {
            keys.deleteEntry("k");
            throw new IllegalStateException("deleted, though it would come back");
        } catch (KeyStoreException refused) {
            require(String.valueOf(refused.getMessage()).contains(NEAR), refused.getMessage());
        }
        out.println(WITHOUT);

        Process restarted = DaemonRestart.startDaemon();
        VirtualReader.awaitPresence(reader.name(), true);
        for (int waited = 0;
                waited < PATIENCE && domain.members().get(0).problem().isPresent();
                waited += STEP) {
            Thread.sleep(STEP);
        }
        SchsmDomain.Synchronization mended = domain.synchronize();
        require(mended.isComplete(), mended.report() + ", " + mended.failed());
        require(domain.withoutSecondCopy().isEmpty(), "without a second copy: " + domain.withoutSecondCopy());
        KeyStore alone = load(provider("terminal = pcsc; device = " + NEAR));
        require(alone.containsAlias("made"), "the key that was made meanwhile is not on the first member");
        require(chain[0].equals(alone.getCertificate("k")), "the first member has not got the certificate");
        keys.deleteEntry("k");
        alone.load(null, PIN);
        require(!alone.containsAlias("k"), "the first member still has the key");
        out.println(TOGETHER);
        return restarted;
    }

    /** The group signer is on the member that is elsewhere. */
    private byte[] makeDomain() throws Exception {
        Provider holder = provider("terminal = " + elsewhere + "; device = " + ELSEWHERE);
        KeyStore signers = load(holder);
        KeyPair signer = Group.generatePair(holder, Group.signerSpec("group-signer"));
        byte[] uid = DomainBench.join(signer, load(provider("terminal = pcsc; device = " + NEAR)));
        DomainBench.join(signer, signers);
        signers.load(null, PIN);
        signers.deleteEntry("group-signer");
        return uid;
    }

    private static Provider provider(String configuration) {
        return new SchsmProvider().configure(configuration + "; trust = simulator");
    }

    private static KeyStore load(Provider provider) throws Exception {
        KeyStore keys = KeyStore.getInstance("SCHSM", provider);
        keys.load(null, PIN);
        return keys;
    }

    private static KeyPair generate(Provider provider, String label) throws Exception {
        return Group.generateEc(provider, label, "secp256r1");
    }

    private static void require(boolean condition, String otherwise) {
        if (!condition) {
            throw new IllegalStateException(otherwise);
        }
    }
}
