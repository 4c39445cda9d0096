package dev.hermes.gateway.bench;

import java.time.Duration;

/**
 * Events for streams.
 *
 * @param point its name among several of one scenario, or empty
 * @param keyed whether each stream gets the events of its own key, or all get all
 */
record FanOutLoad(String point, int streams, double eventsPerSecond, Duration length, EventData data, boolean keyed) {

    long events() {
        return Math.max(1, Math.round(eventsPerSecond * length.toMillis() / 1_000));
    }

    int due(Published published, int stream) {
        return keyed ? published.ofKey(stream) : published.count();
    }

    long deliveries(Published published) {
        return keyed ? published.count() : (long) published.count() * streams;
    }
}
