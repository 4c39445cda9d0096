package dev.hermes.gateway.config;

import java.util.Arrays;
import java.util.Comparator;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * All settings. The name of a constant is the name of the setting. {@code --help}, {@code conf/gateway.properties},
 * the check for unknown names and the messages are all derived from here.
 */
public enum Setting {
    HERMES_ENABLE_SSE(
            ValueType.FLAG,
            "false",
            "Whether streams are served; in a watched file a change takes effect without a restart."),
    HERMES_SSE_HEARTBEAT_INTERVAL(ValueType.DURATION, "30", "Time between two heartbeats of a stream."),
    HERMES_SSE_MAX_CONNECTIONS(ValueType.COUNT, "1000", "Streams and waiting polls that this process serves at once."),
    HERMES_SSE_MAX_CONNECTIONS_PER_ADDRESS(
            ValueType.COUNT_OR_NONE, "0", "Streams and waiting polls of one client address at once; 0 is no limit."),
    HERMES_SSE_MAX_CONNECTIONS_PER_USER(
            ValueType.COUNT_OR_NONE,
            "0",
            "Streams and waiting polls of one user at once, whatever the credential; 0 is no limit."),
    HERMES_SSE_MAX_CONNECTIONS_PER_TOKEN(
            ValueType.COUNT_OR_NONE, "0", "Streams and waiting polls of one SSE token at once; 0 is no limit."),
    HERMES_TRUSTED_PROXIES(
            ValueType.LIST,
            "loopback",
            "none, or a list of loopback, IP addresses and CIDR blocks such as 10.0.0.0/8 or fd00::/8, "
                    + ValueType.LIST.allowed,
            "Peers whose X-Forwarded-For is believed."),
    HERMES_SSE_CONNECTION_TIMEOUT(
            ValueType.DURATION_OR_NONE, "900", "Longest life of one stream, give or take 10 %; the client resumes."),
    HERMES_SSE_STALL_TIMEOUT(
            ValueType.DURATION, "60", "How long a client may accept no byte before its stream is ended."),
    HERMES_CONFLATE_AFTER(
            ValueType.COUNT_OR_NONE,
            "1000",
            "Matching events a stream may be behind before superseded ones are left out; 0 is never."),
    HERMES_REDIS_URL(
            ValueType.LIST,
            "redis://localhost:6379",
            "none, or redis:// or rediss:// with host, optional user, password, port and database;"
                    + " several nodes, with Sentinel or Cluster only and all with the same scheme, "
                    + ValueType.LIST.allowed,
            "Where Redis is; none is a gateway without Redis."),
    HERMES_REDIS_DB(
            ValueType.COUNT_OR_NONE,
            "0",
            "a whole number from 0 to 2147483647, the same as in HERMES_REDIS_URL if that names one, 0 in a Cluster",
            "The number of the Redis database."),
    HERMES_REDIS_SENTINEL_MASTER(
            ValueType.TEXT,
            null,
            "the master's name, without spaces, and not together with HERMES_REDIS_CLUSTER=true",
            "The name of the master; the nodes are Sentinels then."),
    HERMES_REDIS_CLUSTER(ValueType.FLAG, "false", "Whether the nodes are those of a Redis Cluster."),
    HERMES_REDIS_CA_FILE(
            ValueType.FILE, null, "PEM file of the authority that signed the certificate of a rediss:// node."),
    HERMES_SSE_HISTORY(
            ValueType.TEXT,
            "redis",
            "redis or memory",
            "Where the log of events lives: redis is durable and shared by all gateways, memory is this process and gone"
                    + " with it (always so without Redis)."),
    HERMES_HISTORY_MAX_EVENTS(ValueType.COUNT, "100000", "Events the log keeps."),
    HERMES_HISTORY_MAX_AGE(ValueType.DURATION, "3600", "How long the log keeps an event."),
    HERMES_HISTORY_MAX_BYTES(ValueType.BYTES, "64MiB", "Bytes of events the log keeps."),
    HERMES_MAX_EVENT_BYTES(
            ValueType.BYTES,
            "4MiB",
            "a number of bytes from 1 to 32505856 (31MiB: Redis cuts off whoever 32MiB wait for), or with a unit:"
                    + " 512KiB, 4MiB",
            "Largest event, and largest body of POST /publish."),
    HERMES_SECRET_KEY(
            ValueType.SECRET,
            null,
            "the secret that Hermes signs its JWTs with; without one the gateway does not start",
            "The secret that JWTs are signed with."),
    HERMES_ALGORITHM(ValueType.TEXT, "HS256", "HS256, HS384 or HS512", "The one algorithm that JWTs are signed with."),
    HERMES_API_KEYS(
            ValueType.SECRET_LIST,
            null,
            "keys of visible ASCII characters, none empty, none in quotes, " + ValueType.LIST.allowed,
            "Keys that may publish, and see every channel."),
    HERMES_IDENTITY_URL(
            ValueType.TEXT,
            null,
            "a URL that begins with http:// or https://, without user and fragment, such as"
                    + " http://hermes:8000/api/v1/auth/me",
            "Where Hermes says whether it still accepts a JWT, or an API key of its own; asked with the caller's own"
                    + " Authorization, an answer is kept for 10 s."),
    HERMES_ALLOWED_ORIGINS(
            ValueType.LIST,
            "http://localhost:3000,http://localhost:5173",
            "origins as browsers send them, such as https://app.example:8443 (lower case, no path), "
                    + ValueType.LIST.allowed + " ([] for none); or * alone if HERMES_ALLOW_CREDENTIALS=false",
            "Origins of other hosts whose pages may read answers."),
    HERMES_ALLOW_CREDENTIALS(ValueType.FLAG, "true", "Whether pages of those origins may send credentials."),
    HERMES_RATE_LIMIT_PER_MINUTE(ValueType.COUNT, "60", "Failed credentials of one client address in a minute."),
    HERMES_DEBUG(ValueType.FLAG, "false", "Whether the log shows debug lines, whatever HERMES_LOG_LEVEL says."),
    HERMES_LOG_LEVEL(ValueType.TEXT, "info", "trace, debug, info, warn or error", "What is logged."),
    HERMES_LOG_FORMAT(ValueType.TEXT, "text", "text or json", "How it is logged."),
    HERMES_HOST(ValueType.TEXT, "0.0.0.0", "an IP address or a host name", "The address the public port listens on."),
    API_PORT(ValueType.PORT, "8000", "The public port."),
    HERMES_MANAGEMENT_PORT(
            ValueType.PORT,
            "9000",
            "a port from 1 to 65535 other than API_PORT, or 0 for any free one",
            "The operator's port: health and metrics."),
    HERMES_MANAGEMENT_HOST(
            ValueType.TEXT, "127.0.0.1", "an IP address or a host name", "The address the operator's port listens on."),
    HERMES_DRAIN_TIMEOUT(
            ValueType.DURATION, "15", "Longest time from the signal to stop until the last stream has ended."),
    HERMES_TLS_CERTIFICATE(
            ValueType.FILE,
            null,
            "a readable file, together with HERMES_TLS_KEY",
            "PEM file of the certificate chain of the public port."),
    HERMES_TLS_KEY(
            ValueType.FILE,
            null,
            "a readable file, together with HERMES_TLS_CERTIFICATE",
            "PEM file of its private key."),
    HERMES_ACCEPT_BACKLOG(
            ValueType.COUNT_OR_NONE,
            "0",
            "Connections that may wait to be accepted; 0, and at most, what the kernel allows (net.core.somaxconn)."),
    HERMES_SEND_BUFFER(
            ValueType.COUNT_OR_NONE,
            "0",
            "Bytes on their way to one client that the kernel holds at most; 0 leaves it to the kernel (net.ipv4.tcp_wmem)."),
    HERMES_EVENT_LOOP_LIMIT(
            ValueType.COUNT, "2000", "Milliseconds a task may hold an event loop before that is logged."),
    HERMES_OVERLOAD_LOOP_LAG(
            ValueType.COUNT_OR_NONE,
            "1000",
            "Milliseconds by which an event loop may be late; if it is so again and again for 15 times as long, new"
                    + " streams are turned away; 0 is never."),
    HERMES_OVERLOAD_HEAP(
            ValueType.PERCENT,
            "85",
            "Percent of the heap in use after a collection from which new streams are turned away; 0 is never."),
    HERMES_OVERLOAD_DESCRIPTORS(
            ValueType.PERCENT,
            "95",
            "Percent of the descriptors that ulimit -n leaves to clients, those of other files included, in use from"
                    + " which new streams are turned away; 0 is never."),
    HERMES_WARM_UP(
            ValueType.COUNT_OR_NONE,
            "1000",
            "Milliseconds for which the process serves itself before its ports open, so that its first clients find it"
                    + " compiled; 0 is not at all."),
    VITE_SSE_ENABLED(ValueType.FLAG, "false", "Whether the page uses streams, as /hermes-events-config.js tells it."),
    VITE_API_BASE_URL(
            ValueType.TEXT,
            "/api/v1",
            "a path that begins with / or a URL that begins with http:// or https://",
            "Where the page finds the API, as /hermes-events-config.js tells it."),
    HERMES_PAGE(
            ValueType.FLAG,
            "false",
            "Whether the public port shows, at /, a page to watch events on; it asks for a token and shows nothing without.");

