package dev.hermes.gateway.endtoend;

import static dev.hermes.gateway.fixture.Quotes.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.fixture.RedisProducer;
import dev.hermes.gateway.fixture.RunningGateway;
import dev.hermes.gateway.fixture.SseConnection;
import dev.hermes.gateway.fixture.SseConnection.Frame;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where channels are heard, and that a deployment adds one without a rebuild. */
class CatalogueTest {

    private static final String OWN_CHANNEL = """

              - name: build:updates
                heard-on: [build:updates, "build:*:log"]
                type: build_update
                scope: build:<id>
                key: build_id
                filters: [build_id, stage]
                route: builds
                on-connect: last-event
                catch-up: latest-per-key
            """;

    private static RunningGateway gateway;
    private static RedisProducer producer;

    @BeforeAll
    static void startWithAnOwnChannel(@TempDir Path folder) throws IOException {
        Files.writeString(
                folder.resolve("channels.yaml"), Files.readString(Path.of("conf/channels.yaml")) + OWN_CHANNEL);
        gateway = RunningGateway.with("HERMES_CONF", folder.toString()).start();
        producer = new RedisProducer(gateway.redis().port());
    }

    @AfterAll
    static void close() {
        producer.close();
        gateway.close();
    }

    @Test
    void hearsQueueStatsAsStats() {
        try (SseConnection stats = open("/api/v1/events/stats?token=" + gateway.token("stats"))) {
            producer.event("queue:stats", "stats_update", json("{'waiting': 3}"))
                    .sync();

            assertThat(stats.nextEvent().data()).isEqualTo(json("{'waiting': 3}"));
        }
    }

    @Test
    void hearsADownloadsOwnChannelByTheIdInItsName() {
        try (SseConnection download = open("/api/v1/events/downloads/d-1?token=" + gateway.token("download:d-1"))) {
            producer.event("download:d-2:progress", "download_progress", json("{'percentage': 1}"));
            producer.event("download:d-1:progress", "download_progress", json("{'percentage': 2}"))
                    .sync();

            assertThat(download.nextEvent().data()).isEqualTo(json("{'percentage': 2}"));
        }
    }

    @Test
    void believesTheIdInTheDataBeforeTheOneInTheName() {
        try (SseConnection download = open("/api/v1/events/downloads/d-3?token=" + gateway.token("download:d-3"))) {
            producer.event("download:d-3:progress", "download_progress", json("{'download_id': 'd-4'}"));
            producer.event("download:d-4:progress", "download_progress", json("{'download_id': 'd-3'}"))
                    .sync();

            assertThat(download.nextEvent().data()).isEqualTo(json("{'download_id': 'd-3'}"));
        }
    }

    @Test
    void leavesOtherRedisChannelsAlone() {
        try (SseConnection stream = open("/api/v1/events/stream?token=" + gateway.token("queue system download:*"))) {
            producer.event("celery:tasks", "queue_update", json("{'foreign': true}"));
            producer.event("download:progress", "download_progress", json("{'foreign': true}"));
            producer.event("queue:updates", "queue_update", json("{'foreign': false}"))
                    .sync();

            assertThat(stream.nextEvent().data()).isEqualTo(json("{'foreign': false}"));
        }
    }

    @Test
    void servesAnOwnChannelOnItsOwnRoute() {
        try (SseConnection build =
                open("/api/v1/events/builds/b-1?stage=test,deploy&token=" + gateway.token("build:b-1"))) {
            producer.event("build:updates", "build_update", json("{'build_id': 'b-2', 'stage': 'test'}"));
            producer.event("build:updates", "build_update", json("{'build_id': 'b-1', 'stage': 'compile'}"));
            producer.event("build:b-1:log", "build_log", json("{'stage': 'test'}"));
            producer.event("build:updates", "build_update", json("{'build_id': 'b-1', 'stage': 'deploy'}"))
                    .sync();

            Frame log = build.nextEvent();
            assertThat(log.event()).isEqualTo("build_log");
            assertThat(log.data()).isEqualTo(json("{'stage': 'test'}"));
            assertThat(build.nextEvent().data()).isEqualTo(json("{'build_id': 'b-1', 'stage': 'deploy'}"));
        }
    }

    @Test
    void tellsTheLastEventOfAnOwnChannelOnConnect() {
        try (SseConnection first = open("/api/v1/events/builds/b-9?token=" + gateway.token("build:b-9"))) {
            producer.event("build:updates", "build_update", json("{'build_id': 'b-9'}"))
                    .sync();
            first.nextEvent();
        }

        try (SseConnection stream =
                open("/api/v1/events/stream?channels=build:updates&token=" + gateway.token("build:b-9"))) {
            Frame last = stream.nextEvent();
            assertThat(last.data()).isEqualTo(json("{'build_id': 'b-9'}"));
            assertThat(last.id()).isNull();
        }
    }

    @Test
    void guardsAnOwnChannelByItsOwnScope() {
        try (SseConnection refused =
                SseConnection.open(gateway.port(), "/api/v1/events/builds/b-1?token=" + gateway.token("build:b-2"))) {
            assertThat(refused.status()).isEqualTo(403);
        }
    }

    private static SseConnection open(String path) {
        SseConnection stream = SseConnection.open(gateway.port(), path);
        stream.next("connected");
        return stream;
    }
}
