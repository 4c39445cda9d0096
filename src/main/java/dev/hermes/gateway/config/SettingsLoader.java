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
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The one door through which settings come: environment over file over default. Every method may be called from any
 * thread and blocks none; files are read on Vert.x' worker threads. A load that finds problems fails with one
 * {@link SettingsException} that carries them all, those of the catalogue too.
 */
public final class SettingsLoader {

    /**
     * The folder with {@code gateway.properties} and {@code channels.yaml}, each optional; named in the environment or in
     * a deployment's configuration, never in a file.
     */
    public static final String FOLDER = "HERMES_CONF";

    static final String PROPERTIES_FILE = "gateway.properties";
    static final String CATALOGUE_FILE = "channels.yaml";

    /** Below the gateway's own name: an application around it may have a {@code conf} of its own on the class path. */
    private static final String BUILT_IN = "/dev/hermes/gateway/conf/";

    /** What the gateway is started for. */
    public enum Mode {
        /** Refuses to start without {@code HERMES_SECRET_KEY}. */
        PRODUCTION,
        /** Goes without. */
        DEMO
    }

    private SettingsLoader() {}

    /**
     * For a gateway that is a process of its own. The folder is {@code HERMES_CONF}, else {@code conf} in the working
     * directory; without one the built-in files hold. An empty value counts as none.
     */
    public static Future<LoadedSettings> load(Vertx vertx, Map<String, String> environment, Mode mode) {
        Map<String, String> copy = Map.copyOf(environment);
        return load(vertx, findings -> SettingSources.ofEnvironment(copy, findings), mode == Mode.PRODUCTION);
    }

    /**
     * For a gateway inside somebody else's application. The deployment's configuration stands where the environment
     * does; values are JSON strings, numbers or booleans, lists also arrays of strings. A folder counts only if
     * {@code HERMES_CONF} names it there; else the built-in catalogue holds. No secret key is required.
     */
    public static Future<LoadedSettings> load(Vertx vertx, JsonObject deployment) {
        JsonObject copy = deployment.copy();
        return load(vertx, findings -> SettingSources.ofDeployment(copy, findings), false);
    }

    /** Every setting there is, in the order in which they are documented. */
    public static List<Setting.Description> descriptions() {
        return Arrays.stream(Setting.values()).map(Setting::description).toList();
    }

    private static Future<LoadedSettings> load(
            Vertx vertx, Function<SettingsException.Problems, SettingSources> look, boolean secretKeyRequired) {
        SettingsException.Problems findings = new SettingsException.Problems();
        return vertx.executeBlocking(() -> look.apply(findings))
                .compose(sources -> properties(vertx, sources.folder(), findings)
                        .compose(text ->
                                vertx.executeBlocking(() -> assemble(sources, text, secretKeyRequired, findings))));
    }

    private static Future<String> properties(Vertx vertx, @Nullable Path folder, SettingsException.Problems findings) {
        // The built-in file holds comments only: what it says of the defaults, the code says too.
        Path file = folder == null ? null : folder.resolve(PROPERTIES_FILE);
        if (file == null || !file.toFile().exists()) {
            return Future.succeededFuture("");
        }
        ConfigRetriever retriever = FileChanges.Store.once(vertx, file);
        return retriever
                .getConfig()
                .map(json -> String.valueOf(FileChanges.Store.text(json)))
                .otherwise(unreadable -> {
                    findings.refuse(PROPERTIES_FILE, file.toString(), "a readable file");
                    return "";
                })
                .eventually(retriever::close);
    }

    private static LoadedSettings assemble(
            SettingSources sources,
            String propertiesText,
            boolean secretKeyRequired,
            SettingsException.Problems findings) {
        Map<Setting, String> written = new EnumMap<>(Setting.class);
        written.putAll(SettingSources.PropertiesText.parse(propertiesText, findings));
        written.putAll(sources.outer());
        SettingValues values = new SettingValues(written, findings);
        Settings settings = new SettingsReader(values, secretKeyRequired).read(catalogue(sources.folder(), findings));
        if (!findings.problems().isEmpty()) {
            throw new SettingsException(findings.problems());
        }
        return new LoadedSettings(settings, findings.warnings(), watched(sources));
    }

    private static LoadedSettings.WatchedFile watched(SettingSources sources) {
        Path folder = sources.folder();
        return new LoadedSettings.WatchedFile(
                folder == null ? null : folder.resolve(PROPERTIES_FILE),
                sources.outer().keySet().stream().map(Setting::name).collect(Collectors.toSet()));
    }

    private static Catalogue catalogue(@Nullable Path folder, SettingsException.Problems findings) {
        Path file = folder == null ? null : folder.resolve(CATALOGUE_FILE);
        try {
            String text = file != null && Files.exists(file) ? Files.readString(file) : builtInCatalogue();
            return CatalogueReader.read(CATALOGUE_FILE, text, findings);
        } catch (IOException unreadable) {
            findings.refuse(CATALOGUE_FILE, String.valueOf(file), "a readable file, text in UTF-8");
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
}
