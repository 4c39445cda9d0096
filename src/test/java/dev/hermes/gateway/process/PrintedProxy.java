package dev.hermes.gateway.process;

import dev.hermes.gateway.fixture.FreePorts;
import dev.hermes.gateway.fixture.OutsideProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/**
 * A real Caddy, nginx or HAProxy with a block as the documents print it: only names, addresses and files are put in the place
 * of those that stand there, and what a test needs to end it.
 */
final class PrintedProxy implements AutoCloseable {

    static final String CADDY = "/usr/bin/caddy";
    static final String NGINX = "/usr/sbin/nginx";
    static final String HAPROXY = "/usr/sbin/haproxy";
    private static final String OPENSSL = "/usr/bin/openssl";
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final String name;
    private final String origin;
    private final OutsideProcess process;
    private final Path home;
    private final Path file;
    private final String admin;

    private PrintedProxy(String name, String origin, OutsideProcess process, Path file, String admin) {
        this.admin = admin;
        this.name = name;
        this.origin = origin;
        this.process = process;
        this.home = file.resolveSibling(".");
        this.file = file;
    }

    static void require() {
        OutsideProcess.require(CADDY, NGINX, HAPROXY, OPENSSL);
    }

    /** The block in which that is said, of all that the documents have in that language. */
    static String block(String language, String in, boolean tokensFromHermes) {
        return Documents.blocks(language).stream()
                .filter(block -> block.file().endsWith(in))
                .map(Documents.Block::text)
                .filter(text -> text.contains("/api/v1/events/token") == tokensFromHermes)
                .findFirst()
                .orElseThrow(() -> new AssertionError("no block of " + language + " in " + in));
    }

    /** As the documents say it is done for tokens of the gateway. */
    static String withoutHermesTokens(String nginx) {
        return replaced(nginx, "\tlocation = /api/v1/events/token {\n\t\tproxy_pass http://127.0.0.1:8000;\n\t}\n", "");
    }

    /** Caddy with such a block, over HTTPS and HTTP/2, or as plain HTTP/1.1. */
    static PrintedProxy caddy(Path folder, String block, boolean secure, int hermes, int... gateways) {
        String origin = (secure ? "https" : "http") + "://localhost:" + FreePorts.next();
        String admin = "localhost:" + FreePorts.next();
        String head = "{\n\tadmin " + admin + "\n\thttp_port " + FreePorts.next() + "\n\tskip_install_trust\n";
        boolean hasHead = block.startsWith("{\n");
        String all = Arrays.stream(gateways)
                .mapToObj(gateway -> "127.0.0.1:" + gateway)
                .collect(Collectors.joining(" "));
        String text = (hasHead ? head : head + "\tgrace_period 5s\n}\n")
                + replaced(block, "hermes.example {", origin + " {" + (secure ? "\n\ttls internal" : ""))
                        .substring(hasHead ? 2 : 0)
                        .replace("127.0.0.1:8000", "127.0.0.1:" + hermes)
                        .replace("127.0.0.1:8001 127.0.0.1:8002", "127.0.0.1:8001")
                        .replace("127.0.0.1:8001", all);
        Path file = write(folder, "Caddyfile", text);
        OutsideProcess process = OutsideProcess.start(caddy(folder, "run", "--config", file.toString()));
        PrintedProxy proxy = new PrintedProxy(folder.getFileName().toString(), origin, process, file, admin);
        return proxy.awaiting(() -> {
            process.await("serving initial configuration");
            if (secure) {
                process.await("certificate obtained successfully");
            }
        });
    }

    private static ProcessBuilder caddy(Path home, String... arguments) {
        ProcessBuilder builder = new ProcessBuilder(CADDY);
        builder.command().addAll(List.of(arguments));
        builder.command().addAll(List.of("--adapter", "caddyfile"));
        String folder = home.toString();
        builder.environment().putAll(Map.of("HOME", folder, "XDG_DATA_HOME", folder, "XDG_CONFIG_HOME", folder));
        return builder;
    }

