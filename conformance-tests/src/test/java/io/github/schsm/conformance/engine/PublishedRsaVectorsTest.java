// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.KeyAlgorithm;
import io.github.schsm.conformance.bench.DkekRig;
import io.github.schsm.conformance.bench.Pki;
import io.github.schsm.conformance.bench.SimulatorBench;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.security.spec.RSAPrivateCrtKeySpec;
import java.security.spec.RSAPublicKeySpec;
import java.util.HexFormat;
import javax.crypto.Cipher;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Published test vectors for RSA, with their keys in the device. */
class PublishedRsaVectorsTest {
    private static final String F4 = "010001";

    /** The key of oaep-int.txt in RSA Laboratories' pkcs-1v2-1-vec.zip. */
    private static final String[] INTERMEDIATE = {
        "bbf82f090682ce9c2338ac2b9da871f7368d07eed41043a440d6b6f07454f51fb8dfbaaf035c02ab61ea48ceeb6fcd48"
                + "76ed520d60e1ec4619719d8a5b8b807fafb8e0a3dfc737723ee6b4b7d93a2584ee6a649d060953748834b2454598394e"
                + "e0aab12d7b61a51f527a9a41f6c1687fe2537298ca2a8f5946f8e5fd091dbdcb",
        "11",
        "a5dafc5341faf289c4b988db30c1cdf83f31251e0668b42784813801579641b29410b3c7998d6bc465745e5c392669d6"
                + "870da2c082a939e37fdcb82ec93edac97ff3ad5950accfbc111c76f1a9529444e56aaf68c56c092cd38dc3bef5d20a93"
                + "9926ed4f74a13eddfbe1a1cecc4894af9428c2b7b8883fe4463a4bc85b1cb3c1",
    };

    private static final String INTERMEDIATE_CIPHERTEXT =
            "1253e04dc0a5397bb44a7ab87e9bf2a039a33d1e996fc82a94ccd30074c95df763722017069e5268da5d1c0b4f872cf6"
                    + "53c11df82314a67968dfeae28def04bb6d84b1c31d654a1970e5783bd6eb96a024c2ca2f4a90fe9f2ef5c9c140e5bb48"
                    + "da9536ad8700c84fc9130adea74e558d51a74ddf85d8b50de96838d6063e0955";

    /** Key 1 of oaep-vect.txt there, 1024 bits. */
    private static final String[] FIRST = {
        "a8b3b284af8eb50b387034a860f146c4919f318763cd6c5598c8ae4811a1e0abc4c7e0b082d693a5e7fced675cf46685"
                + "12772c0cbc64a742c6c630f533c8cc72f62ae833c40bf25842e984bb78bdbf97c0107d55bdb662f5c4e0fab9845cb514"
                + "8ef7392dd3aaff93ae1e6b667bb3d4247616d4f5ba10d4cfd226de88d39f16fb",
        F4,
        "53339cfdb79fc8466a655c7316aca85c55fd8f6dd898fdaf119517ef4f52e8fd8e258df93fee180fa0e4ab29693cd83b"
                + "152a553d4ac4d1812b8b9fa5af0e7f55fe7304df41570926f3311f15c4d65a732c483116ee3d3d2d0af3549ad9bf7cbf"
                + "b78ad884f84d5beb04724dc7369b31def37d0cf539e9cfcdd3de653729ead5d1",
    };

