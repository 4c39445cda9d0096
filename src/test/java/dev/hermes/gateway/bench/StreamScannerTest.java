package dev.hermes.gateway.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class StreamScannerTest {

    private static final String BYTES = """
            HTTP/1.1 200 OK\r
            \r
            id: 1-1
            event: connected
            data: {}

            \r
            7a\r
            id: 1-2
            event: queue_update
            data: {""t": "t":"x", "t":1763889213123456789, "seq": 4}

            \r
            7a\r

            event: eventevent:\s
            data: {"t": 42}

            """;

    private static final class Heard extends StreamScanner {

        private final List<Long> times = new ArrayList<>();
        private final List<Integer> names = new ArrayList<>();

        @Override
        void onTime(long time) {
            times.add(time);
        }

        @Override
        void onName(int name) {
            names.add(name);
        }
    }

    @Test
    void findsTimesAndNamesWhereverTheBytesAreCut() {
        byte[] bytes = BYTES.getBytes(US_ASCII);
        for (int first = 0; first <= bytes.length; first++) {
            for (int second = first; second <= bytes.length; second += 7) {
                Heard heard = new Heard();
                heard.scan(ByteBuffer.wrap(bytes, 0, first));
                heard.scan(ByteBuffer.wrap(bytes, first, second - first));
                heard.scan(ByteBuffer.wrap(bytes, second, bytes.length - second));

                assertThat(heard.times)
                        .as("cut at %d and %d", first, second)
                        .containsExactly(1763889213123456789L, 42L);
                assertThat(heard.names)
                        .as("cut at %d and %d", first, second)
                        .containsExactly(
                                StreamScanner.name("connected"),
                                StreamScanner.name("queue_update"),
                                StreamScanner.name("eventevent"));
            }
        }
    }

    @Test
    void findsTimesByteByByte() {
        Heard heard = new Heard();
        for (byte next : BYTES.getBytes(US_ASCII)) {
            heard.scan(ByteBuffer.wrap(new byte[] {next}));
        }

        assertThat(heard.times).containsExactly(1763889213123456789L, 42L);
    }

    @Test
    void aStreamTellsWhatWasRepeated() {
        Stream stream = new Stream(0, new Ear());
        for (int time : new int[] {3, 4, 4, 6, 5}) {
            stream.scan(ByteBuffer.wrap(("data: {\"t\":" + time + "}\n\n").getBytes(US_ASCII)));
        }

        assertThat(stream.events()).isEqualTo(5);
        assertThat(stream.disordered()).isEqualTo(2);
    }
}
