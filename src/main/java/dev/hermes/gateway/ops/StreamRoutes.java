package dev.hermes.gateway.ops;

import dev.hermes.gateway.delivery.NewStream;
import dev.hermes.gateway.delivery.StreamView;
import dev.hermes.gateway.delivery.Subscription;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** {@code /streams} of the management port: who is connected, how far behind, and the end of it. */
final class StreamRoutes {

    private static final int USUAL_PAGE = 100;
    private static final int MOST_PAGE = 1_000;

    private static final Set<String> SELECTING = Set.of("user", "address", "channel", "state");
    private static final Set<String> PAGING = Set.of("after", "limit");

    private static final String STATES = Arrays.stream(StreamView.State.values())
            .map(StreamView.State::label)
            .collect(Collectors.joining(", "));

    private final Vertx vertx;
    private final ManagementServer.Gateway gateway;

    StreamRoutes(Vertx vertx, ManagementServer.Gateway gateway) {
        this.vertx = vertx;
        this.gateway = gateway;
    }

    void addTo(Router router) {
        router.get("/streams").handler(this::list);
        router.delete("/streams").handler(this::endThoseOfUser);
        router.route("/streams").handler(context -> ManagementRoutes.wrongMethod(context, "GET, DELETE"));
        router.get("/streams/:id").handler(this::one);
        router.delete("/streams/:id").handler(this::endOne);
        router.route("/streams/:id").handler(context -> ManagementRoutes.wrongMethod(context, "GET, DELETE"));
    }

    private void list(RoutingContext context) {
        if (unknownParameter(context, name -> SELECTING.contains(name) || PAGING.contains(name))) {
            return;
        }
        StreamView.State state = null;
        String wanted = parameter(context, "state");
        if (wanted != null) {
            state = Arrays.stream(StreamView.State.values())
                    .filter(known -> known.label().equals(wanted))
                    .findFirst()
                    .orElse(null);
            if (state == null) {
                JsonAnswer.problem(context.response(), 400, "Invalid state " + quoted(wanted) + ". Allowed: " + STATES);
                return;
            }
        }
        String channel = parameter(context, "channel");
        if (channel != null && !gateway.channels().contains(channel)) {
            JsonAnswer.problem(
                    context.response(),
                    400,
                    "Unknown channel " + quoted(channel) + ". Allowed: "
                            + gateway.channels().stream().sorted().collect(Collectors.joining(", ")));
            return;
        }
        Integer limit = limit(parameter(context, "limit"));
        if (limit == null) {
            JsonAnswer.problem(
                    context.response(),
                    400,
                    "Invalid limit " + quoted(parameter(context, "limit")) + ". Allowed: 1 to " + MOST_PAGE);
            return;
        }
        String after = parameter(context, "after");
        StreamView.Query query =
                new StreamView.Query(null, parameter(context, "user"), parameter(context, "address"), channel, state);
        answer(
                context,
                gateway.streams(query),
                found -> JsonAnswer.send(context.response(), 200, page(found, after, limit)));
    }

    /** In the order of the ids, which does not change while streams come and go between two pages. */
    private static JsonObject page(List<StreamView> found, @Nullable String after, int limit) {
        List<StreamView> rest = found.stream()
                .filter(stream -> after == null || stream.id().compareTo(after) > 0)
                .sorted(Comparator.comparing(StreamView::id))
                .toList();
        List<StreamView> page = rest.subList(0, Math.min(limit, rest.size()));
        Instant now = Instant.now();
        JsonArray shown = new JsonArray();
        page.forEach(stream -> shown.add(json(stream, now)));
        JsonObject answer = new JsonObject().put("streams", shown).put("matching", found.size());
        return page.size() < rest.size()
                ? answer.put("next", page.get(page.size() - 1).id())
                : answer.putNull("next");
    }

    private void one(RoutingContext context) {
        answer(context, gateway.streams(StreamView.Query.ofId(context.pathParam("id"))), found -> {
            if (found.isEmpty()) {
                noSuchStream(context);
            } else {
                JsonAnswer.send(context.response(), 200, json(found.get(0), Instant.now()));
            }
        });
    }

