package dev.hermes.gateway.doctor;

import dev.hermes.gateway.doctor.Finding.Note;
import dev.hermes.gateway.doctor.Finding.Problem;
import dev.hermes.gateway.doctor.Finding.Skipped;
import dev.hermes.gateway.doctor.Finding.Well;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of events on their way, on an open stream: held back, late, lost when a page comes back, or the stream
 * cut between them.
 */
final class DeliveryProbe {

    private static final int EVENTS = 5;
    private static final int ENOUGH_LOST = 2;
    private static final Duration EVENT = Duration.ofSeconds(2);
    private static final Duration LONGEST_HEARTBEAT = Duration.ofSeconds(60);
    private static final Duration LONG = Duration.ofSeconds(70);
    private static final int SPARE_SECONDS = 15;
    /** Less than the 200 ms for which a kernel waits for a full packet. */
    private static final Duration HELD = Duration.ofMillis(120);

    private final Client client;
    private final StreamProbe.Pace pace;
    private final EventStream stream;
    private final List<Finding> found;
    private final StreamProbe.Download download;
    private final List<String> ids = new ArrayList<>();
    private final Map<String, Long> arrived = new HashMap<>();
    private long lastFrame;
    private boolean heartbeat;
    private boolean silence;
    private boolean heldBack;
    private String closing = "";

    /**
     * @param stream the stream of the download
     * @param silent whether its first frame did not come in time
     * @param found takes the findings
     */
    DeliveryProbe(
            Client client,
            StreamProbe.Pace pace,
            StreamProbe.Download download,
            EventStream stream,
            boolean silent,
            List<Finding> found) {
        this.client = client;
        this.pace = pace;
        this.download = download;
        this.stream = stream;
        this.heldBack = silent;
        this.found = found;
        this.lastFrame = System.nanoTime();
    }

    void look() {
        boolean silent = heldBack;
        eachAtOnce();
        if (silent && !stream.ended() && ids.isEmpty()) {
            found.add(buffering(
                    "nothing of the stream has come for " + stream.age().toSeconds() + " s"));
        } else if (silent && !heldBack) {
            found.add(new Problem("first byte", "not within 5 s", "a page waits that long at each reconnect"));
        }
        resume();
        heartbeat();
        hold();
    }

    private static Problem buffering(String what) {
        return new Problem(
                "buffering",
                what,
                "something between collects the stream, so that pages show events late and in a bunch, or never",
                Remedy.BUFFERING.lines());
    }

    private void eachAtOnce() {
        List<Long> late = new ArrayList<>();
        long missing = 0;
        for (int number = 0; number < EVENTS && missing < ENOUGH_LOST && !stream.ended(); number++) {
            String id = publish(number);
            if (id == null) {
                return;
            }
            long published = System.nanoTime();
            ids.add(id);
            read(EVENT.plus(pace.roundTrip().multipliedBy(2)), () -> arrived.containsKey(id));
            Long came = arrived.get(id);
            if (came == null) {
                missing++;
            } else {
                late.add(Math.max(0, came - published));
            }
        }
        if (stream.ended()) {
            return;
        }
        List<Long> sorted = late.stream().sorted().toList();
        long limit = HELD.plus(pace.roundTrip().multipliedBy(2)).toNanos();
        heldBack = missing == ENOUGH_LOST || sorted.get(sorted.size() / 2) >= limit;
        if (!heldBack) {
            found.add(new Well(
                    "events",
                    "each at once: "
                            + late.stream()
                                    .map(nanos -> AddressProbe.millis(nanos))
                                    .collect(Collectors.joining(", "))
                            + " after its publication was answered"));
            return;
        }
        String times = missing < ENOUGH_LOST
                ? "each event comes " + AddressProbe.millis(sorted.get(sorted.size() / 2)) + " late"
                : missing + " events in turn did not come within " + EVENT.toSeconds() + " s";
        found.add(
                ids.size() > 1 && download.isInLog(client, ids.get(0), ids.get(1))
                        ? buffering(times
                                + ", though a poll through the same address has them, and a plain request takes only "
                                + AddressProbe.millis(pace.roundTrip().toNanos()))
                        : new Problem(
                                "events",
                                times + ", and a poll does not have them either",
                                "what one gateway publishes another one does not have: gateways behind one address are to"
                                        + " share one log",
                                Remedy.GATEWAY,
                                "HERMES_SSE_HISTORY=redis and the same HERMES_REDIS_URL at each"));
    }

