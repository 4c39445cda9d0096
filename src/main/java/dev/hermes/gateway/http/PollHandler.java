package dev.hermes.gateway.http;

import dev.hermes.gateway.auth.AuthResult;
import dev.hermes.gateway.auth.Credential;
import dev.hermes.gateway.config.Catalogue;
import dev.hermes.gateway.delivery.Hub;
import dev.hermes.gateway.delivery.PendingPoll;
import dev.hermes.gateway.delivery.Subscription;
import dev.hermes.gateway.event.Envelope;
import dev.hermes.gateway.event.Event;
import dev.hermes.gateway.log.Cursor;
import dev.hermes.gateway.log.EventLog;
import dev.hermes.gateway.log.Gap;
import dev.hermes.gateway.loop.OwnerLoop;
import dev.hermes.gateway.wire.ConnectionSweep;
import dev.hermes.gateway.wire.Pipelining;
import dev.hermes.gateway.wire.PollAnswer;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.Json;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Answers polls: the same events as on a stream, page by page, for clients that cannot stream. Works while the flag
 * is off.
 */
final class PollHandler implements Handler<RoutingContext> {

    private static final int MAX_WAIT_SECONDS = 30;
    private static final int MAX_LIMIT = 1_000;
    private static final int DEFAULT_LIMIT = 100;

    private final HttpServices services;
    private final HttpServices.LoopServices loopServices;
    private final Hub hub;
    private final StreamStart greetings;
    private final Set<String> parameters;

    PollHandler(HttpServices services, HttpServices.LoopServices loopServices, Hub hub) {
        this.services = services;
        this.loopServices = loopServices;
        this.hub = hub;
        this.greetings = new StreamStart(services);
        this.parameters =
                new LinkedHashSet<>(List.of("channels", "scopes", "token", "after", "wait", "limit", "greet"));
        parameters.addAll(Selection.filterNames(services.settings().catalogue()));
    }

    @Override
    public void handle(RoutingContext context) {
        Query query = Query.of(context.request().uri());
        loopServices
                .authenticator()
                .authenticate(context.request(), AuthResult.Endpoint.EVENTS, query.raw("token"))
                .compose(credential -> poll(context, query, credential))
                .onFailure(failure -> Answers.problem(context, Answers.problemOf(context, failure)));
    }

    private Future<Void> poll(RoutingContext context, Query query, Credential credential) {
        query.requireOnly(parameters);
        String after = query.text("after");
        Cursor cursor = after == null ? new Cursor.Fresh() : StreamHandler.queryCursor("after", after);
        int waitSeconds = query.number("wait", 0, 0, MAX_WAIT_SECONDS);
        int limit = query.number("limit", DEFAULT_LIMIT, 1, MAX_LIMIT);
        // A client that resumes already has the state.
        boolean greet = query.flag("greet", false) && after == null;
        Catalogue catalogue = services.settings().catalogue();
        Subscription subscription = Selection.ofQuery(query, catalogue)
                .allowedBy(Selection.scopes(query, credential.scopes(), catalogue), catalogue);
        List<EventLog.StartPosition.LatestQuery> recalls = greet ? greetings.recalls(subscription) : List.of();
        requireNotDraining();
        services.overload().requireNone(context.request());
        boolean headOnly = context.request().method().equals(HttpMethod.HEAD);
        Duration wait = headOnly ? Duration.ZERO : Duration.ofSeconds(waitSeconds);
        String address = loopServices.addresses().of(context.request());
        Admission.Ticket ticket = services.admission().poll(Admission.Claimant.of(address, credential));
        if (ticket == null) {
            throw Problem.of(Problem.Unavailable.MAX_CONNECTIONS).asException();
        }
        HttpServerResponse response = context.response();
        response.closeHandler(closed -> ticket.release());
        if (response.closed()) {
            ticket.release();
        }
        return services.log()
                .open(cursor, recalls)
                .map(start -> {
                    // Checked again, since the waiting polls have already been answered by now.
                    requireNotDraining();
                    return start;
                })
                .compose(start -> greet
                        ? greetings
                                .state(start, recalls, subscription)
                                // Answered at once and without later events: these follow this position.
                                .map(state -> new PollPages.Answer(
                                        new PendingPoll.Page(List.of(), start.position(), start.gap()),
                                        state,
                                        ticket::release))
                        : page(
                                context.request(),
                                hub.poll(subscription, new CredentialPermit(credential), start, limit, wait),
                                ticket))
                .onSuccess(answer -> loopServices.pages().send(context.request(), answer))
                .onFailure(failure -> ticket.release())
                .mapEmpty();
    }

