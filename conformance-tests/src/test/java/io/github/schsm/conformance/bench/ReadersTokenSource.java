// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.bench;

import io.github.schsm.ConfigurationException;
import io.github.schsm.SchsmException;
import io.github.schsm.simulator.VirtualReaders;
import io.github.schsm.spi.TokenSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import javax.smartcardio.CardTerminals;

/** Makes {@code terminal = readers:<n>} work: virtual readers of one test. */
public final class ReadersTokenSource implements TokenSource {
    private static final Map<String, Supplier<CardTerminals>> READERS = new ConcurrentHashMap<>();
    private static final String REMOTE = "remote-";
    private static final AtomicInteger NUMBER = new AtomicInteger();

    /** Offers virtual readers. */
    public static String offer(VirtualReaders readers) {
        return offer(readers::terminals, "");
    }

    /** Offers readers of any kind. */
    public static String offer(CardTerminals readers) {
        return offer(() -> readers, "");
    }

    /** Offers virtual readers as if they were elsewhere. */
    public static String offerRemote(VirtualReaders readers) {
        return offer(readers::terminals, REMOTE);
    }

    private static String offer(Supplier<CardTerminals> readers, String where) {
        String number = where + NUMBER.incrementAndGet();
        READERS.put(number, readers);
        return "readers:" + number;
    }

    /** Takes virtual readers away. */
    public static void withdraw(String terminal) {
        READERS.remove(terminal.substring("readers:".length()));
    }

    @Override
    public String scheme() {
        return "readers";
    }

    @Override
    public Opened open(String location, Host host) throws SchsmException {
        Supplier<CardTerminals> readers = READERS.get(location);
        if (readers == null) {
            throw new ConfigurationException("no readers " + location);
        }
        return new Terminals(readers.get(), location.startsWith(REMOTE));
    }
}
