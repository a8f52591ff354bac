// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.bridge.cryptoki;

import java.lang.System.Logger.Level;
import org.xipki.pkcs11.wrapper.Logger;

/** What the wrapper logs, which would go to the standard output otherwise; its talk about itself is for debugging. */
enum WrapperLogger implements Logger {
    INSTANCE;

    private static final System.Logger LOGGER = System.getLogger(WrapperLogger.class.getName());

    private static void log(Level level, String format, Object... arguments) {
        if (!LOGGER.isLoggable(level)) {
            return;
        }
        StringBuilder text = new StringBuilder();
        int from = 0;
        for (Object argument : arguments) {
            int at = format.indexOf("{}", from);
            if (at < 0) {
                break;
            }
            text.append(format, from, at).append(argument);
            from = at + 2;
        }
        LOGGER.log(level, text.append(format.substring(from)).toString());
    }

    @Override
    public void info(String format, Object... arguments) {
        log(Level.DEBUG, format, arguments);
    }

    @Override
    public void warn(String format, Object... arguments) {
        log(Level.WARNING, format, arguments);
    }

    @Override
    public void error(String format, Object... arguments) {
        log(Level.WARNING, format, arguments);
    }

    @Override
    public void debug(String format, Object... arguments) {
        log(Level.DEBUG, format, arguments);
    }

    @Override
    public void trace(String format, Object... arguments) {
        log(Level.TRACE, format, arguments);
    }

    @Override
    public boolean isDebugEnabled() {
        return LOGGER.isLoggable(Level.DEBUG);
    }

    @Override
    public boolean isInfoEnabled() {
        return LOGGER.isLoggable(Level.DEBUG);
    }

    @Override
    public boolean isWarnEnabled() {
        return LOGGER.isLoggable(Level.WARNING);
    }

    @Override
    public boolean isTraceEnabled() {
        return LOGGER.isLoggable(Level.TRACE);
    }
}
