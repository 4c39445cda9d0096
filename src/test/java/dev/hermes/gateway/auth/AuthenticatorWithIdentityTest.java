package dev.hermes.gateway.auth;

import static dev.hermes.gateway.fixture.Futures.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hermes.gateway.fixture.IdentityServer;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.net.URI;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What may be a key of Hermes' is asked about, and anybody can make up such a one. */
class AuthenticatorWithIdentityTest {

    private final TestClock clock = new TestClock(TestClock.START);
    private final Vertx vertx = Vertx.vertx();
    private final IdentityServer hermes = new IdentityServer();
    private final IdentityEndpoint identity = new IdentityEndpoint(vertx, URI.create(hermes.url()), clock::nanos);
    private final Authenticator authenticator = new Authenticator(
            new Authenticator.Keys(vertx, Jwts.settings("HS256", Jwts.KEY), clock),
            new MemoryTokenStore(clock, clock::nanos),
            identity);

    @AfterEach
    void close() {
        await(identity.close());
        hermes.close();
        await(vertx.close());
    }

    private Future<AuthResult> ask(String key) {
        return authenticator.authenticate(
                new AuthResult.PresentedCredentials("Bearer " + key, null), AuthResult.Endpoint.EVENTS);
    }

    @Test
    void aKeyThatHermesVouchedForGetsInHoweverManyMadeUpOnesWait() {
        // The first question of all may take longer than one may, on a busy machine.
        await().until(() -> await(ask("known")) instanceof AuthResult.Granted);
        hermes.answerOthers(IdentityServer.HANGS);
        int number = 0;
        Future<AuthResult> last;
        do {
            last = ask("made-up-" + ++number);
        } while (!last.isComplete() && number < 1_000);

        assertThat(last.result()).isEqualTo(new AuthResult.Unavailable());
        assertThat(await(ask("known"))).isInstanceOf(AuthResult.Granted.class);
    }
}
