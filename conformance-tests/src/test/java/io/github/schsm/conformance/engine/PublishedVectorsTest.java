// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.KeyAlgorithm;
import io.github.schsm.SchsmKey;
import io.github.schsm.codec.EcCurve;
import io.github.schsm.conformance.bench.DkekRig;
import io.github.schsm.conformance.bench.Pki;
import io.github.schsm.conformance.bench.SimulatorBench;
import java.math.BigInteger;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;
import javax.crypto.Cipher;
import javax.crypto.KeyAgreement;
import javax.crypto.Mac;
import javax.crypto.SecretKey;
import javax.crypto.spec.IvParameterSpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Published test vectors, with their keys in the device. */
class PublishedVectorsTest {
    private static final HexFormat HEX = HexFormat.of();

    /** The message of SP 800-38A and SP 800-38B. */
    private static final byte[] MESSAGE =
            HEX.parseHex("6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
                    + "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710");

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

    /** NIST SP 800-38A, F.2. */
    @ParameterizedTest
    @CsvSource({
        "2b7e151628aed2a6abf7158809cf4f3c, 7649abac8119b246cee98e9b12e9197d5086cb9b507219ee95db113a917678b2"
                + "73bed6b8e3c1743b7116e69e222295163ff1caa1681fac09120eca307586e1a7",
        "8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b, 4f021db243bc633d7178183a9fa071e8b4d9ada9ad7dedf4e5e738763f69145a"
                + "571b242012fb7ae07fa9baac3df102e008b0e27988598881d920a9e64f5615cd",
        "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4, f58c4c04d6e5f1ba779eabfb5f7bfbd6"
                + "9cfc4e967edb808d679f777bc6702c7d39f23369a9d9bacfa530e26304231461b2eb05e2c39be9fcda6c19078c6a9d1b",
    })
    void cbc(String key, String expected) throws Exception {
        SecretKey handle = rig.importAes("aes", HEX.parseHex(key));
        IvParameterSpec iv = new IvParameterSpec(HEX.parseHex("000102030405060708090a0b0c0d0e0f"));
        Cipher cipher = Cipher.getInstance("AES/CBC/NoPadding", provider);

        cipher.init(Cipher.ENCRYPT_MODE, handle, iv);
        assertThat(HEX.formatHex(cipher.doFinal(MESSAGE))).isEqualTo(expected);
        cipher.init(Cipher.DECRYPT_MODE, handle, iv);
        assertThat(cipher.doFinal(HEX.parseHex(expected))).isEqualTo(MESSAGE);
    }

    /** NIST SP 800-38B, appendix D (the 128-bit ones are those of RFC 4493 too). */
    @ParameterizedTest
    @CsvSource({
        "2b7e151628aed2a6abf7158809cf4f3c, 0, bb1d6929e95937287fa37d129b756746",
        "2b7e151628aed2a6abf7158809cf4f3c, 16, 070a16b46b4d4144f79bdd9dd04a287c",
        "2b7e151628aed2a6abf7158809cf4f3c, 40, dfa66747de9ae63030ca32611497c827",
        "2b7e151628aed2a6abf7158809cf4f3c, 64, 51f0bebf7e3b9d92fc49741779363cfe",
        "8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b, 0, d17ddf46adaacde531cac483de7a9367",
        "8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b, 16, 9e99a7bf31e710900662f65e617c5184",
        "8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b, 40, 8a1de5be2eb31aad089a82e6ee908b0e",
        "8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b, 64, a1d5df0eed790f794d77589659f39a11",
        "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4, 0, 028962f61b7bf89efc6b551f4667d983",
        "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4, 16, 28a7023f452e8f82bd4bf28d8c37c35c",
        "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4, 40, aaf3d8f1de5640c232f5b169b9c911e6",
        "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4, 64, e1992190549f6ed5696a2c056c315410",
    })
    void cmac(String key, int length, String expected) throws Exception {
        Mac mac = Mac.getInstance("AESCMAC", provider);
        mac.init(rig.importAes("aes", HEX.parseHex(key)));

        assertThat(HEX.formatHex(mac.doFinal(Arrays.copyOf(MESSAGE, length)))).isEqualTo(expected);
    }

