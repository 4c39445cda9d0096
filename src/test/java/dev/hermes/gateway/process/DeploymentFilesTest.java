package dev.hermes.gateway.process;

import static dev.hermes.gateway.fixture.Futures.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hermes.gateway.config.Setting;
import dev.hermes.gateway.config.Settings;
import dev.hermes.gateway.config.SettingsLoader;
import dev.hermes.gateway.fixture.OutsideProcess;
import dev.hermes.gateway.fixture.RunningGateway;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1Deployment;
import io.kubernetes.client.openapi.models.V1NetworkPolicy;
import io.kubernetes.client.openapi.models.V1PodDisruptionBudget;
import io.kubernetes.client.openapi.models.V1Service;
import io.vertx.core.Vertx;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;

/** The files that deploy the gateway, held against their schemas, the gateway's settings and one another. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DeploymentFilesTest {

    private static final Path COMPOSE = Path.of("docker/compose.yaml");
    private static final Path KUBERNETES = Path.of("docker/kubernetes.yaml");
    private static final Path UNIT = Path.of("docker/hermes-gateway.service");
    private static final Path IMAGE = Path.of("docker/Dockerfile");
    private static final String SYSTEMD = "/usr/bin/systemd-analyze";
    /** Tenths. systemd 252 counts 13 for what a server in a JVM needs; another version may weigh it otherwise. */
    private static final int MOST_EXPOSED = 15;

    /** Refuses fields and values that the API server of Kubernetes would refuse. */
    private interface Schema {
        Object read(String json) throws IOException;
    }

    private static final Map<String, Schema> KINDS = Map.of(
            "v1 ConfigMap", V1ConfigMap::fromJson,
            "v1 Service", V1Service::fromJson,
            "apps/v1 Deployment", V1Deployment::fromJson,
            "policy/v1 PodDisruptionBudget", V1PodDisruptionBudget::fromJson,
            "networking.k8s.io/v1 NetworkPolicy", V1NetworkPolicy::fromJson);

    private Vertx vertx;

    @BeforeAll
    void open() {
        vertx = Vertx.vertx();
    }

    @AfterAll
    void close() {
        await(vertx.close());
    }

    @Test
    void composeRunsTwoGatewaysWithTheFlagInAFolderThatTheyFollow() {
        List<JsonObject> gateways = gatewaysOfCompose().map(Map.Entry::getValue).toList();

        assertThat(gateways).hasSize(2).allSatisfy(gateway -> {
            JsonObject environment = gateway.getJsonObject("environment");
            assertThat(settingNames()).containsAll(environment.fieldNames());
            assertThat(environment.fieldNames()).doesNotContain("HERMES_ENABLE_SSE");
            assertThat(gateway.getJsonArray("volumes"))
                    .contains("./conf:" + environment.getString(SettingsLoader.FOLDER) + ":ro");
            assertThat(seconds(gateway.getString("stop_grace_period")))
                    .isGreaterThan(seconds(environment.getString("HERMES_DRAIN_TIMEOUT")));
        });
        assertThat(load(COMPOSE.resolveSibling("conf")).sseEnabled()).isTrue();
    }

    @Test
    void caddyAndPrometheusOfComposeKnowBothGateways() {
        List<String> names = gatewaysOfCompose().map(Map.Entry::getKey).toList();
        JsonObject caddy = only(COMPOSE).getJsonObject("services").getJsonObject("caddy");
        JsonObject job = only(Path.of("conf/prometheus/prometheus.yml"))
                .getJsonArray("scrape_configs")
                .getJsonObject(0);

        assertThat(caddy.getJsonObject("environment")
                        .getString("HERMES_UPSTREAM")
                        .split(" "))
                .containsExactlyElementsOf(at(names, "API_PORT"));
        assertThat(caddy.getJsonObject("depends_on").fieldNames()).containsExactlyElementsOf(names);
        assertThat(job.getJsonArray("static_configs").getJsonObject(0).getJsonArray("targets"))
                .containsExactlyElementsOf(at(names, "HERMES_MANAGEMENT_PORT"));
    }

    @Test
    void kubernetesKnowsEveryObjectAndEachFieldOfIt() {
        assertThat(all(KUBERNETES)).hasSize(KINDS.size()).allSatisfy(object -> {
            Schema schema = KINDS.get(object.getString("apiVersion") + " " + object.getString("kind"));
            assertThat(Objects.requireNonNull(schema, object::encode).read(object.encode()))
                    .isNotNull();
        });
        String deployment = kubernetes("Deployment").encode();
        assertThatThrownBy(() -> V1Deployment.fromJson(deployment.replace("\"maxSurge\"", "\"maxSurges\"")))
                .hasMessageContaining("maxSurges");
        assertThatThrownBy(() -> V1Deployment.fromJson(deployment.replace("\"replicas\":2", "\"replicas\":\"two\"")))
                .hasMessageContaining("two");
    }

    @Test
    void kubernetesMountsTheFlagAsAFolderThatTheGatewaysFollow(@TempDir Path folder) throws IOException {
        JsonObject container = container();
        JsonObject environment = named(container.getJsonArray("env"));
        JsonObject mount = named(container.getJsonArray("volumeMounts")).getJsonObject("settings");

        assertThat(settingNames()).containsAll(environment.fieldNames());
        assertThat(environment.fieldNames()).doesNotContain("HERMES_ENABLE_SSE");
        assertThat(mount.getString("mountPath"))
                .isEqualTo(environment.getJsonObject(SettingsLoader.FOLDER).getString("value"));
        assertThat(mount.fieldNames()).doesNotContain("subPath");
        assertThat(kubernetesSettings(folder).sseEnabled()).isTrue();
    }

    @Test
    void kubernetesProbesTheManagementPortAndLetsAGatewayDrain(@TempDir Path folder) throws IOException {
        JsonObject container = container();
        JsonObject ports = named(container.getJsonArray("ports"));
        long pause = Long.parseLong(container
                .getJsonObject("lifecycle")
                .getJsonObject("preStop")
                .getJsonObject("exec")
                .getJsonArray("command")
                .getString(1));

        assertThat(ports.getJsonObject("management").getInteger("containerPort").toString())
                .isEqualTo(defaultOf("HERMES_MANAGEMENT_PORT"));
        assertThat(ports.getJsonObject("http").getInteger("containerPort").toString())
                .isEqualTo(defaultOf("API_PORT"));
        Map.of("startupProbe", "/health/ready", "readinessProbe", "/health/live", "livenessProbe", "/health/live")
                .forEach((probe, path) -> assertThat(
                                container.getJsonObject(probe).getJsonObject("httpGet"))
                        .as(probe)
                        .isEqualTo(new JsonObject().put("path", path).put("port", "management")));
        assertThat(pod().getLong("terminationGracePeriodSeconds"))
                .isGreaterThan(pause + kubernetesSettings(folder).drainTimeout().toSeconds());
    }

    @Test
    void theImageAndKubernetesAgreeOnTheUser() {
        assertThat(Documents.read(IMAGE))
                .contains("--uid " + pod().getJsonObject("securityContext").getInteger("runAsUser") + " ")
                .contains("ENTRYPOINT [\"/opt/hermes/hermes-gateway\"]");
    }

    @Test
    void theUnitStartsTheScriptAndLetsItDrain() {
        String unit = Documents.read(UNIT);

        assertThat(unit).contains("\nExecStart=/opt/hermes/hermes-gateway\n").contains("\nExecReload=/bin/kill -HUP ");
        assertThat(seconds(value(unit, "TimeoutStopSec"))).isGreaterThan(seconds(defaultOf("HERMES_DRAIN_TIMEOUT")));
        assertThat(Integer.parseInt(value(unit, "LimitNOFILE")))
                .isGreaterThan(Integer.parseInt(defaultOf("HERMES_SSE_MAX_CONNECTIONS")));
    }

    @Test
    void systemdVerifiesTheUnitAndFindsLittleOfTheMachineExposed(@TempDir Path folder) throws IOException {
        OutsideProcess.require(SYSTEMD);
        Path copy = Files.writeString(
                folder.resolve("hermes-gateway.service"),
                Documents.read(UNIT)
                        .replace("/opt/hermes/", IMAGE.toAbsolutePath().getParent() + "/"));
        Path misspelt = Files.writeString(
                folder.resolve("hermes-gateway-misspelt.service"),
                Documents.read(copy).replace("TimeoutStopSec", "TimeoutStopsSec"));

        assertThat(systemd("verify", "--man=no", copy.toString())).noneMatch(line -> line.contains("hermes-gateway"));
        assertThat(systemd("verify", "--man=no", misspelt.toString()))
                .anyMatch(line -> line.contains("hermes-gateway") && line.contains("TimeoutStopsSec"));
        try (OutsideProcess security = OutsideProcess.start(new ProcessBuilder(
                SYSTEMD, "security", "--no-pager", "--offline=true", "--threshold=" + MOST_EXPOSED, copy.toString()))) {
            assertThat(security.awaitExit(Duration.ofSeconds(20)))
                    .as("%s", security.lines())
                    .isZero();
        }
    }

    private static List<String> systemd(String... arguments) {
        List<String> command =
                Stream.concat(Stream.of(SYSTEMD), Stream.of(arguments)).toList();
        try (OutsideProcess process = OutsideProcess.start(new ProcessBuilder(command))) {
            process.awaitExit(Duration.ofSeconds(20));
            return process.lines();
        }
    }

    private static String value(String unit, String name) {
        return Pattern.compile("(?m)^" + name + "=(.*)$")
                .matcher(unit)
                .results()
                .map((MatchResult found) -> found.group(1))
                .findFirst()
                .orElseThrow();
    }

    private static Stream<Map.Entry<String, JsonObject>> gatewaysOfCompose() {
        JsonObject services = only(COMPOSE).getJsonObject("services");
        return services.fieldNames().stream()
                .filter(name -> name.startsWith("gateway"))
                .map(name -> Map.entry(name, services.getJsonObject(name)));
    }

    private static List<String> at(List<String> hosts, String port) {
        return hosts.stream().map(host -> host + ":" + defaultOf(port)).toList();
    }

    private static JsonObject kubernetes(String kind) {
        return all(KUBERNETES).stream()
                .filter(object -> object.getString("kind").equals(kind))
                .findFirst()
                .orElseThrow();
    }

    private static JsonObject pod() {
        return kubernetes("Deployment")
                .getJsonObject("spec")
                .getJsonObject("template")
                .getJsonObject("spec");
    }

    private static JsonObject container() {
        return pod().getJsonArray("containers").getJsonObject(0);
    }

    private static JsonObject named(JsonArray objects) {
        JsonObject named = new JsonObject();
        objects.forEach(object -> named.put(((JsonObject) object).getString("name"), object));
        return named;
    }

    private Settings kubernetesSettings(Path folder) throws IOException {
        String text = kubernetes("ConfigMap").getJsonObject("data").getString("gateway.properties");
        Files.writeString(folder.resolve("gateway.properties"), text);
        return load(folder);
    }

    private Settings load(Path folder) {
        Map<String, String> environment =
                Map.of(SettingsLoader.FOLDER, folder.toString(), "HERMES_SECRET_KEY", RunningGateway.SECRET_KEY);
        SettingsLoader.Loaded loaded = await(SettingsLoader.load(vertx, environment, SettingsLoader.Mode.PRODUCTION));
        assertThat(loaded.warnings()).isEmpty();
        return loaded.settings();
    }

    private static Set<String> settingNames() {
        return Stream.concat(
                        Stream.of(SettingsLoader.FOLDER),
                        SettingsLoader.descriptions().stream().map(Setting.Description::name))
                .collect(Collectors.toSet());
    }

    private static String defaultOf(String name) {
        return SettingsLoader.descriptions().stream()
                .filter(setting -> setting.name().equals(name))
                .map(setting -> Objects.requireNonNull(setting.defaultValue()))
                .findFirst()
                .orElseThrow();
    }

    private static long seconds(String duration) {
        return Long.parseLong(duration.replaceFirst("s$", ""));
    }

    private static JsonObject only(Path file) {
        List<JsonObject> documents = all(file);
        assertThat(documents).hasSize(1);
        return documents.get(0);
    }

    /** As JSON, which each of these files is but for the way it is written. */
    private static List<JsonObject> all(Path file) {
        LoaderOptions strict = new LoaderOptions();
        strict.setAllowDuplicateKeys(false);
        return StreamSupport.stream(
                        new Yaml(strict).loadAll(Documents.read(file)).spliterator(), false)
                .map(document -> new JsonObject(Json.encode(document)))
                .toList();
    }
}
