package dev.hermes.gateway.doctor;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What to write into the configuration of a proxy. The lines for nginx, Caddy and HAProxy were tried with Debian's
 * versions (1.22, 2.6, 2.6). Those for Traefik are from its documentation.
 */
enum Remedy {
    BUFFERING(
            "in the location of /api/v1/events/: proxy_buffering off;",
            "in reverse_proxy leave out buffer_responses (from 2.7 on: response_buffers)",
            "in the frontend: option http-no-delay; and leave out http-response wait-for-body",
            "leave out the buffering middleware on the router of /api/v1/events/"),
    COMPRESSION(
            "in the location of /api/v1/events/: gzip off;",
            "in the site: request_header /api/v1/events/* -Accept-Encoding",
            "in the frontend: http-request del-header Accept-Encoding if { path_beg /api/v1/events/ }",
            "traefik.http.middlewares.<its name>.compress.excludedcontenttypes=text/event-stream"),
    IDLE(
            "in the location of /api/v1/events/: proxy_read_timeout %ds;",
            "in timeouts of servers: write 0; in transport http of reverse_proxy leave out read_timeout",
            "in the backend: timeout server %1$ds; in the frontend: timeout client %1$ds",
            "--entryPoints.<its name>.transport.respondingTimeouts.writeTimeout=0, and readTimeout=0 likewise"),
    HTTP2(
            "in the server: listen 443 ssl http2; (from 1.25.1 on: http2 on;)",
            "in servers of the global options: protocols h1 h2",
            "in the frontend: bind :443 ssl crt <file> alpn h2,http/1.1",
            "leave out alpnProtocols in the TLS options of this router"),
    RESUME(
            "in the location of /api/v1/events/: proxy_set_header Last-Event-ID $http_last_event_id;",
            "in reverse_proxy leave out header_up -Last-Event-ID",
            "leave out http-request del-header Last-Event-ID",
            "leave out Last-Event-ID in customRequestHeaders of the headers middleware"),
    CERTIFICATE(
            "ssl_certificate <file>; with the certificate of this name first and those of its authorities after it",
            "leave out tls in the site, so that Caddy gets a certificate itself, or: tls <chain file> <key file>",
            "bind :443 ssl crt <file with certificate, authorities and key>",
            "traefik.http.routers.hermes.tls.certresolver=<its name>"),
    CORS(
            "leave out add_header Access-Control-Allow-Origin for /api/v1/events/: the gateway answers itself",
            "leave out header Access-Control-Allow-Origin for /api/v1/events/*",
            "leave out http-response set-header and add-header Access-Control-Allow-Origin for /api/v1/events/",
            "leave out accessControlAllowOriginList of the headers middleware on this router");

    static final String GATEWAY = "gateway.properties";

    private final String nginx;
    private final String caddy;
    private final String haproxy;
    private final String traefik;

    Remedy(String nginx, String caddy, String haproxy, String traefik) {
        this.nginx = nginx;
        this.caddy = caddy;
        this.haproxy = haproxy;
        this.traefik = traefik;
    }

    /** The lines by proxy; those that name a time get this one. */
    Map<String, String> lines(long seconds) {
        Map<String, String> lines = new LinkedHashMap<>();
        lines.put("Caddy", String.format(caddy, seconds));
        lines.put("nginx", String.format(nginx, seconds));
        lines.put("HAProxy", String.format(haproxy, seconds));
        lines.put("Traefik", String.format(traefik, seconds));
        return lines;
    }

    Map<String, String> lines() {
        return lines(0);
    }

    /** With what to set in the gateway itself before that. */
    Map<String, String> after(String setting) {
        Map<String, String> lines = new LinkedHashMap<>();
        lines.put(GATEWAY, setting);
        lines.putAll(lines());
        return lines;
    }
}
