package dev.hermes.gateway.http;

import dev.hermes.gateway.auth.Authenticator;
import dev.hermes.gateway.auth.FailedCredentialLimiter;
import dev.hermes.gateway.auth.IdentityEndpoint;
import dev.hermes.gateway.auth.TokenStore;
import dev.hermes.gateway.config.Settings;
import dev.hermes.gateway.config.SseFlag;
import dev.hermes.gateway.delivery.HubBus;
import dev.hermes.gateway.event.EnvelopeParser;
import dev.hermes.gateway.ingest.ChannelDirectory;
import dev.hermes.gateway.ingest.Publisher;
import dev.hermes.gateway.log.EventLog;
import dev.hermes.gateway.log.SnapshotReader;
import dev.hermes.gateway.wire.StreamSinks;
import java.time.InstantSource;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The services that all instances of the public port share; each may be used from any event loop.
 *
 * @param identity asked about credentials of Hermes, or null
 * @param draining whether the process is shutting down
 * @param hubs where the hubs receive their signals
 * @param clock the wall clock
 */
public record HttpServices(
        Settings settings,
        SseFlag sseFlag,
        Authenticator authenticator,
        TokenStore tokens,
        @Nullable IdentityEndpoint identity,
        FailedCredentialLimiter failedCredentials,
        Admission admission,
        Overload overload,
        RepeatedFailures repeatedFailures,
        EventLog log,
        SnapshotReader snapshots,
        Publisher publisher,
        ChannelDirectory channels,
        EnvelopeParser parser,
        BooleanSupplier draining,
        HubBus hubs,
        InstantSource clock) {

    /**
     * The services that the handlers of one instance of the public port share; used on that instance's event loop
     * only.
     *
     * @param files for browsers, as {@link BrowserRoutes#read} has them; all instances share them
     */
    record LoopServices(
            RequestAuthenticator authenticator,
            ClientAddress addresses,
            StreamSinks sinks,
            AdmissionQueue queue,
            RefusedStreams refused,
            RequestCounts counts,
            PollHandler.PollPages pages,
            Map<String, BrowserRoutes.BrowserFile> files) {}
}
