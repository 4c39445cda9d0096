package dev.hermes.gateway.dev;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/** Instants as Hermes writes them, Python's {@code datetime.isoformat()} in UTC: microseconds and {@code +00:00}. */
final class PythonTime {

    private static final DateTimeFormatter ISO_FORMAT =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSSxxx").withZone(ZoneOffset.UTC);

    private PythonTime() {}

    static String isoformat(Instant instant) {
        return ISO_FORMAT.format(instant);
    }
}
