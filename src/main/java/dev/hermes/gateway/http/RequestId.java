package dev.hermes.gateway.http;

import io.vertx.core.Handler;
import io.vertx.ext.web.RoutingContext;
import java.util.UUID;
import java.util.regex.Pattern;

/** Gives each request an id, the client's own if it is a decent one, and tells it in the answer. */
final class RequestId implements Handler<RoutingContext> {

    static final String HEADER = "X-Request-Id";

    private static final Pattern DECENT = Pattern.compile("[A-Za-z0-9._-]{1,64}");

    @Override
    public void handle(RoutingContext context) {
        String given = context.request().getHeader(HEADER);
        String id = given != null && DECENT.matcher(given).matches()
                ? given
                : UUID.randomUUID().toString();
        context.response().putHeader(HEADER, id);
        context.next();
    }

    static String of(RoutingContext context) {
        return String.valueOf(context.response().headers().get(HEADER));
    }
}
