package dev.hermes.gateway.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;

/** How an event is handed to a server. */
interface Envelope {

    Envelope QUEUE = hermes("queue:updates", "queue_update");

    /** All that is written to the socket for it. */
    byte[] around(int key, String data);

    /** As Hermes publishes: PUBLISH of a message with type and timestamp. */
    static Envelope hermes(String channel, String type) {
        return (key, data) -> publish(
                channel,
                "{\"type\": \"" + type + "\", \"data\": " + data
                        + ", \"timestamp\": \"2026-11-23T09:13:33.123456+00:00\"}");
    }

    /** PUBLISH of the data alone. */
    static Envelope bare(String channel) {
        return (key, data) -> publish(channel, data);
    }

    /**
     * POST of the data alone.
     *
     * @param path in which {@code %d} stands for the key
     */
    static Envelope post(String path) {
        String[] around = path.split("%d", 2);
        String after = around.length > 1 ? around[1] : "";
        return (key, data) -> ("POST " + around[0] + (around.length > 1 ? key : "") + after
                        + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: "
                        + data.length() + "\r\n\r\n" + data)
                .getBytes(US_ASCII);
    }

    private static byte[] publish(String channel, String message) {
        return ("*3\r\n$7\r\nPUBLISH\r\n$" + channel.length() + "\r\n" + channel + "\r\n$" + message.length() + "\r\n"
                        + message + "\r\n")
                .getBytes(US_ASCII);
    }
}
