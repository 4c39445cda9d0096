package dev.hermes.gateway.topology;

import static org.awaitility.Awaitility.await;

import dev.hermes.gateway.demo.EmbeddedRedis;
import dev.hermes.gateway.fixture.FreePorts;
import dev.hermes.gateway.fixture.RedisWire;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A master, two replicas and three Sentinels that know each other. */
final class SentinelFleet implements AutoCloseable {

    static final String MASTER = "hermes-master";

    private static final String SYNC_AT_ONCE = "repl-diskless-sync-delay 0";

    private final List<EmbeddedRedis> servers = new ArrayList<>();
    private final List<SentinelProcess> sentinels = new ArrayList<>();

    SentinelFleet() {
        EmbeddedRedis first = FreePorts.redis(SYNC_AT_ONCE);
        servers.add(first);
        for (int replica = 0; replica < 2; replica++) {
            servers.add(FreePorts.redis(SYNC_AT_ONCE, "replicaof 127.0.0.1 " + first.port()));
        }
        await().atMost(Duration.ofSeconds(60))
                .until(() -> RedisWire.one(first.port(), "INFO", "replication")
                                .lines()
                                .filter(line -> line.contains("state=online"))
                                .count()
                        == 2);
        for (int sentinel = 0; sentinel < 3; sentinel++) {
            sentinels.add(new SentinelProcess(MASTER, first.port()));
        }
        await().atMost(Duration.ofSeconds(60))
                .ignoreException(AssertionError.class)
                .until(() -> sentinels.stream().allMatch(SentinelFleet::knowsAll));
    }

    private static boolean knowsAll(SentinelProcess sentinel) {
        List<String> words = RedisWire.ask(sentinel.port(), "SENTINEL", "MASTER", MASTER);
        Map<String, String> said = IntStream.range(0, words.size() / 2)
                .boxed()
                .collect(Collectors.toMap(place -> words.get(2 * place), place -> words.get(2 * place + 1)));
        return "2".equals(said.get("num-slaves")) && "2".equals(said.get("num-other-sentinels"));
    }

    /** What a gateway is told of it. */
    String url() {
        return sentinels.stream()
                .map(sentinel -> "redis://127.0.0.1:" + sentinel.port())
                .collect(Collectors.joining(","));
    }

    /** The one that began as master. */
    EmbeddedRedis firstMaster() {
        return servers.get(0);
    }

    /** Where the Sentinels say the master is, for a producer that asks anew each time; negative if they do not. */
    int masterPort() {
        try (RedisWire sentinel = new RedisWire(sentinels.get(0).port())) {
            return Integer.parseInt(
                    sentinel.send("SENTINEL", "GET-MASTER-ADDR-BY-NAME", MASTER).get(1));
        } catch (IOException | IndexOutOfBoundsException unknown) {
            return -1;
        }
    }

    /** Asks for a failover while everything is well. */
    void failOver() {
        // Right after its start it may not have heard yet that there is a good replica.
        await().untilAsserted(() -> RedisWire.ask(sentinels.get(0).port(), "SENTINEL", "FAILOVER", MASTER));
    }

    @Override
    public void close() {
        sentinels.forEach(SentinelProcess::close);
        servers.forEach(EmbeddedRedis::close);
    }
}
