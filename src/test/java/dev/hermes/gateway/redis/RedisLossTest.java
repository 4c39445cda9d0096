package dev.hermes.gateway.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.hermes.gateway.demo.EmbeddedRedis;
import dev.hermes.gateway.fixture.FreePorts;
import dev.hermes.gateway.protocol.RedisNames;
import dev.hermes.gateway.watchdog.Pace;
import io.vertx.core.Future;
import io.vertx.core.net.NetServer;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** A link to a Redis that is away, goes away, or is not what it should be. */
class RedisLossTest {

    private final Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();

    @BeforeEach
    void captureTheLog() {
        log.start();
        root.addAppender(log);
    }

    @AfterEach
    void releaseTheLog() {
        root.detachAppender(log);
    }

    @Test
    void startsWithoutRedisAndIsThereWhenRedisIs() throws Exception {
        try (EmbeddedRedis redis = EmbeddedRedis.stopped(FreePorts.next());
                LinkFixture fixture = LinkFixture.of(redis.url().toString())) {
            fixture.start();
            fixture.awaitProblem("Connection refused");
            assertThat(fixture.told).isEmpty();
            assertThatThrownBy(() -> fixture.send(Command.PING)).isInstanceOf(RedisCommands.UnavailableException.class);

            redis.restart();
            fixture.awaitState(LinkState.LIVE);
            assertThat(fixture.told).containsExactly("up first");
            assertThat(fixture.onOwner(fixture.link::timesLost)).isZero();
        }
    }

    @Test
    void comesBackWithItsSubscriptionsWhenRedisIsKilledAndStartedAgain() throws Exception {
        try (EmbeddedRedis redis = FreePorts.redis();
                LinkFixture fixture = LinkFixture.live(redis.url().toString())) {
            redis.stop();
            fixture.awaitTold("down", 1);
            assertThatThrownBy(() -> fixture.send(Command.PING)).isInstanceOf(RedisCommands.UnavailableException.class);

            redis.restart();
            fixture.awaitTold("up again", 1);
            assertHears(fixture);
            assertThat(fixture.onOwner(fixture.link::timesLost)).isEqualTo(1);
            assertThat(logged("redis is up")).hasSize(2);
            assertThat(logged("redis is down")).singleElement().asString().contains("127.0.0.1:" + redis.port());
        }
    }

    @Test
    void tellsThatAFullRedisTakesNoWritesThoughItIsHeard() throws Exception {
        try (EmbeddedRedis redis = FreePorts.redis();
                LinkFixture fixture = LinkFixture.live(redis.url().toString())) {
            fixture.send(Command.CONFIG, "SET", "maxmemory", "1");
            fixture.awaitTold("not writable Redis refuses to keep the log's identity: OOM", 1);
            assertHears(fixture);

            fixture.send(Command.CONFIG, "SET", "maxmemory", "0");
            fixture.awaitTold("writable", 1);
            assertThat(fixture.told).noneMatch(line -> line.startsWith("down"));
        }
    }

    @Test
    void tellsThatRedisTakesWritesAgainThoughOnlyAnAttemptThatFailedFoundItFull() throws Exception {
        try (EmbeddedRedis redis = FreePorts.redis();
                LinkFixture watcher = LinkFixture.live(redis.url().toString());
                Relay relay = new Relay(redis.port());
                LinkFixture fixture = LinkFixture.of("redis://127.0.0.1:" + relay.port())) {
            watcher.send(Command.CONFIG, "SET", "maxmemory", "1");
            relay.loseCanaries();
            fixture.start();
            assertThat(fixture.told).singleElement().asString().startsWith("not writable");

            watcher.send(Command.CONFIG, "SET", "maxmemory", "0");
            relay.replaceInAnswers("", "");
            fixture.awaitTold("up first", 1);
            assertThat(fixture.told)
                    .filteredOn(line -> line.contains("writable"))
                    .last()
                    .isEqualTo("writable");
        }
    }

    @Test
    void isNotLostWhereAPingIsAnsweredWithAnError() throws Exception {
        try (EmbeddedRedis redis = FreePorts.redis();
                Relay relay = new Relay(redis.port());
                LinkFixture fixture = LinkFixture.liveWithLog("redis://127.0.0.1:" + relay.port(), 2)) {
            relay.replaceInAnswers("+PONG", "-MISC");
            // Every other tick sends a PING, and each a canary.
            for (int tick = 0; tick < 4; tick++) {
                long proven = fixture.onOwner(fixture.link::provenNanos);
                await().until(() -> fixture.onOwner(fixture.link::provenNanos) > proven);
            }
            assertThat(relay.replaced()).isPositive();
            assertThat(fixture.told).noneMatch(line -> line.startsWith("down"));
        }
    }

    @Test
    void keepsEveryConnectionOfALogAliveThatNobodyReads() throws Exception {
        try (EmbeddedRedis redis = FreePorts.redis();
                LinkFixture fixture = LinkFixture.liveWithLog(redis.url().toString(), 2)) {
            await().until(() -> fixture.ask(Command.CLIENT, "LIST")
                            .lines()
                            .filter(line -> line.contains("cmd=ping"))
                            .count()
                    == 3);
        }
    }

