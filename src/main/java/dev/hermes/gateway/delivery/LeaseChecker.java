package dev.hermes.gateway.delivery;

import io.vertx.core.Future;
import java.util.List;

/** Asks whether leases still stand. Called on a hub's loop, answers there. */
@FunctionalInterface
public interface LeaseChecker {

    /** One state for each lease, in order. Fails when nobody could be asked; nothing is closed then. */
    Future<List<Lease.State>> check(List<Lease> leases);
}
