package dev.hermes.gateway.ops;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Compares the flags of this JVM with those of {@code conf/jvm.options}, which the gateway is measured with. */
public final class JvmFlags {

    private static final String SHIPPED = "/dev/hermes/gateway/conf/jvm.options";

    private JvmFlags() {}

    /** What differs, for one line of the log: {@code as in jvm.options}, or what lacks and what is there besides. */
    public static String difference() {
        return difference(shipped(), ManagementFactory.getRuntimeMXBean().getInputArguments());
    }

    static String difference(List<String> shipped, List<String> present) {
        List<String> lacking = new ArrayList<>(shipped);
        lacking.removeAll(present);
        List<String> further = present.stream()
                .filter(flag -> !shipped.contains(flag))
                .map(JvmFlags::withoutValue)
                .toList();
        if (lacking.isEmpty() && further.isEmpty()) {
            return "as in jvm.options";
        }
        return (lacking.isEmpty() ? "" : "lacking " + String.join(" ", lacking))
                + (lacking.isEmpty() || further.isEmpty() ? "" : ", ")
                + (further.isEmpty() ? "" : "further " + String.join(" ", further));
    }

    /** A property may hold a secret; flags of the JVM itself do not. */
    private static String withoutValue(String flag) {
        int value = flag.indexOf('=');
        return flag.startsWith("-D") && value > 0 ? flag.substring(0, value) : flag;
    }

    static List<String> shipped() {
        InputStream file = Objects.requireNonNull(JvmFlags.class.getResourceAsStream(SHIPPED), SHIPPED);
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(file, StandardCharsets.UTF_8))) {
            return lines.lines()
                    .map(String::strip)
                    .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                    .toList();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
