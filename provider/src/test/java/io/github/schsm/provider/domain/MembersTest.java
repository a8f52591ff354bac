// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider.domain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.atLeastOnce;
import static org.mockito.Mockito.doAnswer;
import static org.mockito.Mockito.doThrow;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.spy;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import io.github.schsm.DeviceIdentity;
import io.github.schsm.DeviceTrust;
import io.github.schsm.KeyDomain.Status;
import io.github.schsm.SchsmDomain;
import io.github.schsm.SchsmException;
import io.github.schsm.TokenNotPresentException;
import io.github.schsm.TransportException;
import io.github.schsm.UntrustedDeviceException;
import io.github.schsm.callback.PinRequest;
import io.github.schsm.config.SchsmConfiguration;
import io.github.schsm.login.PinSource;
import io.github.schsm.spi.KeyDomains;
import io.github.schsm.spi.Token;
import io.github.schsm.spi.TokenSource.Directory.Found;
import java.lang.management.ManagementFactory;
import java.lang.ref.WeakReference;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Members that go and come back, and what is left of them at the end. */
@Timeout(120)
class MembersTest {
    private final DomainLogin login = new DomainLogin(id -> Optional.empty(), (member, failure) -> {});

    private static SchsmConfiguration configuration() throws SchsmException {
        return SchsmConfiguration.of("members = all");
    }

    private Members members() throws SchsmException {
        return new Members(configuration(), mock(MemberSource.class), login, () -> {});
    }

    private static Member member(String id) {
        Token token = mock(Token.class);
        when(token.name()).thenReturn(id);
        when(token.id()).thenReturn(id);
        return new Member(id, token);
    }

    @Test
    void deviceThatOnlySaysItIsAMemberIsShownAndNotUsed() throws Exception {
        Token liar = inDomain("liar");
        DeviceTrust trust = liar.trust();
        doThrow(new UntrustedDeviceException("no root that is trusted"))
                .when(trust)
                .verify(any(DeviceIdentity.class));
        Token real = inDomain("real");
        MemberSource source = mock(MemberSource.class);
        when(source.look()).thenReturn(List.of(new Found("one", liar, null), new Found("two", real, null)));
        DomainToken domain =
                new DomainToken(SchsmConfiguration.of("domain = 62AEA0ED"), source, id -> Optional.empty());
        for (int i = 0; i < 2; i++) {
            domain.load(new Typed());
            List<SchsmDomain.Member> shown = domain.domain().orElseThrow().members();
            assertThat(shown).extracting(SchsmDomain.Member::deviceId).containsExactly("liar", "real");
            assertThat(shown.get(0).problem())
                    .hasValueSatisfying(
                            text -> assertThat(text).contains("not trusted", "no root that is trusted", "device = "));
            assertThat(shown.get(1).problem()).isEmpty();
        }
        verify(real, atLeastOnce()).login(any());
        verify(liar, never()).login(any());
        verify(liar, never()).useWhenNeeded(any());
        domain.close();
    }

    private static final class Typed implements PinSource {
        @Override
        public char[] pin(PinRequest request) {
            return "648219".toCharArray();
        }
    }

    private static Token inDomain(String id) throws SchsmException {
        Token token = mock(Token.class);
        when(token.name()).thenReturn(id);
        when(token.id()).thenReturn(id);
        when(token.uniqueId()).thenReturn(id);
        DeviceTrust trust = mock(DeviceTrust.class);
        DeviceIdentity identity = mock(DeviceIdentity.class);
        when(token.trust()).thenReturn(trust);
        when(token.identity()).thenReturn(identity);
        byte[] uid = new byte[32];
        System.arraycopy(new byte[] {0x62, (byte) 0xAE, (byte) 0xA0, (byte) 0xED}, 0, uid, 0, 4);
        KeyDomains domains = mock(KeyDomains.class);
        when(domains.list()).thenReturn(List.of(new Status(0, 0, 0, new byte[8], uid)));
        when(token.keyDomains()).thenReturn(domains);
        return token;
    }

    private static TokenNotPresentException away() {
        return new TokenNotPresentException("away");
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        while (!condition.getAsBoolean()) {
            System.gc();
            Thread.sleep(20);
        }
    }

    @Test
    void memberThatFailsWhileItsReturnIsNotedIsWaitedForAgain() throws Exception {
        Members members = members();
        Member member = spy(member("a"));
        member.listed(List.of(), 0, member.changes());
        AtomicBoolean failedAgain = new AtomicBoolean();
        doAnswer(call -> {
                    if (failedAgain.compareAndSet(false, true)) {
                        Thread.sleep(100);
                        members.failed(member, away());
                    }
                    return call.callRealMethod();
                })
                .when(member)
                .unwatch();
        members.all().add(member);
        members.failed(member, away());
        await(failedAgain::get);
        await(member::isReady);
        members.close();
    }

    @Test
    void nothingIsWaitedForThatAClosedDomainDoesNotDo() throws Exception {
        Token token = mock(Token.class);
        when(token.name()).thenReturn("a");
        when(token.id()).thenReturn("a");
        when(token.uniqueId()).thenReturn("a");
        MemberSource source = mock(MemberSource.class);
        when(source.find("a")).thenReturn(token);
        DomainToken domain =
                new DomainToken(SchsmConfiguration.of("members = all\ndevice = a"), source, id -> Optional.empty());
        domain.close();
        domain.load(null);
        long begun = System.nanoTime();
        assertThat(domain.domain().orElseThrow().members()).hasSize(1);
        assertThat(System.nanoTime() - begun).isLessThan(9_000_000_000L);
    }

    @Test
    void useThatWasPerhapsCountedIsNotRepeatedWhenAnotherThreadLocksTheMember() throws Exception {
        Members members = members();
        Failover failover = new Failover(members, login);
        AtomicInteger uses = new AtomicInteger();
        List<Failover.Place> places = List.of(counted(member("a")), counted(member("b")));
        assertThatThrownBy(() -> failover.use(places, Operation.SIGN, place -> {
                    uses.incrementAndGet();
                    place.member().locked("another thread was refused");
                    throw new TransportException("the answer was lost");
                }))
                .isInstanceOf(TransportException.class);
        assertThat(uses).hasValue(1);
        members.close();
    }

    private static Failover.Place counted(Member member) {
        return new Failover.Place() {
            @Override
            public Member member() {
                return member;
            }

            @Override
            public boolean isRepeatable() {
                return false;
            }

            @Override
            public boolean isReady() {
                return member.isReady();
            }

            @Override
            public int queue() {
                return member.queue();
            }

            @Override
            public long nanosEach() {
                return 0;
            }
        };
    }

    @Test
    void droppedMembersAreNeitherWaitedForNorShown() throws Exception {
        ObjectName name = new ObjectName("io.github.schsm:type=Member,domain=\"dropped\",device=\"gone\"");
        WeakReference<Member> dropped = drop(name);
        await(() -> dropped.get() == null);
        await(() -> !ManagementFactory.getPlatformMBeanServer().isRegistered(name));
    }

    private WeakReference<Member> drop(ObjectName name) throws Exception {
        Members members = members();
        Member member = new Member("gone", null);
        members.all().add(member);
        members.observe(Observers.of(MemberObserver.NONE, "dropped"));
        members.failed(member, away());
        assertThat(ManagementFactory.getPlatformMBeanServer().isRegistered(name))
                .isTrue();
        return new WeakReference<>(member);
    }
}
