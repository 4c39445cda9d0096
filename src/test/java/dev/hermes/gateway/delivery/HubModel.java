package dev.hermes.gateway.delivery;

import dev.hermes.gateway.config.Settings;
import dev.hermes.gateway.event.Envelope;
import dev.hermes.gateway.log.Cursor;
import dev.hermes.gateway.loop.OwnerLoop;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/**
 * One run: clients come, read fast, slowly or not at all, break off and come back, while events are published, the hub
 * lags behind the log, the log answers late or fails, and time passes. Every choice follows from the seed; each step is
 * one turn of the loop, with what the hub queued in between.
 */
final class HubModel {

    private static final Settings.Streams STREAMS = new Settings.Streams(
            Duration.ofSeconds(5),
            1_000,
            Settings.Streams.Shares.UNLIMITED,
            Duration.ofSeconds(120),
            Duration.ofSeconds(20),
            1_000);

    private static final HubFixture.Sizes[] SIZES = {
        new HubFixture.Sizes(16, 1 << 20, new CatchUp.Pace(5, 20, 7, 2, new LiveDelivery.Pace(3, 2)), 120, 1 << 20),
        new HubFixture.Sizes(64, 4_000, new CatchUp.Pace(3, 7, 2, 1, new LiveDelivery.Pace(1, 1)), 100_000, 30_000),
        new HubFixture.Sizes(1, 1 << 20, new CatchUp.Pace(1, 2, 1, 4, new LiveDelivery.Pace(20, 3)), 300, 1 << 20),
        new HubFixture.Sizes(
                1_024, 1 << 20, new CatchUp.Pace(256, 2_048, 256, 4, LiveDelivery.Pace.USUAL), 50, 1 << 20),
    };

    private final Random random;
    private final OwnerLoop loop;
    private final HubFixture fixture;
    private final List<ModelStream> streams = new ArrayList<>();
    private final List<ModelPoll> polls = new ArrayList<>();
    private final Promise<HubModel> done = Promise.promise();
    private int stepsLeft;

    /** Must be called on the loop. */
    HubModel(Vertx vertx, long seed, int steps) {
        this.random = new Random(seed);
        this.loop = OwnerLoop.current(vertx);
        this.fixture = new HubFixture(vertx, SIZES[Math.floorMod(seed, SIZES.length)], STREAMS, seed);
        this.stepsLeft = steps;
        fixture.checker = this::check;
    }

    Future<HubModel> run() {
        loop.afterSockets(this::turn);
        return done.future();
    }

    int streamsSeen() {
        return streams.stream().mapToInt(ModelStream::connections).sum();
    }

    int messagesSeen() {
        return streams.stream().mapToInt(ModelStream::messages).sum();
    }

    int pagesSeen() {
        return polls.stream().mapToInt(ModelPoll::pages).sum();
    }

    int gapsSeen() {
        return streams.stream().mapToInt(ModelStream::gaps).sum();
    }

    int explanationsSeen() {
        return streams.stream().mapToInt(ModelStream::explanations).sum();
    }

    private void turn() {
        try {
            if (stepsLeft-- > 0) {
                step();
                loop.afterSockets(this::turn);
            } else {
                windUp(100_000);
            }
        } catch (Throwable failure) {
            done.fail(failure);
        }
    }

    private void step() {
        int choice = random.nextInt(100);
        if (choice < 25) {
            publish(1 + random.nextInt(3));
        } else if (choice < 28) {
            publish(10 + random.nextInt(200));
        } else if (choice < 30) {
            fixture.appendHole();
        } else if (choice < 48) {
            deliverSome();
        } else if (choice < 52) {
            streams.add(new ModelStream(fixture, anySubscription()));
        } else if (choice < 62) {
            withStream(stream -> stream.connect(random, anyLease()));
        } else if (choice < 66) {
            withStream(ModelStream::stall);
        } else if (choice < 72) {
            withStream(stream -> stream.allow(1 + random.nextInt(2_000)));
        } else if (choice < 76) {
            withStream(stream -> stream.allow(MemorySink.UNLIMITED));
        } else if (choice < 78) {
            withStream(ModelStream::breakOff);
        } else if (choice < 88) {
            answerARead();
        } else if (choice < 93) {
            poll();
        } else if (choice < 97) {
            passTime();
        } else if (choice < 98) {
            fixture.miss();
        } else if (choice < 99) {
            fixture.log.answerBackward();
        } else if (random.nextBoolean()) {
            fixture.hub.onBackend(random.nextBoolean(), fixture.wallNow());
        } else {
            fixture.memory.room(random.nextBoolean() ? random.nextInt(20) : MemorySink.UNLIMITED);
        }
    }

    private void publish(int events) {
        List<Envelope> envelopes = new ArrayList<>();
        for (int event = 0; event < events; event++) {
            envelopes.add(fixture.envelope(
                    one("a", "b", "c"),
                    random.nextInt(4) == 0 ? null : one("k1", "k2", "k3"),
                    random.nextBoolean() ? Map.of() : Map.of("status", one("on", "off"), "other", "x"),
                    random.nextInt(10) == 0 ? 300 : 5));
        }
        fixture.append(envelopes);
    }

