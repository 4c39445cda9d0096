package dev.hermes.gateway.chaos;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * What one client got, frame by frame over all its connections. Written by the client's thread, read after its end; only
 * {@link #reached} may be asked meanwhile.
 */
final class Journal {

    private static final int MOST_NOTES = 12;
    private static final Duration LATE = Duration.ofSeconds(10);
    private static final String HOLE = "source_hole";

    /** A client was told that it may have missed something. */
    record Gap(long nanos, String reason) {}

    /** What a client was told that it may have missed. */
    record Span(Position after, Position upTo) {
        boolean covers(Position id) {
            return id.isAfter(after) && !id.isAfter(upTo);
        }
    }

    /**
     * Numbers of one producer between which gaps stood.
     *
     * @param holes the times of which they told; empty where one told of everything before it
     */
    private record Spanned(int after, int before, List<Hole> holes) {}

    private record Hole(Instant from, Instant to) {

        /** Gateways and producers do not read their clocks at the same moment. */
        private static final Duration TOLERANCE = Duration.ofSeconds(1);

        /** Whether it tells of some moment between these two. */
        boolean covers(Instant earliest, Instant latest) {
            return !latest.isBefore(from.minus(TOLERANCE)) && !earliest.isAfter(to.plus(TOLERANCE));
        }
    }

    /** Of one producer. */
    private static final class Page {
        private final BitSet delivered = new BitSet();
        private final BitSet late = new BitSet();
        private final List<Spanned> spanned = new ArrayList<>();
        private final List<Hole> holes = new ArrayList<>();
        private final BitSet repeated = new BitSet();
        private final AtomicInteger highest = new AtomicInteger(-1);
        private int first = -1;
        private boolean gapBefore;
        private boolean onlyHoles;
        private int recoveredFrom;
    }

    private final String client;
    private final Audience audience;
    private final Ledger ledger;
    private final RecoveryTimes recovery;
    private final Map<Source, Page> pages = new EnumMap<>(Source.class);
    private final List<Page> heard;
    private final List<Span> spans = new ArrayList<>();
    private final List<Hole> holes = new ArrayList<>();
    private final Deque<String> notes = new ArrayDeque<>();
    private final List<String> breaches = new ArrayList<>();
    private final List<Gap> gaps = new ArrayList<>();
    private @Nullable Position cursor;
    private @Nullable Position lastEvent;
    private boolean gapExpected;

    Journal(String client, Audience audience, Ledger ledger, RecoveryTimes recovery) {
        this.client = client;
        this.audience = audience;
        this.ledger = ledger;
        this.recovery = recovery;
        for (Source source : Source.values()) {
            pages.put(source, new Page());
        }
        this.heard = Arrays.stream(Source.values())
                .filter(audience::hears)
                .map(this::of)
                .toList();
    }

    private Page of(Source source) {
        return Objects.requireNonNull(pages.get(source));
    }

    /** Something that helps to understand why a client was late. */
    void note(String what) {
        notes.add(LocalTime.now(ZoneOffset.UTC) + " " + what);
        if (notes.size() > MOST_NOTES) {
            notes.remove();
        }
    }

    /** A frame came, whose id is given if it had one. */
    void frame(String event, @Nullable Position id, String data) {
        if (event.equals("connected")) {
            connected(id);
            return;
        }
        if (gapExpected && !event.equals("gap")) {
            breach("after a cursor that was not honoured came no gap but " + event);
        }
        gapExpected = false;
        if (id == null || event.equals("gap") || event.equals("closing")) {
            note(event + " " + data);
        }
        if (id == null) {
            return;
        }
        switch (event) {
            case "gap" -> gap(id, data);
            case "heartbeat", "closing" -> {
                if (cursor != null && cursor.isAfter(id)) {
                    breach(event + " went back from " + cursor + " to " + id);
                }
            }
            default -> event(id, data);
        }
        cursor = id;
    }

    private void connected(@Nullable Position id) {
        note("connected " + id);
        if (cursor == null) {
            cursor = id;
        } else {
            gapExpected = !cursor.equals(id);
        }
    }

    private void gap(Position id, String data) {
        String reason = field(data, "reason");
        gaps.add(new Gap(System.nanoTime(), reason));
        if (reason.equals(HOLE)) {
            holes.add(new Hole(Instant.parse(field(data, "from")), Instant.parse(field(data, "to"))));
        } else if (cursor != null) {
            spans.add(new Span(cursor.isAfter(id) && lastEvent != null ? lastEvent : cursor, id));
        }
        for (Page page : pages.values()) {
            page.onlyHoles = reason.equals(HOLE) && (page.onlyHoles || !page.gapBefore);
            page.gapBefore = true;
            if (reason.equals(HOLE)) {
                page.holes.add(holes.get(holes.size() - 1));
            }
        }
    }

    private static String field(String data, String name) {
        return data.replaceAll(".*\"" + name + "\":\"([^\"]+)\".*", "$1");
    }

    private void event(Position id, String data) {
        if (lastEvent != null && !id.isAfter(lastEvent)) {
            breach("event " + id + " came after " + lastEvent + ": " + data.substring(0, 30));
        }
        lastEvent = id;
        Source source = Source.of(data);
        int number = Source.numberOf(data);
        Page page = of(source);
        note(page, number);
        if (!ledger.seen(source, number, id)) {
            breach(source + " " + number + " stands twice in the log, once at " + id);
        }
        RecoveryTimes.End end = recovery.current();
        if (page.recoveredFrom != end.number() && ledger.sentNanos(source, number) >= end.nanos()) {
            page.recoveredFrom = end.number();
            if (heard.stream().allMatch(each -> each.recoveredFrom == end.number())) {
                recovered(end);
            }
        }
    }

    private void recovered(RecoveryTimes.End end) {
        long now = System.nanoTime();
        recovery.recovered(client, end, now);
        if (now - end.nanos() > LATE.toNanos()) {
            System.out.println("chaos late " + client + " " + notes);
        }
    }

    private static void note(Page page, int number) {
        int highest = page.highest.get();
        if (page.delivered.get(number)) {
            page.repeated.set(number);
        } else if (number < highest) {
            page.late.set(number);
        }
        page.delivered.set(number);
        if (page.first < 0) {
            page.first = number;
        }
        if (number > highest) {
            if (page.gapBefore) {
                page.spanned.add(new Spanned(highest, number, page.onlyHoles ? List.copyOf(page.holes) : List.of()));
                page.holes.clear();
                page.gapBefore = false;
            }
            page.highest.set(number);
        }
    }

    /** What no client may ever see has come. */
    void breach(String what) {
        breaches.add(client + ": " + what);
    }

    /** The highest number that came from that producer; any thread. */
    int reached(Source source) {
        return of(source).highest.get();
    }

    /** Whether something has come from each producer that it hears; any thread. */
    boolean hasBegun() {
        return heard.stream().allMatch(page -> page.highest.get() >= 0);
    }

    /** Whether the last event that is for it has come, from each producer; any thread. */
    boolean hasTheLast(Map<Source, List<Ledger.Entry>> entries) {
        return entries.entrySet().stream()
                .allMatch(one -> reached(one.getKey()) >= lastOf(one.getKey(), one.getValue()));
    }

    private int lastOf(Source source, List<Ledger.Entry> entries) {
        int number = entries.size() - 1;
        while (number >= 0
                && !(audience.isFor(source, number) && entries.get(number).published())) {
            number--;
        }
        return number;
    }

    /** The number that came first from that producer: what was before is not this client's. */
    int first(Source source) {
        return of(source).first;
    }

    boolean delivered(Source source, int number) {
        return of(source).delivered.get(number);
    }

    boolean repeated(Source source, int number) {
        return of(source).repeated.get(number);
    }

    /** Whether it came after one with a higher number. */
    boolean late(Source source, int number) {
        return of(source).late.get(number);
    }

    /** Whether a gap that tells of the time when it was published stood between what came before it and what came after it. */
    boolean spanned(Source source, int number, Instant sent, Instant settled) {
        return of(source).spanned.stream()
                .filter(spanned -> spanned.after() < number && number < spanned.before())
                .anyMatch(spanned -> spanned.holes().isEmpty()
                        || spanned.holes().stream().anyMatch(hole -> hole.covers(sent, settled)));
    }

    /** Whether a hole anywhere in the stream tells of the time when it was published. */
    boolean told(Instant sent, Instant settled) {
        return holes.stream().anyMatch(hole -> hole.covers(sent, settled));
    }

    /** Whether a gap other than a hole in the source covers this place of the log. */
    boolean covered(Position id) {
        return spans.stream().anyMatch(span -> span.covers(id));
    }

    /** What no client may ever see. */
    List<String> breaches() {
        return breaches;
    }

    List<Gap> gaps() {
        return gaps;
    }

    Audience audience() {
        return audience;
    }

    String client() {
        return client;
    }
}
