package dev.hermes.gateway.bench;

/** What is measured, in the order in which it is shown. */
enum Figure {
    STREAMS("streams", ""),
    EVENT_BYTES("event size", "bytes"),
    EVENTS("events delivered", ""),
    CPU_PER_DELIVERY("CPU per delivery", "µs"),
    CPU_PER_EVENT("CPU of each gateway per event", "µs"),
    LISTENER_CPU("load generator's CPU per delivery", "µs"),
    REDIS_CPU_PER_EVENT("Redis' CPU per event", "µs"),
    CPU_SHARE("CPU", "% of a core"),
    P50("p50", "ms"),
    P90("p90", "ms"),
    P99("p99", "ms"),
    MAX("max", "ms"),
    HEALTHY_P99("p99 when healthy", "ms"),
    P99_RATIO("p99 to healthy", "×"),
    CAUGHT_UP("all caught up after", "ms"),
    RESIDENT_BEFORE("resident before", "MB"),
    RESIDENT_OPENED("resident when opened", "MB"),
    RESIDENT("resident", "MB"),
    RESIDENT_PEAK("resident at most", "MB"),
    MEMORY_RATIO("memory to idle", "×"),
    RESIDENT_PER_STREAM("resident per stream", "bytes"),
    HEAP("live heap", "MB"),
    HEAP_PER_STREAM("live heap per stream", "bytes"),
    RESIDENT_OF_100K("resident with 100,000 streams", "MB"),
    HEALTHY_GROWTH("growth of resident memory when healthy", "MB/min"),
    GROWTH("growth of resident memory", "MB/min"),
    GROWTH_SHARE("growth of resident memory", "%"),
    STALLED("stalled clients", ""),
    ENDED("streams ended as too slow", ""),
    FAILED("failed", "");

    private final String label;
    private final String unit;

    Figure(String label, String unit) {
        this.label = label;
        this.unit = unit;
    }

    String label() {
        return label;
    }

    String unit() {
        return unit;
    }
}
