package dev.hermes.gateway.endtoend;

import static dev.hermes.gateway.fixture.Quotes.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.fixture.Jwt;
import dev.hermes.gateway.fixture.RedisProducer;
import dev.hermes.gateway.fixture.RunningGateway;
import dev.hermes.gateway.fixture.SseConnection;
import dev.hermes.gateway.fixture.SseConnection.Frame;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a stream begins with, so that a page need not ask elsewhere where things stand. */
class OnConnectTest {

    private static final String KEY = "download:d-1:progress";
    private static final String AFTERWARDS = json("{'download_id': 'd-1', 'status': 'afterwards'}");

    private RunningGateway gateway;
    private RedisProducer producer;

    @BeforeEach
    void start() {
        gateway = RunningGateway.started();
        producer = new RedisProducer(gateway.redis().port());
    }

    @AfterEach
    void close() {
        producer.close();
        gateway.close();
    }

    @Test
    void aDownloadBeginsWithItsLastEvent() {
        progress("d-1", "downloading");
        progress("d-2", "queued");

        Frame first = firstOf("/api/v1/events/downloads/d-1");

        assertThat(first.event()).isEqualTo("download_progress");
        assertThat(first.data()).isEqualTo(json("{'download_id': 'd-1', 'status': 'downloading'}"));
        assertThat(first.id()).isNull();
    }

    @Test
    void aDownloadBeginsWithItsLastEventAlsoAfterItsSnapshotIsGone() {
        producer.send("SET", KEY, json("{'status': 'processing'}"));
        progress("d-1", "completed");
        producer.send("DEL", KEY).sync();

        assertThat(firstOf("/api/v1/events/downloads/d-1").data()).contains("\"completed\"");
    }

    @Test
    void aDownloadsLastEventCountsMoreThanItsSnapshot() {
        producer.send("SET", KEY, json("{'status': 'from the snapshot'}")).sync();
        progress("d-1", "from the log");

        assertThat(firstOf("/api/v1/events/downloads/d-1").data()).contains("from the log");
    }

    @Test
    void aDownloadOfWhichTheLogKnowsNothingBeginsWithItsSnapshot() {
        producer.send("SET", KEY, json("{'status': 'downloading', 'progress': {'percentage': 2.90}}"))
                .sync();

        Frame first = firstOf("/api/v1/events/downloads/d-1");

        assertThat(first.event()).isEqualTo("download_progress");
        assertThat(first.data())
                .isEqualTo(json("{'download_id':'d-1','status': 'downloading', 'progress': {'percentage': 2.90}}"));
        assertThat(first.id()).isNull();
    }

    @Test
    void aSnapshotThatNamesItsDownloadStaysAsItIs() {
        producer.send("SET", KEY, json("{'status': 'downloading', 'download_id': 'd-1'}"))
                .sync();

        assertThat(firstOf("/api/v1/events/downloads/d-1").data())
                .isEqualTo(json("{'status': 'downloading', 'download_id': 'd-1'}"));
    }

    @Test
    void aSnapshotThatIsNoObjectIsSkipped() {
        for (String bad : List.of("[1]", "\"text\"", "7", "null", json("{'half':"), "not JSON", "")) {
            producer.send("SET", KEY, bad).sync();
            try (SseConnection stream = open("/api/v1/events/downloads/d-1")) {
                producer.event("download:updates", "download_progress", AFTERWARDS)
                        .sync();

                Frame first = stream.nextEvent();
                assertThat(first.data()).isEqualTo(AFTERWARDS);
                assertThat(first.id()).as("a live event, snapshot was %s", bad).isNotNull();
            }
            restartGatewayOnly();
        }
    }

    @Test
    void aSnapshotThatIsNoTextIsSkipped() {
        producer.send("LPUSH", KEY, "{}").sync();
        try (SseConnection stream = open("/api/v1/events/downloads/d-1")) {
            producer.event("download:updates", "download_progress", AFTERWARDS).sync();
            assertThat(stream.nextEvent().data()).isEqualTo(AFTERWARDS);
        }
    }

