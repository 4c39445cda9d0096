package dev.hermes.gateway.delivery;

import static dev.hermes.gateway.fixture.Quotes.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.event.Envelope;
import dev.hermes.gateway.event.Event;
import dev.hermes.gateway.event.EventId;
import dev.hermes.gateway.event.LogEntry;
import dev.hermes.gateway.log.Gap;
import io.netty.buffer.ByteBuf;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FrameEncoderTest {

    private static final EventId ID = new EventId(false, 1_700_000_000_000L, 7);

    private final MemorySink.Memory memory = new MemorySink.Memory();

    @AfterEach
    void allMemoryIsGivenBack() {
        assertThat(memory.allReleased()).isTrue();
    }

    @Test
    void writesAnEventAsOneChunk() {
        assertThat(chunk(event("download_progress", json("{'a': 1}"))))
                .isEqualTo(json("3d\r\nid: 1700000000000-7\nevent: download_progress\ndata: {'a': 1}\n\n\r\n"));
    }

    @Test
    void writesRetryFirst() {
        Frame frame = Frame.Encoder.control(2_500, ID, "connected", new JsonObject().put("x", 1));
        assertThat(payload(frame))
                .isEqualTo(json("retry: 2500\nid: 1700000000000-7\nevent: connected\ndata: {'x':1}\n\n"));
    }

    @Test
    void leavesTheIdOutOfWhatHasNoPlace() {
        assertThat(payload(Frame.Encoder.withoutId("download_progress", Buffer.buffer("{}"))))
                .isEqualTo("event: download_progress\ndata: {}\n\n");
    }

    @Test
    void writesAGapAtThePositionWhereItGoesOn() {
        assertThat(payload(Frame.Encoder.gap(Gap.of(Gap.Reason.HISTORY_EVICTED, "3-0", ID))))
                .isEqualTo(json("id: 1700000000000-7\nevent: gap\ndata: {'reason':'history_evicted','requested':'3-0',"
                        + "'resumed_at':'1700000000000-7'}\n\n"));
    }

    @Test
    void writesAHoleAsAGapAtItsOwnPlace() {
        LogEntry.GapEntry hole = new LogEntry.GapEntry(
                ID,
                new EventId(false, 1_700_000_000_000L, 6),
                Instant.parse("2026-01-01T00:00:00Z"),
                Instant.parse("2026-01-01T00:00:05Z"));
        assertThat(payload(Frame.Encoder.hole(hole)))
                .isEqualTo(json("id: 1700000000000-7\nevent: gap\ndata: {'reason':'source_hole',"
                        + "'requested':'1700000000000-6','resumed_at':'1700000000000-7',"
                        + "'from':'2026-01-01T00:00:00Z','to':'2026-01-01T00:00:05Z'}\n\n"));
    }

    @Test
    void endsALineAtEachOfTheThreeLineBreaks() {
        assertThat(dataLines(json("{\n'a':1,\r'b':2,\r\n'c':3}")))
                .isEqualTo(json("data: {\ndata: 'a':1,\ndata: 'b':2,\ndata: 'c':3}\n"));
    }

    @Test
    void keepsEmptyLinesAndATrailingLineBreak() {
        assertThat(dataLines("{\n\n\r\r\n}\n")).isEqualTo("data: {\ndata: \ndata: \ndata: \ndata: }\ndata: \n");
    }

    @Test
    void keepsASpaceAtTheStartOfALine() {
        assertThat(dataLines(json("{\n  'a': 1\n}"))).isEqualTo(json("data: {\ndata:   'a': 1\ndata: }\n"));
    }

    @Test
    void countsBytesOfTheChunkNotCharacters() {
        String data = json("{'title':'日本語 ü 🎉'}");
        String payload = "id: 1700000000000-7\nevent: t\ndata: " + data + "\n\n";
        assertThat(chunk(event("t", data)))
                .isEqualTo(Integer.toHexString(payload.getBytes(StandardCharsets.UTF_8).length) + "\r\n" + payload
                        + "\r\n");
    }

    @Test
    void encodesPayloadsLargerThanAnyFirstGuess() {
        String data = "[" + "\n".repeat(3_000) + "]";
        assertThat(SseReader.readChunked(chunk(event("t", data)).getBytes(StandardCharsets.UTF_8)))
                .singleElement()
                .satisfies(message -> assertThat(message.data()).isEqualTo(data));
    }

    @Test
    void letsNoTypeForgeALineOrAFrame() {
        assertThat(payload(event("a\r\ndata: forged\n\nid: 9\0", "{}")))
                .isEqualTo("id: 1700000000000-7\nevent: adata: forgedid: 9\ndata: {}\n\n");
    }

    @Test
    void tellsTheLengthOfItsChunk() {
        Frame frame = event("t", "{}");
        assertThat(frame.chunkLength()).isEqualTo(chunk(frame).length());
    }

    @Test
    void aClientReadsBackWhatWasPublished() {
        Random random = new Random(20_260_101);
        for (int round = 0; round < 2_000; round++) {
            String data = randomJson(random);
            String type = random.nextBoolean() ? "update" : "a.B_c-9";
            Frame frame = event(type, data);
            List<SseReader.Message> messages =
                    SseReader.readChunked(chunk(frame).getBytes(StandardCharsets.UTF_8));

            assertThat(messages)
                    .as(data)
                    .containsExactly(new SseReader.Message(
                            ID.toString(),
                            true,
                            type,
                            data.replace("\r\n", "\n").replace('\r', '\n'),
                            null));
        }
    }

    @Test
    void bothFormsCarryTheSameFrame() {
        Frame frame = event("t", "{\r\n}");
        String payload = frame.payload().toString();
        assertThat(new String(
                        SseReader.unchunk(text(frame.retainedChunk()).getBytes(StandardCharsets.UTF_8)),
                        StandardCharsets.UTF_8))
                .isEqualTo(payload);
        frame.release();
    }

    private static String randomJson(Random random) {
        String[] pieces = {
            "{", "}", "\"k\"", ":", ",", "1.50", "\r", "\n", "\r\n", " ", "\t", "\"é\"", "\"🎧\"", "\"a:b\"", "\\n",
            "data:"
        };
        StringBuilder json = new StringBuilder("{");
        int length = random.nextInt(40);
        for (int index = 0; index < length; index++) {
            json.append(pieces[random.nextInt(pieces.length)]);
        }
        return json.append('}').toString();
    }

    private static Frame event(String type, String data) {
        return Frame.Encoder.event(
                new Event(ID, new Envelope("channel", type, null, Map.of(), Buffer.buffer(data), "2026")));
    }

    private String dataLines(String data) {
        String payload = payload(event("t", data));
        String head = "id: 1700000000000-7\nevent: t\n";
        assertThat(payload).startsWith(head).endsWith("\n\n");
        return payload.substring(head.length(), payload.length() - 1);
    }

    private String chunk(Frame frame) {
        String text = text(frame.retainedChunk());
        frame.release();
        return text;
    }

    private String payload(Frame frame) {
        String text = frame.payload().toString();
        frame.release();
        return text;
    }

    private String text(ByteBuf buffer) {
        memory.watch(buffer);
        String text = buffer.toString(StandardCharsets.UTF_8);
        buffer.release();
        return text;
    }
}