    private static final Map<String, Setting> BY_NAME =
            Arrays.stream(values()).collect(Collectors.toUnmodifiableMap(Setting::name, Function.identity()));

    /** So many letters for each that is wrong; with fewer, HERMES_PORT, which is Hermes' own, would be a HERMES_HOST. */
    private static final int LETTERS_A_SLIP = 8;

    final ValueType kind;
    final @Nullable String defaultValue;
    final String allowed;
    final String meaning;

    Setting(ValueType kind, @Nullable String defaultValue, String meaning) {
        this(kind, defaultValue, kind.allowed, meaning);
    }

    Setting(ValueType kind, @Nullable String defaultValue, String allowed, String meaning) {
        this.kind = kind;
        this.defaultValue = defaultValue;
        this.allowed = allowed;
        this.meaning = meaning;
    }

    /** The setting with exactly this name, or null. */
    static @Nullable Setting named(String name) {
        return BY_NAME.get(name);
    }

    /** The name that somebody may have meant who wrote this one, or null if none is near. */
    static @Nullable String nearest(String written) {
        return BY_NAME.keySet().stream()
                .min(Comparator.comparingInt((String name) -> distance(name, written))
                        .thenComparing(Comparator.naturalOrder()))
                .filter(name -> distance(name, written) * LETTERS_A_SLIP <= written.length())
                .orElse(null);
    }

