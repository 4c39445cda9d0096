package dev.hermes.gateway.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.fixture.HttpCall;
import dev.hermes.gateway.fixture.OutsideProcess;
import dev.hermes.gateway.fixture.RedisWire;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * A gateway, how its clients reach it, and what can be read of it. Any thread.
 *
 * @param name also of its account in Redis
 */
record SoakSite(String name, GatewayProcess gateway, Wire.Server server, int redisPort) implements AutoCloseable {

    /** The one figure that is not of {@code /metrics}. */
    static final String REDIS_CONNECTIONS = "redis_connections";

    private static final String GAUGE = " gauge";
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** Every gauge of {@code /metrics}, and its connections at Redis; without those while Redis does not answer. */
    Map<String, Double> figures() {
        Map<String, Double> figures = new TreeMap<>();
        Set<String> gauges = new HashSet<>();
        for (String line : management("GET", "/metrics", "").split("\n", -1)) {
            int space = line.lastIndexOf(' ');
            if (line.startsWith("# TYPE ") && line.endsWith(GAUGE)) {
                gauges.add(line.substring("# TYPE ".length(), line.length() - GAUGE.length()));
            } else if (!line.startsWith("#") && gauges.contains(line.split("[{ ]", 2)[0])) {
                figures.put(line.substring(0, space), Double.parseDouble(line.substring(space + 1)));
            }
        }
        try (RedisWire redis = new RedisWire(redisPort)) {
            figures.put(REDIS_CONNECTIONS, (double) redis.exchange("CLIENT", "LIST")
                    .text()
                    .lines()
                    .filter(client -> client.contains(" user=" + name + " "))
                    .count());
        } catch (IOException away) {
            // One of the faults.
        }
        return figures;
    }

    double figure(String name) {
        return figures().getOrDefault(name, Double.NaN);
    }

    /** Has all that nobody refers to cleared away, and with it what malloc keeps for the next who ask. */
    void collect() {
        assertThat(told("GC.run")).isZero();
        // Only with glibc, and not in every JDK 17; elsewhere all stays as it was.
        told("System.trim_native_heap");
    }

    private int told(String command) {
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                Long.toString(gateway.pid()),
                command);
        try (OutsideProcess jcmd = OutsideProcess.start(builder)) {
            return jcmd.awaitExit(PATIENCE);
        }
    }

    /** What the management port answers. */
    String management(String method, String path, String body) {
        return HttpCall.withJson(gateway.managementPort(), method, path, body, "Bearer " + Deployment.API_KEY)
                .body();
    }

    @Override
    public void close() {
        gateway.close();
    }
}
