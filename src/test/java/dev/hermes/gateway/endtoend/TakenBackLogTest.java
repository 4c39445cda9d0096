package dev.hermes.gateway.endtoend;

import static dev.hermes.gateway.endtoend.RedisLogFixture.data;
import static dev.hermes.gateway.endtoend.RedisLogFixture.open;
import static dev.hermes.gateway.endtoend.RedisLogFixture.reason;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.fixture.RunningGateway;
import dev.hermes.gateway.fixture.SseConnection;
import dev.hermes.gateway.fixture.SseConnection.Frame;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** An older copy of the log takes its place under a live link: whoever reads across what is gone is told, then and ever after. */
class TakenBackLogTest {

    private static final String LOG = "hermes:events";

    private final RedisLogFixture log = new RedisLogFixture();
    private final Map<Integer, String> cursors = new TreeMap<>();

    @AfterEach
    void close() {
        log.close();
    }

    @Test
    void theHoleStandsWhereGatewaysGoOn() {
        RunningGateway gateway = log.gateway();
        takeBack(gateway);
        List.of(10, 11, 12).forEach(log::publish);
        assertThat(resumed(gateway, 4, 12)).containsExactly(data(5), data(6), "gap", data(10), data(11), data(12));
        assertThat(polled(gateway, 4, 12)).containsExactly(data(5), data(6), "gap", data(10), data(11), data(12));

        // Ever after, and once.
        log.publish(13);
        assertThat(resumed(gateway, 4, 13)).endsWith(data(13));
        RunningGateway other = log.gateway();
        assertThat(resumed(other, 4, 13)).filteredOn("gap"::equals).hasSize(1);
    }

    @Test
    void theHoleIsDeclaredWithoutAnythingMoreBeingPublished() {
        RunningGateway gateway = log.gateway();
        takeBack(gateway);
        log.awaitLength(5);
        log.publish(10);
        assertThat(resumed(gateway, 4, 10)).containsExactly(data(5), data(6), "gap", data(10));
    }

    @Test
    void theHoleIsDeclaredBehindWhatProducersAppendedFirst() {
        RunningGateway gateway = log.gateway();
        takeBack(gateway, () -> log.append(10));
        log.publish(11);
        assertThat(resumed(gateway, 4, 11)).containsExactly(data(5), data(6), data(10), "gap", data(11));
    }

    private void takeBack(RunningGateway gateway) {
        takeBack(gateway, () -> {});
    }

    /** 4 to 9 are logged and seen, and then the log ends with 6; live streams are told. */
    private void takeBack(RunningGateway gateway, Runnable atOnce) {
        try (SseConnection stream = open(gateway, null)) {
            for (int number = 4; number <= 9; number++) {
                log.publish(number);
                Frame frame = stream.nextEvent();
                assertThat(frame.data()).isEqualTo(data(number));
                cursors.put(number, frame.position());
                if (number == 6) {
                    log.ask("COPY", LOG, "aside");
                }
            }
            // What is appended in the same millisecond would have the very id of what is gone, and so take its place.
            log.awaitLaterThan(Objects.requireNonNull(cursors.get(9)));
            log.ask("MULTI");
            log.ask("RENAME", "aside", LOG);
            atOnce.run();
            log.ask("EXEC");
            Frame told = stream.next("gap");
            assertThat(reason(told)).isIn("log_lost", "source_hole");
        }
    }

    private List<String> resumed(RunningGateway gateway, int after, int last) {
        List<String> came = new ArrayList<>();
        try (SseConnection stream = open(gateway, cursors.get(after))) {
            while (!came.contains(data(last))) {
                Frame frame = stream.nextEvent();
                came.add(frame.event().equals("gap") ? "gap" : frame.data());
            }
        }
        return came;
    }

    private List<String> polled(RunningGateway gateway, int after, int last) {
        List<String> came = new ArrayList<>();
        String cursor = cursors.get(after);
        Operator operator = new Operator(gateway);
        while (!came.contains(data(last))) {
            JsonObject page = new JsonObject(operator.body("/api/v1/events/poll?channels=queue:updates&wait=1&after="
                    + cursor + "&token=" + gateway.token("queue")));
            if (page.getValue("gap") instanceof JsonObject) {
                came.add("gap");
            }
            page.getJsonArray("events")
                    .forEach(event ->
                            came.add(((JsonObject) event).getJsonObject("data").encode()));
            cursor = page.getString("last_id");
        }
        return came;
    }
}
