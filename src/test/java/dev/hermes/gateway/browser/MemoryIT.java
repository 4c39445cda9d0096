package dev.hermes.gateway.browser;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a page holds on to that is open for days. */
@Tag("long")
class MemoryIT {

    private static final Logger LOG = LoggerFactory.getLogger(MemoryIT.class);

    /** Until the browser's own lists, of the resources it has loaded for one, are full. */
    private static final int WARMING_UP = 300;

    private static final int RECONNECTS = 1_000;
    private static final int STEP = 100;
    private static final long TOLERATED_BYTES = 100_000;

    /** Without its jitter the client tries all the faster; and what the test's own page notes down is not what is measured. */
    private static final String BEFORE = "Math.random = () => 0; performance.setResourceTimingBufferSize(1);";

    @Test
    void isFlatOverAThousandReconnects(@TempDir Path temporary) {
        try (Chromium chromium = Chromium.start(temporary);
                Pages pages = new Pages(scopes -> "{\"token\":\"sse_any\"}");
                ScriptedGateway gateway = new ScriptedGateway()) {
            Chromium.Tab tab = chromium.open(pages.address(gateway.port()), BEFORE);
            Chromium.await(
                    "the client is there", () -> tab.run("return window.ready").equals(true));
            gateway.flap(true);
            tab.run("make({}); listen(" + Lab.QUEUE + ")");

            long before = heapAfter(tab, gateway, WARMING_UP);
            long after = heapAfter(tab, gateway, RECONNECTS);

            LOG.info(String.format(
                    Locale.ROOT, "heap of the page before=%d after=%d reconnects=%d", before, after, RECONNECTS));
            assertThat(after - before).isLessThan(TOLERATED_BYTES);
            gateway.flap(false);
            tab.awaitStatus("connected");
            assertThat(tab.uncaught()).isEmpty();
        }
    }

    /** Each ends a stream, refuses the browser's own attempt, and answers the client's. */
    private static long heapAfter(Chromium.Tab tab, ScriptedGateway gateway, int reconnects) {
        for (int step = 0; step < reconnects; step += STEP) {
            int end = gateway.opened().size() + STEP * ScriptedGateway.FLAPS;
            Chromium.await("reconnected", () -> gateway.opened().size() >= end);
        }
        tab.run("states.length = errors.length = 0");
        return tab.heap();
    }
}
