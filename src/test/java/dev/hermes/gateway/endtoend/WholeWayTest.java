package dev.hermes.gateway.endtoend;

import static dev.hermes.gateway.endtoend.RedisLogFixture.data;
import static dev.hermes.gateway.endtoend.RedisLogFixture.open;
import static dev.hermes.gateway.endtoend.RedisLogFixture.state;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hermes.gateway.delivery.HubBus;
import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.fixture.RunningGateway;
import dev.hermes.gateway.fixture.SseConnection;
import io.vertx.core.Context;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every link of the way from Redis to a stream stands still in turn, while all else looks well: readiness and the streams
 * are told, and when it goes on, what was published meanwhile comes or is declared.
 */
class WholeWayTest {

    private static final Duration LONGER_THAN_ANY_STANDSTILL = Duration.ofSeconds(7);

    /** So many that there is no pause, and so few that on no machine the canary waits behind them for seconds. */
    private static final int MOST_ON_THEIR_WAY = 50;

    private final RedisLogFixture log = new RedisLogFixture();

    private enum Link {
        SUBSCRIBER_HEARS {
            @Override
            Runnable cut(RedisLogFixture log, RunningGateway gateway) {
                // Whoever subscribes to what he may not is cut off, and cannot come back.
                log.ask("ACL", "SETUSER", "default", "resetchannels", "&queue:updates");
                return () -> log.ask("ACL", "SETUSER", "default", "allchannels");
            }
        },
        CHAIN_IS_ANSWERED {
            @Override
            Runnable cut(RedisLogFixture log, RunningGateway gateway) {
                log.ask("ACL", "SETUSER", "default", "-evalsha", "-eval");
                return () -> log.ask("ACL", "SETUSER", "default", "+evalsha", "+eval");
            }
        },
        SCRIPT_APPENDS {
            @Override
            Runnable cut(RedisLogFixture log, RunningGateway gateway) {
                log.ask("ACL", "SETUSER", "default", "-xadd");
                return () -> log.ask("ACL", "SETUSER", "default", "+xadd");
            }
        },
        TAIL_READS {
            @Override
            Runnable cut(RedisLogFixture log, RunningGateway gateway) {
                log.ask("ACL", "SETUSER", "default", "-xread");
                return () -> log.ask("ACL", "SETUSER", "default", "+xread");
            }
        },
        BUS_CARRIES {
            @Override
            Runnable cut(RedisLogFixture log, RunningGateway gateway) {
                return dropping(gateway, HubBus.Signal.EventBatch.class, HubBus.Signal.Reached.class);
            }
        },
        HUB_WRITES {
            @Override
            Runnable cut(RedisLogFixture log, RunningGateway gateway) {
                // What it is told comes to its loop, and is not done there.
                List<Runnable> held = new CopyOnWriteArrayList<>();
                AtomicBoolean mended = new AtomicBoolean();
                gateway.vertx().eventBus().<Object>addInboundInterceptor(delivery -> {
                    Object body = delivery.message().body();
                    if (mended.get()
                            || !(body instanceof HubBus.Signal.EventBatch || body instanceof HubBus.Signal.Reached)) {
                        delivery.next();
                    } else {
                        Context hub = Vertx.currentContext();
                        held.add(() -> hub.runOnContext(go -> delivery.next()));
                    }
                });
                return () -> {
                    mended.set(true);
                    held.forEach(Runnable::run);
                };
            }
        };

        /** Returns what mends it. */
        abstract Runnable cut(RedisLogFixture log, RunningGateway gateway);

        /** Messages to the hubs of these kinds get lost. */
        private static Runnable dropping(RunningGateway gateway, Class<?>... kinds) {
            Handler<DeliveryContext<Object>> interceptor = delivery -> {
                Object body = delivery.message().body();
                if (List.of(kinds).stream().noneMatch(kind -> kind.isInstance(body))) {
                    delivery.next();
                }
            };
            gateway.vertx().eventBus().addInboundInterceptor(interceptor);
            return () -> gateway.vertx().eventBus().removeInboundInterceptor(interceptor);
        }
    }

