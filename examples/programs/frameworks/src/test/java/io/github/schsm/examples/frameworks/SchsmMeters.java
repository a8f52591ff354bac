// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.examples.frameworks;

import io.github.schsm.provider.management.MemberMXBean;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import javax.management.JMException;
import javax.management.JMX;
import javax.management.MBeanServer;
import javax.management.MBeanServerDelegate;
import javax.management.MBeanServerNotification;
import javax.management.Notification;
import javax.management.NotificationListener;
import javax.management.ObjectName;
import org.jspecify.annotations.Nullable;

// region meters
/** The members of key domains as meters: those that are there, and those of key stores that are opened later. */
final class SchsmMeters implements MeterBinder, AutoCloseable {
    private static final MBeanServer SERVER = ManagementFactory.getPlatformMBeanServer();
    private final Queue<Members> bound = new ConcurrentLinkedQueue<>();

    @Override
    public void bindTo(MeterRegistry registry) {
        Members members = new Members(registry, new ConcurrentHashMap<>());
        bound.add(members);
        try {
            SERVER.addNotificationListener(MBeanServerDelegate.DELEGATE_NAME, members, null, null);
            SERVER.queryNames(new ObjectName("io.github.schsm:type=Member,*"), null)
                    .forEach(members::add);
        } catch (JMException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    @Override
    public void close() throws JMException {
        for (Members members = bound.poll(); members != null; members = bound.poll()) {
            SERVER.removeNotificationListener(MBeanServerDelegate.DELEGATE_NAME, members);
            members.shown().keySet().forEach(members::remove);
        }
    }

    /** A member's meters; registries keep the bean weakly, so it is kept here. */
    private record Shown(MemberMXBean bean, List<Meter> meters) {}

    private record Members(MeterRegistry registry, Map<ObjectName, Shown> shown) implements NotificationListener {
        @Override
        public void handleNotification(Notification notification, @Nullable Object none) {
            ObjectName name = ((MBeanServerNotification) notification).getMBeanName();
            if (notification.getType().equals(MBeanServerNotification.UNREGISTRATION_NOTIFICATION)) {
                remove(name);
            } else if (name.getDomain().equals("io.github.schsm") && "Member".equals(name.getKeyProperty("type"))) {
                add(name);
            }
        }

        void add(ObjectName name) {
            shown.computeIfAbsent(name, this::meters);
        }

        void remove(ObjectName name) {
            Shown gone = shown.remove(name);
            if (gone != null) {
                gone.meters().forEach(registry::remove);
            }
        }

        private Shown meters(ObjectName name) {
            MemberMXBean bean = JMX.newMXBeanProxy(SERVER, name, MemberMXBean.class);
            Tags tags = Tags.of("domain", ObjectName.unquote(name.getKeyProperty("domain")))
                    .and("device", ObjectName.unquote(name.getKeyProperty("device")))
                    .and("instance", Objects.requireNonNullElse(name.getKeyProperty("instance"), "1"));
            FunctionTimer operations = FunctionTimer.builder(
                            "schsm.operations",
                            bean,
                            MemberMXBean::getOperations,
                            MemberMXBean::getBusyMicros,
                            TimeUnit.MICROSECONDS)
                    .description("Operations, and what they took without waiting")
                    .tags(tags)
                    .register(registry);
            FunctionCounter failures = FunctionCounter.builder("schsm.failures", bean, MemberMXBean::getFailures)
                    .description("Failures after which the device was left alone for a while")
                    .tags(tags)
                    .register(registry);
            TimeGauge latency = TimeGauge.builder(
                            "schsm.latency", bean, TimeUnit.MICROSECONDS, MemberMXBean::getLatencyMicros)
                    .description("What an operation takes at present, without waiting")
                    .tags(tags)
                    .register(registry);
            Gauge queue = Gauge.builder("schsm.queue", bean, MemberMXBean::getQueue)
                    .description("Operations that the device does, or that wait for it")
                    .tags(tags)
                    .register(registry);
            Gauge present = Gauge.builder("schsm.present", bean, member -> member.isPresent() ? 1 : 0)
                    .description("1 while the device is here, else 0")
                    .tags(tags)
                    .register(registry);
            return new Shown(bean, List.of(operations, failures, latency, queue, present));
        }
    }
}
// endregion
