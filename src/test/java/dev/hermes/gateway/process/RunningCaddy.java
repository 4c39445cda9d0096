package dev.hermes.gateway.process;

import dev.hermes.gateway.fixture.FreePorts;
import dev.hermes.gateway.fixture.OutsideProcess;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/** A real Caddy with the project's own Caddyfile, before a gateway, with its home in a directory of the test. */
final class RunningCaddy implements AutoCloseable {

    private static final String CADDY = "/usr/bin/caddy";
    private static final String AUTHORITY = "caddy/pki/authorities/local/root.crt";

    private final OutsideProcess process;
    private final int port;
    private final SSLContext trust;

    private RunningCaddy(OutsideProcess process, int port, SSLContext trust) {
        this.process = process;
        this.port = port;
        this.trust = trust;
    }

    static void require() {
        OutsideProcess.require(CADDY);
    }

    /** Serves {@code https://localhost}; returns when it does. */
    static RunningCaddy start(Path home, int upstream) {
        int port = FreePorts.next();
        ProcessBuilder builder = new ProcessBuilder(CADDY, "run", "--config", "Caddyfile", "--adapter", "caddyfile");
        builder.environment()
                .putAll(Map.of(
                        "HOME",
                        home.toString(),
                        "XDG_DATA_HOME",
                        home.toString(),
                        "XDG_CONFIG_HOME",
                        home.toString(),
                        "HERMES_SITE",
                        "https://localhost:" + port,
                        "HERMES_UPSTREAM",
                        "127.0.0.1:" + upstream,
                        "HERMES_TLS",
                        "internal",
                        "HERMES_HTTP_PORT",
                        Integer.toString(FreePorts.next()),
                        "HERMES_CADDY_ADMIN",
                        "off"));
        OutsideProcess process = OutsideProcess.start(builder);
        try {
            process.await("serving initial configuration");
            process.await("certificate obtained successfully");
            return new RunningCaddy(process, port, trusting(home.resolve(AUTHORITY)));
        } catch (RuntimeException | Error notStarted) {
            process.close();
            throw notStarted;
        }
    }

    /** Reads a Caddyfile and ends, with status 0 if it is one. */
    static OutsideProcess adapt(Path file) {
        return OutsideProcess.start(
                new ProcessBuilder(CADDY, "adapt", "--config", file.toString(), "--adapter", "caddyfile"));
    }

    int port() {
        return port;
    }

    SSLContext trust() {
        return trust;
    }

    OutsideProcess process() {
        return process;
    }

    /** A connection from one of this machine's own addresses, {@code 127.0.0.2} say, over TLS, for HTTP/1.1. */
    Socket connect(String from) {
        try {
            Socket plain = new Socket();
            plain.bind(new InetSocketAddress(InetAddress.getByAddress(bytes(from)), 0));
            plain.connect(new InetSocketAddress(InetAddress.getByAddress(bytes("127.0.0.1")), port));
            SSLSocket secured = (SSLSocket) trust.getSocketFactory().createSocket(plain, "localhost", port, true);
            SSLParameters parameters = secured.getSSLParameters();
            parameters.setServerNames(List.of(new SNIHostName("localhost")));
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            secured.setSSLParameters(parameters);
            return secured;
        } catch (IOException failure) {
            throw new AssertionError("no connection to Caddy", failure);
        }
    }

    private static byte[] bytes(String address) {
        String[] parts = address.split("\\.", -1);
        byte[] bytes = new byte[parts.length];
        for (int part = 0; part < parts.length; part++) {
            bytes[part] = (byte) Integer.parseInt(parts[part]);
        }
        return bytes;
    }

    private static SSLContext trusting(Path certificate) {
        try (InputStream file = Files.newInputStream(certificate)) {
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            store.setCertificateEntry(
                    "caddy", CertificateFactory.getInstance("X.509").generateCertificate(file));
            TrustManagerFactory trusted = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trusted.init(store);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trusted.getTrustManagers(), null);
            return context;
        } catch (IOException | GeneralSecurityException failure) {
            throw new AssertionError("no authority of Caddy's", failure);
        }
    }

    @Override
    public void close() {
        process.close();
    }
}
