package dev.hermes.gateway.config;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where Redis is.
 *
 * @param nodes {@code HERMES_REDIS_URL}: one URL, or several for Sentinel and Cluster; empty for {@code none}, a gateway
 *     without Redis. They may carry a password: never log them, log {@link #toString()}
 * @param database {@code HERMES_REDIS_DB}
 * @param sentinelMaster {@code HERMES_REDIS_SENTINEL_MASTER}, the nodes are Sentinels then
 * @param cluster {@code HERMES_REDIS_CLUSTER}, the nodes are a Cluster's then
 * @param caFile {@code HERMES_REDIS_CA_FILE}, PEM, for {@code rediss://} with a private CA
 */
public record RedisSettings(
        List<Secret> nodes,
        int database,
        @Nullable String sentinelMaster,
        boolean cluster,
        @Nullable Path caFile) {

    /** Whether there is a Redis at all. */
    public boolean present() {
        return !nodes.isEmpty();
    }
}
