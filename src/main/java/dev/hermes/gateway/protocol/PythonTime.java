package dev.hermes.gateway.protocol;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.TemporalAccessor;
import org.jspecify.annotations.Nullable;

/** Reads and writes times as Python's {@code datetime.isoformat()} does. */
public final class PythonTime {

    /** The last year Python's {@code datetime} knows; anything later would overflow arithmetic in milliseconds. */
    public static final Instant LATEST = Instant.parse("9999-12-31T23:59:59.999999Z");

    private static final DateTimeFormatter FORM =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSSxxx").withZone(ZoneOffset.UTC);

    /** How long a time is that {@link #FORM} may read. */
    private static final int FORM_LENGTH = 32;

    private PythonTime() {}

    /** Writes the time in UTC, always with six decimals and {@code +00:00}; smaller fractions are cut off. */
    public static String format(Instant instant) {
        return FORM.format(instant);
    }

    /**
     * Reads an ISO 8601 time with an offset or {@code Z}; a time without an offset is taken as UTC. Null for any
     * other text.
     */
    public static @Nullable Instant parse(String text) {
        Instant instant = text.length() == FORM_LENGTH ? usual(text) : null;
        instant = instant == null ? any(text) : instant;
        return instant == null || instant.isAfter(LATEST) ? null : instant;
    }

    /** Nearly all times are of this form, and reading only it makes less than half of the garbage. */
    private static @Nullable Instant usual(String text) {
        try {
            return FORM.parse(text, Instant::from);
        } catch (DateTimeException another) {
            return null;
        }
    }

    private static @Nullable Instant any(String text) {
        try {
            TemporalAccessor parsed =
                    DateTimeFormatter.ISO_DATE_TIME.parseBest(text, OffsetDateTime::from, LocalDateTime::from);
            return parsed instanceof OffsetDateTime withOffset
                    ? withOffset.toInstant()
                    : LocalDateTime.from(parsed).toInstant(ZoneOffset.UTC);
        } catch (DateTimeException unreadable) {
            return null;
        }
    }
}