    private static Future<PollPages.Answer> page(HttpServerRequest request, PendingPoll poll, Admission.Ticket ticket) {
        HttpServerResponse response = request.response();
        response.closeHandler(closed -> {
            poll.gone();
            ticket.release();
        });
        if (response.closed()) {
            poll.gone();
        }
        Pipelining.hold(request, poll::waitNoLonger);
        return poll.page().map(page -> {
            Pipelining.release(request);
            return new PollPages.Answer(page, null, () -> {
                poll.read();
                ticket.release();
            });
        });
    }

    private void requireNotDraining() {
        if (services.draining().getAsBoolean()) {
            throw Problem.of(Problem.Unavailable.SHUTTING_DOWN).asException();
        }
    }

    /**
     * Sends the pages of polls, a few in each turn of the event loop: an event for which a thousand polls have waited
     * must not delay the streams. Owned by one event loop.
     */
    static final class PollPages {

        /** How many pages one turn may build; about a millisecond of work. */
        private static final int PAGES_A_TURN = 32;

        private static final int BYTES_A_TURN = 256 * 1_024;

        /**
         * The answer to a poll.
         *
         * @param greetings the state at the start position, or null if it was not asked for
         * @param whenRead called once, when the client has read it or has disconnected
         */
        record Answer(PendingPoll.Page page, @Nullable List<Envelope> greetings, Runnable whenRead) {}

        private record Waiting(HttpServerRequest request, Answer answer) {}

        private final OwnerLoop loop;
        private final ConnectionSweep sweep;
        private final long stallMillis;
        private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
        private boolean scheduled;

        PollPages(OwnerLoop loop, ConnectionSweep sweep, Duration stallTimeout) {
            this.loop = loop;
            this.sweep = sweep;
            this.stallMillis = stallTimeout.toMillis();
        }

        void send(HttpServerRequest request, Answer answer) {
            waiting.add(new Waiting(request, answer));
            if (!scheduled) {
                scheduled = true;
                loop.later(this::next);
            }
        }

        private void next() {
            long bytes = 0;
            for (int pages = 0; pages < PAGES_A_TURN && bytes < BYTES_A_TURN && !waiting.isEmpty(); pages++) {
                Waiting first = waiting.remove();
                List<Buffer> page = new PageJson(first.answer()).parts();
                PollAnswer answer = new PollAnswer(
                        first.request(), page, stallMillis, first.answer().whenRead());
                bytes += answer.length();
                sweep.sending(answer);
                answer.begin();
            }
            scheduled = !waiting.isEmpty();
            if (scheduled) {
                loop.afterSockets(this::next);
            }
        }
    }

    /**
     * The JSON of an answer, written by hand because each event's data must stay exactly the producer's bytes. These are
     * parts of their own, and not copied, since others may have the same event.
     */
    private static final class PageJson {

        private final List<Buffer> parts = new ArrayList<>();
        private StringBuilder text = new StringBuilder("{\"events\":[");

        PageJson(PollPages.Answer answer) {
            PendingPoll.Page page = answer.page();
            String before = "{\"id\":";
            for (Event event : page.events()) {
                text.append(before).append(Json.encode(event.id().toString())).append(',');
                append(event.envelope());
                text.append(",\"timestamp\":")
                        .append(Json.encode(event.envelope().timestamp()))
                        .append('}');
                before = ",{\"id\":";
            }
            Gap gap = page.gap();
            text.append("],\"last_id\":")
                    .append(Json.encode(page.lastId().toString()))
                    .append(",\"gap\":")
                    .append(gap == null ? "false" : gap.toJson().encode());
            List<Envelope> greetings = answer.greetings();
            if (greetings != null) {
                text.append(",\"greetings\":[");
                before = "{";
                for (Envelope greeting : greetings) {
                    text.append(before);
                    append(greeting);
                    text.append('}');
                    before = ",{";
                }
                text.append(']');
            }
            text.append('}');
            endText();
        }

        private void append(Envelope envelope) {
            text.append("\"channel\":")
                    .append(Json.encode(envelope.channel()))
                    .append(",\"event\":")
                    .append(Json.encode(envelope.type()))
                    .append(",\"data\":");
            endText();
            parts.add(envelope.data());
        }

        private void endText() {
            parts.add(Buffer.buffer(text.toString()));
            text = new StringBuilder();
        }

        List<Buffer> parts() {
            return parts;
        }
    }
}
