// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.examples.documents;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.examples.support.Command;
import io.github.schsm.examples.support.DeviceWorld;
import io.github.schsm.examples.support.KeyKind;
import io.github.schsm.examples.support.Recipe;
import io.github.schsm.examples.support.Verdict;
import java.io.StringReader;
import java.util.Properties;
import org.apache.wss4j.common.crypto.Crypto;
import org.apache.wss4j.common.crypto.CryptoFactory;
import org.apache.wss4j.common.crypto.Merlin;
import org.apache.wss4j.dom.WSConstants;
import org.apache.wss4j.dom.engine.WSSConfig;
import org.apache.wss4j.dom.engine.WSSecurityEngine;
import org.apache.wss4j.dom.handler.RequestData;
import org.apache.wss4j.dom.handler.WSHandlerResult;
import org.apache.wss4j.dom.message.WSSecHeader;
import org.apache.wss4j.dom.message.WSSecSignature;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.w3c.dom.Document;

@Recipe(
        program = "WSS4J",
        version = "3.0.5",
        verdict = Verdict.CONFIGURATION,
        how = "Merlin's `keystore.type=SCHSM` and `keystore.file=hsm.schsm`; the provider registered")
class Wss4jTest extends DocumentWorld {
    private static Document envelope() throws Exception {
        return Xmls.parse("<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\"><s:Header/>"
                + "<s:Body><order>42</order></s:Body></s:Envelope>");
    }

    private void verify(Document signed) throws Exception {
        Merlin trusted = new Merlin();
        trusted.setTrustStore(world.trusted());
        RequestData request = new RequestData();
        request.setSigVerCrypto(trusted);
        WSHandlerResult result = new WSSecurityEngine().processSecurityHeader(signed, request);
        assertThat(result.getActionResults()).containsKey(WSConstants.SIGN);
    }

    @Tag("programs")
    @ParameterizedTest
    @CsvSource({
        "P256, http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256",
        "P384, http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384",
        "RSA2048, http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
    })
    void signsAMessage(KeyKind kind, String method) throws Exception {
        world.key("soap", kind);
        Document message = envelope();
        WSSConfig.init();
        Properties configured = new Properties();
        configured.load(new StringReader(Command.resource(Wss4jTest.class, "crypto.properties")
                .replace("hsm.schsm", world.keyStoreFile().toString())));
        configured.setProperty("org.apache.wss4j.crypto.merlin.keystore.password", DeviceWorld.PIN);
        Crypto crypto = CryptoFactory.getInstance(configured);

        WSSecHeader header = new WSSecHeader(message);
        header.insertSecurityHeader();
        WSSecSignature signature = new WSSecSignature(header);
        signature.setUserInfo("soap", DeviceWorld.PIN);
        signature.setKeyIdentifierType(WSConstants.BST_DIRECT_REFERENCE);
        signature.setUseSingleCertificate(false);
        signature.setSignatureAlgorithm(method);
        signature.build(crypto);

        verify(message);
    }
}
