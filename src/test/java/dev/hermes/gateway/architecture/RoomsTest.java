package dev.hermes.gateway.architecture;

import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.library.Architectures.LayeredArchitecture;
import java.util.List;
import org.junit.jupiter.api.Test;

/** An event enters by one door, leaves by another, and never turns back: a room imports only from those it may. */
class RoomsTest {

    private static final List<String> ROOMS =
            List.of("config", "event", "redis", "log", "ingest", "delivery", "auth", "http", "ops", "dev");

    @Test
    void importsGoOneWayOnly() {
        LayeredArchitecture rooms = layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .withOptionalLayers(true)
                .layer("root")
                .definedBy(Classes.ROOT);
        for (String room : ROOMS) {
            rooms = rooms.layer(room).definedBy(Classes.ROOT + "." + room + "..");
        }
        // The root wires the rooms together and may import every one; none may import the root.
        rooms.whereLayer("config")
                .mayNotAccessAnyLayer()
                .whereLayer("event")
                .mayNotAccessAnyLayer()
                .whereLayer("redis")
                .mayOnlyAccessLayers("config")
                .whereLayer("log")
                .mayOnlyAccessLayers("event", "redis", "config")
                .whereLayer("ingest")
                .mayOnlyAccessLayers("event", "log", "redis", "config")
                .whereLayer("delivery")
                .mayOnlyAccessLayers("event", "log", "config")
                .whereLayer("auth")
                .mayOnlyAccessLayers("redis", "config")
                .whereLayer("http")
                .mayOnlyAccessLayers("auth", "delivery", "ingest", "log", "event", "config")
                .whereLayer("ops")
                .mayOnlyAccessLayers("http", "auth", "delivery", "ingest", "log", "redis", "event", "config")
                .whereLayer("dev")
                .mayNotAccessAnyLayer()
                .ensureAllClassesAreContainedInArchitecture()
                .check(Classes.OF_MAIN);
    }

    @Test
    void packagesHaveNoCycles() {
        slices().matching(Classes.ROOT + ".(**)").should().beFreeOfCycles().check(Classes.OF_MAIN);
    }
}
