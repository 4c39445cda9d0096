package dev.hermes.gateway.redis;

import dev.hermes.gateway.config.Settings;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.redis.client.RedisClientType;
import io.vertx.redis.client.RedisOptions;
import io.vertx.redis.client.RedisReplicas;
import io.vertx.redis.client.RedisRole;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Converts settings to options of the Redis client. Without state. */
final class ClientOptions {

    /**
     * How long a connection may be silent before it is closed. Longer than the limit of the canary, which finds most
     * silent peers: an event loop that was busy for seconds must not take its peers for silent.
     */
    static final int SILENCE_LIMIT_SECONDS = 6;

    static final int CONNECT_LIMIT_MILLIS = 3_000;

    /** Commands in flight on one connection; a further one fails. */
    static final int MAX_IN_FLIGHT = 16_384;

    private static final int MAX_CONNECTIONS = 16;
    private static final String TLS_SCHEME = "rediss";

    private ClientOptions() {}

    /**
     * Options for all nodes of the settings.
     *
     * @param attempt the number of failed attempts so far. The client asks the nodes one after the other, so a
     *     different node must come first in each attempt, or a silent one would use up the time of every attempt
     */
    static RedisOptions of(Settings.Redis settings, int attempt) {
        List<String> endpoints = new ArrayList<>(
                settings.nodes().stream().map(node -> endpoint(settings, node)).toList());
        Collections.rotate(endpoints, -(attempt % endpoints.size()));
        RedisOptions options = common(settings).setType(type(settings)).setEndpoints(endpoints);
        String master = settings.sentinelMaster();
        if (master != null) {
            options.setMasterName(master).setRole(RedisRole.MASTER).setAutoFailover(false);
        }
        return options;
    }

    /** Options for one node, with the credentials and the transport of the first node in the settings. */
    static RedisOptions ofNode(Settings.Redis settings, String host, int port) {
        URI first = uri(settings.nodes().get(0));
        String credentials = first.getRawUserInfo() == null ? "" : first.getRawUserInfo() + "@";
        String literal = host.contains(":") ? "[" + host + "]" : host;
        return common(settings)
                .setType(RedisClientType.STANDALONE)
                .setEndpoints(List.of(first.getScheme() + "://" + credentials + literal + ":" + port));
    }

    /** Options for a single Redis at one of the addresses of its host. */
    static RedisOptions ofAddress(Settings.Redis settings, InetAddress address) {
        URI uri = uri(new Settings.Secret(endpoint(settings, settings.nodes().get(0))));
        String credentials = uri.getRawUserInfo() == null ? "" : uri.getRawUserInfo() + "@";
        String literal =
                address instanceof Inet6Address ? "[" + address.getHostAddress() + "]" : address.getHostAddress();
        String port = uri.getPort() < 0 ? "" : ":" + uri.getPort();
        String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
        return common(settings)
                .setType(RedisClientType.STANDALONE)
                .setEndpoints(
                        List.of(uri.getScheme() + "://" + credentials + literal + port + uri.getRawPath() + query));
    }

    /**
     * The host whose addresses may be tried one after the other; null where a Cluster, Sentinels or TLS decide the
     * address.
     */
    static @Nullable String host(Settings.Redis settings) {
        URI uri = uri(settings.nodes().get(0));
        boolean chosen = settings.nodes().size() > 1 || type(settings) != RedisClientType.STANDALONE;
        // With TLS the certificate is issued for the name.
        return chosen || TLS_SCHEME.equals(uri.getScheme()) ? null : uri.getHost();
    }

    static URI uri(Settings.Secret node) {
        try {
            return new URI(node.reveal());
        } catch (URISyntaxException e) {
            // Without its cause, which quotes the URL and so the password.
            throw new IllegalArgumentException("HERMES_REDIS_URL is not a URL: " + e.getReason());
        }
    }

    private static RedisOptions common(Settings.Redis settings) {
        // A connection is never handed back to be used again, so the pool has nothing to recycle or clean.
        return new RedisOptions()
                .setNetClientOptions(transport(settings))
                .setMaxWaitingHandlers(MAX_IN_FLIGHT)
                .setMaxPoolSize(MAX_CONNECTIONS)
                .setMaxPoolWaiting(MAX_CONNECTIONS)
                .setPoolCleanerInterval(-1)
                .setPoolRecycleTimeout(-1)
                .setUseReplicas(RedisReplicas.NEVER);
    }

    private static NetClientOptions transport(Settings.Redis settings) {
        NetClientOptions transport = new NetClientOptions()
                .setConnectTimeout(CONNECT_LIMIT_MILLIS)
                .setReadIdleTimeout(SILENCE_LIMIT_SECONDS)
                .setTcpKeepAlive(true);
        if (settings.nodes().stream()
                .anyMatch(node -> TLS_SCHEME.equals(uri(node).getScheme()))) {
            transport.setSsl(true).setHostnameVerificationAlgorithm("HTTPS");
            Path caFile = settings.caFile();
            if (caFile != null) {
                transport.setTrustOptions(new PemTrustOptions().addCertPath(caFile.toString()));
            }
        }
        return transport;
    }

    private static RedisClientType type(Settings.Redis settings) {
        if (settings.cluster()) {
            return RedisClientType.CLUSTER;
        }
        return settings.sentinelMaster() == null ? RedisClientType.STANDALONE : RedisClientType.SENTINEL;
    }

    /** The node's URL with the database of the settings; if these set none, a database in the URL's path stays. */
    private static String endpoint(Settings.Redis settings, Settings.Secret node) {
        if (settings.cluster() || settings.database() == 0) {
            return node.reveal();
        }
        URI uri = uri(node);
        String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
        return uri.getScheme() + "://" + uri.getRawAuthority() + "/" + settings.database() + query;
    }
}
