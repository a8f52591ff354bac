// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.bench;

import io.github.schsm.provider.SchsmProvider;
import io.github.schsm.simulator.ApduRecorder;
import io.github.schsm.simulator.VirtualReaders;
import io.github.schsm.simulator.profile.DeviceProfile;
import java.security.Provider;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import javax.smartcardio.Card;
import javax.smartcardio.TerminalFactory;
import jnasmartcardio.Smartcardio;

/** Two devices that nobody has used, in the daemon's first two readers. */
public final class PcscBench implements Bench {
    private static final AtomicInteger NUMBER = new AtomicInteger(200_000);

    private final PcscMember source;
    private final PcscMember target;
    private final boolean secure;

    /**
     * Puts the devices in.
     *
     * @param terminal {@code pcsc} or {@code sunpcsc}
     */
    public PcscBench(String terminal) throws Exception {
        this(terminal, "");
    }

    /**
     * Puts the devices in.
     *
     * @param terminal {@code pcsc} or {@code sunpcsc}
     * @param settings more for the configuration, e.g. {@code "; channel = secure"}
     */
    public PcscBench(String terminal, String settings) throws Exception {
        this(terminal, terminal, settings);
    }

    /**
     * Puts the devices in, and reaches each in its own way.
     *
     * @param ofSource what {@code terminal = } says for the first
     * @param ofTarget what it says for the second
     * @param settings more for both configurations
     */
    public PcscBench(String ofSource, String ofTarget, String settings) throws Exception {
        this.source = new PcscMember(ofSource, settings, 0);
        try {
            this.target = new PcscMember(ofTarget, settings, 1);
        } catch (Exception failed) {
            source.reader.close();
            throw failed;
        }
        this.secure = settings.contains("channel = secure");
        source.reader.device().recorder().start();
        target.reader.device().recorder().start();
    }

    @Override
    public PcscMember source() {
        return source;
    }

    @Override
    public PcscMember target() {
        return target;
    }

    @Override
    public void close() {
        try {
            source.reader.close();
        } finally {
            target.reader.close();
        }
        if (secure) {
            SecureWire.assertAllProtected(source.reader.device().recorder().exchanges());
            SecureWire.assertAllProtected(target.reader.device().recorder().exchanges());
        }
    }

    /** One device in its reader. */
    public static final class PcscMember implements Member {
        private final VirtualReader reader;
        private final Provider provider;
        private final String configuration;

        private PcscMember(String terminal, String settings, int number) throws Exception {
            String id = String.format(Locale.ROOT, "ZZSIM%06d", NUMBER.incrementAndGet());
            VirtualReaders readers = VirtualReaders.create(DeviceProfile.smartCardHsm4k());
            this.reader = VirtualReader.plug(number, readers.device(id));
            this.configuration = reader.configuration(terminal) + settings;
            this.provider = new SchsmProvider().configure(configuration);
        }

        @Override
        public Provider provider() {
            return provider;
        }

        @Override
        public String id() {
            return reader.device().id();
        }

        @Override
        public String name() {
            return configuration.contains("pkcs11:") ? "opensc-pkcs11.so" : id();
        }

        @Override
        public String configuration() {
            return configuration;
        }

        @Override
        public Optional<ApduRecorder> wire() {
            return Optional.of(reader.device().recorder());
        }

        /** The reader. */
        public VirtualReader reader() {
            return reader;
        }

        @Override
        public Card connect() throws Exception {
            return TerminalFactory.getInstance("PC/SC", null, new Smartcardio())
                    .terminals()
                    .getTerminal(reader.name())
                    .connect("*");
        }

        @Override
        public void remove() throws Exception {
            reader.remove();
        }

        @Override
        public void insert() throws Exception {
            reader.insert();
        }
    }
}
