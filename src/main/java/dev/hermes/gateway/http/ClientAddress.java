package dev.hermes.gateway.http;

import dev.hermes.gateway.config.AddressBlock;
import io.netty.util.NetUtil;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds the address of a request's client: the peer, or, if the peer is a trusted proxy, the right-most address in
 * {@code X-Forwarded-For} that is not a trusted proxy. Addresses further left were written by the client and prove
 * nothing.
 */
final class ClientAddress {

    private final List<AddressBlock> trustedProxies;

    ClientAddress(List<AddressBlock> trustedProxies) {
        this.trustedProxies = trustedProxies;
    }

    String of(HttpServerRequest request) {
        // Of the connection: the router's request would first look for headers of proxies that it is not told to trust.
        SocketAddress remote = request.connection().remoteAddress();
        String peer = remote == null || remote.hostAddress() == null ? "unknown" : remote.hostAddress();
        InetAddress address = parse(peer);
        if (address == null || !trusted(address)) {
            return peer;
        }
        String client = peer;
        List<String> headers = request.headers().getAll("X-Forwarded-For");
        String[] hops = String.join(",", headers).split(",", -1);
        for (int hop = hops.length - 1; hop >= 0; hop--) {
            InetAddress forwarded = parse(withoutPort(hops[hop].strip()));
            if (forwarded == null) {
                return client;
            }
            client = forwarded.getHostAddress();
            if (!trusted(forwarded)) {
                return client;
            }
        }
        return client;
    }

    private boolean trusted(InetAddress address) {
        return trustedProxies.stream().anyMatch(block -> block.contains(address));
    }

    /** Removes the port that some proxies append to the address; IPv6 addresses are then in brackets. */
    private static String withoutPort(String hop) {
        if (hop.startsWith("[")) {
            int end = hop.indexOf(']');
            return end < 0 ? hop : hop.substring(1, end);
        }
        int colon = hop.indexOf(':');
        return colon >= 0 && colon == hop.lastIndexOf(':') ? hop.substring(0, colon) : hop;
    }

    private static @Nullable InetAddress parse(String text) {
        return NetUtil.createInetAddressFromIpAddressString(text);
    }
}
