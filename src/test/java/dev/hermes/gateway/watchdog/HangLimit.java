package dev.hermes.gateway.watchdog;

import dev.hermes.gateway.fixture.Background;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;
import org.junit.platform.commons.support.AnnotationSupport;

/**
 * Ends a test that hangs, and says where each thread is: after two minutes, or on a machine that others keep busy after as
 * much longer as they take. A limit of JUnit's is the same whatever the machine does, so it is left for what has its own.
 */
public final class HangLimit implements InvocationInterceptor {

    private static final Duration LIMIT = Duration.ofMinutes(2);

    @Override
    public void interceptTestMethod(
            Invocation<@Nullable Void> invocation, ReflectiveInvocationContext<Method> method, ExtensionContext context)
            throws Throwable {
        limit(invocation, context);
    }

    @Override
    public void interceptTestTemplateMethod(
            Invocation<@Nullable Void> invocation, ReflectiveInvocationContext<Method> method, ExtensionContext context)
            throws Throwable {
        limit(invocation, context);
    }

    private static void limit(Invocation<@Nullable Void> invocation, ExtensionContext context) throws Throwable {
        boolean own = AnnotationSupport.isAnnotated(context.getTestMethod(), Timeout.class)
                || AnnotationSupport.isAnnotated(context.getRequiredTestClass(), Timeout.class);
        if (own) {
            invocation.proceed();
            return;
        }
        Guard guard = new Guard(LIMIT, Thread.currentThread());
        try {
            invocation.proceed();
        } finally {
            guard.end();
        }
    }

    /** Over one test, from a thread of its own. */
    static final class Guard {

        private final Duration limit;
        private final Thread test;
        private final CountDownLatch ended = new CountDownLatch(1);
        private final Thread watching;

        // Written by the watching thread, read when that has ended.
        private @Nullable String hung;

        Guard(Duration limit, Thread test) {
            this.limit = limit;
            this.test = test;
            this.watching = Background.daemon("hang-limit", this::watch);
            watching.start();
        }

        private void watch() {
            Duration half = limit.dividedBy(2);
            if (endsWithin(half)) {
                return;
            }
            Pace pace = Pace.start();
            Duration rest = half;
            while (pace.elapsed().compareTo(rest) < 0) {
                if (endsWithin(rest.minus(pace.elapsed()))) {
                    return;
                }
                rest = pace.stretched(limit).minus(half);
            }
            hung = "hangs for " + half.plus(rest) + ", threads:\n" + threads();
            test.interrupt();
        }

        private boolean endsWithin(Duration time) {
            try {
                return ended.await(time.toNanos(), TimeUnit.NANOSECONDS);
            } catch (InterruptedException nobodyDoes) {
                throw new AssertionError(nobodyDoes);
            }
        }

        private static String threads() {
            return Thread.getAllStackTraces().entrySet().stream()
                    .map(one -> one.getKey()
                            + Arrays.stream(one.getValue())
                                    .map(frame -> "\n    at " + frame)
                                    .collect(Collectors.joining()))
                    .collect(Collectors.joining("\n"));
        }

        /** Fails if the test hung. */
        void end() {
            ended.countDown();
            boolean interrupted = Thread.interrupted();
            Background.join(watching);
            String hanging = hung;
            if (hanging != null) {
                // Sent by the guard, and perhaps after the test's last wait.
                Thread.interrupted();
                throw new AssertionError(hanging);
            }
            if (interrupted) {
                test.interrupt();
            }
        }
    }
}
