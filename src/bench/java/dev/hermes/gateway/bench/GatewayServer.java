package dev.hermes.gateway.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.fixture.OutsideProcess;
import dev.hermes.gateway.fixture.RunningGateway;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** The gateway from the built jar, with the flags it is delivered with. */
final class GatewayServer implements Server {

    /** Longest time in milliseconds that a task may take on an event loop before the gateway warns. */
    static final String LOOP_LIMIT_SETTING = "HERMES_EVENT_LOOP_LIMIT";

    static final String LOOP_LIMIT_MILLIS = "20";

    /** Looks for tasks over the limit, which takes as much of an idle gateway's time as anything. */
    static final Map<String, String> WATCHED = Map.of(LOOP_LIMIT_SETTING, LOOP_LIMIT_MILLIS);

    static final String NAME = "gateway";
    static final String EVENTS = "/api/v1/events";

    private static final String JAR = "target/hermes-gateway.jar";

    private final OutsideProcess process;
    private final int port;
    private final int managementPort;
    private final boolean watched;
    private int linesBefore;

    private GatewayServer(OutsideProcess process, boolean watched) {
        this.process = process;
        this.watched = watched;
        this.port =
                Integer.parseInt(process.await("gateway started port=(\\d+)").group(1));
        this.managementPort = Integer.parseInt(
                process.await("gateway started .*management_port=(\\d+)").group(1));
    }

    /**
     * @param more settings, after all others
     * @param flags of the JVM, after all others
     */
    static GatewayServer start(BenchSettings settings, RedisServer redis, Map<String, String> more, String... flags) {
        assertThat(Path.of(JAR)).as("made by mvn package").exists();
        List<String> command = new ArrayList<>();
        command.add(settings.java().toString());
        command.add("@conf/jvm.options");
        command.add(HeldUp.PAUSES_FLAG);
        command.addAll(settings.jvm());
        command.addAll(Arrays.asList(flags));
        command.addAll(List.of("-jar", JAR));
        ProcessBuilder builder = new ProcessBuilder(command);
        Map<String, String> environment = builder.environment();
        environment.keySet().removeIf(name -> name.startsWith("HERMES_") || name.startsWith("VITE_"));
        environment.putAll(Map.of(
                "API_PORT",
                "0",
                "HERMES_MANAGEMENT_PORT",
                "0",
                "HERMES_REDIS_URL",
                redis.url(),
                "HERMES_SSE_HISTORY",
                "redis",
                "HERMES_SECRET_KEY",
                RunningGateway.SECRET_KEY,
                "HERMES_API_KEYS",
                RunningGateway.API_KEY,
                "HERMES_ENABLE_SSE",
                "true",
                "HERMES_SSE_MAX_CONNECTIONS",
                "18000",
                "HERMES_SSE_CONNECTION_TIMEOUT",
                "0"));
        environment.putAll(more);
        OutsideProcess process = OutsideProcess.start(builder);
        try {
            return new GatewayServer(process, more.containsKey(LOOP_LIMIT_SETTING));
        } catch (RuntimeException | AssertionError notStarted) {
            process.close();
            throw notStarted;
        }
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public int port() {
        return port;
    }

    int managementPort() {
        return managementPort;
    }

    @Override
    public List<Long> processes() {
        return List.of(process.pid());
    }

    long process() {
        return process.pid();
    }

    /** Whether tasks over the limit are told of. */
    boolean watched() {
        return watched;
    }

    /** What comes from now on is measured. */
    void warmedUp() {
        linesBefore = process.output().size();
    }

    /** Tasks that held up an event loop while it started and warmed up. */
    HeldUp heldUpBefore() {
        return HeldUp.in(process.output().subList(0, linesBefore));
    }

    /** Tasks that held up an event loop since. */
    HeldUp heldUp() {
        List<String> output = process.output();
        return HeldUp.in(output.subList(linesBefore, output.size()));
    }

    /** What else it found worth a warning. */
    List<String> warnings() {
        return process.lines().stream()
                .filter(line -> line.contains(" WARN ") || line.contains(" ERROR "))
                .filter(line -> !line.contains("has been blocked"))
                .toList();
    }

    @Override
    public void close() {
        process.close();
    }
}
