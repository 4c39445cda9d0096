package dev.hermes.gateway.auth;

import static dev.hermes.gateway.fixture.Futures.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hermes.gateway.auth.IdentityEndpoint.Answer;
import dev.hermes.gateway.config.Settings;
import dev.hermes.gateway.fixture.IdentityServer;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How long an answer is kept, and what is made of it. */
class IdentityEndpointTest {

    private static final Settings.Secret SOME = new Settings.Secret("some-credential");

    private final AtomicLong nanos = new AtomicLong();
    private final Vertx vertx = Vertx.vertx();
    private final IdentityServer hermes = new IdentityServer();
    private final IdentityEndpoint identity = new IdentityEndpoint(vertx, URI.create(hermes.url()), nanos::get);

    /** The first question of all may take longer than one may, on a busy machine. */
    @BeforeEach
    void warmUp() {
        await().until(() -> await(identity.ask(new Settings.Secret("another"), Duration.ZERO)
                .map(true)
                .recover(failure -> Future.succeededFuture(false))));
        hermes.asked().clear();
        warm = identity.counts();
    }

    @AfterEach
    void close() {
        await(identity.close());
        hermes.close();
        await(vertx.close());
    }

    private IdentityEndpoint.Counts warm = new IdentityEndpoint.Counts(0, 0, 0, 0, false);

    private Answer ask(Duration oldest) {
        return await(identity.ask(SOME, oldest));
    }

    private boolean isAnswered() {
        Future<Boolean> answered =
                identity.ask(SOME, Duration.ZERO).map(true).recover(failure -> Future.succeededFuture(false));
        return await(answered);
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
        assertThat(identity.counts())
                .isEqualTo(new IdentityEndpoint.Counts(
                        warm.accepted() + 1, warm.denied() + 1, warm.unanswered(), warm.kept() + 1, false));
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

    /** It would hold its connection and the questions behind it, and be kept in memory as far as it goes. */
    @Test
    void anAnswerThatGoesOnIsCutOff() {
        hermes.answer("some-credential", IdentityServer.DRIPS);

        assertThat(isAnswered()).isFalse();

        await().until(() -> hermes.open() == 0);
        hermes.answer("some-credential", 200);
        assertThat(ask(Duration.ZERO)).isEqualTo(new Answer.Accepted("u-1"));
    }

    /** The cache's own words would come by the hundred while Hermes is away, past the log and its format. */
    @ParameterizedTest
    @ValueSource(ints = {500, 302, IdentityServer.CUTS, IdentityServer.HANGS})
    void nothingIsWrittenPastTheLogWhenNobodyAnswers(int status) {
        List<LogRecord> written = new CopyOnWriteArrayList<>();
        Handler listening = new Listening(written);
        Logger all = Logger.getLogger("com.github.benmanes.caffeine");
        all.addHandler(listening);
        try {
            hermes.answer("some-credential", status);
            for (int question = 0; question < 6; question++) {
                assertThat(isAnswered()).isFalse();
            }
        } finally {
            all.removeHandler(listening);
        }

        assertThat(identity.counts().unanswered() - warm.unanswered()).isEqualTo(6);
        assertThat(written).isEmpty();
    }

    private static final class Listening extends Handler {

        private final List<LogRecord> written;

        Listening(List<LogRecord> written) {
            this.written = written;
        }

        @Override
        public void publish(LogRecord record) {
            written.add(record);
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }

    @Test
    void ofAnAnswerThatIsTooLongTheStatusCounts() {
        hermes.answer("some-credential", IdentityServer.POURS);

        assertThat(ask(Duration.ZERO)).isEqualTo(new Answer.Accepted(null));
        await().until(() -> hermes.open() == 0);
        assertThat(hermes.poured()).isLessThan(IdentityServer.POURED_WHOLE);
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
