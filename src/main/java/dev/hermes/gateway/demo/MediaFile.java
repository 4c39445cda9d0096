package dev.hermes.gateway.demo;

import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.SplittableRandom;

/** A file to download, as the page it came from describes it. Titles are as awkward as real ones. */
record MediaFile(int number, String title, String extension, long totalBytes, double durationSeconds, int paragraphs) {

    private record Sample(String title, String extension, int megabytes) {}

    private static final List<Sample> SAMPLES = List.of(
            new Sample("Big Buck Bunny 4K 60fps", "mp4", 1_640),
            new Sample("Lecture 12: \"Consensus\" & <Raft>", "mp4", 443),
            new Sample("Ünïcode — 日本語のタイトル 🎬", "webm", 612),
            new Sample("Концерт 2024 — первое отделение", "mkv", 2_150),
            new Sample("٠١٢٣ عربى", "mp4", 388),
            new Sample("Podcast #42: slow software", "m4a", 96),
            new Sample("Café \\ backslash / slash", "mp4", 274),
            new Sample("Tiny clip", "mp4", 14),
            new Sample("A walk through Lisbon 🇵🇹 in the rain", "mp4", 905),
            new Sample("주말 요리 교실: 김치찌개 🍲", "webm", 530),
            new Sample("Goldberg-Variationen, BWV 988 (Aria – Var. 15)", "flac", 318),
            new Sample("👩‍🚀 Spacewalk, uncut", "mkv", 3_480),
            new Sample("Line\nbreak in title", "mp4", 120),
            new Sample("Tide pools at dawn 🌊", "mp4", 760),
            new Sample("¿Cómo funciona un telar?", "mp4", 505),
            new Sample(
                    "A title that nobody shortened, because whoever uploaded it wanted every word of it to be found,"
                            + " the year, the place, the camera, and the name of the cat",
                    "mp4",
                    688));

    private static final String PARAGRAPH = "First line\nSecond line with \"quotes\" and emoji 🚀\n";

    static MediaFile random(int number, SplittableRandom random) {
        Sample sample = SAMPLES.get(random.nextInt(SAMPLES.size()));
        long totalBytes = (long) (sample.megabytes() * 1_000_000L * random.nextDouble(0.8, 1.2));
        return new MediaFile(
                number,
                sample.title(),
                sample.extension(),
                totalBytes,
                random.nextInt(30, 14_400) / 2.0,
                random.nextInt(1, 24));
    }

    String url() {
        return "https://example.com/watch?v=%011d".formatted(number);
    }

    String thumbnailUrl() {
        return "https://example.com/" + number + ".jpg";
    }

    String outputPath() {
        return "/app/downloads/" + number + "." + extension;
    }

    /** What the extractor found, as Hermes repeats it in every message about the download. */
    JsonObject extracted() {
        return new JsonObject()
                .put("url", url())
                .put("title", title)
                .put("thumbnail_url", thumbnailUrl())
                .put("extractor", "generic")
                .put("description", PARAGRAPH.repeat(paragraphs))
                .put("duration", durationSeconds);
    }
}
