package dev.hermes.gateway.redis;

import dev.hermes.gateway.config.Settings;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Describes on one line for people where Redis is and why it cannot be reached, without any password. */
final class FailureText {

    /** The client reports both in the same way, since it closes a silent connection. */
    static final String CLOSED = "closed, or silent for " + ClientOptions.SILENCE_LIMIT_SECONDS + " s";

    private static final String CLOSED_FOR_THE_CLIENT = "CONNECTION_CLOSED";
    private static final int MAX_CAUSES = 5;
    private static final int MAX_LENGTH = 300;
    private static final int DEFAULT_PORT = 6379;
    private static final String QUERY_PASSWORD = "password=";

    private final String address;
    private final List<String> secrets;

    FailureText(Settings.Redis settings) {
        List<URI> uris = settings.nodes().stream().map(ClientOptions::uri).toList();
        this.address = uris.stream().map(FailureText::hostAndPort).collect(Collectors.joining(","));
        // Neither the client nor Redis is known to quote secrets in errors; this removes them if they ever do.
        this.secrets = Stream.concat(
                        settings.nodes().stream().map(Settings.Secret::reveal),
                        uris.stream().flatMap(FailureText::passwords))
                .filter(secret -> !secret.isEmpty())
                .toList();
    }

    /** {@code host:port} of each node, separated by commas. */
    String address() {
        return address;
    }

    /** The message of the failure, with those of its causes that add something. */
    String of(Throwable failure) {
        StringBuilder text = new StringBuilder();
        Throwable link = failure;
        for (int depth = 0; link != null && depth < MAX_CAUSES; depth++, link = link.getCause()) {
            String message = link.getMessage() == null ? link.getClass().getSimpleName() : link.getMessage();
            if (text.indexOf(message) < 0) {
                text.append(text.isEmpty() ? "" : ": ").append(message);
            }
        }
        return of(text.toString());
    }

    String of(String text) {
        String line = text.replace(CLOSED_FOR_THE_CLIENT, "the connection was " + CLOSED);
        for (String secret : secrets) {
            line = line.replace(secret, "***");
        }
        line = line.replaceAll("\\s+", " ");
        return line.length() <= MAX_LENGTH ? line : line.substring(0, MAX_LENGTH) + "…";
    }

    private static String hostAndPort(URI uri) {
        if (uri.getHost() == null) {
            return uri.getPath();
        }
        return uri.getHost() + ":" + (uri.getPort() < 0 ? DEFAULT_PORT : uri.getPort());
    }

    /** The passwords in a URL, both as written and decoded; user names are not secret. */
    private static Stream<String> passwords(URI uri) {
        String userInfo = uri.getRawUserInfo() == null ? "" : uri.getRawUserInfo();
        String query = uri.getRawQuery() == null ? "" : uri.getRawQuery();
        int colon = userInfo.indexOf(':');
        return Stream.concat(
                        colon < 0 ? Stream.empty() : Stream.of(userInfo.substring(colon + 1)),
                        Stream.of(query.split("&"))
                                .filter(word -> word.startsWith(QUERY_PASSWORD))
                                .map(word -> word.substring(QUERY_PASSWORD.length())))
                .flatMap(raw -> Stream.of(raw, URLDecoder.decode(raw, StandardCharsets.UTF_8)));
    }
}
