package dev.hermes.gateway.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.hermes.gateway.config.Settings;
import dev.hermes.gateway.demo.EmbeddedRedis;
import dev.hermes.gateway.fixture.FreePorts;
import dev.hermes.gateway.watchdog.Pace;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import io.vertx.redis.client.ResponseType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A link to a Redis that is well. */
class RedisLinkTest {

    private static EmbeddedRedis redis;

    @BeforeAll
    static void startRedis() {
        redis = FreePorts.redis();
    }

    @AfterAll
    static void stopRedis() {
        redis.close();
    }

    @Test
    void isLiveWithinASecondAndSaysSoBeforeStartCompletes() throws Exception {
        // Another one first: the time that a JVM takes to load its classes is not what is measured.
        try (LinkFixture warm = LinkFixture.live(redis.url().toString());
                LinkFixture fixture = LinkFixture.of(redis.url().toString())) {
            assertThat(warm.told).containsExactly("up first");

            Pace pace = Pace.start();
            fixture.start();
            assertThat(pace.elapsed()).isLessThan(pace.stretched(Duration.ofSeconds(1)));
            assertThat(fixture.told).containsExactly("up first");
            assertThat(fixture.state()).isEqualTo(LinkState.LIVE);
            assertThat(fixture.onOwner(() -> String.valueOf(fixture.link.problem())))
                    .isEqualTo("null");
            assertThat(fixture.onOwner(fixture.link::lastCanary)).isPositive();
        }
    }

    @Test
    void handsOverMessagesOfChannelsAndPatternsInOrderByteForByte() throws Exception {
        try (LinkFixture fixture = LinkFixture.live(redis.url().toString())) {
            Buffer binary = Buffer.buffer(new byte[] {0, '\r', '\n', (byte) 0xff, (byte) 0xc3, 0x28, '$', '1'});
            List<Request> publishing = new ArrayList<>();
            publishing.add(publish("news", binary));
            publishing.add(publish("download:7:progress", Buffer.buffer("ünïcode 🎬")));
            publishing.add(publish("queue:updates", Buffer.buffer()));
            publishing.add(publish("elsewhere", Buffer.buffer("not ours")));
            IntStream.range(0, 5_000)
                    .forEach(i -> publishing.add(
                            publish(i % 2 == 0 ? "news" : "download:" + i + ":progress", Buffer.buffer("" + i))));
            fixture.on(fixture.owner, () -> fixture.link.commands().sendAll(publishing));

            await().until(() -> fixture.messages.size() == 5_003);
            assertThat(fixture.messages.get(0)).isEqualTo(new RedisLinkListener.Message("news", null, binary));
            assertThat(fixture.messages.get(1))
                    .isEqualTo(new RedisLinkListener.Message(
                            "download:7:progress", "download:*:progress", Buffer.buffer("ünïcode 🎬")));
            assertThat(fixture.messages.get(2))
                    .isEqualTo(new RedisLinkListener.Message("queue:updates", null, Buffer.buffer()));
            assertThat(fixture.messages.subList(3, 5_003))
                    .extracting(message -> message.payload().toString())
                    .isEqualTo(IntStream.range(0, 5_000).mapToObj(i -> "" + i).toList());
            assertThat(fixture.threads)
                    .containsOnly(fixture.onOwner(() -> Thread.currentThread().getName()));
        }
    }

    @Test
    void answersOnTheContextOfItsCaller() throws Exception {
        try (LinkFixture fixture = LinkFixture.live(redis.url().toString())) {
            Context other = fixture.anotherLoop();
            assertThat(fixture.on(other, RedisLinkTest::thread))
                    .isNotEqualTo(fixture.on(fixture.owner, RedisLinkTest::thread));
            for (Context context : List.of(fixture.owner, other)) {
                var answeredOn = fixture.on(
                        context,
                        () -> fixture.link
                                .commands()
                                .send(Request.cmd(Command.ECHO).arg("hello"))
                                .map(response -> List.of(Vertx.currentContext(), response.toString())));
                assertThat(answeredOn).isEqualTo(List.of(context, "hello"));
                var allAnsweredOn = fixture.on(
                        context,
                        () -> fixture.link
                                .commands()
                                .sendAll(List.of(Request.cmd(Command.PING)))
                                .map(responses -> Vertx.currentContext()));
                assertThat(allAnsweredOn).isSameAs(context);
            }
        }
    }

