package dev.hermes.gateway.ops;

import dev.hermes.gateway.auth.IdentityEndpoint;
import dev.hermes.gateway.delivery.HubCounters;
import dev.hermes.gateway.event.Parsed;
import dev.hermes.gateway.ingest.IngestCounters;
import java.util.List;
import java.util.Map;

/**
 * What the rooms of this gateway had counted when somebody asked, since the start. What a map leaves out is zero; what
 * it has beyond the catalogue's channels is not shown.
 *
 * @param hubs one of each hub, read on the hub's own loop; they may be of slightly different moments
 * @param received events heard by this gateway itself, whoever logs them, by channel and door
 * @param rejected messages heard by this gateway that are no events
 * @param streamsLimit {@code HERMES_SSE_MAX_CONNECTIONS}, as configured
 * @param redisUp whether what is published through Redis comes back
 * @param canarySeconds how long the last canary was under way, zero before the first
 * @param identity what Hermes was asked about credentials
 */
public record GatewayReadings(
        List<HubCounters.Snapshot> hubs,
        Map<String, Map<IngestCounters.Source, Long>> received,
        Map<Parsed.Reason, Long> rejected,
        int streamsLimit,
        boolean redisUp,
        double canarySeconds,
        IdentityEndpoint.Counts identity) {

    public GatewayReadings {
        hubs = List.copyOf(hubs);
        received = Map.copyOf(received);
        rejected = Map.copyOf(rejected);
    }
}
