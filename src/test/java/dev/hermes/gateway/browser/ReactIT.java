package dev.hermes.gateway.browser;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import io.vertx.redis.client.Command;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The adapter under React and TanStack Query as they are, React's development build and StrictMode looking for mistakes. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ReactIT {

    /** React for pages that import it. */
    static final String MODULE = """
            const { Children, Component, Fragment, StrictMode, Suspense, createContext, createElement, memo, useCallback,
              useContext, useDebugValue, useEffect, useId, useLayoutEffect, useMemo, useReducer, useRef, useState,
              useSyncExternalStore, useTransition } = React;
            const jsx = (type, props, key) => createElement(type, key === undefined ? props : { ...props, key });
            export { Children, Component, Fragment, StrictMode, Suspense, createContext, createElement, memo, useCallback,
              useContext, useDebugValue, useEffect, useId, useLayoutEffect, useMemo, useReducer, useRef, useState,
              useSyncExternalStore, useTransition, jsx, jsx as jsxs };
            export default React;
            """;

    private Lab lab;

    @BeforeAll
    void open(@TempDir Path temporary) throws IOException {
        lab = new Lab(temporary);
        String page;
        try (InputStream file = Objects.requireNonNull(ReactIT.class.getResourceAsStream("react.html"))) {
            page = new String(file.readAllBytes(), StandardCharsets.UTF_8);
        }
        lab.pages().serve("/react.html", exchange -> Pages.answer(exchange, "text/html", page));
        lab.pages().serve("/react.js", exchange -> Pages.answer(exchange, "text/javascript", MODULE));
        lab.pages().serve(WebJars.PREFIX, WebJars::answer);
    }

    @AfterAll
    void close() {
        if (lab != null) {
            lab.close();
        }
    }

    @AfterEach
    void closeTabs() {
        lab.chromium().closeTabs();
    }

    private Chromium.Tab open(String component) {
        Chromium.Tab tab = lab.chromium()
                .open(lab.pages().origin() + "/react.html?port=" + lab.network().port(), "");
        Chromium.await("the page is there", () -> tab.run("return window.ready").equals(true));
        tab.run("make({}); show(" + component + ")");
        return tab;
    }

    private Chromium.Tab connected(String component) {
        Chromium.Tab tab = open(component);
        tab.awaitStatus("connected");
        return tab;
    }

    private static String text(Chromium.Tab tab, String element) {
        return String.valueOf(tab.run("return document.getElementById('" + element + "')?.textContent"));
    }

    private static long fetches(Chromium.Tab tab) {
        return ((Number) tab.run("return fetches")).longValue();
    }

    private static void assertWell(Chromium.Tab tab) {
        assertThat(tab.uncaught()).isEmpty();
        assertThat(tab.run("return complaints.join()")).isEqualTo("");
    }

    @Test
    void showsProgressOnOneStreamAndLetsGoOfItWhenNobodyLooks() {
        Chromium.Tab tab = connected("Download");
        long number = lab.next();

        lab.publish("download:updates", "download_progress", new JsonObject().put("download_id", "other"));
        lab.publish("download:updates", "download_progress", new JsonObject().put("download_id", "d-1"));

        Chromium.await("progress", () -> text(tab, "progress").equals((number + 1) + " live"));
        Chromium.await("one stream", () -> lab.streams() == 1);
        tab.run("show(Nothing)");
        tab.awaitStatus("disconnected");
        Chromium.await("no stream", () -> lab.streams() == 0);
        assertWell(tab);
    }

    @Test
    void keepsAQueryWithoutFetchingAndFetchesWhileTheGatewayIsAway() {
        Chromium.Tab tab = connected("Queue");
        Chromium.await("fetched", () -> text(tab, "queue").equals("fetched"));
        long number = lab.next();
        lab.publish();
        Chromium.await("written", () -> text(tab, "queue").equals("fetched," + number));
        assertThat(text(tab, "status")).contains("Live");

        lab.stopGateway();
        long before = fetches(tab);
        Chromium.await("fetched on its timer", () -> fetches(tab) >= before + 2);
        assertThat(text(tab, "status")).contains("Reconnecting");
        lab.startGateway();
        tab.awaitStatus("connected");
        Chromium.await("live", () -> text(tab, "interval").equals("false"));

        long live = fetches(tab);
        double then = now(tab);
        Chromium.await("five of its intervals later", () -> now(tab) > then + 500);
        assertThat(fetches(tab)).isEqualTo(live);
        assertWell(tab);
    }

    private static double now(Chromium.Tab tab) {
        return ((Number) tab.run("return performance.now()")).doubleValue();
    }

    @Test
    void fetchesAgainWhatAGapMayHaveTaken() {
        Chromium.Tab tab = connected("Queue");
        Chromium.await("fetched", () -> text(tab, "queue").equals("fetched"));
        long before = fetches(tab);

        lab.gateway().redis(Command.DEL, "hermes:events");
        lab.publish();

        Chromium.await("fetched again", () -> fetches(tab) == before + 1);
        assertWell(tab);
    }

    @Test
    void rendersOnAServerWithoutConnecting() {
        Chromium.Tab tab = lab.chromium()
                .open(lab.pages().origin() + "/react.html?port=" + lab.network().port(), "");
        Chromium.await("the page is there", () -> tab.run("return window.ready").equals(true));

        assertThat(String.valueOf(tab.run("make({}); return onServer(Download)")))
                .contains("role=\"status\"", "Connecting…", "- waiting");

        Chromium.await("no stream", () -> lab.streams() == 0);
        assertWell(tab);
    }
}
