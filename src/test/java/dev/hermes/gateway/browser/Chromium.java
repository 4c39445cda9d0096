package dev.hermes.gateway.browser;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.awaitility.Awaitility;
import org.openqa.selenium.WebDriverException;
import org.openqa.selenium.WindowType;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.opentest4j.TestAbortedException;

/** Chromium, as Debian installs it, with several tabs. Used by one thread. */
final class Chromium implements AutoCloseable {

    private static final Path CHROMIUM = Path.of("/usr/bin/chromium");
    private static final Path DRIVER = Path.of("/usr/bin/chromedriver");
    private static final Duration PATIENCE = Duration.ofSeconds(40);

    private final ChromeDriver driver;

    private Chromium(ChromeDriver driver) {
        this.driver = driver;
    }

    /** Skips the test where there is none; with {@code CI=true} fails it. */
    static Chromium start(Path temporary) {
        if (!Files.isExecutable(CHROMIUM) || !Files.isExecutable(DRIVER)) {
            if ("true".equals(System.getenv("CI"))) {
                throw new AssertionError("Chromium is not installed, and with CI=true nothing is skipped");
            }
            throw new TestAbortedException("Chromium is not installed");
        }
        ChromeOptions options = new ChromeOptions();
        options.setBinary(CHROMIUM.toFile());
        options.addArguments(
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--disable-dev-shm-usage",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync");
        ChromeDriverService service = new ChromeDriverService.Builder()
                .usingDriverExecutable(DRIVER.toFile())
                .usingAnyFreePort()
                .withEnvironment(Map.of("TMPDIR", temporary.toString(), "HOME", temporary.toString()))
                .build();
        return new Chromium(new ChromeDriver(service, options));
    }

    /** A new tab on that page, before whose own scripts another one has run. */
    Tab open(String address, String script) {
        driver.switchTo().newWindow(WindowType.TAB);
        if (!script.isEmpty()) {
            driver.executeCdpCommand("Page.addScriptToEvaluateOnNewDocument", Map.of("source", script));
        }
        driver.get(address);
        return new Tab(Objects.requireNonNull(driver.getWindowHandle()));
    }

    /** Closes all tabs but the first, which is empty. */
    void closeTabs() {
        List<String> handles = List.copyOf(driver.getWindowHandles());
        handles.subList(1, handles.size())
                .forEach(handle -> driver.switchTo().window(handle).close());
        driver.switchTo().window(handles.get(0));
    }

    static void await(String what, Callable<Boolean> condition) {
        Awaitility.await()
                .alias(what)
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(50))
                .until(condition);
    }

    @Override
    public void close() {
        driver.quit();
    }

    /** One of its tabs. */
    final class Tab {

        private final String handle;

        private Tab(String handle) {
            this.handle = handle;
        }

        /** What the script returns; null as the text {@code "null"}. */
        Object run(String script, Object... arguments) {
            driver.switchTo().window(handle);
            Object answer = driver.executeScript(script, arguments);
            return answer == null ? "null" : answer;
        }

        @SuppressWarnings("unchecked")
        Map<String, Object> state() {
            return new HashMap<>((Map<String, Object>) run("return client.state"));
        }

        String status() {
            return String.valueOf(state().get("status"));
        }

        void awaitStatus(String status) {
            Awaitility.await()
                    .alias(status)
                    .atMost(PATIENCE)
                    .pollInterval(Duration.ofMillis(50))
                    .until(this::state, state -> status.equals(state.get("status")));
        }

        /**
         * Until it was in that status at some time since it had gone through so many of them; it may be in another by now.
         */
        void awaitWas(String status, int earlier) {
            await("was " + status, () -> statuses().stream().skip(earlier).anyMatch(was -> was.startsWith(status)));
        }

        /** Each status so far with its reason: {@code "polling buffered"}. */
        @SuppressWarnings("unchecked")
        List<String> statuses() {
            return (List<String>) run("return states.map((s) => (s.status + ' ' + s.reason).trim())");
        }

        @SuppressWarnings("unchecked")
        List<Long> numbers() {
            return (List<Long>) run("return heard.map((event) => event.data.n)");
        }

        @SuppressWarnings("unchecked")
        List<String> errors() {
            return (List<String>) run("return errors");
        }

        /** Exceptions and rejections that nobody caught. */
        @SuppressWarnings("unchecked")
        List<String> uncaught() {
            return (List<String>) run("return uncaught");
        }

        /** Puts it to sleep: no timer runs and nothing is received, but the tab is there. */
        void freeze() {
            driver.switchTo().window(handle);
            driver.executeCdpCommand("Page.setWebLifecycleState", Map.of("state", "frozen"));
        }

        void wake() {
            driver.switchTo().window(handle);
            driver.executeCdpCommand("Page.setWebLifecycleState", Map.of("state", "active"));
        }

        /** Goes elsewhere, and comes back as the user does who presses the button. */
        void leave(String address) {
            driver.switchTo().window(handle);
            driver.get(address);
        }

        void comeBack() {
            driver.switchTo().window(handle);
            driver.navigate().back();
        }

        /** Its process dies, as when the system runs out of memory. The tab cannot be used any more. */
        void crash() {
            driver.switchTo().window(handle);
            try {
                driver.executeCdpCommand("Page.crash", Map.of());
            } catch (WebDriverException crashed) {
                // Who is asked to die does not answer.
            }
        }

        /** Bytes in use of the page's own memory, after all that is not needed was let go. */
        long heap() {
            driver.switchTo().window(handle);
            driver.executeCdpCommand("HeapProfiler.collectGarbage", Map.of());
            return ((Number) driver.executeCdpCommand("Runtime.getHeapUsage", Map.of())
                            .getOrDefault("usedSize", -1))
                    .longValue();
        }

        void close() {
            driver.switchTo().window(handle).close();
            driver.switchTo().window(driver.getWindowHandles().iterator().next());
        }
    }
}
