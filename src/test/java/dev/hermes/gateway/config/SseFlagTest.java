package dev.hermes.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.junit5.VertxExtension;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

@ExtendWith(VertxExtension.class)
class SseFlagTest {

    private static final String AWAY = "Unable to retrieve the configuration";

    @TempDir
    Path folder;

    private final List<String> log = new CopyOnWriteArrayList<>();
    private final List<SseFlag> open = new CopyOnWriteArrayList<>();
    private final Logger logger = (Logger) LoggerFactory.getLogger("dev.hermes.gateway.config");
    private final AppenderBase<ILoggingEvent> appender = new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
            log.add(event.getFormattedMessage());
        }
    };

    private Vertx vertx;
    private Loads loads;

    @BeforeEach
    void prepare(Vertx vertx) {
        this.vertx = vertx;
        this.loads = new Loads(vertx, folder);
        appender.start();
        logger.addAppender(appender);
    }

    @AfterEach
    void close() throws Exception {
        logger.detachAppender(appender);
        for (SseFlag flag : open) {
            flag.close().await(20, TimeUnit.SECONDS);
        }
    }

    @Test
    void followsTheFileOnAndOff() throws Exception {
        SseFlag flag = watch(loads.file("HERMES_ENABLE_SSE=false"));
        assertThat(flag.enabled()).isFalse();

        loads.file("HERMES_ENABLE_SSE=true");
        await().until(flag::enabled);

        loads.file("HERMES_ENABLE_SSE=false");
        await().until(() -> !flag.enabled());
    }

    @Test
    void tellsAListenerOnTheContextItWasAddedFrom() throws Exception {
        SseFlag flag = watch(loads.file("HERMES_ENABLE_SSE=false"));
        List<Boolean> told = new CopyOnWriteArrayList<>();
        List<Context> contexts = new CopyOnWriteArrayList<>();
        Context context = vertx.getOrCreateContext();
        CountDownLatch added = new CountDownLatch(1);
        context.runOnContext(now -> {
            flag.onChange(vertx, state -> {
                contexts.add(Vertx.currentContext());
                told.add(state);
            });
            added.countDown();
        });
        assertThat(added.await(20, TimeUnit.SECONDS)).isTrue();

        loads.file("HERMES_ENABLE_SSE=true");

        await().until(() -> told.equals(List.of(true)));
        assertThat(contexts).containsExactly(context);
    }

    @Test
    void followsAFileThatAnEditorReplaces() throws Exception {
        SseFlag flag = watch(loads.file("HERMES_ENABLE_SSE=false"));

        Path written = Files.writeString(folder.resolve("gateway.properties~"), "HERMES_ENABLE_SSE=true");
        Files.move(written, folder.resolve("gateway.properties"), StandardCopyOption.REPLACE_EXISTING);

        await().until(flag::enabled);
    }

    /** As the kubelet does with a ConfigMap: the file is a link through a link, and that one is replaced. */
    @Test
    void followsAFolderThatIsExchangedBehindALink() throws Exception {
        Path old = Files.createDirectory(folder.resolve("..1"));
        Files.writeString(old.resolve("gateway.properties"), "HERMES_ENABLE_SSE=false");
        Path data = Files.createSymbolicLink(folder.resolve("..data"), Path.of("..1"));
        Files.createSymbolicLink(folder.resolve("gateway.properties"), Path.of("..data/gateway.properties"));
        SseFlag flag = watch(loads);
        assertThat(flag.enabled()).isFalse();

        Path now = Files.createDirectory(folder.resolve("..2"));
        Files.writeString(now.resolve("gateway.properties"), "HERMES_ENABLE_SSE=true");
        Path link = Files.createSymbolicLink(folder.resolve("..data_tmp"), Path.of("..2"));
        Files.move(link, data, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);

        await().until(flag::enabled);
    }

    @Test
    void followsAFileThatIsMadeLater() throws Exception {
        SseFlag flag = watch(loads);

        loads.file("HERMES_ENABLE_SSE=true");

        await().until(flag::enabled);
    }

    @Test
    void staysAsItIsWhileTheFileIsGone() throws Exception {
        SseFlag flag = watch(loads.file("HERMES_ENABLE_SSE=true"));

        Files.delete(folder.resolve("gateway.properties"));

        awaitLog("settings file is gone, all stays as it is file=");
        assertThat(flag.enabled()).isTrue();

        loads.file("");
        await().until(() -> !flag.enabled());
    }

    @Test
    void takesNoNoticeOfAFileThatIsAwayForAMoment() throws Exception {
        List<Boolean> told = new CopyOnWriteArrayList<>();
        Logger scans = (Logger) LoggerFactory.getLogger("ConfigurationProvider#io");
        scans.setLevel(Level.DEBUG);
        scans.addAppender(appender);
        try {
            SseFlag flag = watch(loads.file("HERMES_ENABLE_SSE=true"));
            flag.onChange(vertx, told::add);

            Files.delete(folder.resolve("gateway.properties"));
            await().pollInterval(Duration.ofMillis(5)).until(() -> log.stream().anyMatch(line -> line.equals(AWAY)));
            loads.file("HERMES_ENABLE_SSE=true\nAPI_PORT=8001");
        } finally {
            scans.detachAppender(appender);
        }

        awaitLog("changed settings need a restart settings=API_PORT file=");
        assertThat(told).isEmpty();
        // It was away for more than a moment where the test was held up so long that it was missed twice.
        if (log.stream().filter(AWAY::equals).count() == 1) {
            assertThat(log).noneMatch(line -> line.contains("gone"));
        }
    }

    @Test
    void leavesTheEnvironmentItsWord() throws Exception {
        SseFlag flag = watch(loads.file("HERMES_ENABLE_SSE=true").with("HERMES_ENABLE_SSE", "true"));

        loads.file("HERMES_ENABLE_SSE=false");

        awaitLog("setting=HERMES_ENABLE_SSE is decided by the environment, the change has no effect");
        assertThat(flag.enabled()).isTrue();
    }

    @Test
    void refusesABadValueAndStaysAsItIs() throws Exception {
        SseFlag flag = watch(loads.file("HERMES_ENABLE_SSE=true"));

        loads.file("HERMES_ENABLE_SSE=nope");

        awaitLog(
                "setting=HERMES_ENABLE_SSE value=\"nope\" allowed=\"true or false, also written yes, on, 1 or no, off, 0\"");
        assertThat(flag.enabled()).isTrue();

        loads.file("HERMES_ENABLE_SSE=false");
        await().until(() -> !flag.enabled());
    }

    @Test
    void saysWhichOtherSettingsNeedARestartAndShowsNoValue() throws Exception {
        watch(loads.file("API_PORT=8001").with("HERMES_DEBUG", "false"));

        loads.file("API_PORT=8002\nHERMES_SECRET_KEY=hunter2\nHERMES_DEBUG=true");

        awaitLog("changed settings need a restart settings=API_PORT,HERMES_SECRET_KEY file=");
        assertThat(log).noneMatch(line -> line.contains("hunter2"));
    }

    @Test
    void tellsNobodyOnceItIsClosed() throws Exception {
        SseFlag closed = watch(loads.file("HERMES_ENABLE_SSE=false"));
        SseFlag flag = watch(loads);
        closed.close().await(20, TimeUnit.SECONDS);

        loads.file("HERMES_ENABLE_SSE=true");

        await().until(flag::enabled);
        assertThat(closed.enabled()).isFalse();
    }

    @Test
    void isFixedWithoutAFile() throws Exception {
        SettingsLoader.Loaded loaded = SettingsLoader.load(vertx, new JsonObject().put("HERMES_ENABLE_SSE", true))
                .await(20, TimeUnit.SECONDS);

        SseFlag flag = SseFlag.watch(vertx, loaded).await(20, TimeUnit.SECONDS);

        assertThat(flag.enabled()).isTrue();
        assertThat(flag.close().succeeded()).isTrue();
    }

    private SseFlag watch(Loads loads) throws Exception {
        SseFlag flag = SseFlag.watch(vertx, loads.loaded()).await(20, TimeUnit.SECONDS);
        open.add(flag);
        return flag;
    }

    private void awaitLog(String part) {
        await().untilAsserted(() -> assertThat(log).anyMatch(line -> line.contains(part)));
    }
}