    /** Key 10, 2048 bits. */
    private static final String[] TENTH = {
        "ae45ed5601cec6b8cc05f803935c674ddbe0d75c4c09fd7951fc6b0caec313a8df39970c518bffba5ed68f3f0d7f22a4"
                + "029d413f1ae07e4ebe9e4177ce23e7f5404b569e4ee1bdcf3c1fb03ef113802d4f855eb9b5134b5a7c8085adcae6fa2f"
                + "a1417ec3763be171b0c62b760ede23c12ad92b980884c641f5a8fac26bdad4a03381a22fe1b754885094c82506d4019a"
                + "535a286afeb271bb9ba592de18dcf600c2aeeae56e02f7cf79fc14cf3bdc7cd84febbbf950ca90304b2219a7aa063aef"
                + "a2c3c1980e560cd64afe779585b6107657b957857efde6010988ab7de417fc88d8f384c4e6e72c3f943e0c31c0c4a5cc"
                + "36f879d8a3ac9d7d59860eaada6b83bb",
        F4,
        "056b04216fe5f354ac77250a4b6b0c8525a85c59b0bd80c56450a22d5f438e596a333aa875e291dd43f48cb88b9d5fc0"
                + "d499f9fcd1c397f9afc070cd9e398c8d19e61db7c7410a6b2675dfbf5d345b804d201add502d5ce2dfcb091ce9997bbe"
                + "be57306f383e4d588103f036f7e85d1934d152a323e4a8db451d6f4a5b1b0f102cc150e02feee2b88dea4ad4c1baccb2"
                + "4d84072d14e1d24a6771f7408ee30564fb86d4393a34bcf0b788501d193303f13a2284b001f0f649eaf79328d4ac5c43"
                + "0ab4414920a9460ed1b7bc40ec653e876d09abc509ae45b525190116a0c26101848298509c1c3bf3a483e7274054e15e"
                + "97075036e989f60932807b5257751e79",
    };

    /** The key of the example of signPKCS1 at di-mgt.com.au, 1024 bits. */
    private static final String[] SIGNER = {
        "e08973398dd8f5f5e88776397f4eb005bb5383de0fb7abdc7dc775290d052e6d12dfa68626d4d26faa5829fc97ecfa82"
                + "510f3080beb1509e4644f12cbbd832cfc6686f07d9b060acbeee34096a13f5f7050593df5eba3556d961ff197fc981e6"
                + "f86cea874070efac6d2c749f2dfa553ab9997702a648528c4ef357385774575f",
        F4,
        "a403c327477634346ca686b57949014b2e8ad2c862b2c7d748096a8b91f736f275d6e8cd15906027314735644d95cd67"
                + "63ceb49f56ac2f376e1cee0ebf282df439906f34d86e085bd5656ad841f313d72d395efe33cbff29e4030b3d05a28fb7"
                + "f18ea27637b07957d32f2bde8706227d04665ec91baf8b1ac3ec9144ab7f21",
    };

    /** The key of pss-int.txt there, 1024 bits. */
    private static final String[] PSS = {
        "a2ba40ee07e3b2bd2f02ce227f36a195024486e49c19cb41bbbdfbba98b22b0e577c2eeaffa20d883a76e65e394c69d4"
                + "b3c05a1e8fadda27edb2a42bc000fe888b9b32c22d15add0cd76b3e7936e19955b220dd17d4ea904b1ec102b2e4de775"
                + "1222aa99151024c7cb41cc5ea21d00eeb41f7c800834d2c6e06bce3bce7ea9a5",
        F4,
        "050e2c3e38d886110288dfc68a9533e7e12e27d2aa56d2cdb3fb6efa990bcff29e1d2987fb711962860e7391b1ce01eb"
                + "adb9e812d2fbdfaf25df4ae26110a6d7a26f0b810f54875e17dd5c9fb6d641761245b81e79f8c88f0e55a6dcd5f133ab"
                + "d35f8f4ec80adf1bf86277a582894cb6ebcd2162f1c7534f1f4947b129151b71",
    };

    private SimulatorBench bench;
    private Provider provider;
    private DkekRig rig;

    @BeforeEach
    void open() throws Exception {
        bench = new SimulatorBench();
        provider = bench.source().provider();
        rig = DkekRig.of(bench);
    }

    @AfterEach
    void close() {
        bench.close();
    }

    private static byte[] hex(String text) {
        return HexFormat.of().parseHex(text);
    }

