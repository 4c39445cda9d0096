package dev.hermes.gateway.http;

import dev.hermes.gateway.auth.AuthResult;
import dev.hermes.gateway.auth.Authenticator;
import dev.hermes.gateway.auth.Credential;
import dev.hermes.gateway.auth.FailedCredentialLimiter;
import io.vertx.core.Future;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import org.jspecify.annotations.Nullable;

/**
 * Gets a request's credential. Only failures are counted and finally limited: a valid credential from the same
 * address is always accepted.
 */
final class RequestAuthenticator {

    private final Authenticator authenticator;
    private final FailedCredentialLimiter failures;
    private final ClientAddress addresses;
    private final RequestCounts counts;

    RequestAuthenticator(
            Authenticator authenticator,
            FailedCredentialLimiter failures,
            ClientAddress addresses,
            RequestCounts counts) {
        this.authenticator = authenticator;
        this.failures = failures;
        this.addresses = addresses;
        this.counts = counts;
    }

    /** The credential, or a failure that carries the problem. */
    Future<Credential> authenticate(
            HttpServerRequest request, AuthResult.Endpoint endpoint, @Nullable String queryToken) {
        AuthResult.PresentedCredentials presented =
                new AuthResult.PresentedCredentials(request.getHeader(HttpHeaders.AUTHORIZATION), queryToken);
        return authenticator.authenticate(presented, endpoint).compose(result -> {
            if (result instanceof AuthResult.Granted granted) {
                return Future.succeededFuture(granted.credential());
            }
            return Future.failedFuture(problem(request, result).asException());
        });
    }

    private Problem problem(HttpServerRequest request, AuthResult result) {
        if (result instanceof AuthResult.Missing missing) {
            return Problem.unauthorized(missing.detail());
        }
        if (result instanceof AuthResult.Forbidden forbidden) {
            return Problem.of(403, forbidden.detail());
        }
        if (result instanceof AuthResult.Denied denied) {
            String address = addresses.of(request);
            counts.failedCredential();
            if (failures.allow(address)) {
                return Problem.unauthorized(denied.detail());
            }
            counts.rateLimited();
            return Problem.unavailable(
                    Problem.Unavailable.RATE_LIMITED,
                    failures.retryAfter(address).toSeconds());
        }
        return Problem.of(Problem.Unavailable.BACKEND_UNAVAILABLE);
    }
}
