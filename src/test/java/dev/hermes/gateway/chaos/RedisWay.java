package dev.hermes.gateway.chaos;

import dev.hermes.gateway.fixture.RedisWire;
import dev.hermes.gateway.fixture.Resp;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Publishes straight to Redis: by PUBLISH, or by XADD to the log itself. */
final class RedisWay implements Publisher.Way {

    private static final int PATIENCE_MILLIS = 2_000;

    private final int port;
    private final boolean adds;
    private @Nullable RedisWire wire;

    RedisWay(int port, boolean adds) {
        this.port = port;
        this.adds = adds;
    }

    @Override
    public Outcome publish(Source source, int number) {
        RedisWire connected = wire;
        if (connected == null) {
            try {
                connected = new RedisWire(port, PATIENCE_MILLIS);
                wire = connected;
            } catch (IOException refused) {
                return new Outcome.Refused("no connection");
            }
        }
        try {
            Resp.Answer answer = adds ? add(connected, source, number) : publish(connected, source, number);
            if (answer.error()) {
                return new Outcome.Refused(answer.text());
            }
            if (adds) {
                return new Outcome.Taken(Position.parse(answer.text()));
            }
            return answer.text().equals("0") ? new Outcome.Unheard() : new Outcome.Taken(null);
        } catch (IOException unanswered) {
            close();
            return new Outcome.Unknown();
        }
    }

    private static Resp.Answer publish(RedisWire wire, Source source, int number) throws IOException {
        String channel = source.ofDownloads() ? "download:" + Source.download(number) + ":progress" : source.channel();
        return wire.exchange(
                "PUBLISH",
                channel,
                "{\"type\":\"" + source.type() + "\",\"data\":" + source.data(number)
                        + ",\"timestamp\":\"2026-11-23T09:13:33+00:00\"}");
    }

    private static Resp.Answer add(RedisWire wire, Source source, int number) throws IOException {
        return wire.exchange(
                "XADD",
                "hermes:events",
                "*",
                "channel",
                source.channel(),
                "type",
                source.type(),
                "data",
                source.data(number),
                "timestamp",
                "2026-11-23T09:13:33+00:00");
    }

    @Override
    public void close() {
        RedisWire open = wire;
        wire = null;
        if (open != null) {
            open.close();
        }
    }
}
