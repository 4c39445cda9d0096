package dev.hermes.gateway.watchdog;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The annotated test provokes an alarm of the {@link Watchdog} on purpose.
 *
 * <p>Alarms raised while this one test method runs and found by the pattern are forgiven; any other still fails it. At
 * least one must come (it is waited for, a few seconds), so that an expectation which has become untrue fails too.
 */
@Documented
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@Repeatable(ExpectsAlarm.Several.class)
public @interface ExpectsAlarm {

    /** A regular expression to be found in the alarm's text, for example {@code "UNHANDLED_EXCEPTION .*on purpose"}. */
    String value();

    /** Holds more than one expectation of the same test. */
    @Documented
    @Target(ElementType.METHOD)
    @Retention(RetentionPolicy.RUNTIME)
    @interface Several {
        ExpectsAlarm[] value();
    }
}