    private void endOne(RoutingContext context) {
        answer(context, gateway.endStreams(StreamView.Query.ofId(context.pathParam("id"))), ended -> {
            if (ended == 0) {
                noSuchStream(context);
            } else {
                ended(context, ended);
            }
        });
    }

    /** Never all streams at once: that is what the flag is for. */
    private void endThoseOfUser(RoutingContext context) {
        String user = parameter(context, "user");
        boolean named = user != null && !user.isEmpty();
        if (!named || unknownParameter(context, "user"::equals)) {
            if (!named) {
                JsonAnswer.problem(
                        context.response(),
                        400,
                        "user is missing: whose streams are to end; HERMES_ENABLE_SSE ends all");
            }
            return;
        }
        answer(
                context,
                gateway.endStreams(new StreamView.Query(null, user, null, null, null)),
                ended -> ended(context, ended));
    }

    private static void ended(RoutingContext context, int streams) {
        JsonAnswer.send(context.response(), 200, new JsonObject().put("ended", streams));
    }

    private static void noSuchStream(RoutingContext context) {
        JsonAnswer.problem(context.response(), 404, "No open stream has the id " + quoted(context.pathParam("id")));
    }

    private <T> void answer(RoutingContext context, Future<T> asked, Consumer<T> answer) {
        Context own = vertx.getOrCreateContext();
        asked.onComplete(answered -> own.runOnContext(back -> {
            if (answered.succeeded()) {
                answer.accept(answered.result());
            } else {
                JsonAnswer.problem(context.response(), 503, "The streams could not be read");
            }
        }));
    }

    private static JsonObject json(StreamView stream, Instant now) {
        NewStream.Client client = stream.client();
        return new JsonObject()
                .put("id", stream.id())
                .put("request_id", client.requestId(stream.id()))
                .put("state", stream.state().label())
                .put("opened_at", stream.openedAt().toString())
                .put("age_seconds", Duration.between(stream.openedAt(), now).toMillis() / 1_000.0)
                .put("credential", client.credential())
                .put("user", client.user())
                .put("address", client.address())
                .put("channels", channels(stream.subscription()))
                .put("position", stream.position().toString())
                .put(
                        "lag",
                        new JsonObject()
                                .put("entries", stream.lag().entries())
                                .put("seconds", stream.lag().millis() / 1_000.0))
                .put("events", stream.events())
                .put("bytes", stream.bytes());
    }

    private static JsonObject channels(Subscription subscription) {
        JsonObject channels = new JsonObject();
        new TreeMap<>(subscription.interests()).forEach((channel, interest) -> {
            JsonObject filters = new JsonObject();
            for (Map.Entry<String, Set<String>> filter : interest.filters().entrySet()) {
                filters.put(filter.getKey(), sorted(filter.getValue()));
            }
            Set<String> keys = interest.keys();
            channels.put(
                    channel,
                    new JsonObject()
                            .put("keys", keys == null ? null : sorted(keys))
                            .put("filters", filters));
        });
        return channels;
    }

    private static JsonArray sorted(Set<String> words) {
        return new JsonArray(words.stream().sorted().toList());
    }

    private static @Nullable Integer limit(@Nullable String text) {
        if (text == null) {
            return USUAL_PAGE;
        }
        try {
            int limit = Integer.parseInt(text);
            return limit >= 1 && limit <= MOST_PAGE ? limit : null;
        } catch (NumberFormatException notANumber) {
            return null;
        }
    }

    private static @Nullable String parameter(RoutingContext context, String name) {
        return context.queryParams().get(name);
    }

    /**
     * Answers a request with a parameter of another name, or one given twice: a misspelt filter must not select
     * everything, and of two it would be unclear which counts.
     */
    static boolean unknownParameter(RoutingContext context, Predicate<String> known) {
        for (String name : context.queryParams().names()) {
            String problem = known.test(name)
                    ? context.queryParams().getAll(name).size() > 1 ? "Repeated parameter " : null
                    : "Unknown parameter ";
            if (problem != null) {
                JsonAnswer.problem(context.response(), 400, problem + quoted(name));
                return true;
            }
        }
        return false;
    }

    private static String quoted(@Nullable String text) {
        return "\"" + text + "\"";
    }
}
