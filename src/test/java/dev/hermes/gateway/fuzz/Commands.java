package dev.hermes.gateway.fuzz;

import static dev.hermes.gateway.fixture.Resp.bytes;

import dev.hermes.gateway.fixture.Resp;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.RandomGenerator;

/** What producers say to Redis, well and badly. What is well goes to the witness' channel, what is not never does. */
final class Commands {

    private static final List<String> CHANNELS = List.of(
            "queue:updates",
            "stats:updates",
            "queue:stats",
            "analytics:updates",
            "storage:updates",
            "download:updates",
            "download:abc:progress",
            "download:\n\0:progress",
            "download::progress",
            "download:%:progress",
            "download:aé:progress",
            "hermes:gateway:sync",
            "hermes:gateway:x");

    private static final List<String> TYPES = List.of(
            "queue_update",
            "download_progress",
            "a",
            "error",
            "connected",
            "gap",
            "",
            "a b",
            "ü",
            "x\ny",
            "t".repeat(65));

    private Commands() {}

    static Source published(Witness.Place witness) {
        RandomGenerator<String> data = Odd.jsonObject(3).generator(Source.TRIES);
        RandomGenerator<String> spaces = Odd.space().generator(Source.TRIES);
        Source bad = Source.of(envelope()).broken(60);
        return random -> {
            if (random.nextBoolean()) {
                String type = "\"type\":\"" + "t".repeat(1 + random.nextInt(64)) + "\"";
                String carried = "\"data\":" + spaces.next(random).value()
                        + witness.expect(data.next(random).value());
                String members = random.nextBoolean() ? type + "," + carried : carried + "," + type;
                return command(Witness.CHANNEL, bytes("{" + members + "}"));
            }
            return command(CHANNELS.get(random.nextInt(CHANNELS.size())), bad.next(random));
        };
    }

    private static byte[] command(String channel, byte[] message) {
        return Resp.command(bytes("PUBLISH"), bytes(channel), message);
    }

    private static Arbitrary<byte[]> envelope() {
        return Combinators.combine(
                        Odd.mostly(TYPES, Odd.text()).map(Odd::quoted),
                        Arbitraries.oneOf(Odd.jsonObject(3), Odd.json(1), huge()),
                        Odd.json(1),
                        Arbitraries.integers().between(0, 9))
                .as((type, data, other, kind) -> bytes(
                        switch (kind) {
                            case 0 -> "{\"type\":" + other + ",\"data\":" + data + "}";
                            case 1 -> "{\"type\":" + type + ",\"data\":" + data + ",\"timestamp\":" + other + "}";
                            case 2 -> "{\"data\":" + data + ",\"type\":" + type + ",\"type\":" + type + "}";
                            case 3 -> "[" + data + "]";
                            case 4 -> data;
                            case 5 -> "{\"type\":" + type + ",\"data\":" + data + "}" + other;
                            default -> "{\"type\":" + type + ",\"data\":" + data + "}";
                        }));
    }

    private static Arbitrary<String> huge() {
        return Arbitraries.of(
                "{\"a\":".repeat(999) + "1" + "}".repeat(999),
                "{\"a\":".repeat(1_001) + "1" + "}".repeat(1_001),
                "[".repeat(5_000),
                "{\"a\":\"" + "x".repeat(FuzzGateway.MAX_EVENT_BYTES) + "\"}",
                "{\"a\":" + "9".repeat(2_000) + "}",
                "{\"" + "n".repeat(5_000) + "\":1}");
    }

    static Source appended(Witness.Place witness) {
        RandomGenerator<String> data = Odd.jsonObject(3).generator(Source.TRIES);
        RandomGenerator<String> text = Odd.text().generator(Source.TRIES);
        Source bad = Source.of(Arbitraries.oneOf(Odd.jsonObject(3), Odd.json(1), huge())
                        .map(Resp::bytes))
                .broken(40);
        return random -> {
            List<byte[]> words = new ArrayList<>(List.of(bytes("XADD"), bytes("hermes:events"), bytes("*")));
            if (random.nextBoolean()) {
                add(words, "channel", bytes(Witness.CHANNEL));
                add(words, "type", bytes("system_notification"));
                add(words, "data", bytes(witness.expect(data.next(random).value())));
            } else {
                String[] names = {
                    "channel", "type", "data", "timestamp", text.next(random).value()
                };
                add(words, names[random.nextInt(names.length)], bad.next(random));
                add(words, "channel", bytes(channel(random)));
                add(words, "type", bytes(type(random)));
                if (random.nextInt(8) > 0) {
                    add(words, "data", bad.next(random));
                }
                add(words, "timestamp", bytes(text.next(random).value()));
            }
            return Resp.command(words.toArray(byte[][]::new));
        };
    }

    /** The gateway's own entries as well, as long as they do not tell of a hole. */
    private static String channel(Random random) {
        return random.nextInt(10) == 0 ? "hermes:gateway:log" : CHANNELS.get(random.nextInt(CHANNELS.size()));
    }

    private static String type(Random random) {
        return random.nextInt(10) == 0 ? "log" : TYPES.get(random.nextInt(TYPES.size()));
    }

    private static void add(List<byte[]> words, String name, byte[] value) {
        words.add(bytes(name));
        words.add(value);
    }

    /** Tokens and snapshots. */
    static Source stored() {
        Arbitrary<String> value = Odd.mostly(
                List.of("download:abc", "queue", "queue stats", "download:*", "*", "", " ", "download:", "admin"),
                Odd.text());
        Arbitrary<String> time = Odd.mostly(
                List.of(
                        "2999-01-01T00:00:00+00:00",
                        "2999-01-01T00:00:00.123456",
                        "2999-01-01T00:00:00Z",
                        "1999-01-01T00:00:00+00:00",
                        "+999999999-12-31T23:59:59Z",
                        "2999-13-01",
                        "4102444800"),
                Odd.text());
        Arbitrary<byte[]> token = Combinators.combine(
                        Odd.word(),
                        value.map(Odd::quoted),
                        time.map(Odd::quoted),
                        Odd.json(2),
                        Arbitraries.integers().between(0, 9))
                .as((id, scope, end, other, kind) -> bytes("{\"scope\":" + (kind == 0 ? other : scope) + ",\"user_id\":"
                        + (kind == 1 ? other : "\"u\"") + ",\"expires_at\":" + (kind == 2 ? other : end)
                        + ",\"permissions\":" + (kind < 5 ? other : "[\"read\"]") + ",\"created_at\":" + end + "}"));
        Source tokens = Source.of(token).broken(30);
        Source snapshots = Source.of(Arbitraries.oneOf(Odd.jsonObject(3), Odd.json(1), huge())
                        .map(Resp::bytes))
                .broken(40);
        return random -> {
            String id = "f" + random.nextInt(1_000);
            return random.nextBoolean()
                    ? set(RedisWay.TOKEN + "sse_" + id, tokens.next(random))
                    : set(RedisWay.DOWNLOAD + id + RedisWay.PROGRESS, snapshots.next(random));
        };
    }

    private static byte[] set(String key, byte[] value) {
        return Resp.command(bytes("SET"), bytes(key), value, bytes("EX"), bytes("60"));
    }
}
