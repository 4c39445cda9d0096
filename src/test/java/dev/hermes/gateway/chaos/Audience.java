package dev.hermes.gateway.chaos;

import java.util.function.BiPredicate;
import java.util.stream.IntStream;

/**
 * What one client listens to.
 *
 * @param path of the stream
 * @param poll path and query of the same by polls, to be gone on with
 * @param scope what its token carries
 * @param matches whether it is to get that event of that source
 */
record Audience(String path, String poll, String scope, BiPredicate<Source, Integer> matches) {

    private static final String POLL = "/api/v1/events/poll";

    /** Of four clients one listens to everything, two to the queue, one to a download. */
    static Audience of(int client) {
        return switch (client % 4) {
            case 0 -> new Audience("/api/v1/events/stream", POLL + "?", "queue download:*", (source, number) -> true);
            case 1, 2 ->
                new Audience(
                        "/api/v1/events/queue",
                        POLL + "?channels=queue:updates&",
                        "queue",
                        (source, number) -> !source.ofDownloads());
            default -> {
                String download = Source.download(client / 4);
                yield new Audience(
                        "/api/v1/events/downloads/" + download,
                        POLL + "?download_id=" + download + "&",
                        "download:" + download,
                        (source, number) ->
                                source.ofDownloads() && Source.download(number).equals(download));
            }
        };
    }

    boolean isFor(Source source, int number) {
        return matches.test(source, number);
    }

    /** Whether any event of that source is for it. */
    boolean hears(Source source) {
        return IntStream.range(0, Source.DOWNLOADS).anyMatch(number -> isFor(source, number));
    }
}
