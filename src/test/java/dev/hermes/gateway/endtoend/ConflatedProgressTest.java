package dev.hermes.gateway.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.fixture.Jwt;
import dev.hermes.gateway.fixture.RedisProducer;
import dev.hermes.gateway.fixture.RunningGateway;
import dev.hermes.gateway.fixture.SseConnection;
import dev.hermes.gateway.fixture.SseConnection.Frame;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Progress that a client was too slow for is left out, ends are not; who refuses gets everything. */
class ConflatedProgressTest {

    private static final int EVENTS = 600;
    private static final int DOWNLOADS = 3;
    private static final String FILLER = "x".repeat(16 << 10);
    private static final String PATH = "/api/v1/events/stream?channels=download:updates";

    private RunningGateway gateway;
    private RedisProducer producer;

    @BeforeEach
    void start() {
        gateway = RunningGateway.with("HERMES_CONFLATE_AFTER", 20).start();
        producer = new RedisProducer(gateway.redis().port());
    }

    @AfterEach
    void close() {
        producer.close();
        gateway.close();
    }

    @Test
    void supersededProgressIsLeftOutAndEndsAreNot() {
        List<JsonObject> got = catchUp(PATH);
        assertThat(got).hasSizeLessThan(EVENTS / 2);
        assertThat(ends(got)).hasSize(DOWNLOADS);
        assertThat(got.stream().map(data -> data.getInteger("n")).toList()).isSorted();

        Operator operator = new Operator(gateway);
        double superseded = operator.metric("hermes_events_superseded_total{channel=\"download:updates\"}");
        assertThat(got.size() + superseded).isEqualTo(EVENTS + DOWNLOADS);
    }

    @Test
    void aClientThatRefusesGetsEverything() {
        assertThat(catchUp(PATH + "&conflate=false")).hasSize(EVENTS + DOWNLOADS);
    }

    /** What a client gets that reads nothing until all is published: ends are in the middle, and at the end. */
    private List<JsonObject> catchUp(String path) {
        try (SseConnection slow = SseConnection.openUnread(gateway.port(), path, Jwt.header());
                SseConnection reading = SseConnection.open(gateway.port(), PATH + "&conflate=false", Jwt.header())) {
            reading.next("connected");
            for (int n = 0; n < EVENTS; n++) {
                progress(n, "d-" + n % DOWNLOADS, "downloading");
                if (n % 20 == 19) {
                    reading.nextEvents(20);
                }
            }
            for (int download = 0; download < DOWNLOADS; download++) {
                progress(EVENTS + download, "d-" + download, "completed");
            }
            reading.nextEvents(DOWNLOADS);
            slow.read();
            slow.next("connected");
            List<JsonObject> got = new ArrayList<>();
            while (ends(got).size() < DOWNLOADS) {
                Frame frame = slow.nextEvent();
                assertThat(frame.event()).isEqualTo("download_progress");
                got.add(new JsonObject(frame.data()));
            }
            return got;
        }
    }

    private static Set<String> ends(List<JsonObject> got) {
        Set<String> ends = new HashSet<>();
        got.stream()
                .filter(data -> data.getString("status").equals("completed"))
                .forEach(data -> ends.add(data.getString("download_id")));
        return ends;
    }

    private void progress(int number, String download, String status) {
        producer.event(
                        "download:updates",
                        "download_progress",
                        new JsonObject()
                                .put("download_id", download)
                                .put("status", status)
                                .put("n", number)
                                .put("filler", FILLER)
                                .encode())
                .sync();
    }
}
