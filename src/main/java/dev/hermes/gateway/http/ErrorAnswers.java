package dev.hermes.gateway.http;

import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
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
        if (failure != null && !(failure instanceof HttpException)) {
            Answers.problem(context, Answers.problemOf(context, failure));
            return;
        }
        int status = failure instanceof HttpException http ? http.getStatusCode() : context.statusCode();
        Answers.problem(context, Problem.of(status, detail(status)));
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
        request.response()
                .setStatusCode(status)
                .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
                .putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE)
                .end(Problem.of(status, detail).toJson().encode())
                .onComplete(done -> request.connection().close());
    }
}
