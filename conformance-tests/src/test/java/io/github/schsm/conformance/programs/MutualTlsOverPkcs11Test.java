// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.programs;

import io.github.schsm.conformance.bench.Libraries;
import io.github.schsm.conformance.bench.VirtualReader;
import io.github.schsm.simulator.VirtualReaders;
import io.github.schsm.simulator.profile.DeviceProfile;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;

/** With four tokens of one PKCS#11 module. */
@Tag("pcsc")
class MutualTlsOverPkcs11Test extends MutualTlsConformance {
    private final List<VirtualReader> readers = new ArrayList<>();
    private final VirtualReaders simulated = VirtualReaders.create(DeviceProfile.smartCardHsm4k());

    @Override
    String configuration(int number) throws Exception {
        String id = String.format(Locale.ROOT, "ZZSIM31%04d", number);
        readers.add(VirtualReader.plug(number, simulated.device(id)));
        return "terminal = pkcs11:" + Libraries.find(Libraries.OPEN_SC) + "; device = " + id;
    }

    @AfterAll
    void takeOut() {
        readers.forEach(VirtualReader::close);
    }
}