    private PrivateKey imported(String[] key, KeyAlgorithm... allowed) throws Exception {
        BigInteger n = new BigInteger(1, hex(key[0]));
        BigInteger e = new BigInteger(1, hex(key[1]));
        KeyFactory factory = KeyFactory.getInstance("RSA", "SunRsaSign");
        byte[] certificate = Pki.create()
                .issue("vector", factory.generatePublic(new RSAPublicKeySpec(n, e)))
                .getEncoded();
        RSAPrivateCrtKey crt =
                (RSAPrivateCrtKey) factory.generatePrivate(withPrimes(n, e, new BigInteger(1, hex(key[2]))));
        return rig.importRsa("vector", crt, certificate, allowed);
    }

    /** The primes from both exponents (NIST SP 800-56B, appendix C). */
    private static RSAPrivateCrtKeySpec withPrimes(BigInteger n, BigInteger e, BigInteger d) {
        BigInteger k = e.multiply(d).subtract(BigInteger.ONE);
        BigInteger odd = k.shiftRight(k.getLowestSetBit());
        BigInteger last = n.subtract(BigInteger.ONE);
        for (int base = 2; ; base++) {
            BigInteger x = BigInteger.valueOf(base).modPow(odd, n);
            while (!x.equals(BigInteger.ONE) && !x.equals(last)) {
                BigInteger square = x.modPow(BigInteger.TWO, n);
                if (square.equals(BigInteger.ONE)) {
                    BigInteger p = x.subtract(BigInteger.ONE).gcd(n);
                    BigInteger q = n.divide(p);
                    return new RSAPrivateCrtKeySpec(
                            n,
                            e,
                            d,
                            p,
                            q,
                            d.mod(p.subtract(BigInteger.ONE)),
                            d.mod(q.subtract(BigInteger.ONE)),
                            q.modInverse(p));
                }
                x = square;
            }
        }
    }

    private String decrypt(String name, PrivateKey key, String ciphertext) throws Exception {
        Cipher cipher = Cipher.getInstance(name, provider);
        cipher.init(Cipher.DECRYPT_MODE, key);
        return HexFormat.of().formatHex(cipher.doFinal(hex(ciphertext)));
    }

    @Test
    void oaepOfRsaLaboratories() throws Exception {
        String name = "RSA/ECB/OAEPWithSHA-1AndMGF1Padding";

        assertThat(decrypt(
                        name,
                        imported(FIRST),
                        "354fe67b4a126d5d35fe36c777791a3f7ba13def484e2d3908aff722fad468fb21696de95d0be911c2d3174f8afcc201"
                                + "035f7b6d8e69402de5451618c21a535fa9d7bfc5b8dd9fc243f8cf927db31322d6e881eaa91a996170e657a05a266426"
                                + "d98c88003f8477c1227094a0d9fa1e8c4024309ce1ecccb5210035d47ac72e8a"))
                .isEqualTo("6628194e12073db03ba94cda9ef9532397d50dba79b987004afefe34");
        bench.source().keyStore().deleteEntry("vector");
        assertThat(decrypt(
                        name,
                        imported(TENTH),
                        "53ea5dc08cd260fb3b858567287fa91552c30b2febfba213f0ae87702d068d19bab07fe574523dfb42139d68c3c5afee"
                                + "e0bfe4cb7969cbf382b804d6e61396144e2d0e60741f8993c3014b58b9b1957a8babcd23af854f4c356fb1662aa72bfc"
                                + "c7e586559dc4280d160c126785a723ebeebeff71f11594440aaef87d10793a8774a239d4a04c87fe1467b9daf85208ec"
                                + "6c7255794a96cc29142f9a8bd418e3c1fd67344b0cd0829df3b2bec60253196293c6b34d3f75d32f213dd45c6273d505"
                                + "adf4cced1057cb758fc26aeefa441255ed4e64c199ee075e7f16646182fdb464739b68ab5daff0e63e9552016824f054"
                                + "bf4d3c8c90a97bb6b6553284eb429fcc"))
                .isEqualTo("8bba6bf82a6c0f86d5f1756e97956870b08953b06b4eb205bc1694ee");
    }

