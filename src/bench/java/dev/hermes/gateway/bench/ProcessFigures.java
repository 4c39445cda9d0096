package dev.hermes.gateway.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What the kernel says of processes. */
final class ProcessFigures {

    /** The unit of times in {@code /proc}, on every Linux. */
    private static final double TICKS_PER_SECOND = 100;

    private static final int USER_TIME = 11;
    private static final int SYSTEM_TIME = 12;

    private ProcessFigures() {}

    /** What all of them have used since they began, as user and in the kernel. */
    static double cpuSeconds(List<Long> processes) {
        return processes.stream().mapToDouble(ProcessFigures::cpuSeconds).sum();
    }

    private static double cpuSeconds(long process) {
        String stat = read("/proc/" + process + "/stat");
        // The name before may contain spaces.
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return (Long.parseLong(fields[USER_TIME]) + Long.parseLong(fields[SYSTEM_TIME])) / TICKS_PER_SECOND;
    }

    /** Memory that is in RAM now. */
    static long residentBytes(long process) {
        return read("/proc/" + process + "/status")
                        .lines()
                        .filter(line -> line.startsWith("VmRSS:"))
                        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                        .findFirst()
                        .orElseThrow()
                * 1_024;
    }

    static String read(String file) {
        try {
            return Files.readString(Path.of(file));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
