package dev.hermes.gateway.doctor;

import dev.hermes.gateway.doctor.Finding.Note;
import dev.hermes.gateway.doctor.Finding.Problem;
import dev.hermes.gateway.doctor.Finding.Well;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The way to the gateway: the address, the certificate, whether a gateway is there, how fast and in which HTTP. */
final class AddressProbe {

    private static final int ROUND_TRIPS = 5;
    private static final Duration SLOW = Duration.ofMillis(500);
    private static final Duration SKEW = Duration.ofSeconds(5);
    private static final int HTTP_PORT = 80;
    private static final int HTTPS_PORT = 443;

    private final Client client;
    private final Trust trust;

    AddressProbe(Client client, Trust trust) {
        this.client = client;
        this.trust = trust;
    }

    /**
     * The address that an option gives, without what a path of the gateway may have added to it.
     *
     * @throws Client.Failure if it is none
     */
    static URI parse(String option, String text) {
        String expected = option + ": " + (text.length() > 100 ? text.substring(0, 100) + "…" : text)
                + " is no address such as https://hermes.example or http://127.0.0.1:8000";
        try {
            URI address = new URI(text.strip().replaceFirst("(/api/v1(/events)?)?/*$", ""));
            boolean http = "http".equals(address.getScheme()) || "https".equals(address.getScheme());
            if (!http
                    || address.getHost() == null
                    || address.getUserInfo() != null
                    || address.getQuery() != null
                    || address.getFragment() != null
                    || address.getPort() == 0
                    || address.getPort() > 65_535) {
                throw new Client.Failure(expected);
            }
            return address;
        } catch (URISyntaxException none) {
            throw new Client.Failure(expected.replaceAll("\\p{Cntrl}", " "));
        }
    }

    private static int port(URI address) {
        if (address.getPort() > 0) {
            return address.getPort();
        }
        return "https".equals(address.getScheme()) ? HTTPS_PORT : HTTP_PORT;
    }

    /**
     * Connects, and looks at the certificate. Sends nothing.
     *
     * @throws Client.Failure if nothing listens there
     */
    List<Finding> connection() {
        URI address = client.base();
        String host = address.getHost().replaceAll("[\\[\\]]", "");
        List<Finding> found = new ArrayList<>();
        boolean loopback = false;
        long start = System.nanoTime();
        try (Socket socket = new Socket()) {
            InetAddress named = InetAddress.getByName(host);
            loopback = named.isLoopbackAddress();
            socket.connect(new InetSocketAddress(named, port(address)), (int) Client.PATIENCE.toMillis());
            found.add(
                    new Well("reachable", address + " takes connections, after " + millis(System.nanoTime() - start)));
        } catch (UnknownHostException unknown) {
            throw new Client.Failure(address + ": no address is known for the name " + host);
        } catch (IOException | IllegalArgumentException refused) {
            throw new Client.Failure(address + ": nothing takes connections there (" + refused.getMessage() + ")");
        }
        if (client.secure()) {
            found.addAll(trust.examine(host, port(address)));
        } else if (loopback) {
            found.add(new Note("certificate", "plain HTTP, on this machine only"));
        } else {
            found.add(new Problem(
                    "certificate",
                    "plain HTTP over the network",
                    "tokens and events can be read on the way, and without TLS there is no HTTP/2, so that a page has six"
                            + " connections for all its streams",
                    Remedy.CERTIFICATE.lines()));
        }
        return found;
    }

