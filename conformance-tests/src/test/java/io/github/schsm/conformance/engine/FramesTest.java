// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.conformance.bench.ReadersTokenSource;
import io.github.schsm.provider.SchsmProvider;
import io.github.schsm.simulator.VirtualReaders;
import io.github.schsm.simulator.profile.DeviceProfile;
import io.github.schsm.simulator.terminal.HookedTerminals;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.Provider;
import java.security.Signature;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.ArrayList;
import java.util.List;
import javax.smartcardio.CardChannel;
import javax.smartcardio.CardException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * How many calls a signature passes on its way from the JCA to the wire. Counted in the terminal while SIGN goes out:
 * the frames of our classes below {@link Signature#sign()}, which does not count, up to and with that of
 * {@link CardChannel#transmit}. The JDK's own frames between them do not count.
 */
class FramesTest {
    private static final int MOST = 16;
    private static final byte SIGN = 0x68;

    private final List<String> frames = new ArrayList<>();

    @ParameterizedTest
    @CsvSource({
        "SHA256withECDSA, EC, 256",
        "NONEwithECDSA, EC, 256",
        "SHA256withRSA, RSA, 2048",
        "NONEwithRSA, RSA, 2048",
        "SHA256withRSAandMGF1, RSA, 2048",
        "RSASSA-PSS, RSA, 2048"
    })
    void aSignaturePassesAtMost16Frames(String algorithm, String keys, int size) throws Exception {
        VirtualReaders readers = VirtualReaders.create(DeviceProfile.smartCardHsm4k());
        readers.device(VirtualReaders.DEFAULT_DEVICE);
        String terminal = ReadersTokenSource.offer(new HookedTerminals(readers.terminals(), this::look));
        try {
            Provider schsm = new SchsmProvider()
                    .configure("terminal = " + terminal + "; device = " + VirtualReaders.DEFAULT_DEVICE);
            KeyStore.getInstance("SCHSM", schsm).load(null, VirtualReaders.USER_PIN.toCharArray());
            KeyPairGenerator generator = KeyPairGenerator.getInstance(keys, schsm);
            generator.initialize(size);
            KeyPair pair = generator.generateKeyPair();
            Signature signature = Signature.getInstance(algorithm, schsm);
            if (algorithm.equals("RSASSA-PSS")) {
                signature.setParameter(new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 20, 1));
            }
            signature.initSign(pair.getPrivate());
            for (int round = 0; round < 2; round++) {
                frames.clear();
                signature.update(new byte[32]);
                signature.sign();

                assertThat(frames).isNotEmpty().hasSizeLessThanOrEqualTo(MOST);
                assertThat(frames.get(0)).endsWith("Channel.transmit");
            }
        } finally {
            ReadersTokenSource.withdraw(terminal);
            readers.close();
        }
    }

    private byte[] look(byte[] command, HookedTerminals.Next next) throws CardException {
        if (command[1] == SIGN) {
            count();
        }
        return next.transmit(command);
    }

    private void count() {
        boolean below = false;
        for (StackTraceElement frame : new Throwable().getStackTrace()) {
            String name = frame.getClassName() + "." + frame.getMethodName();
            if (name.equals("java.security.Signature.sign")) {
                return;
            }
            below |= frame.getMethodName().equals("transmit");
            if (below && name.startsWith("io.github.schsm.")) {
                frames.add(name);
            }
        }
        // Another command, or not for a signature.
        frames.clear();
    }
}