    private void deliverSome() {
        int batches = 1 + random.nextInt(4);
        for (int batch = 0; batch < batches; batch++) {
            HubBus.Signal.EventBatch next = fixture.batches.poll();
            if (next != null) {
                fixture.hub.onBatch(next);
            }
        }
    }

    private void answerARead() {
        int pending = fixture.log.pendingReads();
        if (pending > 0) {
            int which = random.nextInt(pending);
            if (random.nextInt(8) == 0) {
                fixture.log.fail(which);
            } else {
                fixture.log.answer(which);
            }
        }
    }

    private void poll() {
        if (polls.size() < 5) {
            polls.add(new ModelPoll(fixture, anySubscription()));
        }
        ModelPoll poll = polls.get(random.nextInt(polls.size()));
        if (poll.waiting() && random.nextInt(5) == 0) {
            poll.breakOff();
        } else if (!poll.waiting()) {
            poll.ask(1 + random.nextInt(30), Duration.ofSeconds(random.nextInt(3) * 2L));
        }
    }

    private void passTime() {
        switch (random.nextInt(20)) {
            case 0 -> fixture.jump(Duration.ofSeconds(random.nextInt(90)));
            case 1 -> fixture.pass(Duration.ofSeconds(25));
            case 2 -> fixture.hub.answerPolls();
            default -> fixture.pass(Duration.ofMillis(random.nextInt(1_500)));
        }
    }

    private Future<List<StreamPermit.State>> check(List<StreamPermit> permits) {
        if (random.nextInt(4) == 0) {
            return Future.failedFuture("nobody could be asked");
        }
        return Future.succeededFuture(permits.stream()
                .map(permit -> switch (random.nextInt(12)) {
                    case 0 -> StreamPermit.State.REVOKED;
                    case 1 -> StreamPermit.State.EXPIRED;
                    default -> StreamPermit.State.VALID;
                })
                .toList());
    }

    private StreamPermit anyLease() {
        Instant end = random.nextInt(3) == 0 ? fixture.wallNow().plusSeconds(random.nextInt(200)) : null;
        return new HubFixture.TestLease(end, random.nextInt(3) == 0);
    }

    private Subscription anySubscription() {
        Map<String, Subscription.ChannelFilter> interests = new HashMap<>();
        int channels = 1 + random.nextInt(3);
        for (int channel = 0; channel < channels; channel++) {
            Set<String> keys = random.nextBoolean() ? null : Set.of(one("k1", "k2", "k3"), one("k4", "k5"));
            Map<String, Set<String>> filters =
                    random.nextInt(3) == 0 ? Map.of("status", Set.of(one("on", "off"))) : Map.of();
            interests.put(one("a", "b", "c"), new Subscription.ChannelFilter(keys, filters));
        }
        return new Subscription(interests);
    }

    private void withStream(java.util.function.Consumer<ModelStream> action) {
        if (!streams.isEmpty()) {
            action.accept(streams.get(random.nextInt(streams.size())));
        }
    }

    private String one(String... choices) {
        return choices[random.nextInt(choices.length)];
    }

    /** Everybody may read, and everything arrives: then nobody may miss anything, and nothing may be left behind. */
    private void windUp(int turns) {
        try {
            streams.forEach(stream -> stream.allow(MemorySink.UNLIMITED));
            fixture.memory.room(MemorySink.UNLIMITED);
            fixture.deliver();
            while (fixture.log.pendingReads() > 0) {
                fixture.log.answer(0);
            }
            fixture.pass(Hub.TICK);
            if (turns > 0 && (fixture.hub.snapshot().clients().catchingUp() > 0 || !fixture.hub.isIdle())) {
                loop.afterSockets(() -> windUp(turns - 1));
                return;
            }
            finish();
            done.complete(this);
        } catch (Throwable failure) {
            done.fail(failure);
        }
    }

    private void finish() {
        require(fixture.hub.snapshot().clients().catchingUp() == 0, "somebody never gets to the tip");
        streams.forEach(ModelStream::mustHaveEverything);
        fixture.hub.answerPolls();
        streams.forEach(ModelStream::breakOff);
        polls.forEach(ModelPoll::breakOff);
        HubCounters.Snapshot snapshot = fixture.hub.snapshot();
        require(fixture.hub.isEmpty(), "somebody is left in the hub");
        require(
                snapshot.clients().open() == 0
                        && snapshot.clients().catchingUp() == 0
                        && snapshot.clients().polls() == 0,
                "counted as open still: " + snapshot);
        require(fixture.admission.openStreams() == 0, "places still taken");
        fixture.hub.close();
        require(fixture.memory.allReleased(), "memory of frames not given back");
        require(fixture.open(new Cursor.Fresh()).position() != null, "the log stands");
    }

    private static void require(boolean condition, String otherwise) {
        if (!condition) {
            throw new AssertionError(otherwise);
        }
    }
}