    @AfterEach
    void close() {
        log.close();
    }

    @ParameterizedTest
    @EnumSource(Link.class)
    void aLinkThatStandsStillIsToldAndWhatItSwallowedComesOrIsDeclared(Link link) {
        RunningGateway gateway = log.gateway();
        Operator operator = new Operator(gateway);
        try (SseConnection stream = open(gateway, null)) {
            log.publish(1);
            assertThat(stream.nextEvent().data()).isEqualTo(data(1));

            Runnable mend = link.cut(log, gateway);
            log.publish(2);
            await().untilAsserted(
                            () -> assertThat(operator.status("/health/ready")).isEqualTo(503));
            List<String> came = until(stream, "down");
            mend.run();

            await().untilAsserted(
                            () -> assertThat(operator.status("/health/ready")).isEqualTo(200));
            try (SseConnection fresh = open(gateway, null)) {
                // One that opens waits until what is heard has its place; before that, it would be declared as missing.
                assertThat(fresh.status()).isEqualTo(200);
                log.publish(3);
            }
            came.addAll(until(stream, data(3)));
            assertThat(came).contains("up");
            assertThat(came).containsAnyOf(data(2), "gap");
        }
    }

    @Test
    void aBatchThatGotLostOnTheBusIsReadFromTheLogBeforeTheNext() {
        RunningGateway gateway = log.gateway();
        try (SseConnection stream = open(gateway, null)) {
            log.publish(1);
            SseConnection.Frame first = stream.nextEvent();
            assertThat(first.data()).isEqualTo(data(1));

            // By position, since the batch of event 1 may still be on its way to the other hubs.
            EventId position = Objects.requireNonNull(EventId.parse(first.position()));
            AtomicInteger dropped = new AtomicInteger();
            Handler<DeliveryContext<Object>> interceptor = delivery -> {
                if (delivery.message().body() instanceof HubBus.Signal.EventBatch batch
                        && batch.entries().get(0).id().compareTo(position) > 0) {
                    dropped.incrementAndGet();
                } else {
                    delivery.next();
                }
            };
            gateway.vertx().eventBus().addInboundInterceptor(interceptor);
            log.publish(2);
            await().until(() -> dropped.get() >= Runtime.getRuntime().availableProcessors());

            gateway.vertx().eventBus().removeInboundInterceptor(interceptor);
            log.publish(3);
            // On a slow machine streams may be told before that the log did not reach them.
            assertThat(stream.nextLogged().data()).isEqualTo(data(2));
            assertThat(stream.nextLogged().data()).isEqualTo(data(3));
        }
    }

    /** The tail rests as long as this gateway's own entries follow each other, and reads nothing. */
    @Test
    void aLogThatOneGatewayFeedsWithoutAPauseIsNotBlamed() {
        RunningGateway gateway = log.gateway();
        try (SseConnection stream = open(gateway, null)) {
            long end = System.nanoTime() + LONGER_THAN_ANY_STANDSTILL.toNanos();
            int last = 0;
            List<String> came = new ArrayList<>();
            while (System.nanoTime() < end) {
                log.publish(++last);
                if (last - came.size() > MOST_ON_THEIR_WAY) {
                    came.add(said(stream.nextEvent()));
                }
            }
            came.addAll(until(stream, data(last)));

            assertThat(came).doesNotContain("down", "gap").hasSize(last);
            assertThat(new Operator(gateway).status("/health/ready")).isEqualTo(200);
        }
    }

    /** Events by their data, and the others by what they say. */
    private static List<String> until(SseConnection stream, String last) {
        List<String> came = new ArrayList<>();
        while (came.isEmpty() || !came.get(came.size() - 1).equals(last)) {
            came.add(said(stream.nextEvent()));
        }
        return came;
    }

    private static String said(SseConnection.Frame frame) {
        return switch (frame.event()) {
            case "backend" -> state(frame);
            case "gap" -> "gap";
            default -> frame.data();
        };
    }
}