    /** NIST CAVP, "ECC CDH Primitive", the first of each curve. */
    @ParameterizedTest
    @CsvSource({
        "secp192r1, f17d3fea367b74d340851ca4270dcb24c271f445bed9d527, 42ea6dd9969dd2a61fea1aac7f8e98edcc896c6e55857cc0,"
                + "dfbe5d7c61fac88b11811bde328e8a0d12bf01a9d204b523, 803d8ab2e5b6e6fca715737c3a82f7ce3c783124f6d51cd0",
        "secp224r1, 8346a60fc6f293ca5a0d2af68ba71d1dd389e5e40837942df3e43cbd,"
                + "af33cd0629bc7e996320a3f40368f74de8704fa37b8fab69abaae280,"
                + "882092ccbba7930f419a8a4f9bb16978bbc3838729992559a6f2e2d7,"
                + "7d96f9a3bd3c05cf5cc37feb8b9d5209d5c2597464dec3e9983743e8",
        "secp256r1, 7d7dc5f71eb29ddaf80d6214632eeae03d9058af1fb6d22ed80badb62bc1a534,"
                + "700c48f77f56584c5cc632ca65640db91b6bacce3a4df6b42ce7cc838833d287,"
                + "db71e509e3fd9b060ddb20ba5c51dcc5948d46fbf640dfe0441782cab85fa4ac,"
                + "46fc62106420ff012e54a434fbdd2d25ccc5852060561e68040dd7778997bd7b",
        "secp384r1, 3cc3122a68f0d95027ad38c067916ba0eb8c38894d22e1b15618b6818a661774ad463b205da88cf699ab4d43c9cf98a1,"
                + "a7c76b970c3b5fe8b05d2838ae04ab47697b9eaf52e764592efda27fe7513272734466b400091adbf2d68c58e0c50066,"
                + "ac68f19f2e1cb879aed43a9969b91a0839c4c38a49749b661efedf243451915ed0905a32b060992b468c64766fc8437a,"
                + "5f9d29dc5e31a163060356213669c8ce132e22f57c9a04f40ba7fcead493b457e5621e766c40a2e3d4d6a04b25e533f1",
        "secp521r1, 017eecc07ab4b329068fba65e56a1f8890aa935e57134ae0ffcce802735151f4eac6564f6ee9974c5e6887a1fefee5743ae2241b"
                + "feb95d5ce31ddcb6f9edb4d6fc47,"
                + "685a48e86c79f0f0875f7bc18d25eb5fc8c0b07e5da4f4370f3a9490340854334b1e1b87fa395464c60626124a4e70d0f785601d3"
                + "7c09870ebf176666877a2046d,"
                + "01ba52c56fc8776d9e8f5db4f0cc27636d0b741bbe05400697942e80b739884a83bde99e0f6716939e632bc8986fa18dccd443a34"
                + "8b6c3e522497955a4f3c302f676,"
                + "005fc70477c3e63bc3954bd0df3ea0d1f41ee21746ed95fc5e1fdf90930d5e136672d72cc770742d1711c3c3a4c334a0ad9759436"
                + "a4d3c5bf6e74b9578fac148c831",
    })
    void ecdhOfNist(String curve, String d, String x, String y, String secret) throws Exception {
        agree(curve, d, x, y, secret);
    }

