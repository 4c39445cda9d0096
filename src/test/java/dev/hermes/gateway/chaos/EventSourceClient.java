package dev.hermes.gateway.chaos;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.hermes.gateway.fixture.Background;
import io.vertx.core.json.JsonObject;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A page with an {@code EventSource} (WHATWG HTML §9.2): when a stream ends it waits as long as the last {@code retry:}
 * said and asks again, with the last id it saw, whichever gateway that reaches. What ends an {@code EventSource} for good, an answer
 * that is no stream, is 401 after Redis has lost the token: the page then gets a new token and opens a new one, with
 * {@code last_event_id}.
 */
final class EventSourceClient implements AutoCloseable {

    private static final String TOKEN = "/api/v1/events/token";
    private static final int FIRST_RETRY_MILLIS = 3_000;
    private static final Duration TOKEN_RETRY = Duration.ofSeconds(1);
    private static final int OK = 200;
    private static final int NO_CONTENT = 204;
    private static final int UNAUTHORIZED = 401;
    private static final int UNAVAILABLE = 503;
    private static final int POLLS = 3;

    private final Audience audience;
    private final Wire.Server server;
    private final String apiKey;
    private final Journal journal;
    private final Lapse lapse = new Lapse();
    private final boolean polls;
    private final Thread thread;

    // The client's thread's own, but for the token, which others may have revoked.
    private volatile @Nullable String token;
    private String lastEventId = "";
    private boolean newSource = true;
    private int retryMillis = FIRST_RETRY_MILLIS;

    private volatile @Nullable Socket socket;
    private volatile boolean renews;
    private volatile Duration away = Duration.ZERO;

    /**
     * @param server where gateways are reached
     * @param apiKey with which the page's server mints tokens
     * @param polls whether it goes on by polls for a while when a stream has ended
     */
    EventSourceClient(Journal journal, Wire.Server server, String apiKey, boolean polls) {
        this.polls = polls;
        this.audience = journal.audience();
        this.server = server;
        this.apiKey = apiKey;
        this.journal = journal;
        this.thread = Background.run("client-" + journal.client(), this::work);
    }

    /** To be read after the end, but for what it says. */
    Journal journal() {
        return journal;
    }

    private void work() {
        while (!lapse.ended()) {
            String credential = token;
            if (credential == null) {
                mint();
            } else if (renews) {
                renews = false;
                mint();
                revoke(credential);
            } else {
                open(credential);
                if (token != null && !renews) {
                    lapse.pass(Duration.ofMillis(retryMillis).plus(away));
                    away = Duration.ZERO;
                }
                for (int poll = 0; polls && poll < POLLS && !lapse.ended() && !lastEventId.isEmpty(); poll++) {
                    poll(credential);
                }
            }
        }
    }

    private void mint() {
        Wire.Answer answer =
                Wire.exchange(server, "POST", TOKEN, apiKey, "{\"scope\":\"" + audience.scope() + "\",\"ttl\":3600}");
        if (answer.status() == OK) {
            token = answer.body().replaceAll("(?s).*\"token\":\"([A-Za-z0-9_-]+)\".*", "$1");
            newSource = true;
            retryMillis = FIRST_RETRY_MILLIS;
        } else {
            lapse.pass(TOKEN_RETRY);
        }
    }

    private void open(String credential) {
        try (Socket fresh = new Socket()) {
            socket = fresh;
            Socket opened = server.over(fresh);
            if (lapse.ended()) {
                return;
            }
            opened.getOutputStream().write(request(credential).getBytes(UTF_8));
            InputStream in = new BufferedInputStream(opened.getInputStream());
            int status = Integer.parseInt(Wire.line(in).split(" ", 3)[1]);
            boolean stream = false;
            for (String header = Wire.line(in); !header.isEmpty(); header = Wire.line(in)) {
                stream |= header.toLowerCase(Locale.ROOT).startsWith("content-type: text/event-stream");
            }
            if (status == OK && stream) {
                newSource = false;
                read(new ChunkedBody(in));
            } else if (status == UNAUTHORIZED) {
                token = null;
                journal.note("the token is unknown");
            } else {
                journal.breach("an EventSource ended for good by status " + status);
            }
            journal.note("ended");
        } catch (IOException ended) {
            journal.note("broken: " + ended.getMessage());
        }
    }

