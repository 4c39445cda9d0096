package dev.hermes.gateway.process;

import dev.hermes.gateway.fixture.Certificates;
import dev.hermes.gateway.fixture.FreePorts;
import dev.hermes.gateway.fixture.OutsideProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/** A real nginx, Caddy or HAProxy before a gateway, with lines of the test's own in its configuration. */
final class BrokenProxy implements AutoCloseable {

    static final String HAPROXY = "/usr/sbin/haproxy";

    private final OutsideProcess process;
    private final int port;

    private BrokenProxy(OutsideProcess process, int port) {
        this.process = process;
        this.port = port;
        try {
            Awaitility.await()
                    .atMost(Duration.ofSeconds(30))
                    .failFast(
                            "it ended: " + process.lines(),
                            () -> ProcessHandle.of(process.pid()).isEmpty())
                    .until(this::listens);
        } catch (RuntimeException | Error notStarted) {
            process.close();
            throw notStarted;
        }
    }

    /** Each line ends as nginx wants it. */
    static BrokenProxy nginx(Path folder, int gateway, String inHttp, String inLocation) {
        return nginx(folder, gateway, "", inHttp, inLocation);
    }

    /** With TLS and HTTP/2. */
    static BrokenProxy nginx(Path folder, int gateway, Certificates.Pair certificate) {
        String secure = "ssl_certificate " + certificate.chain() + "; ssl_certificate_key " + certificate.key() + ";";
        return nginx(folder, gateway, "ssl http2", secure, "");
    }

    private static BrokenProxy nginx(Path folder, int gateway, String listen, String inHttp, String inLocation) {
        int port = FreePorts.next();
        String paths = Stream.of("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
                .map(kind -> kind + "_temp_path " + folder.resolve(kind) + ";\n")
                .collect(Collectors.joining());
        String text = "daemon off;\nworker_processes 1;\nuser " + System.getProperty("user.name") + ";\npid "
                + folder.resolve("nginx.pid") + ";\nerror_log " + folder.resolve("error.log")
                + ";\nevents {}\nhttp {\naccess_log off;\n" + paths + inHttp + "\nserver {\nlisten 127.0.0.1:" + port
                + " " + listen + ";\nlocation / {\nproxy_pass http://127.0.0.1:" + gateway + ";\n" + inLocation
                + "\n}\n}\n}\n";
        return new BrokenProxy(
                OutsideProcess.start(new ProcessBuilder(
                        PrintedProxy.NGINX,
                        "-c",
                        write(folder, "nginx.conf", text).toString())),
                port);
    }

    static BrokenProxy caddy(Path folder, int gateway, String inSite, String inReverseProxy) {
        int port = FreePorts.next();
        String text = "{\nadmin off\nauto_https off\n}\nhttp://127.0.0.1:" + port + " {\n" + inSite
                + "\nreverse_proxy 127.0.0.1:" + gateway + " {\n" + inReverseProxy + "\n}\n}\n";
        ProcessBuilder builder = new ProcessBuilder(
                PrintedProxy.CADDY,
                "run",
                "--adapter",
                "caddyfile",
                "--config",
                write(folder, "Caddyfile", text).toString());
        String home = folder.toString();
        builder.environment().putAll(Map.of("HOME", home, "XDG_DATA_HOME", home, "XDG_CONFIG_HOME", home));
        return new BrokenProxy(OutsideProcess.start(builder), port);
    }

    static BrokenProxy haproxy(Path folder, int gateway, String inFrontend, String inBackend) {
        int port = FreePorts.next();
        String text = "defaults\n  mode http\n  timeout connect 2s\n  timeout client 30s\n  timeout server 30s\n"
                + "frontend front\n  bind 127.0.0.1:" + port + "\n  " + inFrontend
                + "\n  default_backend back\nbackend back\n  " + inBackend + "\n  server gateway 127.0.0.1:" + gateway
                + "\n";
        return new BrokenProxy(
                OutsideProcess.start(new ProcessBuilder(
                        HAPROXY, "-db", "-f", write(folder, "haproxy.cfg", text).toString())),
                port);
    }

    private static Path write(Path folder, String name, String text) {
        try {
            Files.createDirectories(folder);
            return Files.writeString(folder.resolve(name), text);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private boolean listens() {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException refused) {
            return false;
        }
    }

    int port() {
        return port;
    }

    @Override
    public void close() {
        process.close();
    }
}