    /** RFC 7027, appendix A. */
    @ParameterizedTest
    @CsvSource({
        "brainpoolP256r1, 81DB1EE100150FF2EA338D708271BE38300CB54241D79950F77B063039804F1D,"
                + "8D2D688C6CF93E1160AD04CC4429117DC2C41825E1E9FCA0ADDD34E6F1B39F7B,"
                + "990C57520812BE512641E47034832106BC7D3E8DD0E4C7F1136D7006547CEC6A,"
                + "89AFC39D41D3B327814B80940B042590F96556EC91E6AE7939BCE31F3A18BF2B",
        "brainpoolP256r1, 55E40BC41E37E3E2AD25C3C6654511FFA8474A91A0032087593852D3E7D76BD3,"
                + "44106E913F92BC02A1705D9953A8414DB95E1AAA49E81D9E85F929A8E3100BE5,"
                + "8AB4846F11CACCB73CE49CBDD120F5A900A69FD32C272223F789EF10EB089BDC,"
                + "89AFC39D41D3B327814B80940B042590F96556EC91E6AE7939BCE31F3A18BF2B",
        "brainpoolP384r1,"
                + "1E20F5E048A5886F1F157C74E91BDE2B98C8B52D58E5003D57053FC4B0BD65D6F15EB5D1EE1610DF870795143627D042,"
                + "4D44326F269A597A5B58BBA565DA5556ED7FD9A8A9EB76C25F46DB69D19DC8CE6AD18E404B15738B2086DF37E71D1EB4,"
                + "62D692136DE56CBE93BF5FA3188EF58BC8A3A0EC6C1E151A21038A42E9185329B5B275903D192F8D4E1F32FE9CC78C48,"
                + "0BD9D3A7EA0B3D519D09D8E48D0785FB744A6B355E6304BC51C229FBBCE239BBADF6403715C35D4FB2A5444F575D4F42",
        "brainpoolP512r1,"
                + "16302FF0DBBB5A8D733DAB7141C1B45ACBC8715939677F6A56850A38BD87BD59B09E80279609FF333EB9D4C061231FB2"
                + "6F92EEB04982A5F1D1764CAD57665422,"
                + "9D45F66DE5D67E2E6DB6E93A59CE0BB48106097FF78A081DE781CDB31FCE8CCBAAEA8DD4320C4119F1E9CD437A2EAB37"
                + "31FA9668AB268D871DEDA55A5473199F,"
                + "2FDC313095BCDD5FB3A91636F07A959C8E86B5636A1E930E8396049CB481961D365CC11453A06C719835475B12CB52FC"
                + "3C383BCE35E27EF194512B71876285FA,"
                + "A7927098655F1F9976FA50A9D566865DC530331846381C87256BAF3226244B76D36403C024D7BBF0AA0803EAFF405D3D"
                + "24F11A9B5C0BEF679FE1454B21C4CD1F",
    })
    void ecdhOfBrainpool(String curve, String d, String x, String y, String secret) throws Exception {
        agree(curve, d, x, y, secret);
    }

    private void agree(String name, String d, String x, String y, String secret) throws Exception {
        EcCurve curve = EcCurve.named(name).orElseThrow();
        PrivateKey key = rig.importEc("k", curve, new BigInteger(d, 16), KeyAlgorithm.ECDH);
        ECPublicKey peer = curve.publicKey(
                curve.encode(new java.security.spec.ECPoint(new BigInteger(x, 16), new BigInteger(y, 16))));
        KeyAgreement agreement = KeyAgreement.getInstance("ECDH", provider);
        agreement.init(key);
        agreement.doPhase(peer, true);

        assertThat(HEX.formatHex(agreement.generateSecret())).isEqualTo(secret.toLowerCase(Locale.ROOT));
    }

    /** The keys of RFC 6979, A.2.5 and A.2.6: what the device signs verifies with the published public keys. */
    @ParameterizedTest
    @CsvSource({
        "secp256r1, SHA256withECDSA, C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721,"
                + "60FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6,"
                + "7903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299",
        "secp384r1, SHA384withECDSA,"
                + "6B9D3DAD2E1B8C1C05B19875B6659F4DE23C3B667BF297BA9AA47740787137D896D5724E4C70A825F872C9EA60D2EDF5,"
                + "EC3A4E415B4E19A4568618029F427FA5DA9A8BC4AE92E02E06AAE5286B300C64DEF8F0EA9055866064A254515480BC13,"
                + "8015D9B72D7D57244EA8EF9AC0C621896708A59367F9DFB9F54CA84B3F1C9DB1288B231C3AE0D4FE7344FD2533264720",
    })
    void ecdsa(String name, String algorithm, String d, String x, String y) throws Exception {
        EcCurve curve = EcCurve.named(name).orElseThrow();
        PrivateKey key = rig.importEc("k", curve, new BigInteger(d, 16), KeyAlgorithm.ECDSA);
        ECPublicKey published = curve.publicKey(
                curve.encode(new java.security.spec.ECPoint(new BigInteger(x, 16), new BigInteger(y, 16))));
        Signature signature = Signature.getInstance(algorithm, provider);
        signature.initSign(key);
        signature.update(MESSAGE);

        assertThat(Pki.verifies(algorithm, published, MESSAGE, signature.sign()))
                .isTrue();
        assertThat(((SchsmKey) key).details().publicKey())
                .as("the public key that was found out by using the key")
                .isEqualTo(published);
    }
}
