package dev.hermes.gateway.bench;

import static org.awaitility.Awaitility.await;

import dev.hermes.gateway.demo.EmbeddedRedis;
import dev.hermes.gateway.fixture.OutsideProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** nginx with its nchan module: {@code /pub/x} takes what {@code /sub/x} streams. */
final class NchanServer implements Server {

    static final String IN_MEMORY = "nchan";
    static final String WITH_REDIS = "nchan+redis";

    private static final Path NGINX = Path.of("/usr/sbin/nginx");
    private static final Path MODULE = Path.of("/usr/lib/nginx/modules/ngx_nchan_module.so");
    private static final String CONFIGURATION = "nchan.conf";

    private final String name;
    private final OutsideProcess process;
    private final int port;

    private NchanServer(String name, OutsideProcess process, int port) {
        this.name = name;
        this.process = process;
        this.port = port;
    }

    static boolean installed() {
        return Files.isExecutable(NGINX) && Files.exists(MODULE);
    }

    /**
     * @param redis where it keeps messages and through which it sends them; null for its own memory
     */
    static NchanServer start(BenchSettings settings, @Nullable RedisServer redis) {
        int port = EmbeddedRedis.freePort();
        String name = redis == null ? IN_MEMORY : WITH_REDIS;
        Path home = Path.of("target/bench", name).toAbsolutePath();
        try {
            Files.createDirectories(home);
            Files.writeString(
                    home.resolve(CONFIGURATION),
                    template()
                            .replace("@module@", MODULE.toString())
                            .replace("@home@", home.toString())
                            .replace("@workers@", settings.nchanWorkers())
                            .replace("@port@", Integer.toString(port))
                            .replace("@upstream@", redis == null ? "" : upstream(redis))
                            .replace("@store@", redis == null ? "" : "nchan_redis_pass store;"));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        OutsideProcess process = OutsideProcess.start(new ProcessBuilder(
                NGINX.toString(),
                "-p",
                home.toString(),
                "-c",
                home.resolve(CONFIGURATION).toString(),
                "-e",
                home.resolve("error.log").toString()));
        try {
            await().alias("nginx on port " + port)
                    .atMost(Duration.ofSeconds(10))
                    .pollInterval(Duration.ofMillis(20))
                    .failFast(
                            "it complains, see error.log in " + home,
                            () -> !process.errors().isEmpty())
                    .until(() -> answers(port));
            return new NchanServer(name, process, port);
        } catch (RuntimeException notStarted) {
            process.close();
            throw notStarted;
        }
    }

    private static String template() throws IOException {
        try (var template = NchanServer.class.getResourceAsStream(CONFIGURATION)) {
            return new String(
                    java.util.Objects.requireNonNull(template).readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        }
    }

    private static String upstream(RedisServer redis) {
        return "upstream store { nchan_redis_server " + redis.url() + "; }";
    }

    private static boolean answers(int port) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException notYet) {
            return false;
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int port() {
        return port;
    }

    /** The master's and its workers'. */
    @Override
    public List<Long> processes() {
        return Stream.concat(
                        Stream.of(process.pid()), process.descendants().stream().map(ProcessHandle::pid))
                .toList();
    }

    @Override
    public void close() {
        process.close();
    }
}
