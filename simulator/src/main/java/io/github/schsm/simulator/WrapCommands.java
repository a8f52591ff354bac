package io.github.schsm.simulator;

import io.github.schsm.simulator.DeviceState.DomainScheme;

/** WRAP and UNWRAP (section 7 of the protocol notes): the only way for a key to leave. */
final class WrapCommands {
    private final Applet applet;

    WrapCommands(Applet applet) {
        this.applet = applet;
    }

    Answer wrap(Command command) throws Refusal {
        applet.requireDomains();
        if (command.p2() != Algorithm.WRAP) {
            throw new Refusal(Sw.WRONG_P1_P2);
        }
        command.requireNoData();
        CardKey key = applet.requireKey(command.p1());
        if (!key.mayBeWrapped(applet.state().scheme() == DomainScheme.DKEK)) {
            throw new Refusal(Sw.NOT_SUPPORTED);
        }
        byte[] kek = applet.state()
                .domain(key.domain())
                .map(KeyDomainSlot::kek)
                .orElseThrow(() -> new Refusal(Sw.CONDITIONS_NOT_SATISFIED));
        return Answer.of(WrappedKey.seal(kek, key));
    }

    Answer unwrap(Command command) throws Refusal {
        applet.requireDomains();
        if (command.p2() != Algorithm.UNWRAP) {
            throw new Refusal(Sw.WRONG_P1_P2);
        }
        applet.requireUser();
        applet.requireFreeKeyId(command.p1());
        byte[] blob = applet.dataOrInputBuffer(command);
        DeviceState state = applet.state();
        for (int slot = 0; slot < state.slots(); slot++) {
            byte[] kek = state.domain(slot).map(KeyDomainSlot::kek).orElse(null);
            if (kek != null && WrappedKey.isUnder(kek, blob)) {
                CardKey key = WrappedKey.open(kek, blob, slot);
                if (!applet.profile().knows(key.material())) {
                    throw new Refusal(Sw.WRONG_DATA);
                }
                applet.requireMemory(key.footprint()
                        - state.key(command.p1()).map(CardKey::footprint).orElse(0));
                state.putKey(command.p1(), key);
                return Answer.OK;
            }
        }
        throw new Refusal(Sw.WRONG_DATA);
    }
}
