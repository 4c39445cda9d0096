package dev.hermes.gateway.http;

import io.vertx.ext.web.RoutingContext;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts the streams that were not opened, and logs them: so many lines in a second at most, since whoever is refused
 * comes again and again. Owned by one event loop.
 */
final class RefusedStreams {

    private static final Logger LOG = LoggerFactory.getLogger(RefusedStreams.class);
    private static final int LINES_A_SECOND = 10;
    private static final long SECOND_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** Every code there is: temporary problems by their own, others by their status. */
    private static final List<String> CODES = Stream.concat(
                    Arrays.stream(Problem.Unavailable.values()).map(Problem.Unavailable::name),
                    Stream.of("http_400", "http_401", "http_403"))
            .toList();

    private final LongSupplier nanoTime;
    private final Map<String, Long> counts = new TreeMap<>();
    private long secondBegan;
    private int lines;
    private long left;

    /** @param nanoTime a monotonic clock in nanoseconds */
    RefusedStreams(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.secondBegan = nanoTime.getAsLong();
        CODES.forEach(code -> counts.put(code, 0L));
    }

    void add(RoutingContext context, String address, Problem problem) {
        String code = code(problem);
        counts.merge(code, 1L, Long::sum);
        if (problem.unavailable() == Problem.Unavailable.OVERLOADED) {
            // Told once for all, when it begins and when it ends.
            return;
        }
        long now = nanoTime.getAsLong();
        if (now - secondBegan >= SECOND_NANOS) {
            secondBegan = now;
            lines = 0;
        }
        if (++lines > LINES_A_SECOND) {
            left++;
            return;
        }
        LOG.atInfo()
                .addKeyValue("code", code)
                .addKeyValue("status", problem.status())
                .addKeyValue("address", address)
                .addKeyValue("path", context.request().path().replace('"', '\''))
                .addKeyValue("request_id", Routes.RequestId.of(context))
                .addKeyValue("lines_left_out", left)
                .log("stream refused");
        left = 0;
    }

    /** The number of refused streams so far, by code; there are only as many codes as kinds of answers. */
    Map<String, Long> counts() {
        return Map.copyOf(counts);
    }

    private static String code(Problem problem) {
        String code = problem.code();
        return code == null ? "http_" + problem.status() : code;
    }
}
