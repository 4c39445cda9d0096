package dev.hermes.gateway.watchdog;

import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.platform.commons.support.AnnotationSupport;

/**
 * Fails the test during which a thread was blocked or an exception went unhandled, the class during which a buffer was
 * leaked, and the run for what came to light only after its last class.
 *
 * <p>Blame goes by time: an alarm that comes late is put on the test or class that runs when it comes. Its text names the
 * thread and, for leaks, where the buffer was made.
 */
public final class Watchdog implements BeforeAllCallback, AfterEachCallback {

    private static final Namespace OURS = Namespace.create(Watchdog.class);
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    @Override
    public void beforeAll(ExtensionContext context) {
        Watch watch = watchOf(context);
        // What a class keeps in its store is closed after all of its callbacks, first in, last out. A nested class
        // finds the entry of the class around it.
        context.getStore(OURS).computeIfAbsent(ClassEnd.class, key -> new ClassEnd(watch));
    }

    @Override
    public void afterEach(ExtensionContext context) {
        Alarms alarms = watchOf(context).alarms();
        List<ExpectsAlarm> expectations =
                AnnotationSupport.findRepeatableAnnotations(context.getRequiredTestMethod(), ExpectsAlarm.class);
        for (ExpectsAlarm expectation : expectations) {
            awaitAndForgive(alarms, Pattern.compile(expectation.value(), Pattern.DOTALL));
        }
        failOn(alarms.drain(), "during " + context.getDisplayName());
    }

    private static void awaitAndForgive(Alarms alarms, Pattern expected) {
        try {
            Awaitility.await().atMost(PATIENCE).pollDelay(Duration.ZERO).until(() -> {
                if (expected.pattern().startsWith(Alarm.Kind.LEAK.name())) {
                    LeakSweep.run();
                }
                return alarms.forgive(expected);
            });
        } catch (ConditionTimeoutException e) {
            throw new AssertionError("expected an alarm like \"" + expected + "\", none came in " + PATIENCE, e);
        }
    }

    private static Watch watchOf(ExtensionContext context) {
        return context.getRoot().getStore(OURS).computeIfAbsent(Watch.class, key -> Watch.start(), Watch.class);
    }

    static void failOn(List<Alarm> alarms, String when) {
        if (!alarms.isEmpty()) {
            throw new AssertionError(alarms.stream()
                    .map(Alarm::text)
                    .collect(Collectors.joining("\n", alarms.size() + " alarm(s) " + when + ":\n", "")));
        }
    }

    /** Looks for leaks and what else came since the last test, when everything that the class opened is closed. */
    private record ClassEnd(Watch watch) implements AutoCloseable {
        @Override
        public void close() {
            LeakSweep.run();
            failOn(watch.alarms().drain(), "by the end of the class");
        }
    }
}
