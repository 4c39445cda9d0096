package dev.hermes.gateway.watchdog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Event;
import org.junit.platform.testkit.engine.Events;

/**
 * Runs bad test classes in a run of their own and looks at how it ended. Both runs share the log, hence the expectations
 * here, which show in passing that an expected alarm is forgiven.
 */
class WatchdogTest {

    @Test
    @ExpectsAlarm("BLOCKED_THREAD .*vert.x-eventloop-thread-\\d+ has been blocked")
    void failsATestThatBlocksAnEventLoop() {
        // Of the last moment the checker may tell when the test has ended, which then fails its class.
        assertThat(failuresIn(BlocksAnEventLoop.class))
                .first()
                .asString()
                .contains("blocks()", "BLOCKED_THREAD", "has been blocked");
    }

    @Test
    @ExpectsAlarm("UNHANDLED_EXCEPTION .*thrown by a handler")
    void failsATestWhoseHandlerThrows() {
        assertThat(failuresIn(ThrowsInAHandler.class))
                .singleElement()
                .asString()
                .contains("throwsInAHandler()", "UNHANDLED_EXCEPTION", "thrown by a handler");
    }

    @Test
    @ExpectsAlarm("UNHANDLED_EXCEPTION .*thrown by a thread")
    void failsATestWhoseThreadDies() {
        assertThat(failuresIn(ThrowsInAThread.class))
                .singleElement()
                .asString()
                .contains("throwsInAThread()", "UNHANDLED_EXCEPTION", "thrown by a thread");
    }

    @Test
    @ExpectsAlarm("LEAK .*LeaksABuffer.leaks")
    void failsAClassThatLeaksABuffer() {
        assertThat(failuresIn(LeaksABuffer.class))
                .singleElement()
                .asString()
                .contains("LeaksABuffer: ", "by the end of the class", "LEAK", "WatchdogTest$LeaksABuffer.leaks");
    }

    @Test
    @ExpectsAlarm("LEAK .*LeaksAfterItsEnd")
    void failsTheRunForALeakThatShowsOnlyAfterTheLastClass() {
        assertThat(failuresIn(LeaksAfterItsEnd.class))
                .singleElement()
                .asString()
                .contains("JUnit Jupiter", "by the end of the run", "WatchdogTest$LeaksAfterItsEnd.leaks");
    }

    @Test
    void failsATestWhoseExpectedAlarmDoesNotCome() {
        assertThat(failuresIn(ExpectsWhatDoesNotCome.class))
                .singleElement()
                .asString()
                .contains("doesNothing()", "expected an alarm like \"never\"");
    }

    @Test
    @ExpectsAlarm("UNHANDLED_EXCEPTION .*thrown by a handler")
    @ExpectsAlarm("UNHANDLED_EXCEPTION .*thrown by a thread")
    void failsATestForAnAlarmOtherThanTheOneExpected() {
        assertThat(failuresIn(ExpectsOneOfTwo.class))
                .singleElement()
                .asString()
                .contains("throwsTwice()", "thrown by a handler")
                .doesNotContain("thrown by a thread");
    }

    @Test
    void endsATestThatHangsAndSaysWhere() {
        CountDownLatch never = new CountDownLatch(1);
        HangLimit.Guard guard = new HangLimit.Guard(Duration.ofMillis(200), Thread.currentThread());

        assertThatThrownBy(never::await).isInstanceOf(InterruptedException.class);

        assertThatThrownBy(guard::end).hasMessageContainingAll("hangs for PT", "endsATestThatHangsAndSaysWhere");
        assertThat(Thread.interrupted()).isFalse();
    }

    @Test
    void leavesAGoodTestAlone() {
        assertThat(failuresIn(ReleasesItsBuffer.class)).isEmpty();
    }

    /** Each as the name of what failed and the failure's message. */
    private static List<String> failuresIn(Class<?> badTests) {
        Events events = EngineTestKit.engine("junit-jupiter")
                .configurationParameter("junit.jupiter.extensions.autodetection.enabled", "true")
                .configurationParameter(
                        "junit.jupiter.extensions.autodetection.include", "dev.hermes.gateway.watchdog.*")
                .selectors(selectClass(badTests))
                .execute()
                .allEvents();
        return events.failed().map(WatchdogTest::describe).toList();
    }

    private static String describe(Event failed) {
        String message = failed.getRequiredPayload(TestExecutionResult.class)
                .getThrowable()
                .map(Throwable::getMessage)
                .orElse("");
        return failed.getTestDescriptor().getDisplayName() + ": " + message;
    }

    private static void onAnEventLoop(VertxOptions options, Handler<Void> action) throws Exception {
        Vertx vertx = Vertx.vertx(options);
        CountDownLatch done = new CountDownLatch(1);
        vertx.runOnContext(ignored -> {
            try {
                action.handle(null);
            } finally {
                done.countDown();
            }
        });
        done.await();
        vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    private static ByteBuf newBuffer() {
        return UnpooledByteBufAllocator.DEFAULT.directBuffer(16);
    }

    static class BlocksAnEventLoop {
        @Test
        void blocks() throws Exception {
            VertxOptions impatient = new VertxOptions()
                    .setMaxEventLoopExecuteTimeUnit(TimeUnit.MILLISECONDS)
                    .setMaxEventLoopExecuteTime(50)
                    .setBlockedThreadCheckIntervalUnit(TimeUnit.MILLISECONDS)
                    .setBlockedThreadCheckInterval(100);
            CountDownLatch never = new CountDownLatch(1);
            onAnEventLoop(impatient, ignored -> {
                try {
                    assertThat(never.await(1_500, TimeUnit.MILLISECONDS)).isFalse();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
        }
    }

    static class ThrowsInAHandler {
        @Test
        void throwsInAHandler() throws Exception {
            onAnEventLoop(new VertxOptions(), ignored -> {
                throw new IllegalStateException("thrown by a handler");
            });
        }
    }

    static class ThrowsInAThread {
        @Test
        void throwsInAThread() throws Exception {
            Thread thread = new Thread(() -> {
                throw new IllegalStateException("thrown by a thread");
            });
            thread.start();
            thread.join();
        }
    }

    static class LeaksABuffer {
        @Test
        void leaks() {
            assertThat(newBuffer().refCnt()).isOne();
        }
    }

    /** Its buffer is held by the store of the run, which is closed after the last class. */
    static class LeaksAfterItsEnd {
        @RegisterExtension
        static final BeforeEachCallback HOLDER = LeaksAfterItsEnd::leaks;

        static void leaks(ExtensionContext context) {
            context.getRoot().getStore(Namespace.GLOBAL).put("held", new Held(new AtomicReference<>(newBuffer())));
        }

        @Test
        void doesNothing() {}
    }

    private record Held(AtomicReference<@Nullable ByteBuf> buffer) implements AutoCloseable {
        @Override
        public void close() {
            buffer.set(null);
        }
    }

    static class ExpectsWhatDoesNotCome {
        @Test
        @ExpectsAlarm("never")
        void doesNothing() {}
    }

    static class ExpectsOneOfTwo {
        @Test
        @ExpectsAlarm("UNHANDLED_EXCEPTION .*thrown by a thread")
        void throwsTwice() throws Exception {
            new ThrowsInAThread().throwsInAThread();
            new ThrowsInAHandler().throwsInAHandler();
        }
    }

    static class ReleasesItsBuffer {
        @Test
        void releases() {
            assertThat(newBuffer().release()).isTrue();
        }
    }
}
