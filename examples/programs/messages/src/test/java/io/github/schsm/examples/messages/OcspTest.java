// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.examples.messages;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.github.schsm.examples.support.Command;
import io.github.schsm.examples.support.DeviceKeys;
import io.github.schsm.examples.support.KeyKind;
import io.github.schsm.examples.support.Recipe;
import io.github.schsm.examples.support.SmallAuthority;
import io.github.schsm.examples.support.Verdict;
import java.io.IOException;
import java.math.BigInteger;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Date;
import java.util.Set;
import org.bouncycastle.asn1.ocsp.OCSPObjectIdentifiers;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateHolder;
import org.bouncycastle.cert.ocsp.BasicOCSPResp;
import org.bouncycastle.cert.ocsp.BasicOCSPRespBuilder;
import org.bouncycastle.cert.ocsp.CertificateStatus;
import org.bouncycastle.cert.ocsp.OCSPReq;
import org.bouncycastle.cert.ocsp.OCSPRespBuilder;
import org.bouncycastle.cert.ocsp.Req;
import org.bouncycastle.cert.ocsp.RespID;
import org.bouncycastle.cert.ocsp.RevokedStatus;
import org.bouncycastle.cert.ocsp.jcajce.JcaBasicOCSPRespBuilder;
import org.bouncycastle.operator.DigestCalculator;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Recipe(
        program = "Bouncy Castle OCSP",
        version = "1.87",
        verdict = Verdict.CODE,
        how = "`setProvider(provider)` in the builder that takes the key")
@Tag("programs")
@SuppressWarnings("JavaUtilDate") // what the builders take
class OcspTest extends DeviceMessages {
    private static final long VALIDITY = Duration.ofDays(1).toMillis();

    private static DeviceKeys responders;

    @BeforeAll
    static void certifyForOcspOnly() {
        responders = new DeviceKeys(world, KeyPurposeId.id_kp_OCSPSigning);
    }

    private static byte[] answer(
            byte[] request,
            Set<BigInteger> revoked,
            PrivateKey key,
            X509Certificate certificate,
            String algorithm,
            Provider provider)
            throws Exception {
        // region ocsp
        DigestCalculator sha1 = new JcaDigestCalculatorProviderBuilder().build().get(RespID.HASH_SHA1);
        BasicOCSPRespBuilder builder = new JcaBasicOCSPRespBuilder(certificate.getPublicKey(), sha1);
        OCSPReq question = new OCSPReq(request);
        Date now = new Date();
        for (Req each : question.getRequestList()) {
            CertificateStatus status = revoked.contains(each.getCertID().getSerialNumber())
                    ? new RevokedStatus(now, CRLReason.keyCompromise)
                    : CertificateStatus.GOOD;
            builder.addResponse(each.getCertID(), status, now, new Date(now.getTime() + VALIDITY));
        }
        Extension nonce = question.getExtension(OCSPObjectIdentifiers.id_pkix_ocsp_nonce);
        if (nonce != null) {
            builder.setResponseExtensions(new Extensions(nonce));
        }
        BasicOCSPResp answer = builder.build(
                new JcaContentSignerBuilder(algorithm).setProvider(provider).build(key),
                new X509CertificateHolder[] {new JcaX509CertificateHolder(certificate)},
                now);
        byte[] encoded =
                new OCSPRespBuilder().build(OCSPRespBuilder.SUCCESSFUL, answer).getEncoded();
        // endregion
        return encoded;
    }

    /** Answers a request by HTTP, as a responder does. */
    private static HttpServer responder(Set<BigInteger> revoked, KeyKind kind, String algorithm) throws Exception {
        PrivateKey key = responders.key(kind);
        X509Certificate certificate = responders.certificate(kind);
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            try (exchange) {
                byte[] answer = answer(
                        exchange.getRequestBody().readAllBytes(), revoked, key, certificate, algorithm, provider);
                exchange.getResponseHeaders().add("Content-Type", "application/ocsp-response");
                exchange.sendResponseHeaders(HttpURLConnection.HTTP_OK, answer.length);
                exchange.getResponseBody().write(answer);
            } catch (IOException broken) {
                throw broken;
            } catch (Exception refused) {
                throw new IOException(refused);
            }
        });
        server.start();
        return server;
    }

    @ParameterizedTest
    @CsvSource({
        "SHA256withECDSA, P256",
        "SHA384withECDSA, P384",
        "SHA256withECDSA, BRAINPOOL256",
        "SHA256withRSA, RSA2048",
        "SHA256withRSAandMGF1, RSA2048"
    })
    void opensslBelievesTheAnswers(String algorithm, KeyKind kind) throws Exception {
        X509Certificate good =
                world.authority().chain("good", SmallAuthority.ecKey().getPublic())[0];
        X509Certificate revoked =
                world.authority().chain("revoked", SmallAuthority.ecKey().getPublic())[0];
        HttpServer server = responder(Set.of(revoked.getSerialNumber()), kind, algorithm);
        try {
            assertThat(Command.run(
                            folder,
                            "openssl",
                            "ocsp",
                            "-issuer",
                            world.pem("issuer.pem", world.authority().issuer()).toString(),
                            "-cert",
                            world.pem("good.pem", good).toString(),
                            "-cert",
                            world.pem("revoked.pem", revoked).toString(),
                            "-CAfile",
                            world.rootFile().toString(),
                            "-url",
                            "http://127.0.0.1:" + server.getAddress().getPort()))
                    .contains("Response verify OK")
                    .contains("good.pem: good")
                    .contains("revoked.pem: revoked")
                    .contains("Reason: keyCompromise");
        } finally {
            server.stop(0);
        }
    }
}
