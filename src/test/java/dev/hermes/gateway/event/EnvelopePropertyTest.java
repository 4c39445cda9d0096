package dev.hermes.gateway.event;

import static dev.hermes.gateway.event.Messages.DOWNLOADS;
import static dev.hermes.gateway.event.Messages.PARSER;
import static dev.hermes.gateway.event.Messages.RECEIVED_AT;
import static dev.hermes.gateway.event.Messages.STATS;
import static dev.hermes.gateway.event.Messages.accepted;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Every failure names its seed; put it in the place of {@link #newSeed()} to see it again. */
class EnvelopePropertyTest {

    private static final int ROUNDS = 10_000;

    @Test
    void cutsOutExactlyTheDataThatWerePutIn() {
        long seed = newSeed();
        Random random = new Random(seed);
        RandomJson json = new RandomJson(random);
        for (int round = 0; round < ROUNDS; round++) {
            String data = json.object(5);
            String message = json.envelopeOf(data);
            Parsed parsed = Messages.parse(message.getBytes(UTF_8));
            assertThat(parsed).as("seed %d, message %s", seed, message).isInstanceOf(Parsed.Accepted.class);
            Envelope envelope = accepted(parsed);
            assertThat(envelope.data()).as("seed %d, message %s", seed, message).isEqualTo(Buffer.buffer(data));
            assertFieldsAreThoseOf(new JsonObject(data), envelope, "seed " + seed + ", data " + data);
        }
    }

    private static void assertFieldsAreThoseOf(JsonObject data, Envelope envelope, String description) {
        Object id = data.getValue("download_id");
        boolean isScalar = id instanceof String || id instanceof Number || id instanceof Boolean;
        assertThat(envelope.key() != null).as(description).isEqualTo(isScalar);
        if (id instanceof String) {
            assertThat(envelope.key()).as(description).isEqualTo(id);
        }
        if (data.getValue("status") instanceof String status) {
            assertThat(envelope.fields()).as(description).containsEntry("status", status);
        }
    }

    @Test
    void readsAPublishedArrayAsItReadsEachEventAlone() {
        long seed = newSeed();
        Random random = new Random(seed);
        RandomJson json = new RandomJson(random);
        for (int round = 0; round < ROUNDS / 10; round++) {
            String data = json.object(4);
            String one = "{\"data\":" + data + json.space() + ",\"type\":\"t\",\"channel\":\"download:updates\"}";
            String body = json.space() + "[" + json.space() + one + json.space() + "," + one + "]";
            PublishBody.Outcome parsed = PARSER.parsePublish(name -> DOWNLOADS, Buffer.buffer(body), RECEIVED_AT);
            Envelope alone =
                    accepted(PARSER.ofEntry(ChannelName.of(DOWNLOADS), "t", Buffer.buffer(data), null, RECEIVED_AT));
            assertThat(parsed)
                    .as("seed %d, body %s", seed, body)
                    .isEqualTo(new PublishBody.Outcome.Accepted(List.of(alone, alone)));
        }
    }

    @Test
    void neverThrowsWhateverTheBytes() {
        long seed = newSeed();
        Random random = new Random(seed);
        RandomJson json = new RandomJson(random);
        int taken = 0;
        for (int round = 0; round < 2 * ROUNDS; round++) {
            byte[] message = mutated(json.envelopeOf(json.object(4)).getBytes(UTF_8), random);
            String description = "seed " + seed + ", message " + HexFormat.of().formatHex(message);
            try {
                Parsed parsed = Messages.parse(message);
                if (parsed instanceof Parsed.Accepted good) {
                    taken++;
                    assertIsAnObject(good.envelope().data(), description);
                }
                PARSER.ofEntry(ChannelName.of(STATS), "t", Buffer.buffer(message), null, RECEIVED_AT);
                PARSER.parsePublish(name -> STATS, Buffer.buffer(message), RECEIVED_AT);
                Snapshots.withKey(Buffer.buffer(message), "download_id", "d");
            } catch (RuntimeException broken) {
                fail(description, broken);
            }
        }

        assertThat(taken).as("both answers are seen often").isBetween(ROUNDS / 10, ROUNDS * 19 / 10);
    }

    private static void assertIsAnObject(Buffer data, String description) {
        assertThat(data.getByte(0)).as(description).isEqualTo((byte) '{');
        assertThat(data.getByte(data.length() - 1)).as(description).isEqualTo((byte) '}');
        assertThat(isUtf8(data.getBytes())).as(description).isTrue();
        assertThat(new JsonObject(data)).as(description).isNotNull();
    }

    @Test
    void knowsUtf8AsTheJdkDoes() {
        long seed = newSeed();
        Random random = new Random(seed);
        for (int round = 0; round < 10 * ROUNDS; round++) {
            byte[] bytes = new byte[random.nextInt(6)];
            for (int index = 0; index < bytes.length; index++) {
                // Mostly the bytes at which the rules change.
                bytes[index] = (byte) (random.nextInt(3) == 0 ? random.nextInt(256) : 0x7f + random.nextInt(0x82));
            }

            assertThat(StrictJson.isUtf8(bytes))
                    .as("seed %d, %s", seed, HexFormat.of().formatHex(bytes))
                    .isEqualTo(isUtf8(bytes));
        }
    }

    private static byte[] mutated(byte[] bytes, Random random) {
        byte[] mutated = bytes.clone();
        for (int count = random.nextInt(4); count >= 0 && mutated.length > 0; count--) {
            int at = random.nextInt(mutated.length);
            switch (random.nextInt(4)) {
                case 0 -> mutated[at] = (byte) random.nextInt(256);
                case 1 -> mutated[at] = (byte) "{}[]\":,\\ 019eE+-.tn\r\0".charAt(random.nextInt(21));
                case 2 -> mutated = random.nextInt(4) == 0 ? Arrays.copyOf(mutated, at) : mutated;
                default -> mutated[at] ^= (byte) (1 << random.nextInt(8));
            }
        }
        return mutated;
    }

    private static boolean isUtf8(byte[] bytes) {
        try {
            UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
            return true;
        } catch (CharacterCodingException notUtf8) {
            return false;
        }
    }

    private static long newSeed() {
        return System.nanoTime();
    }
}
