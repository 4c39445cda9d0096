package dev.hermes.gateway.config;

import java.nio.file.Path;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides what a changed {@code gateway.properties} means: the flag takes effect, everything else is only spoken of.
 * Lives on the context that watches. Values never reach the log unless they are refused, and then as safe to show.
 */
final class FileChanges {

    private static final Logger LOG = LoggerFactory.getLogger(FileChanges.class);
    private static final Setting FLAG = Setting.HERMES_ENABLE_SSE;

    private final Path file;
    private final Set<String> overridden;
    private final Consumer<Boolean> flag;
    private Map<Setting, String> last = Map.of();
    private boolean toldOfOverride;

    /** {@code flag} is told the state that the file asks for, also when it is the same again. */
    FileChanges(Path file, Set<String> overridden, Consumer<Boolean> flag) {
        this.file = file;
        this.overridden = overridden;
        this.flag = flag;
    }

    /** The file as it is when watching begins; null while it is not there. */
    void begin(@Nullable String text) {
        if (text == null) {
            return;
        }
        Findings findings = new Findings();
        last = PropertiesText.parse(text, findings);
        if (findings.problems().isEmpty()) {
            applyFlag(last.get(FLAG), false);
        }
    }

    /** The file after a change; null while it is not there. */
    void accept(@Nullable String text) {
        if (text == null) {
            LOG.warn("settings file is gone, all stays as it is file={}", file);
            return;
        }
        Findings findings = new Findings();
        Map<Setting, String> now = PropertiesText.parse(text, findings);
        if (!findings.problems().isEmpty()) {
            findings.problems().forEach(this::refuse);
            return;
        }
        Map<Setting, String> before = last;
        last = new EnumMap<>(Setting.class);
        last.putAll(now);
        Set<String> changed = changed(before, now);
        applyFlag(now.get(FLAG), changed.remove(FLAG.name()));
        changed.removeAll(overridden);
        if (!changed.isEmpty()) {
            LOG.warn("changed settings need a restart settings={} file={}", String.join(",", changed), file);
        }
    }

    private void applyFlag(@Nullable String written, boolean changed) {
        if (overridden.contains(FLAG.name())) {
            if (changed && !toldOfOverride) {
                toldOfOverride = true;
                LOG.warn("setting={} is decided by the environment, the change has no effect file={}", FLAG, file);
            }
            return;
        }
        Boolean state = Texts.flag(written == null ? Objects.requireNonNull(FLAG.defaultValue) : written);
        if (state == null) {
            refuse(new Problem(FLAG.name(), String.valueOf(written), FLAG.allowed));
            return;
        }
        flag.accept(state);
    }

    private void refuse(Problem problem) {
        LOG.error(
                "settings file cannot be used, all stays as it is setting={} value=\"{}\" allowed=\"{}\" file={}",
                problem.name(),
                problem.value(),
                problem.allowed(),
                file);
    }

    private static Set<String> changed(Map<Setting, String> before, Map<Setting, String> now) {
        Set<Setting> names = EnumSet.allOf(Setting.class);
        return names.stream()
                .filter(name -> !Objects.equals(before.get(name), now.get(name)))
                .map(Setting::name)
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