    /**
     * Whether a gateway is there.
     *
     * @return what its {@code /health} says
     * @throws Client.Failure if something else is there
     */
    JsonObject gateway() {
        Client.Answer answer;
        try {
            answer = client.health();
        } catch (Client.Failure silent) {
            throw new Client.Failure(silent.getMessage() + "; no gateway is there");
        }
        JsonObject health = answer.json();
        if (answer.status() == 200
                && health != null
                && health.getValue("enabled") instanceof Boolean
                && health.getValue("max_connections") instanceof Integer
                && health.getValue("active_connections") instanceof Integer
                && health.getValue("heartbeat_interval") instanceof Integer) {
            return health;
        }
        if (answer.status() >= 300 && answer.status() < 400) {
            throw new Client.Failure(client.base() + " redirects to " + client.quoted(answer.header("location"))
                    + ": give the address at which the gateway answers itself");
        }
        if (answer.status() >= 502 && answer.status() <= 504) {
            throw new Client.Failure(client.base() + " answers " + answer.status()
                    + ": a proxy is there, but no gateway behind it answers");
        }
        throw new Client.Failure(client.base() + " is no gateway: GET /api/v1/events/health is answered "
                + answer.status() + " "
                + client.quoted(answer.header("content-type") + " " + answer.header("server")));
    }

    /** Whether the key is an API key of the gateway, by a publication of nothing. */
    void key() {
        int status = client.send(client.events("/publish")
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString("[]")))
                .status();
        if (status == 401 || status == 403) {
            throw new Client.Failure(
                    client.base() + " refuses the key (" + status + "): --key is to be one of its HERMES_API_KEYS");
        }
    }

    /** The usual time of a request: what is slower than that is not the network. */
    record Measured(Duration roundTrip, List<Finding> findings) {}

    /** Asks a few times for what is answered at once. */
    Measured measure() {
        List<Finding> found = new ArrayList<>();
        List<Long> took = new ArrayList<>();
        Client.Answer last = client.health();
        for (int number = 0; number < ROUND_TRIPS; number++) {
            last = client.health();
            took.add(last.took().toNanos());
        }
        took.sort(null);
        long median = took.get(ROUND_TRIPS / 2);
        found.add(
                median < SLOW.toNanos()
                        ? new Well("network", "a plain request takes " + millis(median))
                        : new Problem(
                                "network",
                                "slow: a plain request that the gateway answers at once takes " + millis(median),
                                "every event comes later by the way here, and no proxy's configuration helps against it: "
                                        + "look at the line, or put the gateway nearer to its users"));
        found.add(version(last.version()));
        clock(last, median).ifPresent(found::add);
        return new Measured(Duration.ofNanos(median), found);
    }

    private Finding version(HttpClient.Version version) {
        if (version == HttpClient.Version.HTTP_2) {
            return new Well("HTTP version", "HTTP/2");
        }
        String six = "a browser opens six HTTP/1.1 connections to an address, and each stream takes one of them";
        return client.secure()
                ? new Problem(
                        "HTTP version",
                        "HTTP/1.1, though there is TLS",
                        six + ", so that a page with six streams waits for everything else",
                        Remedy.HTTP2.lines())
                : new Note("HTTP version", "HTTP/1.1: " + six + "; HTTP/2 needs TLS");
    }

    /** RFC 9110 §6.6.1: the date has no parts of a second. */
    private static Optional<Finding> clock(Client.Answer answer, long roundTripNanos) {
        try {
            Instant there = ZonedDateTime.parse(answer.header("date"), DateTimeFormatter.RFC_1123_DATE_TIME)
                    .toInstant();
            Instant here = Instant.now().minusNanos(roundTripNanos / 2);
            Duration apart = Duration.between(here, there);
            return Optional.of(skew("clock", "the clock there", apart, SKEW));
        } catch (DateTimeParseException none) {
            return Optional.empty();
        }
    }

    /** What follows from two clocks that are so far apart. */
    static Finding skew(String check, String whose, Duration apart, Duration most) {
        String by = String.format(Locale.ROOT, "%.1f s", Math.abs(apart.toMillis() / 1_000.0));
        return apart.abs().compareTo(most) <= 0
                ? new Well(check, whose + " is right to " + by)
                : new Problem(
                        check,
                        whose + " is " + by + (apart.isNegative() ? " behind" : " ahead of") + " the one here",
                        "tokens end too early or too late, and times in events are wrong",
                        "shell",
                        "timedatectl set-ntp true");
    }

    static String millis(long nanos) {
        return nanos / 1_000_000 + " ms";
    }
}
