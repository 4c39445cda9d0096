package dev.hermes.gateway.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hermes.gateway.demo.EmbeddedRedis;
import dev.hermes.gateway.endtoend.LoggedEvents.Entry;
import dev.hermes.gateway.fixture.FreePorts;
import dev.hermes.gateway.fixture.Jwt;
import dev.hermes.gateway.fixture.RedisProducer;
import dev.hermes.gateway.fixture.RunningGateway;
import dev.hermes.gateway.fixture.SseConnection;
import dev.hermes.gateway.fixture.SseConnection.Frame;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Coming back from every distance at which something inside changes, to a gateway that has heard everything and to one that
 * has only just come up, while more is published: what was missed and then what is new, each once, in the log's order.
 */
@SuppressWarnings("NullAway") // What fills the log sets the fields.
class ReplaySizesTest {

    /**
     * Entries handed to a hub at once 16; events of a page of /poll 100 unless told, and 1,000 at most; entries handed to
     * one client in its turn, or read for it from the log, 256; calls in one script 500; entries read by the tail 512;
     * entries handed over in one turn of a hub 2,048; entries of a hub's window 4,096.
     */
    private static final List<Integer> LIMITS = List.of(16, 100, 256, 500, 512, 1_000, 2_048, 4_096);

    private static final int MANY = 10_000;
    private static final int HISTORY = 20_000;
    private static final int MEANWHILE = 20;

    private static EmbeddedRedis redis;
    private static RedisProducer producer;
    private static LoggedEvents log;
    private static RunningGateway listening;
    private static RunningGateway late;

    @BeforeAll
    static void fillTheLog() {
        fill();
        // A gateway that is held up for a second while another joins cannot tell it in time that nothing is missing.
        // Then a gap stands among these, beside the entry with which a log begins.
        while (log.all().stream()
                        .filter(entry -> !entry.queue() && !entry.download())
                        .count()
                > 1) {
            close();
            fill();
        }
    }

    private static void fill() {
        redis = FreePorts.redis();
        producer = new RedisProducer(redis.port());
        log = new LoggedEvents(producer);
        listening = RunningGateway.with("HERMES_SSE_HISTORY", "redis").start(redis);
        publish(HISTORY);
        late = RunningGateway.with("HERMES_SSE_HISTORY", "redis").start(redis);
        try (SseConnection settled = SseConnection.open(late.port(), "/api/v1/events/queue", Jwt.header())) {
            settled.next("connected");
        }
    }

    @AfterAll
    static void close() {
        late.close();
        listening.close();
        producer.close();
        redis.close();
    }

    /** Returns when all of it is in the log. */
    private static void publish(int count) {
        int before = log.length();
        log.publish(count);
        await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(5)).until(() -> log.length() >= before + count);
    }

    static Stream<Integer> distances() {
        return Stream.concat(
                        LIMITS.stream().flatMap(limit -> Stream.of(limit - 1, limit, limit + 1)), Stream.of(0, 1, MANY))
                .sorted();
    }

    /** Those at which a stream of all downloads is less than HERMES_CONFLATE_AFTER of their events behind. */
    static Stream<Integer> nearDistances() {
        return distances().filter(distance -> distance < MANY);
    }

    @ParameterizedTest(name = "{0} entries behind")
    @MethodSource("distances")
    void aStreamGetsWhatItMissedAndThenWhatIsNew(int distance) {
        resumes(listening, "/queue", distance, Entry::queue);
        resumes(late, "/queue", distance, Entry::queue);
    }

    @ParameterizedTest(name = "{0} entries behind")
    @MethodSource("nearDistances")
    void progressIsCompleteAsLongAsTheStreamIsNotFarBehind(int distance) {
        resumes(listening, "/stream?channels=download:updates", distance, Entry::download);
        resumes(late, "/stream?channels=download:updates", distance, Entry::download);
    }

    @ParameterizedTest(name = "{0} entries behind")
    @MethodSource("distances")
    void aPollGetsWhatItMissedPageByPage(int distance) {
        polls(listening, distance, 1_000);
        polls(late, distance, 1_000);
    }

    @ParameterizedTest(name = "{0} entries behind, {1} a page")
    @CsvSource({"3,1", "99,100", "100,100", "101,100", "255,256", "256,256", "257,256", "1025,512", "4500,999"})
    void aPollsPagesFitTogether(int distance, int limit) {
        polls(listening, distance, limit);
        polls(late, distance, limit);
    }

    @ParameterizedTest
    @CsvSource({"/queue,queue:updates", "/stream?conflate=false,all"})
    void allOfHistoryIsReplayed(String path, String channel) {
        Predicate<Entry> wanted = channel.equals("all") ? entry -> entry.queue() || entry.download() : Entry::queue;
        resumes(listening, path, log.all().size() - 1, wanted);
        resumes(late, path, log.all().size() - 1, wanted);
    }

    private static void resumes(RunningGateway gateway, String path, int distance, Predicate<Entry> wanted) {
        List<Entry> before = log.all();
        String cursor = before.get(before.size() - 1 - distance).id();
        CompletableFuture<Void> traffic = CompletableFuture.runAsync(() -> publish(MEANWHILE));
        try (SseConnection stream =
                SseConnection.open(gateway.port(), "/api/v1/events" + path, Jwt.header(), "Last-Event-ID: " + cursor)) {
            traffic.join();
            List<Entry> expected = LoggedEvents.last(log.all(), distance + MEANWHILE, wanted);
            assertThat(stream.next().position()).isEqualTo(cursor);
            List<Frame> came = stream.nextEvents(expected.size());
            assertThat(came).extracting(Frame::id).isEqualTo(ids(expected));
            assertThat(came).extracting(Frame::data).isEqualTo(data(expected));
            assertThat(came).extracting(Frame::event).doesNotContain("gap");
        }
    }

    private static void polls(RunningGateway gateway, int distance, int limit) {
        List<Entry> all = log.all();
        String cursor = all.get(all.size() - 1 - distance).id();
        Operator client = new Operator(gateway);
        List<Entry> came = new ArrayList<>();
        int most = 0;
        JsonObject page;
        do {
            page = new JsonObject(client.body(
                    "/api/v1/events/poll?channels=queue:updates&limit=" + limit + "&after=" + cursor,
                    "Authorization",
                    Jwt.bearer()));
            List<Entry> events = entries(page);
            came.addAll(events);
            most = Math.max(most, events.size());
            cursor = page.getString("last_id");
            assertThat(page.getValue("gap")).isEqualTo(false);
        } while (!page.getJsonArray("events").isEmpty());
        List<Entry> expected = LoggedEvents.last(all, distance, Entry::queue);
        assertThat(ids(came)).isEqualTo(ids(expected));
        assertThat(data(came))
                .isEqualTo(data(expected).stream()
                        .map(data -> new JsonObject(data).encode())
                        .toList());
        assertThat(most).isEqualTo(Math.min(limit, expected.size()));
    }

    private static List<Entry> entries(JsonObject page) {
        return page.getJsonArray("events").stream()
                .map(JsonObject.class::cast)
                .map(event -> new Entry(
                        event.getString("id"),
                        event.getString("channel"),
                        event.getJsonObject("data").encode()))
                .toList();
    }

    private static List<String> ids(List<Entry> entries) {
        return entries.stream().map(Entry::id).toList();
    }

    private static List<String> data(List<Entry> entries) {
        return entries.stream().map(Entry::data).toList();
    }
}
