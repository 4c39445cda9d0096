package dev.hermes.gateway.fuzz;

import dev.hermes.gateway.fixture.RunningGateway;
import dev.hermes.gateway.fixture.SseConnection;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One stream that is open all the time on a channel to which only what is valid is published, and what it must get: all of it,
 * once, byte for byte, and from each producer in order. Any thread may ask.
 */
final class Witness implements AutoCloseable {

    static final String CHANNEL = "system:notifications";

    private static final int MOST_TOLD = 20;
    private static final Pattern MARK =
            Pattern.compile("\\{\"w\":\"([0-9a-f-]{36}) ([a-z]+) (\\d+)\".*", Pattern.DOTALL);

    /** Where one producer's events are expected. */
    final class Place {

        private final String name;
        private final Deque<String> expected = new ArrayDeque<>();
        private long published;
        private long seen;

        private Place(String name) {
            this.name = name;
        }

        /** Marks an object as the producer's next one, to be published now. */
        String expect(String object) {
            synchronized (Witness.this) {
                published++;
                String mark = "{\"w\":\"" + run + " " + name + " " + published + "\"";
                String data = mark + (object.strip().equals("{}") ? "" : ",") + object.substring(1);
                // The one thing that SSE cannot carry.
                expected.add(data.replace("\r\n", "\n").replace('\r', '\n'));
                return data;
            }
        }
    }

    private final String run = UUID.randomUUID().toString();
    private final SseConnection stream;
    private final Map<String, Place> places = new LinkedHashMap<>();
    private final List<String> faults = new ArrayList<>();
    private @Nullable String position;
    private long frames;

    Witness(int port) {
        stream = SseConnection.open(
                port, "/api/v1/events/stream?channels=" + CHANNEL, "Authorization: Bearer " + RunningGateway.API_KEY);
    }

    synchronized Place place(String name) {
        return places.computeIfAbsent(name, Place::new);
    }

    /** Looks at what has come since it was last asked. */
    synchronized void look() {
        for (SseConnection.Frame frame : stream.arrived()) {
            switch (frame.event()) {
                case "connected", "heartbeat", "backend" -> backend(frame);
                case "gap", "closing", "unavailable", "" -> fault("the stream was told " + frame);
                default -> event(frame);
            }
        }
    }

    private void backend(SseConnection.Frame frame) {
        if (frame.event().equals("backend")) {
            fault("the gateway lost its Redis: " + frame);
        }
    }

    private void event(SseConnection.Frame frame) {
        Matcher mark = MARK.matcher(frame.data());
        if (!mark.matches() || !mark.group(1).equals(run)) {
            return;
        }
        frames++;
        String before = position;
        position = frame.id();
        if (position == null || (before != null && !later(position, before))) {
            fault("an id that is not later than " + before + ": " + frame);
        }
        Place place = places.get(mark.group(2));
        if (place == null || place.expected.isEmpty()) {
            fault("an event that was not expected: " + frame);
            return;
        }
        String expected = place.expected.remove();
        place.seen++;
        if (!frame.data().equals(expected)) {
            fault("expected " + expected + ", came " + frame);
        }
    }

    private static boolean later(String id, String than) {
        String[] left = id.split("-", 2);
        String[] right = than.split("-", 2);
        int milliseconds = Long.compareUnsigned(Long.parseUnsignedLong(left[0]), Long.parseUnsignedLong(right[0]));
        return milliseconds > 0
                || (milliseconds == 0
                        && Long.compareUnsigned(Long.parseUnsignedLong(left[1]), Long.parseUnsignedLong(right[1])) > 0);
    }

    private void fault(String what) {
        if (faults.size() < MOST_TOLD) {
            faults.add(what);
        }
    }

    /** Whether all that was expected has come. */
    synchronized boolean complete() {
        look();
        return places.values().stream().allMatch(place -> place.expected.isEmpty());
    }

    synchronized List<String> faults() {
        return List.copyOf(faults);
    }

    /** How many marked events the stream got. */
    synchronized long frames() {
        return frames;
    }

    /** By producer: published and seen. */
    synchronized Map<String, String> tally() {
        Map<String, String> tally = new LinkedHashMap<>();
        places.forEach((name, place) -> tally.put(name, place.seen + " of " + place.published));
        return tally;
    }

    @Override
    public void close() {
        stream.close();
    }
}
