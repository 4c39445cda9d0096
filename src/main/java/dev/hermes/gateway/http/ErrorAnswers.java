package dev.hermes.gateway.http;

import dev.hermes.gateway.wire.RequestBody;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.HttpException;
import java.io.IOException;

/** JSON for everything that no handler answers: unknown paths, bodies too large, requests that cannot be read. */
final class ErrorAnswers {

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
            // The client went away in the middle of its request; there is nobody to tell, and nothing to look into.
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
     * The router found the request wrong before any handler saw it (no host, none that can be one, no path), or its body is
     * framed in a way that cannot be read: nothing else can fail before a body has come.
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

    /** A request that HTTP itself cannot make sense of; its connection is not to be trusted any more. */
    static void unreadable(HttpServerRequest request) {
        Throwable cause = request.decoderResult().cause();
        int status = cause instanceof TooLongHttpLineException
                ? 414
                : cause instanceof TooLongHttpHeaderException ? 431 : 400;
        String detail = status == 414 ? "URI too long" : status == 431 ? "Request headers too large" : "Bad Request";
        if (request.version() != HttpVersion.HTTP_2) {
            // Before the answer: what is pipelined behind it is not to be looked at any more.
            request.connection().shutdown();
        }
        request.response()
                .setStatusCode(status)
                .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
                .putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE)
                .end(Problem.of(status, detail).toJson().encode())
                .onComplete(done -> request.connection().close());
    }
}
