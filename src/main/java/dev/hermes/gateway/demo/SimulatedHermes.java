package dev.hermes.gateway.demo;

import dev.hermes.gateway.protocol.PythonTime;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A simulated Hermes: a short queue, a few downloads at once, and occasional notifications. The same seed and the
 * same times give the same commands. Time is passed in; state lives on the event loop of its owner.
 */
final class SimulatedHermes {

    private static final int AT_ONCE = 6;
    private static final int WAITING_AT_MOST = 2;

    private final SplittableRandom random;
    private final List<SimulatedDownload> active = new ArrayList<>(AT_ONCE);
    private final Deque<SimulatedDownload> waiting = new ArrayDeque<>(WAITING_AT_MOST);

    private int downloads;
    private Instant nextArrival = Instant.MIN;
    private Instant nextNotification = Instant.MIN;
    private Instant nextRefresh = Instant.MIN;

    SimulatedHermes(long seed) {
        this.random = new SplittableRandom(seed);
    }

    void advance(HermesCommands commands) {
        active.forEach(download -> download.advance(commands));
        active.removeIf(SimulatedDownload::ended);
        beginWaiting(commands);
        arrive(commands);
        refreshStats(commands);
        notifyEverybody(commands);
    }

    private void beginWaiting(HermesCommands commands) {
        SimulatedDownload first = waiting.peek();
        if (first != null && active.size() < AT_ONCE && first.waitedEnough(commands.now())) {
            waiting.remove();
            first.begin(commands);
            active.add(first);
        }
    }

    private void arrive(HermesCommands commands) {
        if (waiting.size() == WAITING_AT_MOST || commands.now().isBefore(nextArrival)) {
            return;
        }
        downloads++;
        SimulatedDownload download =
                new SimulatedDownload(SimulatedDownload.MediaFile.random(downloads, random), random);
        download.enqueue(commands);
        waiting.add(download);
        nextArrival = commands.now().plusMillis(random.nextInt(400, 1_600));
    }

    private void refreshStats(HermesCommands commands) {
        if (commands.now().isBefore(nextRefresh)) {
            return;
        }
        commands.statsUpdate(new JsonObject().put("event", "stats_refresh").put("timestamp", commands.timestamp()));
        nextRefresh = commands.now().plusSeconds(30);
    }

    private void notifyEverybody(HermesCommands commands) {
        if (commands.now().isBefore(nextNotification)) {
            return;
        }
        commands.systemNotification(
                nextNotification.equals(Instant.MIN)
                        ? notification("info", "Worker started").put("version", "0.4.3")
                        : randomNotification());
        nextNotification = commands.now().plusMillis(random.nextInt(8_000, 22_000));
    }

    private JsonObject randomNotification() {
        int usedPercent = random.nextInt(85, 97);
        return switch (random.nextInt(5)) {
            case 0 ->
                notification("warning", "Disk almost full: " + usedPercent + "% used")
                        .put("free_bytes", (100L - usedPercent) * 2_743_515_311L);
            case 1 -> notification("error", "yt-dlp update failed\nsee logs");
            case 2 -> notification("info", "Nightly clean-up finished ✨").put("version", "0.4.3");
            case 3 -> notification("warning", "example.com answers slowly").put("free_bytes", 48_012_345_678L);
            default -> notification("info", "Worker restarted").put("version", "0.4.3");
        };
    }

    private static JsonObject notification(String type, String message) {
        return new JsonObject().put("notification_type", type).put("message", message);
    }

    /**
     * Keeps one SSE token for the demo's user in Redis, in the form in which Hermes stores it. The token stays the same
     * as long as the process runs, so that a copied command line goes on working. Its key is written again long before it
     * expires, and whenever Redis may have lost it. {@link #replace} revokes it. State lives on the event loop of its
     * owner.
     */
    static final class DemoToken {

        private static final int RANDOM_BYTES = 32;
        private static final Duration RENEWED_AFTER = Duration.ofSeconds(HermesCommands.TIME_TO_LIVE_SECONDS / 2);

        /** Read by any thread. */
        private volatile String value = random();

        private Instant renewAt = Instant.MIN;

        String value() {
            return value;
        }

        /** Redis may have lost the key: the next {@link #renew} writes it, however recently it was written. */
        void mayBeLost() {
            renewAt = Instant.MIN;
        }

        /** Revokes the token as Hermes does, by deleting its key, and uses another one from now on. */
        void replace(HermesCommands commands) {
            commands.deleteToken(value);
            value = random();
            mayBeLost();
            renew(commands);
        }

        void renew(HermesCommands commands) {
            Instant now = commands.now();
            if (now.isBefore(renewAt)) {
                return;
            }
            renewAt = now.plus(RENEWED_AFTER);
            commands.keepToken(
                    value,
                    new JsonObject()
                            .put("scope", SimulatedDownloads.TOKEN_SCOPE)
                            .put("user_id", "demo")
                            .put("expires_at", PythonTime.format(now.plusSeconds(HermesCommands.TIME_TO_LIVE_SECONDS)))
                            .put("permissions", new JsonArray().add("read"))
                            .put("created_at", PythonTime.format(now)));
        }

        private static String random() {
            byte[] bytes = new byte[RANDOM_BYTES];
            new SecureRandom().nextBytes(bytes);
            return "sse_" + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        }
    }
}
