// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.examples.frameworks;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import kafka.server.BrokerServer;
import kafka.server.ControllerServer;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import kafka.server.SharedServer;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.network.ListenerName;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.properties.MetaPropertiesEnsemble;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.raft.QuorumConfig;
import org.apache.kafka.server.ServerSocketFactory;

/**
 * A Kafka broker with its controller, as {@code kafka-server-start.sh} makes it, at ports of 127.0.0.1 that the system
 * chooses: the controller's is bound first, because the configuration has to name it.
 */
final class LoopbackBroker implements AutoCloseable {
    private static final String BROKER = "SSL";
    private static final String CONTROLLER = "CONTROLLER";
    private static final String ADDRESS = "127.0.0.1";

    private final ControllerServer controller;
    private final BrokerServer broker;

    private LoopbackBroker(ControllerServer controller, BrokerServer broker) {
        this.controller = controller;
        this.broker = broker;
    }

    /** Formats a folder, starts the servers, and returns when the broker is ready. */
    static LoopbackBroker start(Path folder, Map<String, Object> settings) throws Exception {
        String data = Files.createDirectories(folder).toString();
        ServerSocketChannel bound = ServerSocketFactory.INSTANCE.openServerSocket(
                CONTROLLER, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), -1, -1);
        int port = ((InetSocketAddress) bound.getLocalAddress()).getPort();
        Map<String, Object> all = new HashMap<>(Map.of(
                "process.roles",
                "broker,controller",
                "node.id",
                "1",
                "controller.quorum.voters",
                "1@" + ADDRESS + ":" + port,
                "listeners",
                BROKER + "://" + ADDRESS + ":0," + CONTROLLER + "://" + ADDRESS + ":" + port,
                "listener.security.protocol.map",
                BROKER + ":SSL," + CONTROLLER + ":PLAINTEXT",
                "inter.broker.listener.name",
                BROKER,
                "controller.listener.names",
                CONTROLLER,
                "log.dirs",
                data,
                "log.cleaner.dedupe.buffer.size",
                "2097152"));
        all.putAll(settings);
        KafkaConfig config = new KafkaConfig(all, false);
        Formatter formatter = new Formatter()
                .setNodeId(1)
                .setClusterId("c2Noc20tY29va2Jvb2stMQ")
                .setDirectories(List.of(data))
                .setMetadataLogDirectory(data)
                .setControllerListenerName(CONTROLLER);
        formatter.run();
        MetaPropertiesEnsemble properties = new MetaPropertiesEnsemble.Loader()
                .addLogDirs(List.of(data))
                .addMetadataLogDir(data)
                .load();
        SharedServer shared = new SharedServer(
                config,
                properties,
                Time.SYSTEM,
                new Metrics(),
                CompletableFuture.completedFuture(
                        QuorumConfig.parseVoterConnections(config.quorumConfig().voters())),
                List.of(),
                (name, fatal, action) -> (message, cause) -> new IllegalStateException(name + ": " + message, cause),
                sockets(bound));
        LoopbackBroker started = new LoopbackBroker(
                new ControllerServer(shared, KafkaRaftServer.configSchema(), formatter.bootstrapMetadata()),
                new BrokerServer(shared));
        try {
            started.controller.startup();
            started.broker.startup();
            return started;
        } catch (RuntimeException failure) {
            started.close();
            throw failure;
        }
    }

    private static ServerSocketFactory sockets(ServerSocketChannel ofController) {
        return (listener, address, backlog, buffer) -> listener.equals(CONTROLLER)
                ? ofController
                : ServerSocketFactory.INSTANCE.openServerSocket(listener, address, backlog, buffer);
    }

    /** What clients call {@code bootstrap.servers}. */
    String address() {
        return ADDRESS + ":" + broker.boundPort(ListenerName.normalised(BROKER));
    }

    @Override
    public void close() {
        broker.shutdown();
        controller.shutdown();
    }
}