    @Test
    void recoversWhenItsSubscriberIsKilled() throws Exception {
        recoversFromKilling("pubsub");
    }

    @Test
    void recoversWhenItsCommandsConnectionIsKilled() throws Exception {
        recoversFromKilling("normal");
    }

    private static void recoversFromKilling(String type) throws Exception {
        try (EmbeddedRedis redis = FreePorts.redis();
                LinkFixture fixture = LinkFixture.live(redis.url().toString())) {
            fixture.on(
                    fixture.owner,
                    () -> fixture.link
                            .commands()
                            .send(Request.cmd(Command.CLIENT)
                                    .arg("KILL")
                                    .arg("TYPE")
                                    .arg(type)
                                    .arg("SKIPME")
                                    .arg("no"))
                            .otherwiseEmpty());
            fixture.awaitTold("down", 1);
            fixture.awaitTold("up again", 1);
            assertHears(fixture);
            // Both connections of the old session are gone, not only the one that was killed.
            assertThat(fixture.ask(Command.CLIENT, "LIST").lines()).hasSize(2);
        }
    }

    @Test
    void isDownWithinFourSecondsOfASilenceAndUpAfterwards() throws Exception {
        try (EmbeddedRedis redis = FreePorts.redis();
                LinkFixture fixture = LinkFixture.live(redis.url().toString())) {
            redis.pause();
            Pace pace = Pace.start();
            Future<Response> inFlight =
                    fixture.onOwner(() -> fixture.link.commands().send(Request.cmd(Command.PING)));
            fixture.awaitTold("down", 1);
            assertThat(pace.elapsed()).isLessThan(pace.stretched(Duration.ofMillis(4_300)));
            assertThatThrownBy(inFlight::await).isInstanceOf(RedisCommands.UnavailableException.class);
            assertThat(fixture.link.commands().available()).isFalse();

            redis.resume();
            fixture.awaitTold("up again", 1);
            assertHears(fixture);
        }
    }

    @Test
    void isDownWhenItsCanaryNoLongerComesThoughBothConnectionsAreAlive() throws Exception {
        try (EmbeddedRedis redis = FreePorts.redis();
                Relay relay = new Relay(redis.port());
                LinkFixture fixture = LinkFixture.live("redis://127.0.0.1:" + relay.port())) {
            relay.replaceInAnswers("gateway:canary:", "gateway:cuckoo:");
            Pace pace = Pace.start();
            fixture.awaitTold("down no canary", 1);
            assertThat(pace.elapsed()).isLessThan(pace.stretched(Duration.ofMillis(5_300)));
            relay.replaceInAnswers("", "");
            fixture.awaitTold("up again", 1);
        }
    }

    @Test
    void isNotLiveBeforeItsCanaryHasComeBack() throws Exception {
        try (EmbeddedRedis redis = FreePorts.redis();
                Relay relay = new Relay(redis.port());
                LinkFixture fixture = LinkFixture.of("redis://127.0.0.1:" + relay.port())) {
            relay.loseCanaries();
            fixture.startOnly();
            fixture.awaitState(LinkState.PROVING);
            assertThat(fixture.told).isEmpty();
            assertThatThrownBy(() -> fixture.send(Command.PING)).isInstanceOf(RedisCommands.UnavailableException.class);
            relay.replaceInAnswers("", "");
            fixture.awaitTold("up first", 1);
        }
    }

    @Test
    void saysThatThePasswordIsWrongAndNeverWhatItIs() throws Exception {
        try (EmbeddedRedis redis = FreePorts.redis("requirepass right");
                LinkFixture watcher = LinkFixture.live("redis://:right@127.0.0.1:" + redis.port());
                LinkFixture fixture = LinkFixture.of("redis://:n0t-th1s@127.0.0.1:" + redis.port())) {
            fixture.start();
            fixture.awaitProblem("WRONGPASS");

            awaitErrorReplies(watcher, 10);
            assertThat(logged("redis cannot be reached"))
                    .singleElement()
                    .asString()
                    .contains("WRONGPASS");
            assertThat(List.copyOf(log.list))
                    .noneMatch(event -> (event.getFormattedMessage() + event.getThrowableProxy()).contains("n0t-th1s"));

            // Every attempt's connection but the last one's is closed, although Redis keeps the refused ones open.
            assertThat(watcher.ask(Command.CLIENT, "LIST").lines()).hasSizeLessThanOrEqualTo(3);
        }
    }