    /** The same cursor, at whichever gateway; and the next stream is a new one that goes on from there. */
    private void poll(String credential) {
        Wire.Answer answer = Wire.exchange(
                server, "GET", audience.poll() + "wait=1&limit=1000&after=" + lastEventId, credential, "");
        if (answer.status() == UNAUTHORIZED) {
            token = null;
        } else if (answer.status() == OK) {
            JsonObject page = new JsonObject(answer.body());
            if (page.getValue("gap") instanceof JsonObject gap) {
                journal.frame("gap", Position.parseOrNull(gap.getString("resumed_at")), gap.encode());
            }
            for (Object each : page.getJsonArray("events")) {
                JsonObject event = (JsonObject) each;
                journal.frame(
                        event.getString("event"),
                        Position.parseOrNull(event.getString("id")),
                        event.getJsonObject("data").encode());
            }
            lastEventId = page.getString("last_id");
            journal.frame("heartbeat", Position.parseOrNull(lastEventId), "");
            newSource = true;
        } else if (answer.status() == 0 || answer.status() == UNAVAILABLE) {
            lapse.pass(TOKEN_RETRY);
        } else {
            journal.breach("a poll was answered " + answer);
        }
    }

    private String request(String credential) {
        boolean resumes = !lastEventId.isEmpty();
        return "GET " + audience.path() + "?token=" + credential
                + (resumes && newSource ? "&last_event_id=" + lastEventId : "")
                + " HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\nCache-Control: no-store\r\n"
                + (resumes && !newSource ? "Last-Event-ID: " + lastEventId + "\r\n" : "")
                + "\r\n";
    }

    private void read(InputStream in) throws IOException {
        String id = null;
        String event = "message";
        StringBuilder data = new StringBuilder();
        while (true) {
            String line = Wire.line(in);
            if (line.isEmpty()) {
                if (id != null) {
                    lastEventId = id;
                }
                if (data.length() > 0) {
                    journal.frame(event, Position.parseOrNull(id), data.toString());
                }
                id = null;
                event = "message";
                data.setLength(0);
                continue;
            }
            int colon = line.indexOf(':');
            String value = line.substring(colon + 1).strip();
            switch (line.substring(0, colon)) {
                case "id" -> id = value;
                case "event" -> event = value;
                case "data" -> data.append(value);
                case "retry" -> retryMillis = Integer.parseInt(value);
                default -> journal.breach("a line that is none of a stream: " + line);
            }
        }
    }

    /** Its stream is cut; it comes back that much later than it would. */
    void leave(Duration longer) {
        away = longer;
        cut();
    }

    /** As a page before its token ends: it gets another, ends its stream, and opens a new one that goes on. */
    void renew() {
        renews = true;
        cut();
    }

    /** Somebody takes its token away, which is returned if the server did so; it ends the stream for that. */
    @Nullable
    String loseToken() {
        String lost = token;
        return lost != null && revoke(lost) ? lost : null;
    }

    /** Whether it still goes by that token. */
    boolean has(String one) {
        return one.equals(token);
    }

    private boolean revoke(String revoked) {
        return Wire.exchange(server, "DELETE", TOKEN, apiKey, "{\"token\":\"" + revoked + "\"}")
                        .status()
                == NO_CONTENT;
    }

    private void cut() {
        Socket open = socket;
        if (open != null) {
            Wire.close(open);
        }
    }

    /** Tells it to end; {@link #close} waits for that. */
    void end() {
        lapse.end();
        cut();
    }

    @Override
    public void close() {
        end();
        Background.join(thread);
    }
}
