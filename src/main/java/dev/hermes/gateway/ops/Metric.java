package dev.hermes.gateway.ops;

/**
 * All metrics of the gateway itself. Dashboards and alerts rely on their names and labels, so these must not change;
 * all exist from the start, with zero. Their values come from {@link Exposition}.
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
    STREAMS_STALLED("hermes_streams_stalled", "Streams that are behind and whose clients take nothing right now."),
    STREAMS_LAG_ENTRIES(
            "hermes_streams_lag_entries",
            "Log entries that streams have yet to examine, all streams together, for each at most the window of its hub."),
    STREAMS_LAG_SECONDS(
            "hermes_streams_lag_seconds",
            "For how long the stream has been behind that has been so for the longest time."),
    POLLS_WAITING("hermes_polls_waiting", "Polls that wait for their answer now."),
    HEARTBEATS("hermes_heartbeats_total", "Heartbeats sent to streams since the start."),
    HTTP_REQUESTS(
            "hermes_http_requests_total",
            "Requests answered on the public port, by route and by the class of the status; a stream counts as it opens."),
    CREDENTIALS_FAILED("hermes_credentials_failed_total", "Requests whose credential was not accepted."),
    RATE_LIMITED("hermes_rate_limited_total", "Requests whose address had presented too many credentials that failed."),
    TOKENS_MINTED("hermes_tokens_minted_total", "Tokens issued."),
    TOKENS_REVOKED("hermes_tokens_revoked_total", "Tokens revoked on request."),
    LOG_ENTRIES("hermes_log_entries", "Entries in the log; not a number while it cannot be reached."),
    LOG_BYTES("hermes_log_bytes", "Bytes of the entries in the log; not a number while it cannot be reached."),
    LOG_OLDEST(
            "hermes_log_oldest_seconds",
            "Age of the oldest entry in the log; not a number while it cannot be reached."),
    LOG_ENTRIES_LIMIT("hermes_log_entries_limit", "The most entries that the log keeps, as configured."),
    LOG_BYTES_LIMIT("hermes_log_bytes_limit", "The most bytes that the log keeps, as configured."),
    LOG_APPEND("hermes_log_append_seconds", "How long Redis took to answer calls that append to the log."),
    REDIS_UP("hermes_redis_up", "1 if what is published through Redis comes back, else 0."),
    REDIS_CANARY(
            "hermes_redis_canary_seconds",
            "How long the last message of this gateway to itself through Redis was under way."),
    REDIS_DOWN("hermes_redis_down_seconds", "For how long nothing has come back through Redis; 0 while it does."),
    REDIS_RECONNECTS("hermes_redis_reconnects_total", "Times Redis was reached again after it was lost."),
    READY("hermes_ready", "1 if the gateway is ready for clients, else 0."),
    SSE_ENABLED("hermes_sse_enabled", "1 while streams are served, 0 while they are switched off."),
    DRAINING("hermes_draining", "1 once the gateway is shutting down, else 0."),
    OVERLOADED("hermes_overloaded", "1 while new streams are turned away for an overload, by its cause, else 0."),
    RELOADS_FAILED("hermes_settings_reloads_failed_total", "Times settings were read again and could not be used."),
    CERTIFICATE_END(
            "hermes_tls_certificate_end_timestamp_seconds",
            "When the certificate of the public port ends, in seconds since 1970; not a number without one."),
    LOOP_LAG(
            "hermes_event_loop_lag_seconds",
            "The greatest delay of a timer on any event loop within the last half to whole minute."),
    DIRECT_MEMORY(
            "hermes_direct_memory_bytes",
            "Memory outside the heap that is reserved for reading from and writing to sockets."),
    DIRECT_MEMORY_LIMIT("hermes_direct_memory_limit_bytes", "The most memory outside the heap for that."),
    BUILD_INFO("hermes_build_info", "1, with the versions of the gateway, of Vert.x and of Java."),
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
