package dev.hermes.gateway.bench;

import dev.hermes.gateway.fixture.HttpCall;
import dev.hermes.gateway.fixture.RunningGateway;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.function.Supplier;
import org.awaitility.Awaitility;

/** Clients that return at once, each 1,000 events behind, 10 of which match its filter. */
record Herd(BenchSettings settings, RedisServer redis) {

    private static final int RETURNING = 5_000;
    private static final int MISSED = 1_000;
    private static final int KEYS = 100;
    private static final int EVENT_BYTES = 250;
    private static final double MISSED_PER_SECOND = 2_000;
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /** For what should not come any more. */
    private static final Duration SETTLING = Duration.ofSeconds(2);

    int clients() {
        return settings.scaled(RETURNING);
    }

    /** Publishes what it will have missed, and waits until the log has it. Returns where all of them stood before. */
    String misses(GatewayServer gateway) {
        String cursor = poll(gateway, "").getString("last_id");
        try (Publisher publisher =
                new Publisher(redis.port(), Envelope.QUEUE, EventData.ofKeysInTurns("h", EVENT_BYTES, KEYS))) {
            publisher.publish(MISSED, MISSED_PER_SECOND);
            Awaitility.await()
                    .atMost(PATIENCE)
                    .until(() -> poll(gateway, "&limit=" + MISSED + "&after=" + cursor)
                                    .getJsonArray("events")
                                    .size()
                            == MISSED);
        }
        return cursor;
    }

    /**
     * What its return was like.
     *
     * @param millis after how long the last one had caught up
     * @param meanwhile what others saw until then
     */
    record Return(double millis, Histogram meanwhile) {}

    /** @param others asked when the last one has caught up */
    Return returns(GatewayServer gateway, String cursor, String where, Outcome outcome, Supplier<Histogram> others) {
        String path = GatewayServer.EVENTS + "/queue?token=" + redis.token("queue") + "&last_event_id=" + cursor
                + "&download_id=h";
        CrowdPlan plan = CrowdPlan.staying(
                        gateway.port(), clients(), Http1Connection.told(number -> path + number % KEYS))
                .atOnce();
        long startedAt = System.nanoTime();
        try (Crowd herd = Crowd.opening(plan)) {
            herd.awaitEvents((long) clients() * MISSED / KEYS);
            double millis = (System.nanoTime() - startedAt) / 1e6;
            Return returned = new Return(millis, others.get());
            Pause.of(SETTLING);
            outcome.faults(where, herd.faults(stream -> MISSED / KEYS));
            return returned;
        }
    }

    /** With nobody else there. Returns after how many milliseconds the last one had caught up. */
    double returns(GatewayServer gateway, String cursor, String where, Outcome outcome) {
        return returns(gateway, cursor, where, outcome, Histogram::new).millis();
    }

    private static JsonObject poll(GatewayServer gateway, String parameters) {
        String path = GatewayServer.EVENTS + "/poll?channels=queue:updates" + parameters;
        return new JsonObject(HttpCall.get(gateway.port(), path, "Authorization", "Bearer " + RunningGateway.API_KEY)
                .body());
    }
}
