package dev.hermes.gateway.watchdog;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.jspecify.annotations.Nullable;

/**
 * One thing that must not happen during a test run.
 *
 * @param kind what sort of thing
 * @param text the kind, the thread and the message on the first line, a stack trace below it where there is one
 */
record Alarm(Kind kind, String text) {

    enum Kind {
        BLOCKED_THREAD,
        LEAK,
        UNHANDLED_EXCEPTION
    }

    static Alarm of(Kind kind, ILoggingEvent event) {
        IThrowableProxy thrown = event.getThrowableProxy();
        String trace = thrown == null ? "" : ThrowableProxyUtil.asString(thrown);
        return of(kind, event.getThreadName(), event.getFormattedMessage(), trace);
    }

    static Alarm of(Thread thread, Throwable uncaught) {
        StringWriter trace = new StringWriter();
        uncaught.printStackTrace(new PrintWriter(trace));
        return of(Kind.UNHANDLED_EXCEPTION, thread.getName(), "thread ended by " + uncaught, trace.toString());
    }

    private static Alarm of(Kind kind, String thread, @Nullable String message, String trace) {
        return new Alarm(kind, kind + " thread=" + thread + " " + message + (trace.isEmpty() ? "" : "\n" + trace));
    }
}
