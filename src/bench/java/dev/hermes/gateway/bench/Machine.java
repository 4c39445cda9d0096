package dev.hermes.gateway.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.regex.Pattern;

/** What it was measured on, and with. */
record Machine(
        String date,
        String processor,
        int cores,
        String kernel,
        String memory,
        String java,
        String nginx,
        String nchan,
        String redis) {

    private static final String ABSENT = "not installed";

    static Machine thisOne(BenchSettings settings) {
        try (RedisServer redis = RedisServer.start()) {
            return new Machine(
                    Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
                    first("model name\\s*: (.*)", ProcessFigures.read("/proc/cpuinfo")),
                    Runtime.getRuntime().availableProcessors(),
                    ProcessFigures.read("/proc/sys/kernel/osrelease").strip(),
                    first("MemTotal:\\s*(.*)", ProcessFigures.read("/proc/meminfo")),
                    first("(?s)(.*)", said(settings.java().toString(), "-version"))
                            .strip()
                            .replace("\n", "; "),
                    NchanServer.installed() ? first("nginx version: (.*)", said("/usr/sbin/nginx", "-v")) : ABSENT,
                    NchanServer.installed()
                            ? first("(?m)^Version: (.*)", said("/usr/bin/dpkg", "-s", "libnginx-mod-nchan"))
                            : ABSENT,
                    redis.version());
        }
    }

    private static String first(String pattern, String text) {
        var found = Pattern.compile(pattern).matcher(text);
        return found.find() ? found.group(1) : "unknown";
    }

    /** All that a program prints; empty if there is no such program. */
    private static String said(String... command) {
        try {
            Process process = new ProcessBuilder(List.of(command))
                    .redirectErrorStream(true)
                    .start();
            return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException absent) {
            return "";
        }
    }
}
