package dev.hermes.gateway.watchdog;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * How long a thread has run so far, and how long it has stood in line for a processor, as the kernel counts both for each
 * thread of this process (Linux, {@code schedstat}).
 */
record CpuTimes(long ranNanos, long waitedNanos) {

    static final CpuTimes NONE = new CpuTimes(0, 0);

    private static final Path THREADS = Path.of("/proc/self/task");

    /** By the kernel's number of the thread, all whose name begins so; the kernel keeps fifteen characters of a name. */
    static Map<String, CpuTimes> ofThreads(String nameBegins) {
        Map<String, CpuTimes> times = new HashMap<>();
        if (!Files.isDirectory(THREADS)) {
            return times;
        }
        try (DirectoryStream<Path> threads = Files.newDirectoryStream(THREADS)) {
            for (Path thread : threads) {
                read(thread, nameBegins, times);
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        return times;
    }

    private static void read(Path thread, String nameBegins, Map<String, CpuTimes> into) {
        try {
            if (Files.readString(thread.resolve("comm")).startsWith(nameBegins)) {
                String[] fields =
                        Files.readString(thread.resolve("schedstat")).strip().split(" ", -1);
                into.put(
                        thread.getFileName().toString(),
                        new CpuTimes(Long.parseLong(fields[0]), Long.parseLong(fields[1])));
            }
        } catch (IOException ended) {
            // Ended while it was being read.
        }
    }

    /** Of the thread with that number; none where the kernel does not tell. */
    static CpuTimes ofThread(String number) {
        Map<String, CpuTimes> times = new HashMap<>();
        read(THREADS.resolve(number), "", times);
        return times.getOrDefault(number, NONE);
    }

    CpuTimes since(CpuTimes before) {
        return new CpuTimes(ranNanos - before.ranNanos, waitedNanos - before.waitedNanos);
    }

    CpuTimes and(CpuTimes other) {
        return new CpuTimes(ranNanos + other.ranNanos, waitedNanos + other.waitedNanos);
    }
}
