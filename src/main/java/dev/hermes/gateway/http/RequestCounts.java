package dev.hermes.gateway.http;

import dev.hermes.gateway.config.Catalogue;
import dev.hermes.gateway.config.Channel;
import io.vertx.core.Handler;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Counts the requests of one event loop by route and by the class of their status, and what became of credentials and
 * tokens. A route is one of those that {@link Routes} defines below {@link Routes#BASE}; every other path counts as
 * one, so that no number of labels grows with what clients ask for. Owned by that event loop.
 */
public final class RequestCounts implements Handler<RoutingContext> {

    private static final String OTHER = "other";
    private static final String ID = "/:id";
    private static final int FIRST_CLASS = 2;
    private static final List<String> CLASSES = List.of("2xx", "3xx", "4xx", "5xx");

    /** By route, an answer's status by its first digit. */
    private final Map<String, long[]> answers = new LinkedHashMap<>();

    private final long[] ofOthers = new long[CLASSES.size()];
    private long failedCredentials;
    private long rateLimited;
    private long minted;
    private long revoked;

    RequestCounts(Catalogue catalogue) {
        List<String> routes = new ArrayList<>(List.of("/stream", "/poll", "/health", "/token", "/publish"));
        for (Channel channel : catalogue.channels().values()) {
            if (channel.route() != null) {
                routes.add("/" + channel.route() + (channel.scope().keyed() ? ID : ""));
            }
        }
        routes.forEach(route -> answers.put(route, new long[CLASSES.size()]));
        answers.put(OTHER, ofOthers);
    }

    /** Counts the request once its status is decided; one whose client leaves before counts nowhere. */
    @Override
    public void handle(RoutingContext context) {
        // As it was sent: what cannot be normalized is answered by the router, and is no route.
        String path = context.request().path();
        long[] counts = path == null ? ofOthers : of(path);
        context.addHeadersEndHandler(decided -> {
            add(counts, context.response().getStatusCode());
            // It would keep the whole context alive for as long as a stream lasts.
            context.response().headersEndHandler(null);
        });
        context.next();
    }

    /** Counts a request that no route has seen, since it could not be read. */
    void unreadable(int status) {
        add(ofOthers, status);
    }

    private static void add(long[] counts, int status) {
        int index = status / 100 - FIRST_CLASS;
        if (index >= 0 && index < counts.length) {
            counts[index]++;
        }
    }

    private long[] of(String path) {
        if (!path.startsWith(Routes.BASE + "/")) {
            return ofOthers;
        }
        String below = path.substring(Routes.BASE.length());
        if (below.endsWith("/")) {
            below = below.substring(0, below.length() - 1);
        }
        long[] exact = answers.get(below);
        int id = below.lastIndexOf('/');
        return exact != null || id <= 0
                ? exact == null ? ofOthers : exact
                : answers.getOrDefault(below.substring(0, id) + ID, ofOthers);
    }

    void failedCredential() {
        failedCredentials++;
    }

    void rateLimited() {
        rateLimited++;
    }

    void tokenMinted() {
        minted++;
    }

    void tokenRevoked() {
        revoked++;
    }

    Snapshot snapshot(Map<String, Long> refused, double loopLagSeconds) {
        Map<String, Map<String, Long>> byRoute = new LinkedHashMap<>();
        answers.forEach((route, counts) -> {
            Map<String, Long> byClass = new LinkedHashMap<>();
            for (int index = 0; index < counts.length; index++) {
                byClass.put(CLASSES.get(index), counts[index]);
            }
            byRoute.put(route, byClass);
        });
        return new Snapshot(
                refused, byRoute, new Credentials(failedCredentials, rateLimited, minted, revoked), loopLagSeconds);
    }

    /**
     * What became of credentials and tokens.
     *
     * @param failed credentials that were not accepted
     * @param rateLimited those among them whose address had presented too many
     * @param minted tokens issued
     * @param revoked tokens revoked on request
     */
    public record Credentials(long failed, long rateLimited, long minted, long revoked) {

        public static final Credentials NONE = new Credentials(0, 0, 0, 0);

        Credentials plus(Credentials other) {
            return new Credentials(
                    failed + other.failed,
                    rateLimited + other.rateLimited,
                    minted + other.minted,
                    revoked + other.revoked);
        }
    }

    /**
     * The counts at one moment.
     *
     * @param refused streams not opened, by the code of the answer
     * @param answers requests answered, by route and class of status
     * @param loopLagSeconds how late the event loop was of late
     */
    public record Snapshot(
            Map<String, Long> refused,
            Map<String, Map<String, Long>> answers,
            Credentials credentials,
            double loopLagSeconds) {

        public static final Snapshot NONE = new Snapshot(Map.of(), Map.of(), Credentials.NONE, 0);

        /** Both together; of two delays the greater. */
        Snapshot plus(Snapshot other) {
            Map<String, Map<String, Long>> byRoute = new TreeMap<>(answers);
            other.answers.forEach((route, counts) -> byRoute.merge(route, counts, Snapshot::sum));
            return new Snapshot(
                    sum(refused, other.refused),
                    byRoute,
                    credentials.plus(other.credentials),
                    Math.max(loopLagSeconds, other.loopLagSeconds));
        }

        private static Map<String, Long> sum(Map<String, Long> one, Map<String, Long> other) {
            Map<String, Long> sum = new TreeMap<>(one);
            other.forEach((name, count) -> sum.merge(name, count, Long::sum));
            return sum;
        }
    }
}
