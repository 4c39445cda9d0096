package dev.hermes.gateway.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.log.Cursor;
import dev.hermes.gateway.log.EventLog;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A hub that has begun behind what its clients have not seen. The window holds 16; two read the log at the same time. */
class BackfillTest {

    private static final int MISSED = 12;

    /** Enough for everything that is under way. */
    private static final int TURNS = 20;

    private final TestLoop loop = new TestLoop();
    private final HubFixture fixture =
            loop.call(() -> new HubFixture(loop.vertx(), HubFixture.Sizes.SMALL, HubFixture.STREAMS, 1));

    @AfterEach
    void close() {
        loop.run(fixture.hub::close);
        loop.close();
    }

    @Test
    void whoComesBackIsServedFromTheWindow() {
        List<EventId> ids = begunBehind();
        answerBackward();
        List<MemorySink> clients = comeBack(ids.get(0), 5);
        assertThat(clients)
                .allSatisfy(client -> assertThat(eventsOf(client)).isEqualTo(texts(ids.subList(1, ids.size()))));
        assertThat(fixture.log.asked()).as("reads of the log").isZero();
    }

    @Test
    void whoWaitsForAReadNeedsNoneOnceTheWindowIsFilled() {
        List<EventId> ids = begunBehind();
        List<MemorySink> clients = comeBack(ids.get(0), 5);
        assertThat(fixture.log.asked()).isEqualTo(2);
        answerBackward();
        loop.turns(TURNS);
        List<String> missed = texts(ids.subList(1, ids.size()));
        assertThat(clients.subList(2, clients.size()))
                .allSatisfy(client -> assertThat(eventsOf(client)).isEqualTo(missed));

        loop.run(() -> fixture.log.answer(0));
        loop.run(() -> fixture.log.answerWith(0, new EventLog.ReadResult.Evicted()));
        loop.turns(TURNS);
        assertThat(clients).allSatisfy(client -> assertThat(eventsOf(client)).isEqualTo(missed));
        assertThat(fixture.log.asked()).as("reads of the log").isEqualTo(2);
    }

    @Test
    void whatWasAskedForBeforeTheWindowBeganAnewIsNotTaken() {
        List<EventId> ids = begunBehind();
        loop.run(() -> {
            fixture.append(3);
            fixture.miss();
        });
        // Those of the start, and of where it was behind first.
        loop.run(fixture.log::answerBackward);
        loop.run(fixture.log::answerBackward);
        comeBack(ids.get(MISSED - 1), 1);
        assertThat(fixture.log.asked()).as("nothing to serve it from").isEqualTo(1);
    }

    /** Returns the events that this hub never got. */
    private List<EventId> begunBehind() {
        return loop.call(() -> {
            List<EventId> ids = fixture.append(MISSED);
            fixture.miss();
            return ids;
        });
    }

    private void answerBackward() {
        IntStream.range(0, 2).forEach(asked -> loop.run(fixture.log::answerBackward));
    }

    private List<String> eventsOf(MemorySink client) {
        return loop.call(() ->
                client.messages().stream().skip(1).map(SseReader.Message::id).toList());
    }

    private static List<String> texts(List<EventId> ids) {
        return ids.stream().map(EventId::toString).toList();
    }

    private List<MemorySink> comeBack(EventId cursor, int clients) {
        List<MemorySink> sinks = IntStream.range(0, clients)
                .mapToObj(client -> loop.call(() ->
                        fixture.connect(HubFixture.ALL_OF_A, fixture.open(new Cursor.At(cursor)), HubFixture.ENDLESS)))
                .toList();
        loop.turns(TURNS);
        return sinks;
    }
}
