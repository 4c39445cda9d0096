package dev.hermes.gateway.demo;

import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One download from the queue to its end, which sends the messages of Hermes' worker in the same order: a snapshot is
 * stored before its progress is published, and deleted after the last event. Time is passed in; state lives on the
 * event loop of its owner.
 */
final class SimulatedDownload {

    private enum Stage {
        WAITING,
        DOWNLOADING,
        PROCESSING,
        ENDED
    }

    private enum Outcome {
        COMPLETED,
        FAILED,
        CANCELLED;

        String status() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** After a pause without Redis a download goes on where it stopped, rather than jumping ahead. */
    private static final Duration LONGEST_STEP = Duration.ofMillis(500);

    private final SplittableRandom random;
    private final String id;
    private final MediaFile file;
    private final double usualBytesPerSecond;
    private final Outcome outcome;
    /** The number of bytes after which a download that is to fail stops. */
    private final long breaksOffAt;

    private Stage stage = Stage.WAITING;
    private long downloadedBytes;
    private double bytesPerSecond;
    private Instant lastStep = Instant.MIN;
    private Instant nextStep = Instant.MIN;

    SimulatedDownload(MediaFile file, SplittableRandom random) {
        this.random = random;
        this.file = file;
        this.id = randomId(random);
        this.usualBytesPerSecond = file.totalBytes() / random.nextDouble(8, 35);
        this.bytesPerSecond = usualBytesPerSecond;
        int lot = random.nextInt(100);
        this.outcome = lot < 78 ? Outcome.COMPLETED : lot < 90 ? Outcome.FAILED : Outcome.CANCELLED;
        this.breaksOffAt = (long) (file.totalBytes() * random.nextDouble(0.1, 0.9));
    }

    boolean ended() {
        return stage == Stage.ENDED;
    }

    /** Whether the download has been in the queue for its whole waiting time. */
    boolean waitedEnough(Instant now) {
        return !now.isBefore(nextStep);
    }

    void enqueue(HermesCommands commands) {
        commands.queueUpdate(new JsonObject()
                .put("action", "added")
                .put("download_id", id)
                .put("status", "queued")
                .put("url", file.url()));
        commands.downloadProgress(about("queued").put("title", file.title()));
        nextStep = commands.now().plusMillis(random.nextInt(900, 1_800));
    }

    void begin(HermesCommands commands) {
        statusChanged("downloading", commands);
        commands.downloadProgress(about("downloading")
                .put("title", file.title())
                .put("thumbnail_url", file.thumbnailUrl())
                .put("duration", file.durationSeconds())
                .put("result", file.extracted()));
        stage = Stage.DOWNLOADING;
        stepAfter(random.nextInt(150, 350), commands);
    }

    /** Adds the commands that are due, mostly none. */
    void advance(HermesCommands commands) {
        if (stage == Stage.ENDED || commands.now().isBefore(nextStep)) {
            return;
        }
        if (stage == Stage.PROCESSING) {
            complete(commands);
        } else if (outcome != Outcome.COMPLETED && downloadedBytes >= breaksOffAt) {
            breakOff(commands);
        } else if (downloadedBytes >= file.totalBytes()) {
            process(commands);
        } else {
            download(commands);
        }
    }

    private void download(HermesCommands commands) {
        Duration step = Duration.between(lastStep, commands.now());
        double seconds = (step.compareTo(LONGEST_STEP) > 0 ? LONGEST_STEP : step).toNanos() / 1e9;
        double wanted = usualBytesPerSecond * random.nextDouble(0.4, 1.7);
        bytesPerSecond += (wanted - bytesPerSecond) * 0.3;
        downloadedBytes = Math.min(file.totalBytes(), downloadedBytes + (long) (bytesPerSecond * seconds));

        double percentage = Math.round(1_000.0 * downloadedBytes / file.totalBytes()) / 10.0;
        String message = "Downloading: " + percentage + "%";
        JsonObject progress = progress(
                percentage,
                "downloading",
                downloadedBytes,
                file.totalBytes(),
                bytesPerSecond,
                (file.totalBytes() - downloadedBytes) / bytesPerSecond);
        commands.keepSnapshot(id, progressReport(new JsonObject().put("status", "downloading"), message, progress));
        commands.downloadProgress(progressReport(about("downloading"), message, progress));
        stepAfter(random.nextInt(220, 420), commands);
    }

    private JsonObject progressReport(JsonObject start, String message, JsonObject progress) {
        return start.put("message", message).put("progress", progress).put("result", file.extracted());
    }

    private void process(HermesCommands commands) {
        commands.downloadProgress(about("processing")
                .put("message", "Merging formats")
                .put("progress", progress(100.0, "processing", null, null, null, null)));
        statusChanged("processing", commands);
        stage = Stage.PROCESSING;
        stepAfter(random.nextInt(700, 2_200), commands);
    }

    private void complete(HermesCommands commands) {
        commands.downloadProgress(about("completed")
                .put("completed_at", commands.timestamp())
                .put("file_size", file.totalBytes())
                .put("output_path", file.outputPath())
                .put("title", file.title())
                .put("progress", progress(100.0, "completed", null, null, null, null))
                .put("result", file.extracted().put("file_size", file.totalBytes())));
        statusChanged("completed", commands);
        commands.statsUpdate(new JsonObject()
                .put("event", "download_completed")
                .put("download_id", id)
                .put("timestamp", commands.timestamp()));
        end(commands, random.nextInt(4) == 0);
    }

    private void breakOff(HermesCommands commands) {
        boolean cancelled = outcome == Outcome.CANCELLED;
        commands.downloadProgress(about(outcome.status())
                .put("error_message", cancelled ? "Cancelled by user" : "HTTP Error 403: Forbidden")
                .put("completed_at", commands.timestamp()));
        statusChanged(outcome.status(), commands);
        end(commands, cancelled);
    }

    private void end(HermesCommands commands, boolean removed) {
        commands.deleteSnapshot(id);
        if (removed) {
            commands.queueUpdate(new JsonObject().put("action", "removed").put("download_id", id));
        }
        stage = Stage.ENDED;
    }

    private void statusChanged(String status, HermesCommands commands) {
        commands.queueUpdate(new JsonObject()
                .put("action", "status_changed")
                .put("download_id", id)
                .put("status", status));
    }

    private JsonObject about(String status) {
        return new JsonObject().put("download_id", id).put("status", status);
    }

    private void stepAfter(int milliseconds, HermesCommands commands) {
        lastStep = commands.now();
        nextStep = lastStep.plusMillis(milliseconds);
    }

    private static JsonObject progress(
            double percentage,
            String status,
            @Nullable Long downloadedBytes,
            @Nullable Long totalBytes,
            @Nullable Double speed,
            @Nullable Double eta) {
        return new JsonObject()
                .put("percentage", percentage)
                .put("status", status)
                .put("downloaded_bytes", downloadedBytes)
                .put("total_bytes", totalBytes)
                .put("speed", speed)
                .put("eta", eta);
    }

    private static String randomId(SplittableRandom random) {
        long versionFour = (random.nextLong() & ~0xF000L) | 0x4000L;
        long variantTwo = (random.nextLong() & 0x3FFF_FFFF_FFFF_FFFFL) | 0x8000_0000_0000_0000L;
        return new UUID(versionFour, variantTwo).toString();
    }

    /** A file to download, as the page it came from describes it. Titles are as awkward as real ones. */
    record MediaFile(
            int number, String title, String extension, long totalBytes, double durationSeconds, int paragraphs) {

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
}
