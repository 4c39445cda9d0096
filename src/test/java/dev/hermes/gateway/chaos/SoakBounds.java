package dev.hermes.gateway.chaos;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** How far from its start each figure may be at the end. */
final class SoakBounds {

    private static final double MIB = 1 << 20;

    /**
     * A figure may be less than at the start, and so much more.
     *
     * @param share of what it was
     */
    record Bound(Pattern figures, Kind kind, double share, double more, String reason) {

        private enum Kind {
            SAME,
            AT_MOST,
            GROWTH
        }

        private static Bound same(String figures, String reason) {
            return new Bound(Pattern.compile(figures), Kind.SAME, 0, 0, reason);
        }

        private static Bound atMost(String figures, double most, String reason) {
            return new Bound(Pattern.compile(figures), Kind.AT_MOST, 0, most, reason);
        }

        private static Bound growth(String figures, double share, double more, String reason) {
            return new Bound(Pattern.compile(figures), Kind.GROWTH, share, more, reason);
        }

        boolean holds(double start, double end) {
            return switch (kind) {
                case SAME -> Double.compare(start, end) == 0;
                case AT_MOST -> end <= more;
                case GROWTH -> Double.compare(start, end) == 0 || end <= start * (1 + share) + more;
            };
        }

        String allowed(String figure) {
            return switch (kind) {
                case SAME -> "as at the start";
                case AT_MOST -> "at most " + SoakReport.number(figure, more);
                case GROWTH ->
                    share + more == 0
                            ? "no more"
                            : (share > 0 ? String.format(Locale.ROOT, "+ %.0f %% ", 100 * share) : "")
                                    + (more > 0 ? "+ " + SoakReport.number(figure, more) : "");
            };
        }
    }

    /** The first that fits; what none names is as it was. */
    private static final List<Bound> BOUNDS = List.of(
            Bound.growth(
                    "process_resident_memory_bytes",
                    0.15,
                    18 * MIB,
                    "the JIT and malloc settle; and what the heap may"),
            Bound.growth("process_virtual_memory_bytes", 0.15, 0, "one arena of malloc for a new thread is 64 MiB"),
            Bound.growth("process_open_fds", 0, 2, "the request that asks for it, and one of a health check"),
            Bound.growth("redis_connections", 0, 0, "each has its purpose"),
            Bound.growth("jvm_threads_(current|daemon|peak)", 0, 4, "pools of Vert.x that fill as they are used"),
            Bound.growth("jvm_threads_state.*", 0, 8, "what a thread does this moment, of about twenty"),
            Bound.growth(
                    "jvm_memory_(used|pool_used|pool_collection_used).*(\"heap\"|G1 Old).*",
                    0,
                    18 * MIB,
                    "the last 10,000 streams that broke are remembered for ten minutes, with a kilobyte each"),
            Bound.growth("jvm_memory.*(G1|\"heap\").*", 0, 64 * MIB, "how G1 divides the heap after a collection"),
            Bound.growth("jvm_memory.*", 0.1, 8 * MIB, "code and classes, which the JIT makes as it goes"),
            Bound.growth("jvm_classes_currently_loaded", 0.02, 0, "accessors that the JVM makes as it goes"),
            Bound.growth(
                    "(hermes_direct_memory_bytes|jvm_buffer_pool.*bytes.*\"direct\".*)",
                    0,
                    16 * MIB,
                    "Netty keeps some chunks of 4 MiB for each event loop"),
            Bound.growth("jvm_buffer_pool_used_buffers.*\"direct\".*", 0, 16, "the same"),
            Bound.growth("hermes_log_entries", 0, 4, "the newest entry is never removed, nor its hole"),
            Bound.growth("hermes_log_bytes", 0, 4_096, "the same"),
            Bound.atMost("hermes_log_oldest_seconds", 3_600, "the age of the newest entry, which grows"),
            Bound.atMost("hermes_redis_canary_seconds", 1, "a moment of this machine"),
            Bound.atMost("hermes_event_loop_lag_seconds", 1, "the same; collections are asked for"),
            Bound.growth("hermes_tls_certificate_end_timestamp_seconds", 0.01, 0, "it was exchanged"));

    private static final Bound SAME = Bound.same(".*", "");

    private SoakBounds() {}

    static Bound of(String figure) {
        return BOUNDS.stream()
                .filter(bound -> bound.figures().matcher(figure).matches())
                .findFirst()
                .orElse(SAME);
    }
}
