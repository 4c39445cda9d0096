package dev.hermes.gateway.browser;

import com.sun.net.httpserver.HttpExchange;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.GZIPInputStream;

/**
 * A day in seconds of its own: twenty downloads, one after the other, each waiting for 2 of 24 minutes and running for 20. What
 * is published is what Hermes' own publishers sent, progress as often as it was polled for. Also the API that is asked.
 */
final class WorkingDay {

    private static final int CYCLE_SECONDS = 24 * 60;
    private static final int WAITING_SECONDS = 2 * 60;
    private static final int RUNNING_SECONDS = 20 * 60;
    private static final int PROGRESS_SECONDS = 2;

    /** As much as such an answer has, when there is nothing in the recording to take it from. */
    private static final String SOME = "x".repeat(900);

    private final Map<String, List<JsonObject>> recorded = new LinkedHashMap<>();
    private final List<List<JsonObject>> downloads = new ArrayList<>();

    /** The last of each channel, for the API. */
    private final Map<String, JsonObject> last = new ConcurrentHashMap<>();

    private final AtomicInteger second = new AtomicInteger();

    WorkingDay() {
        Map<String, List<JsonObject>> byDownload = new LinkedHashMap<>();
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(
                new GZIPInputStream(
                        Objects.requireNonNull(WorkingDay.class.getResourceAsStream("/hermes-capture.jsonl.gz"))),
                StandardCharsets.UTF_8))) {
            lines.lines()
                    .map(JsonObject::new)
                    .filter(command -> command.getString("op").equals("PUBLISH"))
                    .forEach(command -> {
                        JsonObject data = new JsonObject(command.getString("value")).getJsonObject("data");
                        String channel = command.getString("key");
                        if (channel.equals("download:updates")) {
                            byDownload
                                    .computeIfAbsent(data.getString("download_id"), id -> new ArrayList<>())
                                    .add(data);
                        } else {
                            recorded.computeIfAbsent(channel, name -> new ArrayList<>())
                                    .add(data);
                        }
                    });
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        downloads.addAll(byDownload.values());
    }

    /** Where events go. */
    interface Sink {
        void publish(String channel, String type, JsonObject data);
    }

    /** The next second of the day, and which it was. */
    int pass(Sink sink) {
        int now = second.getAndIncrement();
        int inCycle = now % CYCLE_SECONDS - WAITING_SECONDS;
        List<JsonObject> download = downloads.get(now / CYCLE_SECONDS % downloads.size());
        if (running(now) && inCycle % PROGRESS_SECONDS == 0) {
            send(
                    sink,
                    "download:updates",
                    "download_progress",
                    download.get(inCycle * download.size() / RUNNING_SECONDS));
        }
        if (inCycle == -WAITING_SECONDS || inCycle == 0 || inCycle == RUNNING_SECONDS) {
            send(sink, "queue:updates", "queue_update", recorded("queue:updates", now));
        }
        if (inCycle == RUNNING_SECONDS) {
            send(sink, "stats:updates", "stats_update", recorded("stats:updates", now / CYCLE_SECONDS));
        }
        return now;
    }

    private JsonObject recorded(String channel, int number) {
        List<JsonObject> all = Objects.requireNonNull(recorded.get(channel), channel);
        return all.get(number % all.size());
    }

    private void send(Sink sink, String channel, String type, JsonObject data) {
        last.put(channel, data);
        sink.publish(channel, type, data.copy());
    }

    private static boolean running(int now) {
        int inCycle = now % CYCLE_SECONDS - WAITING_SECONDS;
        return inCycle >= 0 && inCycle < RUNNING_SECONDS;
    }

    /** What the API answers: the state of things, and how soon the queue is to be asked for again. */
    void answer(HttpExchange exchange) throws IOException {
        int now = second.get();
        boolean waiting = now % CYCLE_SECONDS < WAITING_SECONDS;
        String query = exchange.getRequestURI().getPath().replaceFirst(".*/", "");
        JsonObject empty = new JsonObject();
        JsonObject body = switch (query) {
            case "progress" -> last.getOrDefault("download:updates", empty);
            case "queue", "simple-queue" -> {
                JsonObject entry = last.getOrDefault("queue:updates", empty);
                yield new JsonObject()
                        .put("items", new JsonArray().add(entry).add(entry).add(entry));
            }
            case "stats" -> last.getOrDefault("stats:updates", empty);
            case "health" -> new JsonObject().put("status", "healthy");
            default -> new JsonObject().put(query, SOME);
        };
        exchange.getResponseHeaders().set("Access-Control-Allow-Origin", "*");
        Pages.answer(
                exchange,
                "application/json",
                body.copy()
                        .put("running", running(now))
                        .put("interval", running(now) ? 2 : waiting ? 10 : 30)
                        .encode());
    }
}
