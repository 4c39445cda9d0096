package dev.hermes.gateway.delivery;

import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.loop.OwnerLoop;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Answers what operators ask about the streams of one hub. Owned by the hub's loop. */
final class StreamDirectory {

    /** How many streams are looked at in one turn of the loop, which meanwhile delivers nothing. */
    private static final int PORTION = 256;

    private final OwnerLoop loop;
    private final SubscriptionIndex subscribers;
    private final Window window;
    private final HubSettings.Clocks time;
    private final Explainer explainer;

    StreamDirectory(OwnerLoop loop, SubscriptionIndex subscribers, Window window, HubSettings.Clocks time) {
        this.loop = loop;
        this.subscribers = subscribers;
        this.window = window;
        this.time = time;
        this.explainer = new Explainer(subscribers, window, time);
    }

    /** Tells of the streams that are and of those that were. */
    Explainer explainer() {
        return explainer;
    }

    /** The streams that match, those opened meanwhile left out; each is seen at a slightly different moment. */
    Future<List<StreamView>> list(StreamView.Query query) {
        Promise<List<StreamView>> listed = Promise.promise();
        list(query, subscribers.streams(), 0, new ArrayList<>(), listed);
        return listed.future();
    }

    private void list(
            StreamView.Query query,
            List<SseStream> streams,
            int from,
            List<StreamView> found,
            Promise<List<StreamView>> listed) {
        int stop = Math.min(streams.size(), from + PORTION);
        for (SseStream stream : streams.subList(from, stop)) {
            if (!stream.closed() && query.matches(stream)) {
                found.add(view(stream));
            }
        }
        if (stop == streams.size()) {
            listed.complete(found);
        } else {
            loop.afterSockets(() -> list(query, streams, stop, found, listed));
        }
    }

    /** The streams that match now. */
    List<SseStream> find(StreamView.Query query) {
        return subscribers.streams().stream().filter(query::matches).toList();
    }

    /** How far the streams are behind that are, all together. */
    HubCounters.Snapshot.Lag lag() {
        int stalled = 0;
        long entries = 0;
        long greatestMillis = 0;
        for (SseStream stream : subscribers.streams()) {
            if (!stream.live()) {
                stalled += stream.viewState() == StreamView.State.STALLED ? 1 : 0;
                Long behind = behind(stream.cursor());
                entries += behind == null ? window.size() : behind;
                greatestMillis = Math.max(greatestMillis, stream.behindMillis());
            }
        }
        return new HubCounters.Snapshot.Lag(stalled, entries, greatestMillis);
    }

    private @Nullable Long behind(EventId position) {
        return window.covers(position) ? window.end() - window.indexAfter(position) : null;
    }

    private StreamView view(SseStream stream) {
        EventId position = stream.live() ? window.tip() : stream.cursor();
        Long behind = behind(position);
        return new StreamView(
                stream.id(),
                stream.client(),
                stream.subscription(),
                time.wall()
                        .instant()
                        .minusMillis(time.now() - stream.openedMillis())
                        .truncatedTo(ChronoUnit.MILLIS),
                stream.viewState(),
                position,
                new StreamView.Lag(behind, stream.behindMillis()),
                stream.events(),
                stream.bytes());
    }
}
