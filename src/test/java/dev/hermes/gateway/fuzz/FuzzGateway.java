package dev.hermes.gateway.fuzz;

import dev.hermes.gateway.fixture.RunningGateway;

/** The gateway that is tried: real, with a real Redis, and bounds small enough for inputs to pass them. */
final class FuzzGateway {

    static final int MAX_EVENT_BYTES = 20_000;

    private FuzzGateway() {}

    static RunningGateway start() {
        return RunningGateway.with("HERMES_MAX_EVENT_BYTES", MAX_EVENT_BYTES)
                .with("HERMES_HISTORY_MAX_EVENTS", 10_000)
                .with("HERMES_SSE_CONNECTION_TIMEOUT", 0)
                // Else all but sixty of them a minute would be refused unseen.
                .with("HERMES_RATE_LIMIT_PER_MINUTE", 1_000_000_000)
                .start();
    }
}
