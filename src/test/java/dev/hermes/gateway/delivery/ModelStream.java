package dev.hermes.gateway.delivery;

import dev.hermes.gateway.event.Event;
import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.event.LogEntry;
import dev.hermes.gateway.log.Cursor;
import dev.hermes.gateway.log.EventLog;
import dev.hermes.gateway.log.Gap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A client that comes back with the last id it got, over and over, and whose whole story is checked. */
final class ModelStream {

    private static final NewStream.Greeting GREETING =
            new NewStream.Greeting("update", Buffer.buffer("{\"snapshot\":true}"));

    private static final int MOST_EXPLAINED = 60;
    private static final int EXPLAINED_EACH = 3;

    private final HubFixture fixture;
    private final Subscription subscription;

    /** Where the client stands by what it got; null before its first connection. */
    private Ledger.@Nullable Follower follower;

    private HubFixture.@Nullable Connection connection;
    private EventLog.@Nullable StartPosition opening;

    /** Decided, but the stream is not open yet. */
    private EventLog.@Nullable StartPosition decided;

    private int checked;
    private int connections;
    private int messages;
    private int gaps;
    private int explanations;

    ModelStream(HubFixture fixture, Subscription subscription) {
        this.fixture = fixture;
        this.subscription = subscription;
    }

    int connections() {
        return connections;
    }

    int messages() {
        return messages;
    }

    int explanations() {
        return explanations;
    }

    int gaps() {
        return gaps;
    }

    /** Asks the log where to start; opens the stream, by chance, only some steps later. */
    void connect(Random random, StreamPermit permit) {
        HubFixture.Connection current = connection;
        if (current != null && !current.sink().complete() && !current.sink().aborted()) {
            return;
        }
        if (decided == null) {
            breakOff();
            decided = fixture.open(follower == null ? new Cursor.Fresh() : new Cursor.At(follower.position()));
        }
        if (random.nextBoolean()) {
            open(decided, random.nextInt(4) == 0 ? random.nextInt(3_000) : MemorySink.UNLIMITED, permit);
            decided = null;
        }
    }

    private void open(EventLog.StartPosition at, long allowance, StreamPermit permit) {
        if (follower == null) {
            follower = fixture.ledger.follow(subscription, at.position());
        }
        opening = at;
        checked = 0;
        connections++;
        connection = fixture.connect(
                subscription, at, connections % 3 == 1 ? List.of(GREETING) : List.of(), permit, allowance);
    }

    void stall() {
        if (connection != null) {
            connection.sink().stall();
        }
    }

    void allow(long bytes) {
        if (connection != null) {
            connection.sink().allow(bytes);
        }
    }

    /** The connection breaks, wherever it is; what had arrived is checked. */
    void breakOff() {
        if (connection != null) {
            HubFixture.Connection last = connection;
            List<SseReader.Message> written = last.sink().written();
            last.sink().drop();
            last.stream().gone();
            check(last.sink());
            explained(last.stream(), written);
            connection = null;
        }
    }

    /** Nothing is on its way any more: what arrived must be all. */
    void mustHaveEverything() {
        if (connection != null && follower != null && !connection.stream().closed()) {
            check(connection.sink());
            follower.atTheEnd();
            explained(connection.stream(), connection.sink().written());
        }
    }

    /** An operator who asks is told the truth about each event. */
    private void explained(SseStream stream, List<SseReader.Message> written) {
        EventLog.StartPosition start = opening;
        if (start == null || connections % EXPLAINED_EACH != 0) {
            return;
        }
        Set<String> got = written.stream()
                .filter(SseReader.Message::movesCursor)
                .filter(message -> message.type().equals("update"))
                .map(SseReader.Message::id)
                .collect(Collectors.toSet());
        EventId end = stream.live() ? fixture.hub.position() : stream.cursor();
        for (LogEntry entry : fixture.ledger.about(start.position(), end, MOST_EXPLAINED)) {
            Explanation explanation = fixture.explain(stream, entry);
            boolean delivered = explanation.verdict() == Explanation.Verdict.DELIVERED;
            if (entry instanceof Event && delivered != got.contains(entry.id().toString())) {
                throw new AssertionError((delivered ? "never got " : "got ") + entry + ", but is told " + explanation);
            }
            explanations++;
        }
    }

    private void check(MemorySink sink) {
        if (sink.unflushed() > 0 && fixture.hub.isIdle()) {
            throw new AssertionError("written, but never flushed");
        }
        List<SseReader.Message> received = sink.messages();
        for (; checked < received.size(); checked++) {
            check(received, received.get(checked));
            messages++;
        }
    }

    private void check(List<SseReader.Message> received, SseReader.Message message) {
        Ledger.Follower at = follower;
        EventLog.StartPosition start = opening;
        if (at == null || start == null) {
            throw new AssertionError("a message before the stream was open");
        }
        if (checked == 0) {
            connected(message, start, at);
            return;
        }
        switch (message.type()) {
            case "update" -> {
                if (message.movesCursor()) {
                    at.event(message.id(), message.type(), message.data());
                } else if (!message.data().equals(GREETING.data().toString())) {
                    throw new AssertionError("an event without an id: " + message);
                }
            }
            case "gap" -> gap(message, at);
            case "heartbeat" -> {
                Instant.parse(message.json().getString("timestamp"));
                at.position(message.id());
            }
            case "closing" -> {
                at.position(message.id());
                if (checked != received.size() - 1 || message.retry() == null) {
                    throw new AssertionError("closing must be the last word, and tell when to come back: " + message);
                }
            }
            case "backend", "token_expiring" -> {
                if (message.movesCursor()) {
                    throw new AssertionError("carries an id: " + message);
                }
            }
            default -> throw new AssertionError("never sent by the gateway: " + message);
        }
    }

    private void connected(SseReader.Message message, EventLog.StartPosition start, Ledger.Follower at) {
        if (!message.type().equals("connected")
                || message.retry() == null
                || !message.id().equals(start.position().toString())) {
            throw new AssertionError("not a first message: " + message);
        }
        if (start.gap() == null && !start.position().equals(at.position())) {
            throw new AssertionError("asked for " + at.position() + ", started at " + start);
        }
        // A client cut off between connected and its gap would come back with the tip: what it got says so, and no
        // more.
        at.declaredLost(message.id());
    }

    private void gap(SseReader.Message message, Ledger.Follower at) {
        gaps++;
        JsonObject told = message.json();
        EventId resumedAt = EventId.parse(told.getString("resumed_at"));
        if (resumedAt == null || !message.id().equals(resumedAt.toString())) {
            throw new AssertionError("a gap's id is where it goes on: " + message);
        }
        if (told.getString("reason").equals(Gap.Reason.SOURCE_HOLE.label())) {
            at.hole(new Gap(
                    Gap.Reason.SOURCE_HOLE,
                    told.getString("requested"),
                    resumedAt,
                    Instant.parse(told.getString("from")),
                    Instant.parse(told.getString("to"))));
            return;
        }
        EventLog.StartPosition start = opening;
        if (checked == 1 && start != null && start.gap() != null) {
            if (!start.gap().toJson().equals(told)) {
                throw new AssertionError("told " + told + " instead of " + start.gap());
            }
            return;
        }
        at.position(told.getString("requested"));
        EventLog.StartPosition now = fixture.open(new Cursor.At(at.position()));
        if (now.gap() == null) {
            throw new AssertionError("told of a gap although the log still holds " + at.position());
        }
        at.declaredLost(resumedAt.toString());
    }
}
