// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider.domain;

import io.github.schsm.provider.management.MemberMXBean;
import java.lang.management.ManagementFactory;
import java.util.Hashtable;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import javax.management.InstanceAlreadyExistsException;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import javax.management.StandardMBean;

/**
 * Shows the members in JMX, as {@code io.github.schsm:type=Member,domain=…,device=…}. Where another provider of this JVM
 * shows the same device already, {@code instance=2} follows.
 */
final class MemberBeans implements MemberObserver {
    private static final System.Logger LOGGER = System.getLogger(MemberBeans.class.getName());
    private static final int MOST_INSTANCES = 100;

    private final String domain;
    private final MBeanServer server = ManagementFactory.getPlatformMBeanServer();
    private final Map<Member, ObjectName> shown = new ConcurrentHashMap<>();
    private boolean closed;

    /** @param domain how the domain is called there */
    MemberBeans(String domain) {
        this.domain = domain;
    }

    @Override
    public synchronized void changed(Member member) {
        if (!closed && !shown.containsKey(member)) {
            try {
                shown.put(member, register(member));
            } catch (JMException refused) {
                LOGGER.log(System.Logger.Level.DEBUG, "a member is not shown in JMX", refused);
            }
        }
    }

    @SuppressWarnings("JdkObsolete") // what the constructor of ObjectName takes
    private ObjectName register(Member member) throws JMException {
        StandardMBean bean = new StandardMBean(new Counters(domain, member), MemberMXBean.class, true);
        for (int instance = 1; ; instance++) {
            Hashtable<String, String> keys = new Hashtable<>(Map.of("type", "Member"));
            keys.put("domain", ObjectName.quote(domain));
            keys.put("device", ObjectName.quote(member.id()));
            if (instance > 1) {
                keys.put("instance", Integer.toString(instance));
            }
            try {
                return server.registerMBean(bean, new ObjectName("io.github.schsm", keys))
                        .getObjectName();
            } catch (InstanceAlreadyExistsException another) {
                if (instance == MOST_INSTANCES) {
                    throw another;
                }
            }
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        for (ObjectName name : shown.values()) {
            try {
                server.unregisterMBean(name);
            } catch (JMException gone) {
                LOGGER.log(System.Logger.Level.DEBUG, "a member was not shown in JMX any more", gone);
            }
        }
        shown.clear();
    }

    private record Counters(String domain, Member member) implements MemberMXBean {
        @Override
        public String getDeviceId() {
            return member.id();
        }

        @Override
        public String getDomain() {
            return domain;
        }

        @Override
        public boolean isPresent() {
            return member.isPresent();
        }

        @Override
        public String getProblem() {
            String problem = member.problem();
            return problem == null ? "" : problem;
        }

        @Override
        public long getOperations() {
            return member.operations();
        }

        @Override
        public long getFailures() {
            return member.failures();
        }

        @Override
        public int getQueue() {
            return member.queue();
        }

        @Override
        public long getLatencyMicros() {
            return TimeUnit.NANOSECONDS.toMicros(member.nanosEach());
        }

        @Override
        public long getBusyMicros() {
            return TimeUnit.NANOSECONDS.toMicros(member.nanosBusy());
        }
    }
}
