package dev.hermes.gateway.endtoend;

import static dev.hermes.gateway.endtoend.RedisLogFixture.data;
import static dev.hermes.gateway.endtoend.RedisLogFixture.open;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.fixture.HttpCall;
import dev.hermes.gateway.fixture.RunningGateway;
import dev.hermes.gateway.fixture.SseConnection;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The log's state is away for a moment, a message is heard meanwhile, and then it is there again as it was. */
class LostForAMomentTest {

    private static final String STATE = "{hermes:events}:ingest";

    /** Between the two a gateway has found where the other log ends, and does not follow it yet. */
    private static final String BACK_ONCE_ANOTHER_IS_USED = """
            local accounted, marker = unpack(redis.call('HMGET', KEYS[1], 'accounted', 'marker'))
            if not accounted then
              return 'none'
            end
            redis.call('RENAME', KEYS[2], KEYS[1])
            return marker and 'late' or 'back'
            """;

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

    /** Meanwhile some gateways have found another log in its place, and have begun to follow it. */
    @Test
    void noStreamIsHandedTwiceWhatItHasSeen() {
        List<RunningGateway> gateways = List.of(log.gateway(), log.gateway(), log.gateway());
        List<SseConnection> streams = gateways.stream()
                .map(gateway -> log.closing(open(gateway, null)))
                .toList();
        String identity = log.ask("HGET", STATE, "identity").get(0);
        int published = 0;
        for (int times = 0; times < 4; times++) {
            Away.RENAMED.begin(log);
            await().pollInterval(Duration.ofNanos(1))
                    .until(() -> !log.ask("EVAL", BACK_ONCE_ANOTHER_IS_USED, "2", STATE, "aside")
                            .get(0)
                            .equals("none"));
            published = publishUntil(
                    published,
                    () -> gateways.stream().allMatch(gateway -> identity.equals(chainOf(gateway)) && ready(gateway)));
        }
        try (SseConnection settled = open(gateways.get(0), null)) {
            log.publish(published);
            // What was held back until the log went on may come before it.
            while (!settled.nextLogged().data().equals(data(published))) {}
        }

        for (SseConnection stream : streams) {
            List<EventId> ids = new ArrayList<>();
            Set<String> seen = new HashSet<>();
            for (SseConnection.Frame frame = stream.nextLogged();
                    !frame.data().equals(data(published));
                    frame = stream.nextLogged()) {
                ids.add(RedisLogFixture.id(frame));
                assertThat(frame.event().equals("gap") || seen.add(frame.data()))
                        .as("%s came for the first time", frame)
                        .isTrue();
            }
            assertThat(ids).isSorted();
        }
    }

    /** Returns the number after the last one published. */
    private int publishUntil(int first, BooleanSupplier over) {
        AtomicInteger next = new AtomicInteger(first);
        await().pollInterval(Duration.ofMillis(5)).until(() -> {
            log.publish(next.getAndIncrement());
            return over.getAsBoolean();
        });
        return next.get();
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
