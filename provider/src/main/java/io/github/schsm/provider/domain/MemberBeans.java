// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider.domain;

import io.github.schsm.provider.management.MemberMXBean;
import java.lang.management.ManagementFactory;
import java.lang.ref.Cleaner;
import java.lang.ref.WeakReference;
import java.util.Hashtable;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
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
    /** For providers that are dropped without being closed: the server would show their members forever. */
    private static final Cleaner CLEANER = Cleaner.create();

    private final String domain;
    private final MBeanServer server = ManagementFactory.getPlatformMBeanServer();
    private final Set<Member> shown = ConcurrentHashMap.newKeySet();
    private final Names names = new Names(server, ConcurrentHashMap.newKeySet());
    private final Cleaner.Cleanable cleanable = CLEANER.register(this, names);
    private boolean closed;

    /** @param domain how the domain is called there */
    MemberBeans(String domain) {
        this.domain = domain;
    }

    @Override
    public synchronized void changed(Member member) {
        if (!closed && !shown.contains(member)) {
            try {
                names.all().add(register(member));
                shown.add(member);
            } catch (JMException refused) {
                LOGGER.log(System.Logger.Level.DEBUG, "a member is not shown in JMX", refused);
            }
        }
    }

    @SuppressWarnings("JdkObsolete") // what the constructor of ObjectName takes
    private ObjectName register(Member member) throws JMException {
        StandardMBean bean = new StandardMBean(
                new Counters(domain, member.id(), new WeakReference<>(member)), MemberMXBean.class, true);
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
        cleanable.clean();
        shown.clear();
    }

    /** What is taken out of the server at the end. */
    private record Names(MBeanServer server, Set<ObjectName> all) implements Runnable {
        @Override
        public void run() {
            for (ObjectName name : all) {
                try {
                    server.unregisterMBean(name);
                } catch (JMException gone) {
                    LOGGER.log(System.Logger.Level.DEBUG, "a member was not shown in JMX any more", gone);
                }
            }
            all.clear();
        }
    }

    /** The server keeps this one, so this one must not keep the member, with its token and connections. */
    private record Counters(String domain, String id, WeakReference<Member> reference) implements MemberMXBean {
        private <T> T of(Function<Member, T> counter, T ofNone) {
            Member member = reference.get();
            return member == null ? ofNone : counter.apply(member);
        }

        @Override
        public String getDeviceId() {
            return of(Member::id, id);
        }

        @Override
        public String getDomain() {
            return domain;
        }

        @Override
        public boolean isPresent() {
            return of(Member::isPresent, false);
        }

        @Override
        public String getProblem() {
            return of(member -> Objects.requireNonNullElse(member.problem(), ""), "");
        }

        @Override
        public long getOperations() {
            return of(Member::operations, 0L);
        }

        @Override
        public long getFailures() {
            return of(Member::failures, 0L);
        }

        @Override
        public int getQueue() {
            return of(Member::queue, 0);
        }

        @Override
        public long getLatencyMicros() {
            return TimeUnit.NANOSECONDS.toMicros(of(Member::nanosEach, 0L));
        }

        @Override
        public long getBusyMicros() {
            return TimeUnit.NANOSECONDS.toMicros(of(Member::nanosBusy, 0L));
        }
    }
}
