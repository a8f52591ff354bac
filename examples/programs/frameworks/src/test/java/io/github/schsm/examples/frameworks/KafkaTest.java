// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.examples.frameworks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.examples.support.DeviceWorld;
import io.github.schsm.examples.support.KeyKind;
import io.github.schsm.examples.support.Recipe;
import io.github.schsm.examples.support.SmallAuthority;
import io.github.schsm.examples.support.Verdict;
import java.io.IOException;
import java.io.OutputStream;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyStore;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SslAuthenticationException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A real broker, whose clients have to show certificates. */
@Recipe(
        program = "Apache Kafka",
        version = "4.4.0",
        verdict = Verdict.CONFIGURATION,
        how = "`ssl.keystore.type=SCHSM`, `ssl.keystore.location=hsm.schsm`; broker and clients",
        limit = "Kafka has no alias: `alias = …` in SCHSM's configuration says which key")
@Tag("programs")
class KafkaTest {
    private static final TopicPartition TOPIC = new TopicPartition("orders", 0);
    private static final Duration LIMIT = Duration.ofSeconds(60);

    @TempDir
    Path folder;

    private static Map<String, Object> settings(DeviceWorld world, String resource) throws IOException {
        Properties settings = new Properties();
        try (Reader text = Files.newBufferedReader(world.settings(KafkaTest.class, resource))) {
            settings.load(text);
        }
        Map<String, Object> all = new HashMap<>();
        settings.stringPropertyNames().forEach(name -> all.put(name, settings.getProperty(name)));
        return all;
    }

    /** A client's key that is not in the device. */
    private void softwareKey(DeviceWorld world, Map<String, Object> settings)
            throws GeneralSecurityException, IOException {
        KeyPair pair = SmallAuthority.ecKey();
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry(
                "client",
                pair.getPrivate(),
                DeviceWorld.TRUST_PASSWORD.toCharArray(),
                world.authority().chain("client", pair.getPublic()));
        Path file = folder.resolve("client.p12");
        try (OutputStream out = Files.newOutputStream(file)) {
            store.store(out, DeviceWorld.TRUST_PASSWORD.toCharArray());
        }
        settings.put("ssl.keystore.type", "PKCS12");
        settings.put("ssl.keystore.location", file.toString());
        settings.put("ssl.keystore.password", DeviceWorld.TRUST_PASSWORD);
    }

    @ParameterizedTest
    @CsvSource({"P256, RSA2048", "RSA2048, P384"})
    void brokerAndClientHaveTheDevicesKeys(KeyKind brokerKey, KeyKind clientKey) throws Exception {
        try (DeviceWorld world = DeviceWorld.in(folder).register()) {
            world.key("another", KeyKind.SECP256K1);
            world.key("broker", brokerKey);
            world.key("client", clientKey);
            world.trustStore();
            world.keyStoreFileOf("broker");
            world.keyStoreFileOf("client");
            Files.writeString(folder.resolve("pin.properties"), "pin=" + DeviceWorld.PIN + "\n");
            try (LoopbackBroker broker =
                    LoopbackBroker.start(folder.resolve("kafka"), settings(world, "kafka-broker.properties"))) {
                Map<String, Object> withDevice = settings(world, "kafka-client.properties");
                withDevice.put("bootstrap.servers", broker.address());
                Map<String, Object> withSoftware = new HashMap<>(withDevice);
                softwareKey(world, withSoftware);
                Map<String, Object> withNone = new HashMap<>(withDevice);
                withNone.keySet().removeIf(name -> name.startsWith("ssl.keystore."));

                try (Admin admin = Admin.create(withDevice)) {
                    admin.createTopics(List.of(new NewTopic(TOPIC.topic(), 1, (short) 1)))
                            .all()
                            .get(LIMIT.toSeconds(), TimeUnit.SECONDS);
                }
                try (Producer<String, String> producer =
                        new KafkaProducer<>(withDevice, new StringSerializer(), new StringSerializer())) {
                    producer.send(new ProducerRecord<>(TOPIC.topic(), "hello"))
                            .get(LIMIT.toSeconds(), TimeUnit.SECONDS);
                }
                assertThat(received(withSoftware)).isEqualTo("hello");
                try (Admin admin = Admin.create(withNone)) {
                    assertThatThrownBy(() -> admin.describeCluster().nodes().get(LIMIT.toSeconds(), TimeUnit.SECONDS))
                            .isInstanceOf(ExecutionException.class)
                            .hasCauseInstanceOf(SslAuthenticationException.class);
                }
            }
        }
    }

    private static String received(Map<String, Object> settings) {
        try (Consumer<String, String> consumer =
                new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
            consumer.assign(List.of(TOPIC));
            consumer.seekToBeginning(List.of(TOPIC));
            Instant end = Instant.now().plus(LIMIT);
            while (Instant.now().isBefore(end)) {
                for (ConsumerRecord<String, String> each : consumer.poll(Duration.ofSeconds(1))) {
                    return each.value();
                }
            }
            return "nothing";
        }
    }
}