    @Test
    void answersEachOfSeveralCommandsOnItsOwn() throws Exception {
        try (LinkFixture fixture = LinkFixture.live(redis.url().toString())) {
            List<Response> answers = fixture.on(
                    fixture.owner,
                    () -> fixture.link
                            .commands()
                            .sendAll(List.of(
                                    Request.cmd(Command.SET).arg("several").arg("word"),
                                    Request.cmd(Command.INCR).arg("several"),
                                    Request.cmd(Command.GET).arg("no such key"),
                                    Request.cmd(Command.GET).arg("several"))));
            assertThat(answers).hasSize(4);
            assertThat(answers.get(0)).hasToString("OK");
            assertThat(answers.get(1).type()).isEqualTo(ResponseType.ERROR);
            assertThat(answers.get(1)).hasToString("ERR value is not an integer or out of range");
            assertThat(answers.get(2)).isNull();
            assertThat(answers.get(3)).hasToString("word");
        }
    }

    @Test
    void failsACommandThatRedisRefusesWithWhatRedisSaid() throws Exception {
        try (LinkFixture fixture = LinkFixture.live(redis.url().toString())) {
            assertThatThrownBy(() -> fixture.send(Command.INCRBY, "refused", "no number"))
                    .isNotInstanceOf(RedisCommands.UnavailableException.class)
                    .hasMessageContaining("not an integer");
        }
    }

    @Test
    void usesTheDatabaseOfTheSettings() throws Exception {
        Settings.Redis settings =
                new Settings.Redis(List.of(new Settings.Secret(redis.url().toString())), 3, null, false, null);
        try (LinkFixture fixture = LinkFixture.of(settings)) {
            fixture.start();
            fixture.awaitState(LinkState.LIVE);
            assertThat(fixture.ask(Command.CLIENT, "INFO")).contains(" db=3 ");
        }
    }

    @Test
    void reachesARedisThatAsksForAPassword() throws Exception {
        try (EmbeddedRedis locked = FreePorts.redis("requirepass s:cret%");
                LinkFixture fixture = LinkFixture.of("redis://:s%3Acret%25@127.0.0.1:" + locked.port())) {
            fixture.start();
            fixture.awaitState(LinkState.LIVE);
            assertThat(fixture.told).containsExactly("up first");
        }
    }

    @Test
    void holdsTwoConnectionsHoweverManyCommandsItSendsAndLeavesNoneBehind() throws Exception {
        try (EmbeddedRedis own = FreePorts.redis();
                LinkFixture watcher = LinkFixture.live(own.url().toString())) {
            LinkFixture fixture = LinkFixture.live(own.url().toString());
            fixture.on(
                    fixture.owner,
                    () -> fixture.link
                            .commands()
                            .sendAll(IntStream.range(0, 1_000)
                                    .mapToObj(i -> Request.cmd(Command.PING))
                                    .toList()));
            assertThat(clients(watcher)).isEqualTo(4);
            fixture.on(fixture.owner, fixture.link::close);
            await().until(() -> clients(watcher) == 2);
            fixture.close();
        }
    }

    @Test
    void tellsNothingOnceItIsBeingClosed() throws Exception {
        try (LinkFixture fixture = LinkFixture.live(redis.url().toString())) {
            // Closed by the first message, while the others of the same packet are already here.
            fixture.onEachMessage = () -> fixture.link.close();
            Request publishing = Request.cmd(Command.EVAL)
                    .arg("for i = 1, 100 do redis.call('PUBLISH', 'news', i) end")
                    .arg(0);
            fixture.on(
                    fixture.owner,
                    () -> fixture.link.commands().send(publishing).otherwiseEmpty());
            fixture.awaitState(LinkState.CLOSED);
            assertThatThrownBy(() -> fixture.send(Command.PING)).isInstanceOf(RedisCommands.UnavailableException.class);

            // Whatever is still queued for the loop has run when this has.
            fixture.onOwner(() -> "");
            assertThat(fixture.told).containsExactly("up first", "message 1");
        }
    }

    @Test
    void refusesToBeMadeOffAnEventLoop() throws Exception {
        Settings.Redis settings =
                new Settings.Redis(List.of(new Settings.Secret(redis.url().toString())), 0, null, false, null);
        try (LinkFixture fixture = LinkFixture.of(settings)) {
            assertThatThrownBy(() -> new RedisLink(fixture.vertx, settings, LinkFixture.SUBSCRIPTIONS))
                    .isInstanceOf(IllegalStateException.class);
        }
    }

    private static Future<String> thread() {
        return Future.succeededFuture(Thread.currentThread().getName());
    }

    private static Request publish(String channel, Buffer payload) {
        return Request.cmd(Command.PUBLISH).arg(channel).arg(payload);
    }

    private static long clients(LinkFixture watcher) throws Exception {
        return watcher.ask(Command.CLIENT, "LIST").lines().count();
    }
}
