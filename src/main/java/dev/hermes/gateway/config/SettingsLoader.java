package dev.hermes.gateway.config;

import io.vertx.config.ConfigRetriever;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Loads the settings; there is no other way to get them. The environment overrides the file, and the file overrides
 * the default. Every method may be called from any thread and blocks none; files are read on Vert.x' worker threads.
 * If a load finds problems, it fails with one {@link SettingsException} that carries them all, including those of the
 * catalogue.
 */
public final class SettingsLoader {

    /**
     * The folder with {@code gateway.properties} and {@code channels.yaml}, each optional. Set in the environment or
     * in a deployment's configuration, never in a file.
     */
    public static final String FOLDER = "HERMES_CONF";

    static final String PROPERTIES_FILE = "gateway.properties";
    static final String CATALOGUE_FILE = "channels.yaml";

    /** Below the gateway's own name: an application around it may have a {@code conf} of its own on the class path. */
    private static final String BUILT_IN = "/dev/hermes/gateway/conf/";

    /** The purpose of the process. */
    public enum Mode {
        /** Does not start without {@code HERMES_SECRET_KEY}. */
        PRODUCTION,
        /** Starts without {@code HERMES_SECRET_KEY}. */
        DEMO
    }

    private SettingsLoader() {}

    /**
     * Loads the settings of a gateway with its own process. The folder is {@code HERMES_CONF}, or else {@code conf}
     * in the working directory; without a folder the built-in files apply. An empty value counts as absent.
     */
    public static Future<Loaded> load(Vertx vertx, Map<String, String> environment, Mode mode) {
        Map<String, String> copy = Map.copyOf(environment);
        return load(vertx, findings -> SettingSources.ofEnvironment(copy, findings), mode == Mode.PRODUCTION);
    }

    /**
     * Loads the settings of a gateway inside another application. The deployment's configuration takes the place of
     * the environment; values are JSON strings, numbers or booleans, lists also arrays of strings. A folder counts
     * only if {@code HERMES_CONF} names it there; otherwise the built-in catalogue applies. No secret key is
     * required.
     */
    public static Future<Loaded> load(Vertx vertx, JsonObject deployment) {
        JsonObject copy = deployment.copy();
        return load(vertx, findings -> SettingSources.ofDeployment(copy, findings), false);
    }

    /** All settings, in the order in which they are documented. */
    public static List<Setting.Description> descriptions() {
        return Arrays.stream(Setting.values()).map(Setting::description).toList();
    }

    private static Future<Loaded> load(
            Vertx vertx, Function<SettingsException.Problems, SettingSources> look, boolean secretKeyRequired) {
        SettingsException.Problems findings = new SettingsException.Problems();
        return vertx.executeBlocking(() -> look.apply(findings))
                .compose(sources -> properties(vertx, sources.folder(), findings)
                        .compose(text -> vertx.executeBlocking(
                                () -> assemble(vertx, sources, text, secretKeyRequired, findings))));
    }

    private static Future<String> properties(Vertx vertx, @Nullable Path folder, SettingsException.Problems findings) {
        // The built-in file contains only comments; the defaults it describes are also in the code.
        Path file = folder == null ? null : folder.resolve(PROPERTIES_FILE);
        if (file == null || !file.toFile().exists()) {
            return Future.succeededFuture("");
        }
        ConfigRetriever retriever = FileChanges.Store.once(vertx, file);
        return retriever
                .getConfig()
                .map(json -> String.valueOf(FileChanges.Store.text(json)))
                .otherwise(unreadable -> {
                    findings.invalid(PROPERTIES_FILE, file.toString(), "a readable file");
                    return "";
                })
                .eventually(retriever::close);
    }

