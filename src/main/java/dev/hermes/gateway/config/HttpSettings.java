package dev.hermes.gateway.config;

import java.nio.file.Path;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The public port.
 *
 * @param port {@code API_PORT}, 0 for any free one
 * @param allowedOrigins {@code HERMES_ALLOWED_ORIGINS}, exact strings
 * @param allowCredentials {@code HERMES_ALLOW_CREDENTIALS}
 * @param tls {@code HERMES_TLS_CERTIFICATE} and {@code HERMES_TLS_KEY}, both or neither
 * @param sockets what is asked of the kernel
 */
public record HttpSettings(
        int port,
        Set<String> allowedOrigins,
        boolean allowCredentials,
        @Nullable Tls tls,
        Sockets sockets) {

    /** PEM files. */
    public record Tls(Path certificate, Path key) {}

    /**
     * What is asked of the kernel for the port's sockets; 0 is what it does by itself.
     *
     * @param acceptBacklog {@code HERMES_ACCEPT_BACKLOG}
     * @param sendBufferBytes {@code HERMES_SEND_BUFFER}
     */
    public record Sockets(int acceptBacklog, int sendBufferBytes) {}
}
