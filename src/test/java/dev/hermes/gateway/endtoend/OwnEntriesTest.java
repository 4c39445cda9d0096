package dev.hermes.gateway.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.fixture.SseConnection;
import dev.hermes.gateway.fixture.SseConnection.Frame;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a gateway appended itself it does not read again: the order must be the log's all the same, and nothing missing. */
class OwnEntriesTest {

    private static final int EVENTS = 3_000;

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void whatIsPublishedAndWhatIsAppendedComesInTheOrderOfTheLog(int gateways) {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        try (RedisLogFixture fixture = new RedisLogFixture()) {
            List<SseConnection> streams = new ArrayList<>();
            // All of them before the first stream: one that joins may have to declare what it did not hear.
            Stream.generate(fixture::gateway)
                    .limit(gateways)
                    .toList()
                    .forEach(gateway -> streams.add(fixture.closing(RedisLogFixture.open(gateway, null))));

            int number = 0;
            while (number < EVENTS) {
                boolean published = random.nextInt(4) > 0;
                for (int burst = 1 + random.nextInt(8); burst > 0 && number < EVENTS; burst--, number++) {
                    if (published) {
                        fixture.publish(number);
                    } else {
                        fixture.append(number);
                    }
                }
            }

            for (SseConnection stream : streams) {
                List<Frame> delivered = stream.nextEvents(EVENTS);
                assertThat(delivered.stream().map(Frame::id))
                        .as("seed %d", seed)
                        .containsExactlyElementsOf(logged(fixture));
            }
        }
    }

    @Test
    void whatAProducerAppendsIsFoundWhileThisGatewayAppendsNothing() {
        try (RedisLogFixture fixture = new RedisLogFixture()) {
            SseConnection stream = fixture.closing(RedisLogFixture.open(fixture.gateway(), null));
            for (int number = 0; number < 20; number += 2) {
                fixture.publish(number);
                assertThat(stream.nextEvent().data()).isEqualTo(RedisLogFixture.data(number));
                fixture.append(number + 1);
                assertThat(stream.nextEvent().data()).isEqualTo(RedisLogFixture.data(number + 1));
            }
        }
    }

    /** The ids of all events in the log; the gateway's own entries are none. */
    private static List<String> logged(RedisLogFixture fixture) {
        List<String> ids = new ArrayList<>();
        List<String> words = fixture.ask("XRANGE", "hermes:events", "-", "+");
        for (int at = 1; at + 1 < words.size(); at++) {
            if (words.get(at).equals("channel") && words.get(at + 1).equals("queue:updates")) {
                ids.add(words.get(at - 1));
            }
        }
        return ids;
    }
}
