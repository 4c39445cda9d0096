package dev.hermes.gateway.http;

import dev.hermes.gateway.log.EventLog;
import dev.hermes.gateway.wire.RequestBody;
import dev.hermes.gateway.wire.StreamSinks;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.HttpException;
import java.io.IOException;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes every answer that is not a stream, and converts failures to a status; no other class does. */
final class Answers {

    private static final Logger LOG = LoggerFactory.getLogger(Answers.class);
    private static final String EVENT_STREAM = "text/event-stream";

    /** Matches a weight of zero. */
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

    /**
     * Answers a stream request: in-band for an {@code EventSource} if the problem is temporary, otherwise like any
     * request.
     */
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

    /**
     * Converts a failure to a problem. An unexpected failure is logged here, and the client is told only that it
     * happened.
     */
    static Problem problemOf(RoutingContext context, Throwable failure) {
        if (failure instanceof Problem.Thrown known) {
            return known.problem();
        }
        if (failure instanceof EventLog.UnavailableException) {
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
     * Whether {@code Accept} names event streams (RFC 9110 §12.5.1), in one line or several. A wildcard does not
     * count: a client that does not name them would take an in-band problem for success.
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
                RequestBody.refuse(context.request(), body);
            } else {
                response.end(body);
            }
        }
    }

    /** Answers in JSON where no handler does: unknown paths, bodies too large, unreadable requests. */
    static final class ErrorAnswers {

        private ErrorAnswers() {}

        static void install(Router router) {
            router.route().failureHandler(ErrorAnswers::failed);
            router.errorHandler(404, context -> Answers.problem(context, Problem.of(404, "Not Found")));
            router.errorHandler(405, context -> Answers.problem(context, Problem.of(405, "Method Not Allowed")));
            router.errorHandler(400, context -> Answers.problem(context, Problem.badRequest("Bad Request")));
            router.errorHandler(500, ErrorAnswers::failed);
        }

        private static void failed(RoutingContext context) {
            Throwable failure = context.failure();
            if (failure instanceof HttpClosedException || failure instanceof IOException) {
                // The client disconnected during its request: there is nobody to answer, and nothing to investigate.
                return;
            }
            if (failure != null && !(failure instanceof HttpException) && !ofTheClient(context)) {
                Answers.problem(context, Answers.problemOf(context, failure));
                return;
            }
            Answers.problem(context, Problem.of(status(context), detail(status(context))));
        }

        private static int status(RoutingContext context) {
            if (context.failure() instanceof HttpException http) {
                return http.getStatusCode();
            }
            boolean decided = context.statusCode() >= 400 && context.statusCode() < 500;
            return decided || context.failure() == null ? context.statusCode() : 400;
        }

        /**
         * Whether the request is at fault: the router rejected it before any handler ran (no host, an invalid one, no
         * path), or its body has an unreadable framing; nothing else can fail before a body has arrived.
         */
        private static boolean ofTheClient(RoutingContext context) {
            return (context.statusCode() >= 400 && context.statusCode() < 500) || badlyFramed(context.request());
        }

        private static boolean badlyFramed(HttpServerRequest request) {
            return !request.isEnded() && RequestBody.announced(request);
        }

        private static String detail(int status) {
            return switch (status) {
                case 400 -> "Bad Request";
                case 404 -> "Not Found";
                case 405 -> "Method Not Allowed";
                case 413 -> "Request body too large";
                case 415 -> "Unsupported content type";
                default -> "Request failed";
            };
        }

        /** Answers a request that cannot be parsed as HTTP; its connection cannot be used any further. Returns the status. */
        static int unreadable(HttpServerRequest request) {
            Throwable cause = request.decoderResult().cause();
            int status = cause instanceof TooLongHttpLineException
                    ? 414
                    : cause instanceof TooLongHttpHeaderException ? 431 : 400;
            String detail =
                    status == 414 ? "URI too long" : status == 431 ? "Request headers too large" : "Bad Request";
            if (request.version() != HttpVersion.HTTP_2) {
                // Before the answer, so that requests pipelined behind it are not served.
                request.connection().shutdown();
            }
            request.response()
                    .setStatusCode(status)
                    .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
                    .putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE)
                    .end(Problem.of(status, detail).toJson().encode())
                    .onComplete(done -> request.connection().close());
            return status;
        }
    }
}
