package dev.hermes.gateway.browser;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;

/**
 * How fast this machine lets the test run with its gateway and the browser, measured while they do: how long their threads
 * have stood in line for a processor, beside how long they have run, as the kernel counts both (Linux, {@code schedstat}).
 */
final class BrowserPace {

    /** Up to here they stand in each other's way. */
    private static final double UNDISTURBED = 3;

    private record Times(long ranNanos, long waitedNanos) {}

    private final Map<String, Times> before = ofThreads();

    private BrowserPace() {}

    static BrowserPace start() {
        return new BrowserPace();
    }

    /** By how much a limit that means a machine of its own is to be stretched; 1 if they got what they wanted. */
    double stretch() {
        long ran = 0;
        long waited = 0;
        for (Map.Entry<String, Times> thread : ofThreads().entrySet()) {
            Times since = before.getOrDefault(thread.getKey(), new Times(0, 0));
            ran += thread.getValue().ranNanos() - since.ranNanos();
            waited += thread.getValue().waitedNanos() - since.waitedNanos();
        }
        double slowdown = ran == 0 ? 1 : 1 + (double) waited / ran;
        return slowdown < UNDISTURBED ? 1 : slowdown;
    }

    private static Map<String, Times> ofThreads() {
        Map<String, Times> times = new HashMap<>();
        ProcessHandle own = ProcessHandle.current();
        Stream.concat(Stream.of(own), own.descendants()).forEach(process -> read(process.pid(), times));
        return times;
    }

    private static void read(long process, Map<String, Times> into) {
        try (DirectoryStream<Path> threads =
                Files.newDirectoryStream(Path.of("/proc", Long.toString(process), "task"))) {
            for (Path thread : threads) {
                String[] fields =
                        Files.readString(thread.resolve("schedstat")).strip().split(" ", -1);
                into.put(thread.toString(), new Times(Long.parseLong(fields[0]), Long.parseLong(fields[1])));
            }
        } catch (IOException ended) {
            // Ended while it was being read, or the kernel does not tell.
        }
    }
}
