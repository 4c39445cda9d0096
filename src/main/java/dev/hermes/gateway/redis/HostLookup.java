package dev.hermes.gateway.redis;

import io.vertx.core.Context;
import io.vertx.core.Future;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Finds the addresses of the one host that a link connects to. Owned by the link's loop.
 *
 * <p>A lookup may take as long as name servers that are silent are waited for. It has a thread of its own, since
 * workers of Vert.x would do nothing else for this loop meanwhile, nor would Vert.x end. There is one at a time: an
 * attempt that comes while the lookup of one before, which gave up, is under way does without.
 */
final class HostLookup {

    /** Blocks. */
    @FunctionalInterface
    interface Addresses {
        InetAddress[] of(String host) throws UnknownHostException;
    }

    private final Context owner;
    private final Addresses addresses;
    private Future<List<InetAddress>> underWay = Future.succeededFuture(List.of());

    HostLookup(Context owner) {
        this(owner, InetAddress::getAllByName);
    }

    /** With other addresses than the system's. */
    HostLookup(Context owner, Addresses addresses) {
        this.owner = owner;
        this.addresses = addresses;
    }

    /** Never fails: of a host that is not known, or not looked up now, there is no address. */
    Future<List<InetAddress>> find(String host) {
        if (!underWay.isComplete()) {
            return Future.succeededFuture(List.of());
        }
        underWay = Future.fromCompletionStage(
                        CompletableFuture.supplyAsync(() -> look(host), HostLookup::onItsOwnThread), owner)
                .otherwise(List.of());
        return underWay;
    }

    private static void onItsOwnThread(Runnable lookup) {
        Thread thread = new Thread(lookup, "redis-name");
        thread.setDaemon(true);
        thread.start();
    }

    private List<InetAddress> look(String host) {
        try {
            return List.of(addresses.of(host));
        } catch (UnknownHostException unknown) {
            return List.of();
        }
    }
}