    private static Loaded assemble(
            Vertx vertx,
            SettingSources sources,
            String propertiesText,
            boolean secretKeyRequired,
            SettingsException.Problems findings) {
        Map<Setting, String> written = new EnumMap<>(Setting.class);
        written.putAll(SettingSources.PropertiesText.parse(propertiesText, findings));
        written.putAll(sources.outer());
        SettingValues values = new SettingValues(written, findings);
        Settings settings = new SettingsReader(values, secretKeyRequired).read(catalogue(sources.folder(), findings));
        Settings.Http.Tls tls = settings.http().tls();
        TlsPair pair = tls == null ? null : TlsPair.read(vertx, tls, findings);
        if (!findings.problems().isEmpty()) {
            throw new SettingsException(findings.problems());
        }
        if (pair != null && pair.expiresAt().isBefore(Instant.now())) {
            findings.warn("setting=HERMES_TLS_CERTIFICATE reason=\"the certificate has expired\" expired="
                    + pair.expiresAt());
        }
        List<Effective> effective = Arrays.stream(Setting.values())
                .map(setting -> effective(setting, sources, written))
                .toList();
        return new Loaded(settings, findings.warnings(), watched(sources), effective);
    }

    private static Effective effective(Setting setting, SettingSources sources, Map<Setting, String> written) {
        String value = written.getOrDefault(setting, setting.defaultValue);
        String origin = sources.outer().containsKey(setting)
                ? sources.outerName()
                : written.containsKey(setting) ? PROPERTIES_FILE : "default";
        return value == null
                ? new Effective(setting.name(), null, origin, null)
                : new Effective(setting.name(), setting.shown(value), origin, new Settings.Secret(value));
    }

    /**
     * One setting as it applies.
     *
     * @param value as written, secrets hidden; null if there is none
     * @param origin {@code environment}, {@code deployment}, {@code gateway.properties} or {@code default}
     * @param written the value itself, for comparison with another load
     */
    public record Effective(String name, @Nullable String value, String origin, Settings.@Nullable Secret written) {}

    private static Loaded.WatchedFile watched(SettingSources sources) {
        Path folder = sources.folder();
        return new Loaded.WatchedFile(
                folder == null ? null : folder.resolve(PROPERTIES_FILE),
                sources.outer().keySet().stream().map(Setting::name).collect(Collectors.toSet()));
    }

    private static Catalogue catalogue(@Nullable Path folder, SettingsException.Problems findings) {
        Path file = folder == null ? null : folder.resolve(CATALOGUE_FILE);
        try {
            String text = file != null && Files.exists(file) ? Files.readString(file) : builtInCatalogue();
            return CatalogueReader.read(CATALOGUE_FILE, text, findings);
        } catch (IOException unreadable) {
            findings.invalid(CATALOGUE_FILE, String.valueOf(file), "a readable file, text in UTF-8");
            return new Catalogue(Map.of());
        }
    }

    private static String builtInCatalogue() throws IOException {
        try (InputStream file = SettingsLoader.class.getResourceAsStream(BUILT_IN + CATALOGUE_FILE)) {
            if (file == null) {
                throw new IllegalStateException("the jar lacks " + BUILT_IN + CATALOGUE_FILE);
            }
            return new String(file.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /**
     * Valid settings, and what an operator should know about them.
     *
     * @param warnings one log line of {@code key=value} pairs each, without secrets; none of them keeps the gateway from
     *     starting
     * @param file the file that {@link SseFlag#watch} watches for the flag
     * @param effective all settings, in the order in which they are documented
     */
    public record Loaded(Settings settings, List<String> warnings, WatchedFile file, List<Effective> effective) {

        public Loaded {
            warnings = List.copyOf(warnings);
            effective = List.copyOf(effective);
        }

        /** The names of the settings that have another value in another load. */
        public Set<String> differences(Loaded other) {
            Set<String> names = new TreeSet<>();
            for (int index = 0; index < effective.size(); index++) {
                Effective one = effective.get(index);
                if (!Objects.equals(one.written(), other.effective.get(index).written())) {
                    names.add(one.name());
                }
            }
            return names;
        }

        /**
         * The file that may change while the gateway runs.
         *
         * @param path {@code gateway.properties} in the folder, whether or not it exists; null without a folder
         * @param overridden the settings that the environment sets, which override the file
         */
        public record WatchedFile(@Nullable Path path, Set<String> overridden) {

            public WatchedFile {
                overridden = Set.copyOf(overridden);
            }
        }
    }
}
