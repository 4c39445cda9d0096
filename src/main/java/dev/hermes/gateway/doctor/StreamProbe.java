package dev.hermes.gateway.doctor;

import dev.hermes.gateway.doctor.Finding.Problem;
import dev.hermes.gateway.doctor.Finding.Skipped;
import dev.hermes.gateway.doctor.Finding.Well;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpRequest;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A stream as a browser opens it, through whatever stands between: its head, its compression, its first frame. */
final class StreamProbe {

    static final Duration HEAD = Duration.ofSeconds(8);
    static final Duration FIRST = Duration.ofSeconds(5);
    private static final Duration SKEW = Duration.ofSeconds(5);
    /** The gateway itself waits up to 1 s for its log. */
    private static final Duration LATE = Duration.ofSeconds(2);

    private final Client client;
    private final Pace pace;
    private final Download download = Download.ofNobody();
    private final List<Finding> found = new ArrayList<>();

    StreamProbe(Client client, Pace pace) {
        this.client = client;
        this.pace = pace;
    }

    List<Finding> look() {
        EventStream stream = open();
        if (stream == null) {
            return found;
        }
        try (stream) {
            EventStream.Frame first = stream.next(FIRST);
            if (first == null || isBeginning(stream, first)) {
                new DeliveryProbe(client, pace, download, stream, first == null, found).look();
            }
        } catch (Client.Failure none) {
            found.add(new Problem(
                    "stream",
                    String.valueOf(none.getMessage()),
                    "what is not answered to the doctor is not answered to pages either"));
        }
        return found;
    }

    /** As a browser opens it, and once more without compression if it is compressed. */
    private @Nullable EventStream open() {
        EventStream stream = answered(download.stream(client, "gzip, deflate, br"));
        if (stream == null) {
            return null;
        }
        String encoding = encoding(stream);
        if (encoding.equals("identity")) {
            found.add(new Well("compression", "none"));
            return stream;
        }
        stream.close();
        found.add(new Problem(
                "compression",
                "the stream comes compressed (" + client.quoted(encoding) + "), as the gateway never sends it",
                "what compresses collects events before it sends them, and needs memory for each open stream",
                Remedy.COMPRESSION.lines()));
        EventStream plain = answered(download.stream(client, "identity"));
        if (plain != null && !encoding(plain).equals("identity")) {
            plain.close();
            found.add(new Skipped("events", "the stream is compressed even for a client that cannot read that"));
            return null;
        }
        return plain;
    }

    private static String encoding(EventStream stream) {
        return stream.headers().firstValue("content-encoding").orElse("identity");
    }

    private @Nullable EventStream answered(HttpRequest.Builder request) {
        EventStream stream;
        try {
            stream = client.stream(request, HEAD);
        } catch (Client.Failure none) {
            found.add(new Problem(
                    "buffering",
                    none.getMessage() + ", while a plain request is answered",
                    "something between collects the whole answer, which never ends: no event reaches a page",
                    Remedy.BUFFERING.lines()));
            return null;
        }
        String type = stream.headers().firstValue("content-type").orElse("none");
        if (stream.status() == 200 && type.startsWith("text/event-stream")) {
            return stream;
        }
        stream.close();
        found.add(
                stream.status() == 404
                        ? new Skipped("stream", "this gateway's catalogue has no route /downloads/{id} to try")
                        : new Problem(
                                "stream",
                                "GET /api/v1/events/downloads/… is answered " + stream.status() + " "
                                        + client.quoted(type) + " instead of 200 text/event-stream",
                                "an EventSource gives up for good at such an answer"));
        return null;
    }

    private boolean isBeginning(EventStream stream, EventStream.Frame first) {
        if (first.event().equals("unavailable")) {
            unavailable(first.json().getValue("code"));
            return false;
        }
        if (!first.event().equals("connected")) {
            found.add(new Problem(
                    "stream",
                    "it begins with " + client.quoted(first.event() + " " + first.data()) + " instead of connected",
                    "what is at the address is no gateway, or something between changes its streams"));
            return false;
        }
        Duration took = stream.took(first);
        String times = "after " + AddressProbe.millis(took.toNanos()) + ", a plain request takes "
                + AddressProbe.millis(pace.roundTrip().toNanos());
        found.add(
                took.compareTo(LATE.plus(pace.roundTrip().multipliedBy(4))) < 0
                        ? new Well("first byte", times)
                        : new Problem("first byte", times, "a page waits that long at each reconnect"));
        clock(first);
        return true;
    }

    private void clock(EventStream.Frame connected) {
        try {
            Instant there = OffsetDateTime.parse(connected.json().getString("timestamp", ""))
                    .toInstant();
            Duration since = Duration.ofNanos(System.nanoTime() - connected.nanos())
                    .plus(pace.roundTrip().dividedBy(2));
            found.add(AddressProbe.skew(
                    "gateway clock",
                    "the gateway's clock",
                    Duration.between(Instant.now().minus(since), there),
                    SKEW));
        } catch (DateTimeException | ClassCastException none) {
            found.add(new Skipped("gateway clock", "the first frame has no time"));
        }
    }

    private void unavailable(@Nullable Object code) {
        String said = client.quoted(String.valueOf(code));
        found.add(new Problem(
                "stream",
                "the gateway gives no stream: " + said,
                "pages get no events and ask again and again",
                Remedy.GATEWAY,
                switch (said) {
                    case "MAX_CONNECTIONS" -> "HERMES_SSE_MAX_CONNECTIONS=<more than now>";
                    case "BACKEND_UNAVAILABLE" ->
                        "HERMES_REDIS_URL=<a Redis that answers>; /health/ready says what is wrong";
                    case "SSE_DISABLED" -> "HERMES_ENABLE_SSE=true";
                    default -> "nothing: see the log of the gateway";
                }));
    }

    /**
     * What is to be expected.
     *
     * @param roundTrip the time of a plain request
     */
    record Pace(Duration roundTrip, long heartbeatSeconds, boolean thorough) {}

    /**
     * A download that nobody has. Events about it change no page: no stream of another download or of the queue hears
     * them, Hermes' page does not know their type, and their channel greets nobody with its last event.
     */
    record Download(String id) {

        static final String TYPE = "hermes_doctor";
        private static final String CHANNEL = "download:updates";

        static Download ofNobody() {
            return new Download("hermes-doctor-" + UUID.randomUUID());
        }

        HttpRequest.Builder stream(Client client, String encoding) {
            return client.events("/downloads/" + id).header("Accept-Encoding", encoding);
        }

        Client.Answer publish(Client client, int number) {
            JsonObject event = new JsonObject()
                    .put("channel", CHANNEL)
                    .put("type", TYPE)
                    .put("data", new JsonObject().put("download_id", id).put("number", number));
            return client.send(client.events("/publish")
                    .header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString(event.encode())));
        }

        /** Whether a plain request through the same address gets an event, by the id of the one before. */
        boolean isInLog(Client client, String before, String event) {
            Client.Answer answer =
                    client.send(client.events("/poll?channels=" + CHANNEL + "&download_id=" + id + "&after=" + before));
            return answer.status() == 200 && answer.body().contains('"' + event + '"');
        }
    }
}
