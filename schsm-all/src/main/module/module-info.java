// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors

/** Provider, card, PKCS#11 bridge, simulator, readers on other computers, and what they need, in one module. */
module io.github.schsm.all {
    requires transitive java.smartcardio;
    requires java.logging;
    requires java.management;
    requires java.naming;
    requires java.net.http;
    requires jdk.httpserver;
    requires jdk.jfr;
    requires jdk.net;
    requires static java.desktop;

    exports io.github.schsm;
    exports io.github.schsm.callback;
    exports io.github.schsm.card;
    exports io.github.schsm.card.apdu;
    exports io.github.schsm.card.channel;
    exports io.github.schsm.card.dkek;
    exports io.github.schsm.card.files;
    exports io.github.schsm.card.quirk;
    exports io.github.schsm.card.transport;
    exports io.github.schsm.codec;
    exports io.github.schsm.provider;
    exports io.github.schsm.provider.management;
    exports io.github.schsm.simulator;
    exports io.github.schsm.simulator.profile;
    exports io.github.schsm.simulator.terminal;

    // The JCA makes the engines of our copy of Bouncy Castle. ShadedJarTest knows which packages have some.
    opens io.github.schsm.shaded.bouncycastle.jcajce.provider.asymmetric to
            java.base;
    opens io.github.schsm.shaded.bouncycastle.jcajce.provider.asymmetric.cmce to
            java.base;
    opens io.github.schsm.shaded.bouncycastle.jcajce.provider.asymmetric.compositekem to
            java.base;
    opens io.github.schsm.shaded.bouncycastle.jcajce.provider.asymmetric.compositesignatures to
            java.base;
    opens io.github.schsm.shaded.bouncycastle.jcajce.provider.asymmetric.dh to
            java.base;
    opens io.github.schsm.shaded.bouncycastle.jcajce.provider.asymmetric.dsa to
            java.base;
    opens io.github.schsm.shaded.bouncycastle.jcajce.provider.asymmetric.dstu to
            java.base;
    opens io.github.schsm.shaded.bouncycastle.jcajce.provider.asymmetric.ec to
            java.base;
    opens io.github.schsm.shaded.bouncycastle.jcajce.provider.asymmetric.ecgost to
            java.base;
    opens io.github.schsm.shaded.bouncycastle.jcajce.provider.asymmetric.ecgost12 to
            java.base;
    opens io.github.schsm.shaded.bouncycastle.jcajce.provider.asymmetric.edec to
            java.base;
    opens io.github.schsm.shaded.bouncycastle.jcajce.provider.asymmetric.elgamal to
            java.base;
    opens io.github.schsm.shaded.bouncycastle.jcajce.provider.asymmetric.frodokem to
            java.base;
    opens io.github.schsm.shaded.bouncycastle.jcajce.provider.asymmetric.gost to
            java.base;
    opens io.github.schsm.shaded.bouncycastle.jcajce.provider.asymmetric.ies to
            java.base;
    opens io.github.schsm.shaded.bouncycastle.jcajce.provider.asymmetric.lms to
            java.base;
    opens io.github.schsm.shaded.bouncycastle.jcajce.provider.asymmetric.mldsa to
            java.base;
    opens io.github.schsm.shaded.bouncycastle.jcajce.provider.asymmetric.mlkem to
            java.base;
    opens io.github.schsm.shaded.bouncycastle.jcajce.provider.asymmetric.rsa to
            java.base;
    opens io.github.schsm.shaded.bouncycastle.jcajce.provider.asymmetric.slhdsa to
            java.base;
    opens io.github.schsm.shaded.bouncycastle.jcajce.provider.asymmetric.sm9 to
            java.base;
    opens io.github.schsm.shaded.bouncycastle.jcajce.provider.asymmetric.x509 to
            java.base;
    opens io.github.schsm.shaded.bouncycastle.jcajce.provider.asymmetric.xmss to
            java.base;
    opens io.github.schsm.shaded.bouncycastle.jcajce.provider.asymmetric.xwing to
            java.base;
    opens io.github.schsm.shaded.bouncycastle.jcajce.provider.digest to
            java.base;
    opens io.github.schsm.shaded.bouncycastle.jcajce.provider.drbg to
            java.base;
    opens io.github.schsm.shaded.bouncycastle.jcajce.provider.keystore.bc to
            java.base;
    opens io.github.schsm.shaded.bouncycastle.jcajce.provider.keystore.bcfks to
            java.base;
    opens io.github.schsm.shaded.bouncycastle.jcajce.provider.keystore.pkcs12 to
            java.base;
    opens io.github.schsm.shaded.bouncycastle.jcajce.provider.symmetric to
            java.base;
    opens io.github.schsm.shaded.bouncycastle.jcajce.provider.symmetric.util to
            java.base;
    opens io.github.schsm.shaded.bouncycastle.jce.provider to
            java.base;
    opens io.github.schsm.shaded.bouncycastle.pqc.jcajce.provider.falcon to
            java.base;
    opens io.github.schsm.shaded.bouncycastle.pqc.jcajce.provider.ntru to
            java.base;

    uses io.github.schsm.spi.TokenSource;

    provides java.security.Provider with
            io.github.schsm.provider.SchsmProvider;
    provides io.github.schsm.spi.TokenSource with
            io.github.schsm.bridge.Pkcs11TokenSource,
            io.github.schsm.remote.RamTokenSource,
            io.github.schsm.simulator.source.SimulatorTokenSource;
}
