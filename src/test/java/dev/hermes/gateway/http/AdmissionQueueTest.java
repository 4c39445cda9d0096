package dev.hermes.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.loop.OwnerLoop;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Each test runs on the event loop that owns its queue. */
@ExtendWith(VertxExtension.class)
class AdmissionQueueTest {

    private static final int AT_ONCE = 32;

    /** A queue, and openings that last until a test completes them. */
    private static final class Openings {

        private final AdmissionQueue queue;
        private final List<Integer> begun = new ArrayList<>();
        private final List<Promise<Void>> underWay = new ArrayList<>();
        private boolean gone;

        Openings(OwnerLoop loop) {
            queue = new AdmissionQueue(loop);
        }

        Future<Void> open(int number) {
            return queue.run(() -> gone, () -> {
                begun.add(number);
                underWay.add(Promise.promise());
                return underWay.get(underWay.size() - 1).future();
            });
        }

        List<Future<Void>> open(int from, int to) {
            return IntStream.range(from, to).mapToObj(this::open).toList();
        }
    }

    @Test
    void noMoreThan32OpenAtTheSameTime(Vertx vertx) throws Exception {
        onLoop(vertx, openings -> {
            openings.open(0, 40);
            assertThat(openings.begun).hasSize(AT_ONCE);

            openings.underWay.get(3).complete();
            openings.underWay.get(7).fail("as well as any other end");
            assertThat(openings.begun).hasSize(AT_ONCE + 2);
            return Future.succeededFuture();
        });
    }

    @Test
    void whoCameFirstBeginsFirst(Vertx vertx) throws Exception {
        onLoop(vertx, openings -> {
            openings.open(0, 100);
            for (int end = 0; end < 100; end++) {
                openings.underWay.get(end).complete();
            }
            assertThat(openings.begun)
                    .containsExactlyElementsOf(IntStream.range(0, 100).boxed().toList());
            return Future.succeededFuture();
        });
    }

    @Test
    void whoIsGoneWhenItsTurnComesIsNotOpened(Vertx vertx) throws Exception {
        onLoop(vertx, openings -> {
            openings.open(0, AT_ONCE);
            Future<Void> waiting = openings.open(AT_ONCE);
            openings.gone = true;
            openings.underWay.get(0).complete();

            assertThat(openings.begun).doesNotContain(AT_ONCE);
            assertThat(waiting.succeeded()).isTrue();
            return Future.succeededFuture();
        });
    }

    @Test
    void oneThatThrowsFailsAndGivesItsPlaceToTheNext(Vertx vertx) throws Exception {
        onLoop(vertx, openings -> {
            openings.open(0, AT_ONCE - 1);
            Future<Void> broken = openings.queue.run(() -> false, () -> {
                throw new IllegalStateException("broken");
            });
            openings.open(AT_ONCE);

            assertThat(broken.cause()).hasMessage("broken");
            assertThat(openings.begun).contains(AT_ONCE);
            return Future.succeededFuture();
        });
    }

    @Test
    void thoseThatWaitForSomethingGiveTheirPlacesAwayAndDoSoOnce(Vertx vertx) throws Exception {
        Promise<Void> last = Promise.promise();
        onLoop(vertx, openings -> {
            openings.open(0, 2 * AT_ONCE - 1);
            openings.queue.run(() -> false, () -> {
                last.complete();
                return Promise.<Void>promise().future();
            });
            openings.open(2 * AT_ONCE, 3 * AT_ONCE);
            // All 32 before it have not ended, and nobody ends them.
            return last.future().map(begun -> {
                openings.underWay.subList(0, AT_ONCE).forEach(Promise::complete);
                assertThat(openings.begun).hasSize(2 * AT_ONCE - 1);
                return null;
            });
        });
    }

    @Test
    void thoseThatEndAtOnceDoNotNest(Vertx vertx) throws Exception {
        onLoop(vertx, openings -> {
            openings.open(0, AT_ONCE);
            List<Future<Void>> waiting = IntStream.range(0, 100_000)
                    .mapToObj(number -> openings.queue.run(() -> false, Future::succeededFuture))
                    .toList();
            openings.underWay.get(0).complete();

            assertThat(waiting).allMatch(Future::succeeded);
            return Future.succeededFuture();
        });
    }

    private static void onLoop(Vertx vertx, Function<Openings, Future<Void>> test) throws Exception {
        Promise<Void> done = Promise.promise();
        vertx.runOnContext(go -> Future.<Void>succeededFuture()
                .compose(now -> test.apply(new Openings(OwnerLoop.current(vertx))))
                .onComplete(done));
        done.future().await(20, TimeUnit.SECONDS);
    }
}
