package dev.hermes.gateway.http;

import dev.hermes.gateway.log.LogUnavailableException;
import dev.hermes.gateway.wire.RefusedBody;
import dev.hermes.gateway.wire.RequestBody;
import dev.hermes.gateway.wire.StreamSinks;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes every answer that is not a stream. The one place where a failure becomes a status. */
final class Answers {

    private static final Logger LOG = LoggerFactory.getLogger(Answers.class);
    private static final String EVENT_STREAM = "text/event-stream";

    /** A weight of zero. */
    private static final Pattern NOT_TAKEN = Pattern.compile(";q=0(\\.0{0,3})?(;|$)");

    private Answers() {}

    static void json(RoutingContext context, int status, JsonObject body) {
        send(context, status, body.encode());
    }

    static void problem(RoutingContext context, Problem problem) {
        HttpServerResponse response = context.response();
        if (response.ended() || response.closed()) {
            return;
        }
        problem.headers().forEach(response::putHeader);
        json(context, problem.status(), problem.toJson());
    }

    /** On a stream route: in-band for an {@code EventSource} where the problem passes, else as everywhere. */
    static void streamProblem(RoutingContext context, Problem problem) {
        Problem.Unavailable unavailable = problem.unavailable();
        if (unavailable == null || !wantsEventStream(context.request())) {
            problem(context, problem);
            return;
        }
        HttpServerResponse response = context.response();
        if (response.ended() || response.closed()) {
            return;
        }
        StreamSinks.StreamHead.write(response);
        JsonObject data = new JsonObject().put("error", unavailable.detail()).put("code", unavailable.name());
        response.setChunked(true)
                .end("retry: " + unavailable.retryMillis(ThreadLocalRandom.current()) + "\nevent: unavailable\ndata: "
                        + data.encode() + "\n\n");
    }

    /** What went wrong, as a problem; anything unforeseen is logged here and told as nothing but that. */
    static Problem problemOf(RoutingContext context, Throwable failure) {
        if (failure instanceof Problem.Thrown known) {
            return known.problem();
        }
        if (failure instanceof LogUnavailableException) {
            return Problem.of(Problem.Unavailable.BACKEND_UNAVAILABLE);
        }
        LOG.error(
                "request failed method={} path={} request_id={}",
                context.request().method(),
                context.request().path(),
                Routes.RequestId.of(context),
                failure);
        return Problem.of(Problem.Unavailable.INTERNAL_ERROR);
    }

    /**
     * Whether it names event streams among what it takes (RFC 9110 §12.5.1), in one line or several. Not for a wildcard:
     * whoever does not name them would read what is told in-band as success.
     */
    static boolean wantsEventStream(HttpServerRequest request) {
        return request.headers().getAll(HttpHeaders.ACCEPT).stream()
                .flatMap(line -> Arrays.stream(line.toLowerCase(Locale.ROOT).split(",", -1)))
                .map(range -> range.replaceAll("\\s", ""))
                .anyMatch(range -> (range + ";").startsWith(EVENT_STREAM + ";")
                        && !NOT_TAKEN.matcher(range).find());
    }

    private static void send(RoutingContext context, int status, String body) {
        HttpServerResponse response = context.response();
        if (!response.ended() && !response.closed()) {
            response.setStatusCode(status).putHeader(HttpHeaders.CONTENT_TYPE, "application/json");
            if (RequestBody.muchToCome(context.request())) {
                RefusedBody.end(context.request(), body);
            } else {
                response.end(body);
            }
        }
    }
}
