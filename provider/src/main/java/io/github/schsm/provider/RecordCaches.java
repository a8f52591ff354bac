// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Proxy;
import java.lang.runtime.ObjectMethods;
import java.net.URL;
import java.net.URLClassLoader;
import javax.smartcardio.Card;

/**
 * What the JDK keeps of records. The handles from which it makes their methods remember the type they were last used
 * with, and the last record that was asked for its hash, for a string or whether it is equal so keeps its class loader. They are
 * used once more here, with other types: JDK 17 remembers one type and gets one of its own; later ones remember types
 * of programs' class loaders in another place, softly, and get one of a class loader that has nothing else.
 */
final class RecordCaches {
    private RecordCaches() {}

    /** Has them remember something else. */
    @SuppressWarnings("SuspiciousInvocationHandlerImplementation") // the class is wanted, not the object
    static void forget() {
        try (URLClassLoader empty = new URLClassLoader(new URL[0], null)) {
            make(Proxy.newProxyInstance(empty, new Class<?>[] {Runnable.class}, (proxy, method, arguments) -> null)
                    .getClass());
            // The class loader above remembers who made it, in JDK 17: so it must not be the last.
            make(Card.class);
        } catch (Throwable notThisJdk) {
            System.getLogger(RecordCaches.class.getName())
                    .log(System.Logger.Level.DEBUG, "what the JDK keeps of records stays", notThisJdk);
        }
    }

    private static void make(Class<?> type) throws Throwable {
        MethodHandle component = MethodHandles.identity(type);
        make(type, "equals", MethodType.methodType(boolean.class, type, Object.class), component);
        make(type, "hashCode", MethodType.methodType(int.class, type), component);
        make(type, "toString", MethodType.methodType(String.class, type), component);
    }

    private static void make(Class<?> type, String method, MethodType signature, MethodHandle component)
            throws Throwable {
        ObjectMethods.bootstrap(MethodHandles.lookup(), method, signature, type, "self", component);
    }
}
