package dev.hermes.gateway.doctor;

import dev.hermes.gateway.doctor.Finding.Note;
import dev.hermes.gateway.doctor.Finding.Problem;
import dev.hermes.gateway.doctor.Finding.Skipped;
import dev.hermes.gateway.doctor.Finding.Well;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What a page needs besides: that streams are switched on at both sides, and that a browser lets it read them. */
final class PageProbe {

    private static final Pattern PAGE_FLAG = Pattern.compile("\"VITE_SSE_ENABLED\"\\s*:\\s*(true|false)");
    private static final double NEARLY_FULL = 0.9;

    private final Client client;
    private final JsonObject health;
    private final @Nullable String origin;

    /** @param health what the gateway says of itself */
    PageProbe(Client client, JsonObject health, @Nullable String origin) {
        this.client = client;
        this.health = health;
        this.origin = origin;
    }

    List<Finding> look() {
        List<Finding> found = new ArrayList<>();
        found.add(
                health.getBoolean("enabled")
                        ? new Well("flag, gateway", "on")
                        : new Problem(
                                "flag, gateway",
                                "off: HERMES_ENABLE_SSE is false",
                                "every stream is told SSE_DISABLED in-band, and pages get no events",
                                Remedy.GATEWAY,
                                "HERMES_ENABLE_SSE=true"));
        found.add(pageFlag());
        found.add(places());
        if (origin == null) {
            found.add(new Skipped("CORS", "no --origin given; pages of the same address need none"));
        } else {
            found.addAll(cors(origin));
        }
        return found;
    }

    private Finding pageFlag() {
        Client.Answer answer = client.send(client.plain("/hermes-events-config.js"));
        Matcher flag = PAGE_FLAG.matcher(answer.body());
        if (answer.status() != 200 || !flag.find()) {
            return new Note(
                    "flag, page",
                    "not known: /hermes-events-config.js is answered " + answer.status()
                            + ", so that only pages with settings of their own can use the gateway's client here");
        }
        return flag.group(1).equals("true")
                ? new Well("flag, page", "on")
                : new Problem(
                        "flag, page",
                        "off: VITE_SSE_ENABLED is false",
                        "pages with the gateway's client poll and open no stream (Hermes' own pages have no flag)",
                        Remedy.GATEWAY,
                        "VITE_SSE_ENABLED=true");
    }

    private Finding places() {
        int open = health.getInteger("active_connections");
        int most = health.getInteger("max_connections");
        String places = open + " of " + most + " streams are open";
        return open < most * NEARLY_FULL
                ? new Well("connections", places)
                : new Problem(
                        "connections",
                        places,
                        "beyond that streams are told MAX_CONNECTIONS and come back later",
                        Remedy.GATEWAY,
                        "HERMES_SSE_MAX_CONNECTIONS=" + 2L * Math.max(1, most));
    }

    private List<Finding> cors(String page) {
        URI base = client.base();
        if (page.equals(base.getScheme() + "://" + base.getAuthority())) {
            return List.of(new Note("CORS", page + " is the address of the gateway itself: a page there needs none"));
        }
        Client.Answer read = client.send(client.plain("/api/v1/events/health").header("Origin", page));
        Client.Answer preflight = client.send(client.plain("/api/v1/events/poll")
                .header("Origin", page)
                .header("Access-Control-Request-Method", "GET")
                .header("Access-Control-Request-Headers", "authorization,last-event-id")
                .method("OPTIONS", HttpRequest.BodyPublishers.noBody()));
        List<Finding> found = new ArrayList<>();
        String why = "a browser hides every answer from a page there, and its EventSource only says error";
        for (Map.Entry<String, Client.Answer> asked :
                List.of(Map.entry("CORS", read), Map.entry("CORS preflight", preflight))) {
            String check = asked.getKey();
            List<String> allowed = asked.getValue().headers().allValues("access-control-allow-origin");
            if (allowed.size() > 1) {
                found.add(new Problem(
                        check,
                        "Access-Control-Allow-Origin comes " + allowed.size() + " times",
                        why + ": a proxy adds its own to the gateway's",
                        Remedy.CORS.lines()));
            } else if (allowed.equals(List.of(page)) || allowed.equals(List.of("*"))) {
                found.add(new Well(check, page + " may read the answers"));
            } else {
                found.add(new Problem(
                        check,
                        page + " may not read the answers"
                                + (allowed.isEmpty() ? "" : ", only " + client.quoted(allowed.get(0)) + " may"),
                        why,
                        Remedy.CORS.after("HERMES_ALLOWED_ORIGINS=<those of now>," + page)));
            }
        }
        return found;
    }

    /**
     * An origin as a browser sends it.
     *
     * @throws Client.Failure if it is none
     */
    static String origin(String text) {
        if (!text.matches("https?://[A-Za-z0-9.:\\[\\]-]+")) {
            String line = text.replaceAll("\\p{Cntrl}", " ");
            throw new Client.Failure("--origin: " + (line.length() > 100 ? line.substring(0, 100) + "…" : line)
                    + " is no origin such as https://hermes.example, with neither path nor slash at the end");
        }
        return text;
    }
}
