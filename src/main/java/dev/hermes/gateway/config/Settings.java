package dev.hermes.gateway.config;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * All settings an operator can make, validated and immutable. Created by {@link SettingsLoader}; durations and counts
 * are as configured, never clamped.
 *
 * @param sseEnabled {@code HERMES_ENABLE_SSE} at the start; the only setting that may change while running, see
 *     {@link SseFlag}
 * @param drainTimeout {@code HERMES_DRAIN_TIMEOUT}: the longest time from the signal to the end of the last stream
 * @param eventLoopLimit {@code HERMES_EVENT_LOOP_LIMIT}: how long a task may block an event loop before a line is
 *     logged
 * @param warmUp {@code HERMES_WARM_UP}: how long the process serves itself before its ports open; zero for not at all
 */
public record Settings(
        boolean sseEnabled,
        Streams streams,
        History history,
        Redis redis,
        Security security,
        Http http,
        Management management,
        Logging logging,
        Browser browser,
        Duration drainTimeout,
        Duration eventLoopLimit,
        Overload overload,
        Duration warmUp,
        Catalogue catalogue) {

    /**
     * From where on new streams are turned away; 0 for never.
     *
     * @param loopLag {@code HERMES_OVERLOAD_LOOP_LAG}
     * @param heapPercent {@code HERMES_OVERLOAD_HEAP}
     * @param descriptorPercent {@code HERMES_OVERLOAD_DESCRIPTORS}
     */
    public record Overload(Duration loopLag, int heapPercent, int descriptorPercent) {}

    /**
     * Settings for credentials and trusted proxies.
     *
     * @param secretKey {@code HERMES_SECRET_KEY}; in production the gateway does not start without it, an embedded
     *     gateway then accepts no JWT
     * @param algorithm {@code HERMES_ALGORITHM}: HS256, HS384 or HS512
     * @param apiKeys {@code HERMES_API_KEYS}
     * @param failedCredentialsPerMinute {@code HERMES_RATE_LIMIT_PER_MINUTE}, per address
     * @param trustedProxies {@code HERMES_TRUSTED_PROXIES}
     * @param identityUrl {@code HERMES_IDENTITY_URL}, or null: Hermes is not asked about its credentials
     */
    public record Security(
            @Nullable Secret secretKey,
            String algorithm,
            List<Secret> apiKeys,
            int failedCredentialsPerMinute,
            List<AddressBlock> trustedProxies,
            @Nullable URI identityUrl) {}

    /**
     * Settings of the public port.
     *
     * @param host {@code HERMES_HOST}
     * @param port {@code API_PORT}, 0 for any free one
     * @param allowedOrigins {@code HERMES_ALLOWED_ORIGINS}, exact strings
     * @param allowCredentials {@code HERMES_ALLOW_CREDENTIALS}
     * @param tls {@code HERMES_TLS_CERTIFICATE} and {@code HERMES_TLS_KEY}, both or neither
     * @param sockets options of the port's sockets
     */
    public record Http(
            String host,
            int port,
            Set<String> allowedOrigins,
            boolean allowCredentials,
            @Nullable Tls tls,
            Sockets sockets) {

        /** PEM files. */
        public record Tls(Path certificate, Path key) {}

        /**
         * Options of the port's sockets; 0 leaves the value to the kernel.
         *
         * @param acceptBacklog {@code HERMES_ACCEPT_BACKLOG}
         * @param sendBufferBytes {@code HERMES_SEND_BUFFER}
         */
        public record Sockets(int acceptBacklog, int sendBufferBytes) {}
    }

    /**
     * Settings of Redis.
     *
     * @param nodes {@code HERMES_REDIS_URL}: one URL, or several for Sentinel and Cluster; empty for {@code none}, a
     *     gateway without Redis. They may contain a password: never log them, log {@link #toString()}
     * @param database {@code HERMES_REDIS_DB}
     * @param sentinelMaster {@code HERMES_REDIS_SENTINEL_MASTER}; if set, the nodes are Sentinels
     * @param cluster {@code HERMES_REDIS_CLUSTER}; if true, the nodes belong to a Cluster
     * @param caFile {@code HERMES_REDIS_CA_FILE}, PEM, for {@code rediss://} with a private CA
     */
    public record Redis(
            List<Secret> nodes,
            int database,
            @Nullable String sentinelMaster,
            boolean cluster,
            @Nullable Path caFile) {

        /** Whether the gateway uses a Redis. */
        public boolean present() {
            return !nodes.isEmpty();
        }
    }

    /**
     * What pages get from {@code /config.js}, and whether the gateway serves a page of its own.
     *
     * @param sseEnabled {@code VITE_SSE_ENABLED}
     * @param apiBaseUrl {@code VITE_API_BASE_URL}
     * @param ownPage {@code HERMES_PAGE}: whether there is a page at {@code /}
     */
    public record Browser(boolean sseEnabled, String apiBaseUrl, boolean ownPage) {}

    /**
     * Settings of the management port.
     *
     * @param host {@code HERMES_MANAGEMENT_HOST}
     * @param port {@code HERMES_MANAGEMENT_PORT}, 0 for any free one
     */
    public record Management(String host, int port) {}

    /**
     * Settings of the log.
     *
     * @param level {@code HERMES_LOG_LEVEL}; {@code HERMES_DEBUG=true} makes it {@link Level#DEBUG}
     * @param format {@code HERMES_LOG_FORMAT}
     */
    public record Logging(Level level, Format format) {

        public enum Level {
            TRACE,
            DEBUG,
            INFO,
            WARN,
            ERROR
        }

        public enum Format {
            TEXT,
            JSON
        }
    }

    /**
     * Limits and intervals of the streams of this process.
     *
     * @param heartbeatInterval {@code HERMES_SSE_HEARTBEAT_INTERVAL}, at least one second
     * @param maxConnections {@code HERMES_SSE_MAX_CONNECTIONS}, streams and waiting polls of the whole process
     * @param shares how many of them one client may have
     * @param connectionTimeout {@code HERMES_SSE_CONNECTION_TIMEOUT}, the longest life of a stream, zero for no limit
     * @param stallTimeout {@code HERMES_SSE_STALL_TIMEOUT}, how long a client may accept no byte
     * @param conflateAfter {@code HERMES_CONFLATE_AFTER}, how many matching events a stream may be behind before
     *     superseded ones are left out, 0 for never
     */
    public record Streams(
            Duration heartbeatInterval,
            int maxConnections,
            Shares shares,
            Duration connectionTimeout,
            Duration stallTimeout,
            int conflateAfter) {

        /**
         * How many streams and waiting polls one client may have at once; 0 for no limit.
         *
         * @param perAddress {@code HERMES_SSE_MAX_CONNECTIONS_PER_ADDRESS}
         * @param perUser {@code HERMES_SSE_MAX_CONNECTIONS_PER_USER}
         * @param perToken {@code HERMES_SSE_MAX_CONNECTIONS_PER_TOKEN}
         */
        public record Shares(int perAddress, int perUser, int perToken) {

            public static final Shares UNLIMITED = new Shares(0, 0, 0);
        }
    }

    /**
     * How far back a cursor can reach.
     *
     * @param store {@code HERMES_SSE_HISTORY}
     * @param maxEvents {@code HERMES_HISTORY_MAX_EVENTS}, at least 1
     * @param maxAge {@code HERMES_HISTORY_MAX_AGE}, at least one second
     * @param maxBytes {@code HERMES_HISTORY_MAX_BYTES}, at least 1
     * @param maxEventBytes {@code HERMES_MAX_EVENT_BYTES}, at least 1: the limit of one event, and of the body of
     *     {@code POST /publish}
     */
    public record History(Store store, int maxEvents, Duration maxAge, long maxBytes, int maxEventBytes) {

        /** Where the log is kept. */
        public enum Store {
            /** In Redis: durable, shared by all gateways. */
            REDIS,
            /** In this process: lost when it ends. */
            MEMORY
        }
    }

    /**
     * A value that must never be printed: {@link #toString()} hides it, {@link #reveal()} returns it where it is needed.
     */
    public record Secret(String reveal) {

        @Override
        public String toString() {
            return "***";
        }
    }
}
