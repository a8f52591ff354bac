// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.examples.messages;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.examples.support.Command;
import io.github.schsm.examples.support.DeviceKeys;
import io.github.schsm.examples.support.KeyKind;
import io.github.schsm.examples.support.Recipe;
import io.github.schsm.examples.support.Verdict;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.cert.X509Certificate;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.cert.jcajce.JcaCertStore;
import org.bouncycastle.cms.SignerInfoGenerator;
import org.bouncycastle.cms.jcajce.JcaSimpleSignerInfoGeneratorBuilder;
import org.bouncycastle.cms.jcajce.JcaSimpleSignerInfoVerifierBuilder;
import org.bouncycastle.operator.DigestCalculatorProvider;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;
import org.bouncycastle.tsp.TSPAlgorithms;
import org.bouncycastle.tsp.TimeStampRequest;
import org.bouncycastle.tsp.TimeStampRequestGenerator;
import org.bouncycastle.tsp.TimeStampResponse;
import org.bouncycastle.tsp.TimeStampResponseGenerator;
import org.bouncycastle.tsp.TimeStampTokenGenerator;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Recipe(
        program = "Bouncy Castle TSP",
        version = "1.87",
        verdict = Verdict.CODE,
        how = "`setProvider(provider)` in the builder that takes the key")
@Tag("programs")
class TspTest extends DeviceMessages {
    private static final ASN1ObjectIdentifier POLICY = new ASN1ObjectIdentifier("1.3.6.1.4.1.99999.1");

    private static final AlgorithmIdentifier SHA256 = new AlgorithmIdentifier(TSPAlgorithms.SHA256);

    private static DeviceKeys clocks;

    @BeforeAll
    static void certifyForTimeStampsOnly() {
        clocks = new DeviceKeys(world, KeyPurposeId.id_kp_timeStamping);
    }

    @SuppressWarnings("JavaUtilDate") // what the generator takes
    private static byte[] answer(
            byte[] query, PrivateKey key, List<X509Certificate> chain, String algorithm, Provider provider, Date now)
            throws Exception {
        // region tsp
        DigestCalculatorProvider digests = new JcaDigestCalculatorProviderBuilder().build();
        SignerInfoGenerator signer =
                new JcaSimpleSignerInfoGeneratorBuilder().setProvider(provider).build(algorithm, key, chain.get(0));
        TimeStampTokenGenerator tokens = new TimeStampTokenGenerator(signer, digests.get(SHA256), POLICY);
        tokens.addCertificates(new JcaCertStore(chain));
        TimeStampResponse answer = new TimeStampResponseGenerator(tokens, TSPAlgorithms.ALLOWED)
                .generate(new TimeStampRequest(query), BigInteger.ONE, now);
        // endregion
        return answer.getEncoded();
    }

    @ParameterizedTest
    @CsvSource({
        "SHA256withECDSA, P256",
        "SHA384withECDSA, P384",
        "SHA256withECDSA, BRAINPOOL256",
        "SHA256withRSA, RSA2048"
    })
    @SuppressWarnings("JavaUtilDate") // what the generator takes
    void stampsWhatOpensslVerifies(String algorithm, KeyKind kind) throws Exception {
        Path data = Files.write(folder.resolve("data.txt"), TEXT);
        Path query = folder.resolve("query.tsq");
        Command.run(
                folder,
                "openssl",
                "ts",
                "-query",
                "-data",
                data.toString(),
                "-sha256",
                "-cert",
                "-out",
                query.toString());

        Path answer = Files.write(
                folder.resolve("answer.tsr"),
                answer(
                        Files.readAllBytes(query),
                        clocks.key(kind),
                        List.of(clocks.chain(kind)),
                        algorithm,
                        provider,
                        new Date()));

        assertThat(Command.run(
                        folder,
                        "openssl",
                        "ts",
                        "-verify",
                        "-queryfile",
                        query.toString(),
                        "-in",
                        answer.toString(),
                        "-CAfile",
                        world.rootFile().toString()))
                .contains("Verification: OK");
    }

    /** openssl ts knows no PSS. */
    @Test
    @SuppressWarnings("JavaUtilDate") // what the generator takes
    void stampsByPss() throws Exception {
        TimeStampRequestGenerator queries = new TimeStampRequestGenerator();
        queries.setCertReq(true);
        TimeStampRequest query = queries.generate(TSPAlgorithms.SHA256, new byte[32], BigInteger.TEN);

        TimeStampResponse answer = new TimeStampResponse(answer(
                query.getEncoded(),
                clocks.key(KeyKind.RSA2048),
                List.of(clocks.chain(KeyKind.RSA2048)),
                "SHA256withRSAandMGF1",
                provider,
                new Date()));

        answer.validate(query);
        answer.getTimeStampToken()
                .validate(new JcaSimpleSignerInfoVerifierBuilder()
                        .setProvider(DeviceKeys.SOFTWARE)
                        .build(clocks.certificate(KeyKind.RSA2048)));
        assertThat(answer.getTimeStampToken()
                        .toCMSSignedData()
                        .getSignerInfos()
                        .getSigners()
                        .iterator()
                        .next()
                        .getEncryptionAlgOID())
                .isEqualTo(PKCSObjectIdentifiers.id_RSASSA_PSS.getId());
    }
}