    /** Publishes one event, and returns its id; null if that cannot be done, and then a finding says why. */
    private @Nullable String publish(int number) {
        Client.Answer answer = download.publish(client, number);
        JsonObject json = answer.json();
        if (answer.status() == 202
                && json != null
                && json.getValue("ids") instanceof JsonArray given
                && given.size() == 1) {
            return given.getString(0);
        }
        found.add(
                answer.status() == 503
                        ? new Problem(
                                "events",
                                "the gateway takes no event: Redis does not answer it or takes no writes",
                                "nothing that is published reaches a page",
                                Remedy.GATEWAY,
                                "HERMES_REDIS_URL=<a Redis that answers>; /health/ready says what is wrong")
                        : new Skipped(
                                "events",
                                "POST /api/v1/events/publish is answered " + answer.status()
                                        + ", so that no event can be sent on its way"));
        return null;
    }

    private void resume() {
        if (ids.size() < 2 || arrived.size() < 2) {
            found.add(new Skipped("resume", "needs events that come"));
            return;
        }
        String check = "resume";
        try (EventStream again = client.stream(
                download.stream(client, "identity").header("Last-Event-ID", ids.get(0)), StreamProbe.HEAD)) {
            EventStream.Frame connected = again.next("connected", StreamProbe.FIRST);
            if (connected == null || !connected.id().equals(ids.get(0))) {
                found.add(new Problem(
                        check,
                        "a stream that is opened again does not begin at its Last-Event-ID",
                        "what is published while a page reconnects is lost to it",
                        Remedy.RESUME.lines()));
                return;
            }
            EventStream.Frame next = again.next(StreamProbe.Download.TYPE, StreamProbe.FIRST);
            found.add(
                    next != null && next.id().equals(ids.get(1))
                            ? new Well(
                                    check, "a stream that is opened again brings what came since, from the event after")
                            : new Problem(
                                    check,
                                    "the event after the Last-Event-ID does not come first",
                                    "what is published while a page reconnects is lost to it"));
        }
    }

    private void heartbeat() {
        Duration interval = Duration.ofSeconds(pace.heartbeatSeconds());
        if (interval.compareTo(pace.thorough() ? LONG : LONGEST_HEARTBEAT) > 0) {
            found.add(new Skipped(
                    "heartbeat", "it comes every " + pace.heartbeatSeconds() + " s, longer than the doctor waits"));
            return;
        }
        Duration limit = interval.plusSeconds(3).plus(pace.roundTrip().multipliedBy(4));
        read(limit.minus(stream.age()), () -> heartbeat);
        if (heartbeat) {
            // Where heartbeats are frequent the doctor's own events come between, so that nothing was idle yet.
            read(limit, () -> silence);
        }
        if (stream.ended()) {
            return;
        }
        if (heartbeat) {
            found.add(new Well("heartbeat", "on time, after at most " + pace.heartbeatSeconds() + " s"));
        } else if (heldBack) {
            found.add(new Skipped("heartbeat", "held back like everything else"));
        } else {
            found.add(new Problem(
                    "heartbeat",
                    "none within " + limit.toSeconds() + " s, though one is to come every " + pace.heartbeatSeconds()
                            + " s",
                    "clients take the stream for dead, and proxies end it",
                    Remedy.BUFFERING.lines()));
        }
    }

    private void hold() {
        if (pace.thorough() && !stream.ended()) {
            read(LONG.minus(stream.age()), () -> false);
        }
        if (stream.ended()) {
            cut();
            return;
        }
        String held = "a stream was held for " + stream.age().toSeconds() + " s with a heartbeat every "
                + pace.heartbeatSeconds() + " s";
        found.add(
                pace.thorough()
                        ? new Well("idle time-out", held)
                        : new Note("idle time-out", held + "; --thorough holds it 70 s"));
    }

    private void cut() {
        found.add(
                closing.isEmpty()
                        ? new Problem(
                                "idle time-out",
                                "something between ended the stream " + stream.endedWhen()
                                        + ", without the gateway's last word",
                                "each page loses its stream as often as that; a heartbeat comes only every "
                                        + pace.heartbeatSeconds() + " s",
                                Remedy.IDLE.lines(2 * pace.heartbeatSeconds() + SPARE_SECONDS))
                        : new Note(
                                "idle time-out",
                                "the gateway itself ended the stream " + stream.endedWhen() + ": " + closing));
    }

    /** Reads until that holds, the time is over or the stream has ended. */
    private void read(Duration patience, BooleanSupplier enough) {
        long until = System.nanoTime() + patience.toNanos();
        while (!enough.getAsBoolean()) {
            EventStream.Frame frame = stream.next(Duration.ofNanos(until - System.nanoTime()));
            if (frame == null) {
                return;
            }
            switch (frame.event()) {
                case StreamProbe.Download.TYPE -> arrived.put(frame.id(), frame.nanos());
                case "heartbeat" -> {
                    heartbeat = true;
                    silence |= frame.nanos() - lastFrame
                            > Duration.ofSeconds(pace.heartbeatSeconds()).toNanos() * 3 / 4;
                }
                case "closing" ->
                    closing = client.quoted(String.valueOf(frame.json().getValue("reason")));
                default -> {}
            }
            lastFrame = frame.nanos();
        }
    }
}
