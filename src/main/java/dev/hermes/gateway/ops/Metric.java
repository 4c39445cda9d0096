package dev.hermes.gateway.ops;

/**
 * All metrics of the gateway itself. Dashboards and alerts rely on their names and labels, so these must not change;
 * all exist from the start, with zero. Their values come from {@link MetricSnapshotBuilder.Exposition}.
 */
enum Metric {
    STREAMS_OPEN("hermes_streams_open", "Streams open now."),
    STREAMS_LIMIT("hermes_streams_limit", "Streams and waiting polls this process admits, as configured."),
    STREAMS_OPENED("hermes_streams_opened_total", "Streams opened since the start."),
    STREAMS_CLOSED("hermes_streams_closed_total", "Streams ended since the start, by reason."),
    STREAMS_REFUSED("hermes_streams_refused_total", "Streams not opened since the start, by the code of the answer."),
    STREAMS_CATCHING_UP(
            "hermes_streams_catching_up",
            "Streams and polls that are behind the tip of the log now and read on from their cursor."),
    EVENTS_RECEIVED(
            "hermes_events_received_total",
            "Events this gateway heard itself, whoever logs them, by channel and by the door they came in."),
    EVENTS_DELIVERED(
            "hermes_events_delivered_total", "Events handed to clients, counted once for each client, by channel."),
    EVENTS_SUPERSEDED(
            "hermes_events_superseded_total",
            "Events left out for clients far behind, since a later one says it all, once for each client, by channel."),
    EVENTS_REJECTED(
            "hermes_events_rejected_total", "Messages this gateway heard itself that are no events, by reason."),
    GAPS("hermes_gaps_total", "Times a client was told that something may be missing, by reason."),
    DELIVERY_LATENCY(
            "hermes_delivery_latency_seconds",
            "Time from when an event reached this gateway until it was written to live clients."),
    REDIS_UP("hermes_redis_up", "1 if what is published through Redis comes back, else 0."),
    REDIS_CANARY(
            "hermes_redis_canary_seconds",
            "How long the last message of this gateway to itself through Redis was under way."),
    IDENTITY_QUESTIONS(
            "hermes_identity_questions_total",
            "Times Hermes was to be asked whether it accepts a credential, by what came of it."),
    IDENTITY_KEPT(
            "hermes_identity_kept_answers_total", "Times an answer of Hermes about a credential was at hand already."),
    IDENTITY_CIRCUIT_OPEN(
            "hermes_identity_circuit_open", "1 while Hermes is not asked about credentials since it did not answer.");

    private final String metricName;
    private final String help;

    Metric(String metricName, String help) {
        this.metricName = metricName;
        this.help = help;
    }

    /** The name under which the metric is scraped. */
    String metricName() {
        return metricName;
    }

    /** The help text of the metric. */
    String help() {
        return help;
    }
}
