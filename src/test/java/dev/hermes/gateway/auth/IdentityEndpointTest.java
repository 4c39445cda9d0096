package dev.hermes.gateway.auth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.auth.IdentityEndpoint.Answer;
import dev.hermes.gateway.config.Secret;
import dev.hermes.gateway.fixture.IdentityServer;
import dev.hermes.gateway.fixture.RunningGateway;
import io.vertx.core.Vertx;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How long an answer is kept, and what is made of it. */
class IdentityEndpointTest {

    private static final Secret SOME = new Secret("some-credential");

    private final AtomicLong nanos = new AtomicLong();
    private final Vertx vertx = Vertx.vertx();
    private final IdentityServer hermes = new IdentityServer();
    private final IdentityEndpoint identity = new IdentityEndpoint(vertx, URI.create(hermes.url()), nanos::get);

    @AfterEach
    void close() {
        RunningGateway.await(identity.close());
        hermes.close();
        RunningGateway.await(vertx.close());
    }

    private Answer ask(Duration oldest) {
        return RunningGateway.await(identity.ask(SOME, oldest));
    }

    private void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    @Test
    void anAnswerIsKeptForTenSecondsAndNoLonger() {
        assertThat(ask(IdentityEndpoint.LONGEST_KEPT)).isEqualTo(new Answer.Accepted("u-1"));
        hermes.answer("some-credential", 401);

        pass(Duration.ofMillis(9_999));
        assertThat(ask(IdentityEndpoint.LONGEST_KEPT)).isEqualTo(new Answer.Accepted("u-1"));
        assertThat(hermes.asked()).hasSize(1);

        pass(Duration.ofMillis(1));
        assertThat(ask(IdentityEndpoint.LONGEST_KEPT)).isEqualTo(new Answer.Denied());
        assertThat(hermes.asked()).hasSize(2);
        assertThat(identity.counts()).isEqualTo(new IdentityEndpoint.Counts(1, 1, 0, 1, false));
    }

    @Test
    void whoWantsAFresherOneHasItAskedAnewForAll() {
        ask(IdentityEndpoint.LONGEST_KEPT);
        hermes.answer("some-credential", 403);
        pass(Duration.ofSeconds(3));

        assertThat(ask(Duration.ofSeconds(2))).isEqualTo(new Answer.Denied());

        assertThat(ask(IdentityEndpoint.LONGEST_KEPT)).isEqualTo(new Answer.Denied());
        assertThat(hermes.asked()).hasSize(2);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            nullValues = "null",
            value = {
                "{\"id\":\"u-7\"}; u-7",
                "{\"id\":7}; 7",
                "{\"id\":null}; null",
                "{}; null",
                "[]; null",
                "no json; null"
            })
    void theUsersIdIsTakenFromTheAnswerIfItIsThere(String body, String userId) {
        hermes.body("some-credential", body);

        assertThat(ask(Duration.ZERO)).isEqualTo(new Answer.Accepted(userId));
    }
}