    @Test
    void aStreamOfAllDownloadsBeginsWithNothing() {
        producer.send("SET", KEY, json("{'status': 'downloading'}")).sync();
        progress("d-1", "downloading");

        try (SseConnection stream = open("/api/v1/events/stream?channels=download:updates&download_id=d-1")) {
            producer.event("download:updates", "download_progress", AFTERWARDS).sync();

            assertThat(stream.nextEvent().data()).isEqualTo(AFTERWARDS);
        }
    }

    @Test
    void statsBeginWithTheirLastEvent() {
        producer.event("stats:updates", "stats_update", json("{'number': 1}"));
        producer.event("stats:updates", "stats_update", json("{'number': 2}")).sync();
        progress("d-1", "downloading");

        Frame first = firstOf("/api/v1/events/stats");

        assertThat(first.event()).isEqualTo("stats_update");
        assertThat(first.data()).isEqualTo(json("{'number': 2}"));
        assertThat(first.id()).isNull();
    }

    @Test
    void aClientThatResumesIsToldNothingButWhatFollows() {
        producer.event("stats:updates", "stats_update", json("{'number': 1}"));
        producer.send("SET", KEY, json("{'status': 'downloading'}")).sync();
        progress("d-1", "downloading");
        String tip = tip();
        try (SseConnection download = open("/api/v1/events/downloads/d-1", "Last-Event-ID: " + tip);
                SseConnection stats = open("/api/v1/events/stats", "Last-Event-ID: " + tip)) {
            producer.event("download:updates", "download_progress", AFTERWARDS);
            producer.event("stats:updates", "stats_update", json("{'number': 2}"))
                    .sync();

            assertThat(download.nextEvent().data()).isEqualTo(AFTERWARDS);
            assertThat(stats.nextEvent().data()).isEqualTo(json("{'number': 2}"));
        }
    }

    @Test
    void whatIsPublishedWhileASnapshotIsTakenIsNotLost() {
        int total = 60;
        for (int round = 0; round < 40; round++) {
            String id = "burst-" + round;
            String key = "download:" + id + ":progress";
            producer.send("SET", key, json("{'number': 0}")).sync();
            CompletableFuture<Void> burst = CompletableFuture.runAsync(() -> {
                for (int number = 1; number <= total; number++) {
                    producer.send("SET", key, json("{'number': %s}", number));
                    producer.event(
                            "download:updates",
                            "download_progress",
                            json("{'download_id': '%s', 'number': %s}", id, number));
                    if (number % 5 == 0) {
                        producer.sync();
                    }
                }
            });
            try (SseConnection stream = open("/api/v1/events/downloads/" + id)) {
                List<Integer> live = new ArrayList<>();
                int known = number(stream.nextEvent());
                while (live.isEmpty() ? known < total : live.get(live.size() - 1) < total) {
                    live.add(number(stream.nextEvent()));
                }
                // What the first frame told may come again; nothing may be missing.
                int from = live.isEmpty() ? total + 1 : live.get(0);
                assertThat(from).isBetween(1, known + 1);
                assertThat(live)
                        .isEqualTo(IntStream.rangeClosed(from, total).boxed().toList());
            }
            burst.join();
        }
    }

    private static int number(Frame frame) {
        String data = frame.data();
        return Integer.parseInt(data.substring(data.indexOf(json("'number': ")) + 10, data.length() - 1));
    }

    private void restartGatewayOnly() {
        close();
        start();
    }

    /** Publishes, and waits until the gateway has it. */
    private void progress(String download, String status) {
        try (SseConnection watching =
                open("/api/v1/events/stream?channels=download:updates&status=" + status.replace(" ", "%20"))) {
            producer.event(
                            "download:updates",
                            "download_progress",
                            json("{'download_id': '%s', 'status': '%s'}", download, status))
                    .sync();
            watching.nextEvent();
        }
    }

    private String tip() {
        try (SseConnection stream = SseConnection.open(gateway.port(), "/api/v1/events/queue", Jwt.header())) {
            return Objects.requireNonNull(stream.next("connected").id());
        }
    }

    private Frame firstOf(String path) {
        try (SseConnection stream = open(path)) {
            return stream.nextEvent();
        }
    }

    private SseConnection open(String path, String... headers) {
        String[] all = new String[headers.length + 1];
        all[0] = Jwt.header();
        System.arraycopy(headers, 0, all, 1, headers.length);
        SseConnection stream = SseConnection.open(gateway.port(), path, all);
        stream.next("connected");
        return stream;
    }
}