    /** nginx with that block, over HTTPS and HTTP/2, or as plain HTTP/1.1. */
    static PrintedProxy nginx(Path folder, String block, boolean secure, int hermes, int... gateways) {
        int port = FreePorts.next();
        String listen = "listen 127.0.0.1:" + port;
        Path certificate = folder.resolve("certificate.pem");
        Path key = folder.resolve("key.pem");
        write(folder, "error.log", "");
        makeCertificate(certificate, key);
        String text = replaced(block, "listen 443 ssl http2;", listen + (secure ? " ssl http2;" : ";"))
                .replace("/etc/ssl/certs/hermes.example.pem", certificate.toString())
                .replace("/etc/ssl/private/hermes.example.key", key.toString())
                .replace("server_name hermes.example;", "server_name localhost;")
                .replace("/var/log/nginx", folder.toString())
                .replace("127.0.0.1:8003", "127.0.0.1:" + FreePorts.next())
                .replace("127.0.0.1:8000", "127.0.0.1:" + hermes)
                .replace(
                        "server 127.0.0.1:8001 max_fails=0;",
                        Arrays.stream(gateways)
                                .mapToObj(gateway -> "server 127.0.0.1:" + gateway + " max_fails=0;")
                                .collect(Collectors.joining(" ")));
        Path file = write(folder, "hermes.conf", text);
        String paths = Stream.of("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
                .map(kind -> kind + "_temp_path " + folder.resolve(kind) + ";\n")
                .collect(Collectors.joining());
        Path whole = write(
                folder,
                "nginx.conf",
                "daemon off;\nworker_processes 1;\nuser " + System.getProperty("user.name") + ";\npid "
                        + folder.resolve("nginx.pid") + ";\nerror_log "
                        + folder.resolve("error.log") + ";\nevents {}\nhttp {\naccess_log "
                        + folder.resolve("access.log") + ";\n" + paths + "include " + file + ";\n}\n");
        return listening(folder, file, secure, port, new ProcessBuilder(NGINX, "-c", whole.toString()));
    }

    /** HAProxy with that file, over HTTPS and HTTP/2, or as plain HTTP/1.1. */
    static PrintedProxy haproxy(Path folder, String block, boolean secure, int hermes, int... gateways) {
        int port = FreePorts.next();
        Path certificate = folder.resolve("certificate.pem");
        Path key = folder.resolve("key.pem");
        write(folder, "both.pem", "");
        makeCertificate(certificate, key);
        Path both = write(folder, "both.pem", Documents.read(certificate) + Documents.read(key));
        String listen = "bind :443 ssl crt /etc/haproxy/hermes.example.pem alpn h2,http/1.1";
        String text = replaced(
                        block,
                        listen,
                        "bind 127.0.0.1:" + port + (secure ? " ssl crt " + both + " alpn h2,http/1.1" : ""))
                // What the limit on open files of whoever runs the tests carries.
                .replace("maxconn 20000", "maxconn 300")
                .replace("127.0.0.1:8000", "127.0.0.1:" + hermes);
        String servers = IntStream.range(0, gateways.length)
                .mapToObj(number -> "\tserver gateway" + number + " 127.0.0.1:" + gateways[number] + "\n")
                .collect(Collectors.joining());
        Path file = write(
                folder,
                "haproxy.cfg",
                replaced(text, "\tserver one 127.0.0.1:8001\n\tserver two 127.0.0.1:8002\n", servers));
        return listening(folder, file, secure, port, new ProcessBuilder(HAPROXY, "-db", "-f", file.toString()));
    }

    private static PrintedProxy listening(Path folder, Path file, boolean secure, int port, ProcessBuilder command) {
        OutsideProcess process = OutsideProcess.start(command);
        String name = folder.getFileName().toString();
        String origin = (secure ? "https" : "http") + "://localhost:" + port;
        PrintedProxy proxy = new PrintedProxy(name, origin, process, file, "");
        return proxy.awaiting(() -> Awaitility.await()
                .atMost(PATIENCE)
                .failFast(
                        name + " ended", () -> !ProcessHandle.of(process.pid()).isPresent())
                .until(() -> listens(port)));
    }

    private static boolean listens(int port) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException refused) {
            return false;
        }
    }

    private static void makeCertificate(Path certificate, Path key) {
        run(new ProcessBuilder(
                OPENSSL,
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:P-256",
                "-nodes",
                "-days",
                "2",
                "-subj",
                "/CN=localhost",
                "-out",
                certificate.toString(),
                "-keyout",
                key.toString()));
    }

    private static void run(ProcessBuilder command) {
        try (OutsideProcess process = OutsideProcess.start(command)) {
            if (process.awaitExit(PATIENCE) != 0) {
                throw new AssertionError(command.command() + ": " + process.lines());
            }
        }
    }

    private static String replaced(String text, String what, String by) {
        if (!text.contains(what)) {
            throw new AssertionError("no longer in the documents: " + what);
        }
        return text.replace(what, by);
    }

    private static Path write(Path folder, String name, String text) {
        try {
            Files.createDirectories(folder);
            return Files.writeString(folder.resolve(name), text);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private PrintedProxy awaiting(Runnable started) {
        try {
            started.run();
            return this;
        } catch (RuntimeException | Error notStarted) {
            close();
            throw notStarted;
        }
    }

    /** What the documents have the operator do, with these files and ports: an edit, and word of it to the proxy. */
    void shell(String command, int gateway, int hermes) {
        ProcessBuilder builder = new ProcessBuilder(
                "/bin/sh",
                "-c",
                command.replace("127.0.0.1:8001", "127.0.0.1:" + gateway)
                        .replace("127.0.0.1:8000", "127.0.0.1:" + hermes)
                        .replace("/etc/caddy/Caddyfile", file.toString())
                        .replace("--config", "--address " + admin + " --adapter caddyfile --config")
                        .replace("/etc/nginx/conf.d/hermes.conf", file.toString())
                        .replace("nginx -s", NGINX + " -c " + home.resolve("nginx.conf") + " -s"));
        builder.environment().put("HOME", home.toString());
        run(builder);
    }

    /** One that believes every certificate. */
    static HttpClient client(HttpClient.Version version) throws GeneralSecurityException {
        return HttpClient.newBuilder().version(version).sslContext(believing()).build();
    }

    /** TLS over a connection to {@code localhost}, whatever the certificate. */
    static Socket secure(Socket connected) throws IOException, GeneralSecurityException {
        SSLSocket socket = (SSLSocket)
                believing().getSocketFactory().createSocket(connected, "localhost", connected.getPort(), true);
        // Java says no name of one word by itself.
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setServerNames(List.of(new SNIHostName("localhost")));
        socket.setSSLParameters(parameters);
        return socket;
    }

    private static SSLContext believing() throws GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new Believer()}, null);
        return context;
    }

    private static final class Believer extends X509ExtendedTrustManager {

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, @Nullable Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, @Nullable Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, @Nullable SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, @Nullable SSLEngine engine) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }

    String name() {
        return name;
    }

    /** {@code https://localhost:41234}. */
    String origin() {
        return origin;
    }

    int port() {
        return URI.create(origin).getPort();
    }

    /** Whether that stands in anything it wrote. */
    boolean hasWritten(String text) {
        try (var files = Files.list(home)) {
            return process.lines().stream().anyMatch(line -> line.contains(text))
                    || files.filter(path -> path.toString().endsWith(".log"))
                            .map(Documents::read)
                            .anyMatch(log -> log.contains(text));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    @Override
    public void close() {
        process.close();
    }
}