    @Test
    void makesTheIdentityAnewAfterAFlush() throws Exception {
        try (EmbeddedRedis redis = FreePorts.redis();
                LinkFixture fixture = LinkFixture.live(redis.url().toString())) {
            String before = identity(fixture);
            assertThat(before).matches("[0-9a-f]{32}");
            assertThat(fixture.send(Command.HGET, RedisNames.LOG_STATE, "version"))
                    .hasToString("1");

            fixture.send(Command.FLUSHALL);
            Pace pace = Pace.start();
            await().until(() -> !identity(fixture).equals("null"));
            assertThat(pace.elapsed()).isLessThan(pace.stretched(Duration.ofMillis(1_500)));
            assertThat(identity(fixture)).matches("[0-9a-f]{32}").isNotEqualTo(before);
            assertThat(fixture.told).containsExactly("up first");
        }
    }

    @Test
    void keepsAnIdentityThatIsThere() throws Exception {
        try (EmbeddedRedis redis = FreePorts.redis();
                LinkFixture first = LinkFixture.live(redis.url().toString());
                LinkFixture second = LinkFixture.live(redis.url().toString())) {
            assertThat(identity(second)).isEqualTo(identity(first)).isNotEqualTo("null");
        }
    }

    @Test
    void isDownWhenItsRedisBecomesAReplica() throws Exception {
        try (EmbeddedRedis master = FreePorts.redis();
                EmbeddedRedis redis = FreePorts.redis();
                LinkFixture fixture = LinkFixture.live(redis.url().toString())) {
            fixture.send(Command.REPLICAOF, "127.0.0.1", "" + master.port());
            fixture.awaitTold("down", 1);

            assertThat(fixture.told.get(1)).contains("READONLY");
        }
    }

    @Test
    void givesUpAHandshakeThatIsNeverAnsweredAndTriesAgain() throws Exception {
        try (LinkFixture fixture = LinkFixture.of("redis://127.0.0.1:" + FreePorts.next())) {
            AtomicInteger accepted = new AtomicInteger();
            NetServer silent = fixture.vertx
                    .createNetServer()
                    .connectHandler(socket -> accepted.incrementAndGet())
                    .listen(0, "127.0.0.1")
                    .await();
            try (LinkFixture hanging = LinkFixture.of("redis://127.0.0.1:" + silent.actualPort())) {
                Pace pace = Pace.start();
                hanging.start();

                assertThat(pace.elapsed()).isLessThan(pace.stretched(Duration.ofMillis(3_300)));
                await().until(() -> accepted.get() >= 2);
                assertThat(hanging.told).isEmpty();
            }
        }
    }

    @Test
    void namesTheVersionThatIsTooOldAndTheOneThatIsNeeded() throws Exception {
        try (EmbeddedRedis redis = FreePorts.redis();
                Relay relay = new Relay(redis.port());
                LinkFixture fixture = LinkFixture.of("redis://127.0.0.1:" + relay.port())) {
            relay.replaceInAnswers("redis_version:7.0.15", "redis_version:6.0.19");
            fixture.start();
            fixture.awaitProblem("Redis 6.0.19 is too old: Redis 6.2 or Valkey 7.2 or newer is needed");
        }
    }

    @Test
    void goesOnWithoutAVersionItMayNotAskFor() throws Exception {
        try (EmbeddedRedis redis = FreePorts.redis("user limited on >word ~* &* +@all -info");
                LinkFixture fixture = LinkFixture.of("redis://limited:word@127.0.0.1:" + redis.port())) {
            fixture.start();
            fixture.awaitState(LinkState.LIVE);
            assertThat(fixture.told).containsExactly("up first");
            assertThat(logged("redis is odd")).singleElement().asString().contains("INFO is not permitted");
        }
    }

    @Test
    void saysWhichSubscriptionItIsRefused() throws Exception {
        try (EmbeddedRedis redis = FreePorts.redis("user deaf on >word ~* resetchannels &hermes:* +@all");
                LinkFixture fixture = LinkFixture.of("redis://deaf:word@127.0.0.1:" + redis.port())) {
            fixture.start();
            fixture.awaitProblem("refused a subscription", "NOPERM");
            assertThat(fixture.told).isEmpty();
        }
    }

    private static void awaitErrorReplies(LinkFixture watcher, int atLeast) {
        String counter = "total_error_replies:";
        await().until(() -> watcher.ask(Command.INFO, "stats")
                .lines()
                .filter(line -> line.startsWith(counter))
                .anyMatch(line -> Integer.parseInt(line.substring(counter.length())) >= atLeast));
    }

    private static void assertHears(LinkFixture fixture) throws Exception {
        fixture.send(Command.PUBLISH, "news", "heard again");
        fixture.send(Command.PUBLISH, "download:1:progress", "heard too");
        fixture.awaitTold("message heard again", 1);
        fixture.awaitTold("message heard too", 1);
    }

    private static String identity(LinkFixture fixture) throws Exception {
        return String.valueOf(fixture.on(fixture.owner, () -> IdentityCheck.LogIdentity.read(fixture.link.commands())));
    }

    private List<String> logged(String beginning) {
        return List.copyOf(log.list).stream()
                .map(ILoggingEvent::getFormattedMessage)
                .filter(line -> line.startsWith(beginning))
                .toList();
    }
}
