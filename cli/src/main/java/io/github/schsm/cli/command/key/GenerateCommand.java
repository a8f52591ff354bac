// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.command.key;

import io.github.schsm.InvalidRequestException;
import io.github.schsm.KeyAlgorithm;
import io.github.schsm.KeyType;
import io.github.schsm.SchsmKey;
import io.github.schsm.SchsmKeySpec;
import io.github.schsm.admin.inventory.Leaving;
import io.github.schsm.cli.command.Connected;
import io.github.schsm.cli.command.Context;
import io.github.schsm.cli.command.SchsmCommand;
import io.github.schsm.cli.option.Values;
import io.github.schsm.cli.report.Answer;
import io.github.schsm.cli.report.Text;
import io.github.schsm.cli.report.UsageException;
import io.github.schsm.codec.EcCurve;
import io.github.schsm.codec.SoftwareKey;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.RSAKeyGenParameterSpec;
import java.util.List;
import javax.crypto.KeyGenerator;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "generate",
        description = "Generates a key, optionally in a key domain and with limits on its use.",
        footer = {
            "",
            "Example:",
            "  schsm generate --device ZZSIM000001 --label release --curve secp384r1 --slot 0 --allow ECDSA,WRAP"
        })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class GenerateCommand extends SchsmCommand {
    private static final String DEFAULT_CURVE = "secp256r1";
    private static final int DEFAULT_AES_BITS = 256;
    private static final int DEFAULT_RSA_BITS = 2048;
    private static final List<Integer> AES_SIZES = List.of(128, 192, 256);
    private static final int MOST_ALGORITHMS = 16;

    @Option(
            names = "--label",
            required = true,
            paramLabel = "TEXT",
            converter = Values.Label.class,
            description = "The key's label.")
    private String label;

    @Option(names = "--type", defaultValue = "EC", paramLabel = "TYPE", description = "EC, RSA or AES. Default: EC.")
    private KeyType type;

    @Option(
            names = "--curve",
            paramLabel = "NAME",
            converter = Curve.class,
            description =
                    "Curve of an EC key, e.g. secp256r1, secp384r1, brainpoolP256r1. Default: " + DEFAULT_CURVE + ".")
    private @Nullable String curve;

    @Option(
            names = "--size",
            paramLabel = "BITS",
            converter = Values.Count.class,
            description = "Size of an RSA key in bits: 1024, 1536, 2048, 3072 or 4096; of an AES key: 128, 192 or 256."
                    + " Default: 2048, 256.")
    private @Nullable Integer size;

    @Option(
            names = "--public-exponent",
            paramLabel = "E",
            converter = Exponent.class,
            description = "Public exponent of an RSA key: odd, at least 3. Default: 65537.")
    private @Nullable BigInteger publicExponent;

    @Option(
            names = "--slot",
            paramLabel = "N",
            converter = Values.Slot.class,
            description = "Slot of the key domain that the key belongs to, from 0. Default: none, and then it can never"
                    + " leave a device with key domain slots; on a device with one DKEK for all its keys, that one.")
    private @Nullable Integer slot;

    @Option(
            names = "--allow",
            split = ",",
            paramLabel = "ALGORITHM",
            description =
                    "What the key may be used for, separated by commas, e.g. ECDSA,WRAP. A key with such a list can"
                            + " leave the device only with WRAP in it, which ALL does not include. Default: no list, that is,"
                            + " everything of its type; such a key can leave a device with one DKEK, but not one with key"
                            + " domain slots. One or more of:"
                            + " ${COMPLETION-CANDIDATES}.")
    private @Nullable List<KeyAlgorithm> allow;

    @Option(
            names = "--use-counter",
            paramLabel = "N",
            converter = Values.Uses.class,
            description = "How often the key may be used in total. Default: no limit.")
    private @Nullable Long useCounter;

    @Option(
            names = "--wrapped-by",
            paramLabel = "ID",
            converter = Values.Octet.class,
            description = "Id of an AES key's wrapping key, 0 to 255, which the device keeps and shows. Default: none.")
    private @Nullable Integer wrappingKey;

    @Override
    protected String work() {
        return "the device generates the key, for RSA up to a minute";
    }

    @Override
    protected Answer answer(Context context) throws GeneralSecurityException {
        SchsmKeySpec.Builder spec = SchsmKeySpec.builder(label);
        requireFitting();
        switch (type) {
            case UNKNOWN -> throw new UsageException("--type " + type + ": use EC, RSA or AES");
            case EC -> {
                spec.parameters(new ECGenParameterSpec(curve == null ? DEFAULT_CURVE : curve));
            }
            case AES -> {
                spec.keySize(size == null ? DEFAULT_AES_BITS : size);
            }
            case RSA -> {
                spec.parameters(new RSAKeyGenParameterSpec(
                        size == null ? DEFAULT_RSA_BITS : size,
                        publicExponent == null ? RSAKeyGenParameterSpec.F4 : publicExponent));
            }
        }
        if (allow != null) {
            spec.allow(allow.toArray(KeyAlgorithm[]::new));
        }
        if (useCounter != null) {
            spec.useCounter(useCounter);
        }
        if (wrappingKey != null) {
            spec.wrappingKey(wrappingKey);
        }
        Connected connected = context.openWithPin();
        connected.requireFree(label);
        if (slot != null) {
            spec.domain(connected.device().keyDomain(slot));
        }
        if (type == KeyType.AES) {
            KeyGenerator generator = KeyGenerator.getInstance("AES", connected.provider());
            generator.init(spec.build());
            generator.generateKey();
        } else {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(type.name(), connected.provider());
            generator.initialize(spec.build());
            generator.generateKeyPair();
        }
        SchsmKey key = connected.key(label);
        Leaving.Way way = Leaving.of(connected.device()).of(key.details());
        return Answer.of(
                Text.lines(
                        "Key \"" + label + "\" (" + KeysCommand.type(key.key(), key.details())
                                + ") generated on device " + connected.id()
                                + (slot == null ? "" : " in the key domain of slot " + slot) + ".",
                        way.sentence().isEmpty() ? null : way.sentence()),
                Answer.json("device", connected.id())
                        .and("label", label)
                        .and("id", Text.hex(key.key().id()))
                        .and("type", type.name())
                        .and("size", key.details().size())
                        .and("keyDomain", slot)
                        .and("algorithms", key.details().algorithmNames().orElse(null))
                        .and("useCounter", useCounter)
                        .and("wrappingKey", wrappingKey)
                        .and("canLeave", way.can())
                        .and("leavesUnder", Text.json(way))
                        .members());
    }

    /** Options that are not for keys of the type. */
    private void requireFitting() throws UsageException {
        reject(publicExponent != null && type != KeyType.RSA, "--public-exponent is for RSA keys");
        reject(wrappingKey != null && type != KeyType.AES, "--wrapped-by is for AES keys");
        reject(size != null && type == KeyType.EC, "--size is for RSA and AES keys: an EC key has a --curve");
        reject(curve != null && type != KeyType.EC, "--curve is for EC keys: an " + type + " key has a --size");
        if (allow != null && allow.size() > MOST_ALGORITHMS) {
            throw new UsageException("--allow takes at most " + MOST_ALGORITHMS + " algorithms, not " + allow.size());
        }
        List<Integer> sizes = type == KeyType.RSA ? SoftwareKey.RSA_SIZES : AES_SIZES;
        if (size != null && !sizes.contains(size)) {
            throw new UsageException("--size " + size + ": an " + type + " key has one of " + sizes + " bits");
        }
    }

    private static void reject(boolean wrong, String message) throws UsageException {
        if (wrong) {
            throw new UsageException(message);
        }
    }

    /** The name of a curve. */
    static final class Curve extends Values.Text {
        @Override
        protected void require(String value) throws InvalidRequestException {
            if (EcCurve.named(value).isEmpty()) {
                throw new InvalidRequestException("devices have no such curve: use one of " + EcCurve.names());
            }
        }
    }

    /** A public exponent. */
    static final class Exponent extends Values.Parsed<BigInteger> {
        private static final BigInteger LEAST = BigInteger.valueOf(3);

        @Override
        protected BigInteger parse(String value) throws InvalidRequestException {
            if (value.matches("[0-9]{1,1000}")) {
                BigInteger exponent = new BigInteger(value);
                if (exponent.testBit(0) && exponent.compareTo(LEAST) >= 0) {
                    return exponent;
                }
            }
            throw new InvalidRequestException("give an odd whole number from 3");
        }
    }
}
