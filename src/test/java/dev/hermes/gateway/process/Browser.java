package dev.hermes.gateway.process;

import dev.hermes.gateway.fixture.OutsideProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import org.openqa.selenium.By;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.WindowType;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;
import org.openqa.selenium.support.ui.WebDriverWait;

/** Chromium, as Debian installs it, on one page. */
final class Browser implements AutoCloseable {

    private static final String CHROMIUM = "/usr/bin/chromium";
    private static final String DRIVER = "/usr/bin/chromedriver";
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final ChromeDriver driver;

    private Browser(ChromeDriver driver) {
        this.driver = driver;
    }

    static void require() {
        OutsideProcess.require(CHROMIUM, DRIVER);
    }

    static Browser open(Path temporary, String address) {
        LoggingPreferences logs = new LoggingPreferences();
        logs.enable(LogType.BROWSER, Level.ALL);
        ChromeOptions options = new ChromeOptions();
        options.setBinary(CHROMIUM);
        options.addArguments(
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                // A test's proxies have certificates that nobody knows.
                "--ignore-certificate-errors",
                "--disable-dev-shm-usage",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync");
        options.setCapability("goog:loggingPrefs", logs);
        ChromeDriverService service = new ChromeDriverService.Builder()
                .usingDriverExecutable(Path.of(DRIVER).toFile())
                .usingAnyFreePort()
                .withEnvironment(Map.of("TMPDIR", temporary.toString(), "HOME", temporary.toString()))
                .build();
        Browser browser = new Browser(new ChromeDriver(service, options));
        browser.load(address);
        return browser;
    }

    /** Another page, in a tab of its own; the name of that tab. */
    String tab(String address) {
        driver.switchTo().newWindow(WindowType.TAB);
        load(address);
        return java.util.Objects.requireNonNull(driver.getWindowHandle());
    }

    /** The driver is content with a page on which the browser says why it has none. */
    private void load(String address) {
        driver.get(address);
        if (String.valueOf(run("return location.protocol")).equals("chrome-error:")) {
            throw new AssertionError(address + ": " + run("return document.documentElement.innerText"));
        }
    }

    void closeTab(String tab) {
        driver.switchTo().window(tab).close();
        driver.switchTo().window(driver.getWindowHandles().iterator().next());
    }

    Object runIn(String tab, String script) {
        driver.switchTo().window(tab);
        return run(script);
    }

    /** What an element says. */
    String text(String id) {
        return driver.findElement(By.id(id)).getText();
    }

    String attribute(String id, String name) {
        return String.valueOf(driver.findElement(By.id(id)).getDomAttribute(name));
    }

    void press(String id) {
        driver.findElement(By.id(id)).click();
    }

    void type(String id, String text) {
        driver.findElement(By.id(id)).sendKeys(text);
    }

    /** A key, to whatever has the focus. */
    void key(CharSequence key) {
        driver.switchTo().activeElement().sendKeys(key);
    }

    List<WebElement> all(String selector) {
        return driver.findElements(By.cssSelector(selector));
    }

    Object run(String script) {
        return java.util.Objects.requireNonNull(driver.executeScript(script), "the script answers");
    }

    void await(String what, java.util.function.BooleanSupplier condition) {
        new WebDriverWait(driver, PATIENCE, Duration.ofMillis(25))
                .withMessage(what)
                .until(page -> condition.getAsBoolean());
    }

    /** What the page wrote to the browser's console, and what the browser had to say of it. */
    List<String> console() {
        return driver.manage().logs().get(LogType.BROWSER).getAll().stream()
                .map(LogEntry::getMessage)
                .toList();
    }

    @Override
    public void close() {
        driver.quit();
    }
}
