package dev.hermes.gateway.http;

import dev.hermes.gateway.config.Settings;
import dev.hermes.gateway.loop.LoopLag;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns new streams and polls away while the process is overloaded, so that the open ones do not suffer, and lets them
 * in again by itself. One event loop tells what it measures, any thread may ask.
 *
 * <p>A client that returns is turned away like a new one: it costs as much, and its cursor loses nothing by waiting.
 *
 * <p>A loop that is late since its own work takes so long and one that the machine does not let run count alike: their
 * clients wait as long, and fewer streams help both. Late for a moment counts for nothing, since a crowd that comes back
 * after a restart makes every loop late, and those turned away would only come again; {@link AdmissionQueue} keeps the
 * turns short meanwhile. Nor does it count soon after the start, when Java is many times slower than later: on a busy
 * machine the crowd may then need a minute, and there are no older streams that suffer.
 */
public final class Overload {

    private static final Logger LOG = LoggerFactory.getLogger(Overload.class);

    /** What is measured longer after the last time counts as this, or a process that was stopped would be overloaded. */
    private static final long LONGEST_STEP_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final long CALM_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final int LAG_LASTS = 15;
    private static final int LAG_CALM = 10;
    private static final int LAG_FROM = 120;

    private final Map<Cause, Watched> watched = new EnumMap<>(Cause.class);
    private final List<LoopLag> lags = new CopyOnWriteArrayList<>();
    private final LongAdder turnedAway = new LongAdder();

    /** Replaced as a whole by the one loop that measures. */
    private volatile Set<Cause> causes = Set.of();

    /** What there is too little of. */
    public enum Cause {
        /** Time of the event loops; measured in milliseconds by which they are late. */
        LOOP_LAG(0.5),
        /** Heap; measured in percent in use after a collection. */
        HEAP(0.94),
        /** Files and sockets that may be open; measured in percent in use. */
        DESCRIPTORS(0.97);

        /** The part of the limit below which it must fall for the overload to end. */
        private final double calmBelow;

        Cause(double calmBelow) {
            this.calmBelow = calmBelow;
        }

        /** As in metrics and logs. */
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public Overload(Settings.Overload limits) {
        long lagNanos = limits.loopLag().toNanos();
        watch(new Watched(
                Cause.LOOP_LAG,
                limits.loopLag().toMillis(),
                new Times(LAG_FROM * lagNanos, LAG_LASTS * lagNanos, LAG_CALM * lagNanos)));
        watch(new Watched(Cause.HEAP, limits.heapPercent(), Times.AT_ONCE));
        watch(new Watched(Cause.DESCRIPTORS, limits.descriptorPercent(), Times.AT_ONCE));
    }

    private void watch(Watched one) {
        if (one.limit > 0) {
            watched.put(one.cause, one);
        }
    }

    /** Takes this loop into account from now on. Any thread. */
    public void watch(LoopLag lag) {
        lags.add(lag);
    }

    /** No longer takes this loop, which ends, into account. Any thread. */
    public void forget(LoopLag lag) {
        lags.remove(lag);
    }

    /** By how many milliseconds the event loop is late that is so by most. Any thread. */
    public double lagMillis() {
        return lags.stream().mapToDouble(lag -> lag.recent().toMillis()).max().orElse(0);
    }

    /**
     * Tells what was measured; often, and always on the same loop.
     *
     * @param nanos when, by a monotonic clock
     */
    public void measured(Cause cause, double value, long nanos) {
        Watched known = watched.get(cause);
        if (known != null) {
            known.measured(value, nanos);
        }
    }

    /** By what the process is overloaded now; empty if it is not. Any thread. */
    public Set<Cause> causes() {
        return causes;
    }

    /**
     * Fails with the answer to give while the process is overloaded. On the request's loop.
     *
     * @throws Problem.Thrown while it is
     */
    void requireNone(HttpServerRequest request) {
        Set<Cause> now = causes;
        if (now.isEmpty()) {
            return;
        }
        turnedAway.increment();
        if (now.contains(Cause.DESCRIPTORS) && request.version() != HttpVersion.HTTP_2) {
            // Unused, it would keep its descriptor for a minute.
            request.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
            request.connection().shutdown();
        }
        throw Problem.overloaded().asException();
    }

    private void set(Cause cause, boolean on) {
        Set<Cause> now = EnumSet.noneOf(Cause.class);
        now.addAll(causes);
        if (on) {
            now.add(cause);
        } else {
            now.remove(cause);
        }
        causes = Set.copyOf(now);
    }

    /**
     * When a measure counts.
     *
     * @param fromNanos for how long after the first it does not
     * @param lastsNanos for how long it must be above the limit
     * @param calmNanos for how long it must then be below
     */
    private record Times(long fromNanos, long lastsNanos, long calmNanos) {

        static final Times AT_ONCE = new Times(0, 0, CALM_NANOS);
    }

    /** One measure, its limit, and since when it is above or below. Owned by the loop that measures. */
    private final class Watched {

        private final Cause cause;
        private final double limit;
        private final Times times;
        private boolean begun;
        private long firstNanos;
        private boolean on;
        private long lastNanos;

        /** For how long it has been above the limit without a break or, if it is on, below without one. */
        private long heldNanos;

        private long beganNanos;
        private long turnedAwayBefore;
        private double greatest;

        Watched(Cause cause, double limit, Times times) {
            this.cause = cause;
            this.limit = limit;
            this.times = times;
        }

        void measured(double value, long now) {
            if (!begun) {
                begun = true;
                firstNanos = now;
                lastNanos = now;
            }
            if (now - firstNanos < times.fromNanos()) {
                lastNanos = now;
                return;
            }
            boolean towards = on ? value < limit * cause.calmBelow : value >= limit;
            long step = Math.min(now - lastNanos, LONGEST_STEP_NANOS);
            lastNanos = now;
            heldNanos = towards ? heldNanos + step : 0;
            greatest = on ? Math.max(greatest, value) : value;
            if (towards && heldNanos >= (on ? times.calmNanos() : times.lastsNanos())) {
                heldNanos = 0;
                turn(!on, now);
            }
        }

        private void turn(boolean to, long now) {
            on = to;
            set(cause, to);
            if (to) {
                beganNanos = now;
                turnedAwayBefore = turnedAway.sum();
                LOG.atWarn()
                        .addKeyValue("cause", cause.label())
                        .addKeyValue("value", Math.round(greatest))
                        .addKeyValue("limit", Math.round(limit))
                        .log("overload began, new streams are turned away");
            } else {
                LOG.atInfo()
                        .addKeyValue("cause", cause.label())
                        .addKeyValue("greatest", Math.round(greatest))
                        .addKeyValue("limit", Math.round(limit))
                        .addKeyValue("seconds", TimeUnit.NANOSECONDS.toSeconds(now - beganNanos))
                        .addKeyValue("turned_away", turnedAway.sum() - turnedAwayBefore)
                        .log("overload ended");
            }
        }
    }
}