    /** How many characters to change, add or leave out (Levenshtein). */
    private static int distance(String one, String other) {
        int[] before = IntStream.rangeClosed(0, other.length()).toArray();
        for (int row = 1; row <= one.length(); row++) {
            int[] now = new int[other.length() + 1];
            now[0] = row;
            for (int column = 1; column <= other.length(); column++) {
                int changed = before[column - 1] + (one.charAt(row - 1) == other.charAt(column - 1) ? 0 : 1);
                now[column] = Math.min(changed, 1 + Math.min(before[column], now[column - 1]));
            }
            before = now;
        }
        return before[other.length()];
    }

    Description description() {
        return new Description(name(), defaultValue, allowed, meaning);
    }

    /** The value in the form in which a message may show it. */
    String shown(String value) {
        if (kind.secret()) {
            return "***";
        }
        return switch (this) {
            case HERMES_REDIS_URL -> RedisReader.RedisUrl.redact(value);
            // Whoever writes a user writes a password too.
            case HERMES_IDENTITY_URL -> value.indexOf('@') < 0 ? value : "***";
            default -> value;
        };
    }

    /**
     * One setting as {@code --help} and the documentation show it.
     *
     * @param name the name in the environment, in {@code gateway.properties} and in a deployment's configuration
     * @param defaultValue as it would be written, or null if there is none
     * @param allowed the values that may be written
     * @param meaning one sentence
     */
    public record Description(String name, @Nullable String defaultValue, String allowed, String meaning) {}

    /** The types of values, each with a sentence that tells an operator what may be written. */
    enum ValueType {
        FLAG("true or false, also written yes, on, 1 or no, off, 0"),
        DURATION("whole seconds from 1 to 1000000000, or with a unit: 30s, 5m, 1h"),
        DURATION_OR_NONE("0 for none, whole seconds up to 1000000000, or with a unit: 30s, 5m, 1h"),
        COUNT("a whole number from 1 to 2147483647"),
        COUNT_OR_NONE("a whole number from 0 to 2147483647"),
        PERCENT("a whole number from 0 to 100"),
        BYTES("a number of bytes, at least 1, or with a unit: 512KiB, 64MiB, 1GiB"),
        PORT("a port from 1 to 65535, or 0 for any free one"),
        FILE("a readable file"),
        TEXT("text"),
        LIST("separated by commas or spaces or as a JSON array"),
        SECRET("text"),
        SECRET_LIST("separated by commas or spaces or as a JSON array");

        final String allowed;

        ValueType(String allowed) {
            this.allowed = allowed;
        }

        boolean list() {
            return this == LIST || this == SECRET_LIST;
        }

        boolean secret() {
            return this == SECRET || this == SECRET_LIST;
        }
    }
}
