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
 * The step from a request to a credential. Only who fails is counted and, in the end, held off: a good credential from the
 * same address always gets through.
 */
final class RequestAuthenticator {

    private final Authenticator authenticator;
    private final FailedCredentialLimiter failures;
    private final ClientAddress addresses;

    RequestAuthenticator(Authenticator authenticator, FailedCredentialLimiter failures, ClientAddress addresses) {
        this.authenticator = authenticator;
        this.failures = failures;
        this.addresses = addresses;
    }

    /** The credential, or a failure that carries the problem. */
    Future<Credential> pass(HttpServerRequest request, AuthResult.Endpoint door, @Nullable String queryToken) {
        AuthResult.PresentedCredentials presented =
                new AuthResult.PresentedCredentials(request.getHeader(HttpHeaders.AUTHORIZATION), queryToken);
        return authenticator.authenticate(presented, door).compose(result -> {
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
            return failures.allow(address)
                    ? Problem.unauthorized(denied.detail())
                    : Problem.unavailable(
                            Problem.Unavailable.RATE_LIMITED,
                            failures.retryAfter(address).toSeconds());
        }
        return Problem.of(Problem.Unavailable.BACKEND_UNAVAILABLE);
    }
}
