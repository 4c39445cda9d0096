package dev.hermes.gateway.endtoend;

import dev.hermes.gateway.fixture.RedisProducer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * What the log in Redis holds, asked of Redis itself, and a producer that numbers what it publishes: every tenth event is
 * of a download, the others of the queue. Used by one thread at a time.
 */
final class LoggedEvents {

    /** One entry. */
    record Entry(String id, String channel, String data) {

        boolean queue() {
            return channel.equals("queue:updates");
        }

        boolean download() {
            return channel.equals("download:updates");
        }
    }

    private static final String STREAM = "hermes:events";

    private final RedisProducer producer;
    private final List<Entry> entries = new ArrayList<>();
    private int published;

    LoggedEvents(RedisProducer producer) {
        this.producer = producer;
    }

    /** Publishes the next ones, as Hermes does; returns when Redis has them, which is before the log does. */
    void publish(int count) {
        for (int event = 0; event < count; event++) {
            int number = published++;
            if (number % 10 == 0) {
                producer.event(
                        "download:updates",
                        "download_progress",
                        "{\"download_id\": \"d-" + number % 7 + "\", \"n\": " + number + "}");
            } else {
                producer.event("queue:updates", "queue_update", "{\"n\": " + number + "}");
            }
        }
        producer.sync();
    }

    int length() {
        return Integer.parseInt(producer.send("XLEN", STREAM).sync().get(0));
    }

    /** Everything in the log now, the oldest first. */
    List<Entry> all() {
        String from =
                entries.isEmpty() ? "-" : "(" + entries.get(entries.size() - 1).id();
        List<String> words = producer.send("XRANGE", STREAM, from, "+").sync();
        // An id, then four names with their values.
        for (int at = 0; at < words.size(); at += 9) {
            entries.add(new Entry(words.get(at), words.get(at + 2), words.get(at + 6)));
        }
        return List.copyOf(entries);
    }

    /** What the last entry holds; empty while there is none. */
    String newest() {
        List<String> words =
                producer.send("XREVRANGE", STREAM, "+", "-", "COUNT", "1").sync();
        return words.isEmpty() ? "" : words.get(6);
    }

    /** Those after the entry that is so far from the end, and wanted. */
    static List<Entry> last(List<Entry> all, int distance, Predicate<Entry> wanted) {
        return all.subList(all.size() - distance, all.size()).stream()
                .filter(wanted)
                .toList();
    }
}
