package dev.hermes.gateway.endtoend;

import static dev.hermes.gateway.endtoend.RedisLogFixture.data;
import static dev.hermes.gateway.endtoend.RedisLogFixture.open;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hermes.gateway.fixture.HttpCall;
import dev.hermes.gateway.fixture.RunningGateway;
import dev.hermes.gateway.fixture.SseConnection;
import io.vertx.core.json.JsonObject;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The log's state is away for a moment, a message is heard meanwhile, and then it is there again as it was. */
class LostForAMomentTest {

    private static final String STATE = "{hermes:events}:ingest";

    private final RedisLogFixture log = new RedisLogFixture();

    private enum Away {
        RENAMED {
            @Override
            Runnable begin(RedisLogFixture log) {
                log.ask("RENAME", STATE, "aside");
                return () -> log.ask("RENAME", "aside", STATE);
            }
        },
        SWAPPED {
            @Override
            Runnable begin(RedisLogFixture log) {
                log.ask("SWAPDB", "0", "1");
                return () -> log.ask("SWAPDB", "0", "1");
            }
        },
        MOVED_OUT_AND_COPIED_BACK {
            @Override
            Runnable begin(RedisLogFixture log) {
                log.ask("COPY", STATE, "aside");
                log.ask("DEL", STATE);
                return () -> log.ask("COPY", "aside", STATE, "REPLACE");
            }
        };

        /** Returns what brings it back. */
        abstract Runnable begin(RedisLogFixture log);
    }

    @AfterEach
    void close() {
        log.close();
    }

    @ParameterizedTest
    @EnumSource(Away.class)
    void whatWasHeardMeanwhileIsDeclaredAndAllGoesOn(Away away) {
        RunningGateway first = log.gateway();
        RunningGateway second = log.gateway();
        try (SseConnection one = open(first, null);
                SseConnection other = open(second, null)) {
            List<SseConnection> streams = List.of(one, other);
            log.publish(1);
            streams.forEach(stream -> assertThat(stream.nextEvent().data()).isEqualTo(data(1)));

            String lost = log.ask("HGET", STATE, "identity").get(0);
            Runnable back = away.begin(log);
            log.publish(2);
            await().until(() -> !lost.equals(chainOf(first)) && !lost.equals(chainOf(second)));
            back.run();

            // Where that takes longer the backend is said to be down meanwhile.
            streams.forEach(stream -> assertThat(stream.nextLogged().event()).isEqualTo("gap"));
            await().until(() -> ready(first) && ready(second));
            // One that opens waits until everything before it is settled.
            try (SseConnection fresh = open(first, null);
                    SseConnection another = open(second, null)) {
                log.publish(3);
                List.of(fresh, another, one, other).forEach(stream -> awaitEvent(stream, data(3)));
            }
        }
    }

    /** Further gaps may come before it, and nothing else. */
    private static void awaitEvent(SseConnection stream, String data) {
        SseConnection.Frame next = stream.nextLogged();
        while (!next.data().equals(data)) {
            assertThat(next.event()).isEqualTo("gap");
            next = stream.nextLogged();
        }
    }

    /** The log that the gateway numbers for; none, or another one, once it knows that this one is lost. */
    private static String chainOf(RunningGateway gateway) {
        return String.valueOf(new JsonObject(HttpCall.withApiKey(gateway.managementPort(), "GET", "/log", "")
                        .body())
                .getJsonObject("chain")
                .getString("identity"));
    }

    private static boolean ready(RunningGateway gateway) {
        return new Operator(gateway).status("/health/ready") == 200;
    }
}
