package dev.hermes.gateway.topology;

import static org.awaitility.Awaitility.await;

import dev.hermes.gateway.demo.EmbeddedRedis;
import dev.hermes.gateway.fixture.FreePorts;
import dev.hermes.gateway.fixture.RedisWire;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A Cluster of three masters; the second, {@link #LOG_NODE}, owns the slot of the log. Where it has a replica, that takes
 * over a second or two after the node has gone.
 */
final class ClusterFleet implements AutoCloseable {

    /** CLUSTER KEYSLOT hermes:events. */
    static final int LOG_SLOT = 10_099;

    static final int LOG_NODE = 1;

    /** The replica of the log's node, where there is one. */
    static final int LOG_REPLICA = 3;

    private static final int MASTERS = 3;
    private static final int SLOTS = 16_384;

    private final List<EmbeddedRedis> nodes = new ArrayList<>();
    private final List<Integer> busPorts = new ArrayList<>();

    static ClusterFleet ofMasters() {
        return new ClusterFleet(MASTERS, 5_000);
    }

    static ClusterFleet withAReplicaOfTheLog() {
        ClusterFleet fleet = new ClusterFleet(MASTERS + 1, 1_500);
        int replica = fleet.port(LOG_REPLICA);
        RedisWire.ask(replica, "CLUSTER", "REPLICATE", fleet.id(LOG_NODE));
        await().atMost(Duration.ofSeconds(60))
                .until(() -> RedisWire.one(fleet.port(LOG_NODE), "INFO", "replication")
                                .contains("state=online")
                        && RedisWire.one(replica, "INFO", "replication").contains("master_link_status:up"));
        return fleet;
    }

    private ClusterFleet(int size, int nodeTimeoutMillis) {
        for (int node = 0; node < size; node++) {
            // Its own choice, the port plus 10,000, may be none.
            int bus = FreePorts.next();
            busPorts.add(bus);
            nodes.add(FreePorts.redis(
                    "cluster-enabled yes",
                    "cluster-port " + bus,
                    "cluster-node-timeout " + nodeTimeoutMillis,
                    "cluster-replica-validity-factor 0",
                    "repl-diskless-sync-delay 0"));
        }
        for (int master = 0; master < MASTERS; master++) {
            RedisWire.ask(
                    port(master),
                    "CLUSTER",
                    "ADDSLOTSRANGE",
                    Integer.toString(SLOTS * master / MASTERS),
                    Integer.toString(SLOTS * (master + 1) / MASTERS - 1));
        }
        for (int node = 1; node < size; node++) {
            RedisWire.ask(
                    port(0),
                    "CLUSTER",
                    "MEET",
                    "127.0.0.1",
                    Integer.toString(port(node)),
                    busPorts.get(node).toString());
        }
        awaitWell();
    }

    /** Until every node knows every other, and all slots are served. */
    void awaitWell() {
        await().atMost(Duration.ofSeconds(60))
                .until(() -> IntStream.range(0, nodes.size()).allMatch(this::isWell));
    }

    private boolean isWell(int node) {
        String info = RedisWire.one(port(node), "CLUSTER", "INFO");
        return info.contains("cluster_state:ok") && info.contains("cluster_known_nodes:" + nodes.size());
    }

    EmbeddedRedis node(int index) {
        return nodes.get(index);
    }

    int port(int index) {
        return nodes.get(index).port();
    }

    int size() {
        return nodes.size();
    }

    /** What a gateway is told of it, with the name and password of an account, or with none. */
    String url(String account) {
        String prefix = "redis://" + (account.isEmpty() ? "" : account + "@") + "127.0.0.1:";
        return prefix + port(0) + "," + prefix + port(1) + "," + prefix + port(2);
    }

    /** Moves the log's slot to another node while it is in use, as {@code redis-cli --cluster reshard} does. */
    void moveLogTo(int target) {
        String slot = Integer.toString(LOG_SLOT);
        RedisWire.ask(port(target), "CLUSTER", "SETSLOT", slot, "IMPORTING", id(LOG_NODE));
        RedisWire.ask(port(LOG_NODE), "CLUSTER", "SETSLOT", slot, "MIGRATING", id(target));
        for (String key : RedisWire.ask(port(LOG_NODE), "CLUSTER", "GETKEYSINSLOT", slot, "100")) {
            RedisWire.ask(port(LOG_NODE), "MIGRATE", "127.0.0.1", Integer.toString(port(target)), key, "0", "5000");
        }
        for (int node : new int[] {target, LOG_NODE, 0}) {
            RedisWire.ask(port(node), "CLUSTER", "SETSLOT", slot, "NODE", id(target));
        }
    }

    /** How many connections subscribe there. */
    long subscribers(int node) {
        return RedisWire.one(port(node), "CLIENT", "LIST", "TYPE", "pubsub")
                .lines()
                .filter(line -> line.contains("id="))
                .count();
    }

    private String id(int node) {
        return RedisWire.one(port(node), "CLUSTER", "MYID");
    }

    @Override
    public void close() {
        nodes.forEach(EmbeddedRedis::close);
    }
}