    /** The padded message is in the file, too: what is under the padding, and the number itself. */
    @Test
    void oaepStepByStepOfRsaLaboratories() throws Exception {
        PrivateKey key = imported(INTERMEDIATE);

        assertThat(decrypt("RSA/ECB/OAEPPadding", key, INTERMEDIATE_CIPHERTEXT))
                .isEqualTo("d436e99569fd32a7c8a05bbc90d32c49");
        assertThat(decrypt("RSA/ECB/NoPadding", key, INTERMEDIATE_CIPHERTEXT))
                .isEqualTo(
                        "00eb7a19ace9e3006350e329504b45e2ca82310b26dcd87d5c68f1eea8f55267c31b2e8bb4251f84d7e0b2c04626f5af"
                                + "f93edcfb25c9c2b3ff8ae10e839a2ddb4cdcfe4ff47728b4a1b7c1362baad29ab48d2869d5024121435811591be392f9"
                                + "82fb3e87d095aeb40448db972f3ac14f7bc275195281ce32d2f1b76d4d353e2d");
    }

    @Test
    void pkcs1SignatureWithSha1() throws Exception {
        Signature signature = Signature.getInstance("SHA1withRSA", provider);
        signature.initSign(imported(SIGNER));
        signature.update("abc".getBytes(StandardCharsets.US_ASCII));

        assertThat(HexFormat.of().formatHex(signature.sign()))
                .isEqualTo(
                        "60ad5a78fb4a4030ec542c8974cd15f55384e836554cedd9a322d5f4135c6267a9d20970c54e6651070b0144d43844c8"
                                + "99320dd8fa7819f7ebc6a7715287332ec8675c136183b3f8a1f81ef969418267130a756fdbb2c71d9a667446e34e0ead"
                                + "9cf31bfb66f816f319d0b7e430a5f2891553986e003720261c7e9022c0d9f11f");
    }

    /** A random salt is no obstacle where the program may say where the random numbers come from. */
    @Test
    void pssStepByStepOfRsaLaboratories() throws Exception {
        byte[] salt = hex("e3b5d5d002c1bce50c2b65ef88a188d83bce7e61");
        Signature signature = Signature.getInstance("RSASSA-PSS", provider);
        signature.setParameter(new PSSParameterSpec("SHA-1", "MGF1", MGF1ParameterSpec.SHA1, salt.length, 1));
        signature.initSign(imported(PSS, KeyAlgorithm.RSA_RAW), new SecureRandom() {
            @Override
            public void nextBytes(byte[] bytes) {
                System.arraycopy(salt, 0, bytes, 0, bytes.length);
            }
        });
        signature.update(
                hex("859eef2fd78aca00308bdc471193bf55bf9d78db8f8a672b484634f3c9c26e6478ae10260fe0dd8c082e53a5293af217"
                        + "3cd50c6d5d354febf78b26021c25c02712e78cd4694c9f469777e451e7f8e9e04cd3739c6bbfedae487fb55644e9ca74"
                        + "ff77a53cb729802f6ed4a5ffa8ba159890fc"));

        assertThat(HexFormat.of().formatHex(signature.sign()))
                .isEqualTo(
                        "8daa627d3de7595d63056c7ec659e54406f10610128baae821c8b2a0f3936d54dc3bdce46689f6b7951bb18e84054276"
                                + "9718d5715d210d85efbb596192032c42be4c29972c856275eb6d5a45f05f51876fc6743deddd28caec9bb30ea99e02c3"
                                + "488269604fe497f74ccd7c7fca1671897123cbd30def5d54a2b5536ad90a747e");
    }
}
