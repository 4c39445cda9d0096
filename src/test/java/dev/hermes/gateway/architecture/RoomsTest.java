package dev.hermes.gateway.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.library.Architectures.LayeredArchitecture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** An event enters by one door, leaves by another, and never turns back: a room imports only from those it may. */
class RoomsTest {

    private static final Path TABLE = Path.of("src/site/markdown/architecture.md");
    private static final Pattern ROW = Pattern.compile("\\| `([a-z]+)` \\| [^|]* \\| ([^|]*) \\|");
    private static final Pattern ROOM = Pattern.compile("`([a-z]+)`");

    @Test
    void importsGoOneWayOnly() throws IOException {
        Map<String, List<String>> rooms = rooms();
        LayeredArchitecture house = layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .layer("root")
                .definedBy(Classes.ROOT);
        for (String room : rooms.keySet()) {
            house = house.layer(room).definedBy(Classes.ROOT + "." + room + "..");
        }
        for (Map.Entry<String, List<String>> room : rooms.entrySet()) {
            house = room.getValue().isEmpty()
                    ? house.whereLayer(room.getKey()).mayNotAccessAnyLayer()
                    : house.whereLayer(room.getKey())
                            .mayOnlyAccessLayers(room.getValue().toArray(String[]::new));
        }
        house.ensureAllClassesAreContainedInArchitecture().check(Classes.OF_MAIN);
    }

    @Test
    void eachRoomStandsAboveThoseItImportsFrom() throws IOException {
        List<String> below = new ArrayList<>();
        rooms().forEach((room, imports) -> {
            assertThat(below).as("rooms below %s", room).containsAll(imports);
            below.add(room);
        });
    }

    @Test
    void packagesHaveNoCycles() {
        slices().matching(Classes.ROOT + ".(**)").should().beFreeOfCycles().check(Classes.OF_MAIN);
    }

    @Test
    void onlyTheWireReachesBelowVertx() {
        DescribedPredicate<JavaClass> belowVertx = describe(
                "Netty's channels or Vert.x' internals",
                type -> type.getPackageName().startsWith("io.netty.channel")
                        || Pattern.matches("io\\.vertx\\..*\\.(internal|impl)(\\..*)?", type.getPackageName()));
        noClasses()
                .that(resideInAPackage(Classes.ROOT + "..")
                        .and(DescribedPredicate.not(
                                resideInAnyPackage(Classes.ROOT + ".wire..", Classes.ROOT + ".loop.."))))
                .should()
                .dependOnClassesThat(belowVertx)
                .check(Classes.OF_MAIN);
    }

    @Test
    void theRootHoldsOnlyWhatStartsAndWires() {
        Set<String> allowed = Set.of(
                "Main",
                "DemoCommand",
                "GatewayProcess",
                "GatewayVerticle",
                "WarmUp",
                "WarmUpCommand",
                "Wiring",
                "package-info");
        assertThat(Classes.OF_MAIN.stream()
                        .filter(type -> type.getPackageName().equals(Classes.ROOT))
                        .filter(JavaClass::isTopLevelClass))
                .extracting(JavaClass::getSimpleName)
                .isSubsetOf(allowed);
    }

    /** By room, ground floor first, those it may import from. */
    private static Map<String, List<String>> rooms() throws IOException {
        Map<String, List<String>> rooms = new LinkedHashMap<>();
        Matcher row = ROW.matcher(Files.readString(TABLE));
        while (row.find()) {
            rooms.put(
                    row.group(1),
                    ROOM.matcher(row.group(2))
                            .results()
                            .map(found -> found.group(1))
                            .toList());
        }
        assertThat(rooms).as("rows of the table of rooms in %s", TABLE).hasSizeGreaterThan(10);
        return rooms;
    }
}
