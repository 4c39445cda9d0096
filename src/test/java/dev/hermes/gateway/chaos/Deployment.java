package dev.hermes.gateway.chaos;

import dev.hermes.gateway.demo.EmbeddedRedis;
import dev.hermes.gateway.fixture.FreePorts;
import dev.hermes.gateway.fixture.RedisWire;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Gateways, their Redis, and the networks: one for each gateway to Redis, one for all clients to the gateways. */
final class Deployment implements AutoCloseable {

    static final String API_KEY = "the-api-key-of-this-run-0123456789";

    private static final int CLIENT_BUFFER = 8_192;
    private static final int REDIS_BUFFER = 1 << 16;

    /**
     * A gateway and its network to Redis.
     *
     * @param machine null where none can be made
     */
    record Site(
            GatewayProcess gateway,
            FaultyNetwork toRedis,
            @Nullable OwnMachine machine) {

        OwnMachine ownMachine() {
            return Objects.requireNonNull(machine);
        }
    }

    private final EmbeddedRedis redis;
    private final Path redisFolder;
    private final List<Site> sites = new ArrayList<>();
    private final FaultyNetwork clients;

    Deployment(int gateways, Path folder) {
        // Written to disk before it is answered: what Redis forgets of its own accord is no concern of this run.
        redis = FreePorts.redis("appendonly yes", "appendfsync always");
        redisFolder = Path.of(ask("CONFIG", "GET", "dir").lines().toList().get(1));
        Path library = OwnMachine.library(folder);
        for (int number = 1; number <= gateways; number++) {
            FaultyNetwork toRedis = new FaultyNetwork(List.of(redis.port()), REDIS_BUFFER);
            String name = "gateway-" + number;
            OwnMachine machine = library == null ? null : new OwnMachine(library, name);
            GatewayProcess gateway =
                    new GatewayProcess(settings(toRedis.port(), machine), folder.resolve(name + ".log"));
            sites.add(new Site(gateway, toRedis, machine));
            gateway.start();
        }
        clients = new FaultyNetwork(
                sites.stream().map(site -> site.gateway().port()).toList(), CLIENT_BUFFER);
        sites.forEach(site -> site.gateway().awaitReady());
    }

    private static Map<String, String> settings(int redisPort, @Nullable OwnMachine machine) {
        Map<String, String> settings = new HashMap<>();
        settings.put("HERMES_SECRET_KEY", "the-secret-key-of-this-run-0123456789-0123456789");
        settings.put("HERMES_API_KEYS", API_KEY);
        settings.put("HERMES_ENABLE_SSE", "true");
        settings.put("HERMES_SSE_HISTORY", "redis");
        settings.put("HERMES_REDIS_URL", "redis://127.0.0.1:" + redisPort);
        if (machine != null) {
            settings.putAll(machine.environment());
            settings.put("HERMES_REDIS_URL", "redis://" + OwnMachine.REDIS + ":" + redisPort);
        }
        settings.put("HERMES_SSE_HEARTBEAT_INTERVAL", "1");
        settings.put("HERMES_SSE_CONNECTION_TIMEOUT", "60");
        settings.put("HERMES_SSE_STALL_TIMEOUT", "6");
        settings.put("HERMES_DRAIN_TIMEOUT", "5");
        // What is left out on purpose could not be told from what is lost.
        settings.put("HERMES_CONFLATE_AFTER", "0");
        // All clients have one address here, and an emptied Redis makes all their tokens unknown at once.
        settings.put("HERMES_RATE_LIMIT_PER_MINUTE", "1000000");
        return settings;
    }

    List<Site> sites() {
        return sites;
    }

    /** What can be broken here. */
    Set<FaultKind> possible() {
        Set<FaultKind> kinds = EnumSet.allOf(FaultKind.class);
        if (sites.stream().anyMatch(site -> site.machine() == null)) {
            kinds.removeIf(FaultKind::needsOwnMachine);
        }
        return kinds;
    }

    EmbeddedRedis redis() {
        return redis;
    }

    /** Between clients and gateways. */
    FaultyNetwork clients() {
        return clients;
    }

    /** Asks Redis over a connection of its own. */
    String ask(String... words) {
        try (RedisWire wire = new RedisWire(redis.port(), 10_000)) {
            return wire.exchange(words).text();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** Deletes what Redis keeps; while it does not run. */
    void emptyRedis() {
        try (Stream<Path> files = Files.walk(redisFolder)) {
            for (Path file : files.filter(file -> file.getFileName().toString().startsWith("appendonly"))
                    .sorted(Comparator.reverseOrder())
                    .toList()) {
                Files.delete(file);
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    @Override
    public void close() {
        for (Site site : sites) {
            site.gateway().close();
            site.toRedis().close();
        }
        clients.close();
        redis.close();
    }
}
