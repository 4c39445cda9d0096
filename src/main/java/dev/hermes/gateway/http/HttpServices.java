package dev.hermes.gateway.http;

import dev.hermes.gateway.auth.Authenticator;
import dev.hermes.gateway.auth.FailedCredentialLimiter;
import dev.hermes.gateway.auth.IdentityEndpoint;
import dev.hermes.gateway.auth.TokenStore;
import dev.hermes.gateway.config.Settings;
import dev.hermes.gateway.config.SseFlag;
import dev.hermes.gateway.delivery.Admission;
import dev.hermes.gateway.delivery.RepeatedFailures;
import dev.hermes.gateway.event.EnvelopeParser;
import dev.hermes.gateway.ingest.ChannelDirectory;
import dev.hermes.gateway.ingest.Publisher;
import dev.hermes.gateway.log.EventLog;
import dev.hermes.gateway.log.SnapshotReader;
import io.vertx.core.Future;
import java.time.InstantSource;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What the instances of the public port share; all of it may be used from any event loop.
 *
 * @param identity who is asked about credentials of Hermes, or null
 * @param draining whether the process is shutting down
 * @param signals the event bus address on which the hubs are told everything
 * @param endSignals to be called before a hub stops listening there: once it completes nothing more comes, to any of them
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
        RepeatedFailures repeatedFailures,
        EventLog log,
        SnapshotReader snapshots,
        Publisher publisher,
        ChannelDirectory channels,
        EnvelopeParser parser,
        BooleanSupplier draining,
        String signals,
        Supplier<Future<Void>> endSignals,
        InstantSource clock) {}
