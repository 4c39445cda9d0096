package dev.hermes.gateway.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaModifier.FINAL;
import static com.tngtech.archunit.core.domain.JavaModifier.SYNTHETIC;
import static com.tngtech.archunit.lang.conditions.ArchConditions.be;
import static com.tngtech.archunit.lang.conditions.ArchConditions.have;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.constructors;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaConstructor;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.lang.syntax.elements.GivenFieldsConjunction;
import io.netty.util.concurrent.FastThreadLocal;
import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Limits on size, and what no code here may do. There is no way to except a class from them. */
class HabitsTest {

    private static final int MOST_PARAMETERS = 7;
    private static final int MOST_SHOWN_PERCENT = 60;
    private static final Pattern COMMENT = Pattern.compile("//|/?\\*");
    private static final Pattern IMMUTABLE =
            Pattern.compile("java\\.util\\.(ImmutableCollections|Collections\\$(Unmodifiable|Empty|Singleton)).*");

    /** Lines of code: a comment never makes a file too long. */
    @ParameterizedTest
    @CsvSource({"src/main/java, 250", "src/test/java, 350", "src/bench/java, 350"})
    void sourceFilesStaySmall(Path folder, int mostLines) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            assertThat(files.filter(file -> file.toString().endsWith(".java")))
                    .isNotEmpty()
                    .allSatisfy(file -> assertThat(linesOfCode(file))
                            .as("lines of code of %s", file)
                            .isLessThanOrEqualTo(mostLines));
        }
    }

    private static long linesOfCode(Path file) throws IOException {
        return Files.readAllLines(file).stream()
                .map(String::strip)
                .filter(line -> !line.isEmpty() && !COMMENT.matcher(line).lookingAt())
                .count();
    }

    /** Not so for records: their parameters are data, each named wherever it is read, and not things to work with. */
    @Test
    void constructorsTakeFewParameters() {
        constructors()
                .that()
                .areDeclaredInClassesThat(describe("are no records", type -> !type.isRecord()))
                .and(describe("are written in the source", HabitsTest::isWritten))
                .should(have(describe("at most " + MOST_PARAMETERS + " parameters", HabitsTest::hasFewParameters)))
                .check(Classes.OF_MAIN);
    }

    /** But for rooms that hold nothing else than what others say and use. */
    @Test
    void mostTypesStayInTheirRoom() {
        Set<String> forAll = Set.of("", "loop", "protocol", "event");
        Classes.OF_MAIN.stream()
                .filter(type -> type.isTopLevelClass() && !type.getSimpleName().equals("package-info"))
                .collect(Collectors.groupingBy(HabitsTest::room))
                .forEach((room, types) -> {
                    long shown = types.stream()
                            .filter(type -> type.getModifiers().contains(JavaModifier.PUBLIC))
                            .count();
                    assertThat(forAll.contains(room) || shown * 100 <= MOST_SHOWN_PERCENT * (long) types.size())
                            .as("public types of %s: %d of %d", room, shown, types.size())
                            .isTrue();
                });
    }

    private static String room(JavaClass type) {
        String inside = type.getPackageName().substring(Classes.ROOT.length());
        return inside.isEmpty() ? "" : inside.substring(1).split("\\.", 2)[0];
    }

    @Test
    void nothingStaticIsReassigned() {
        staticFields()
                .should(be(describe("final", field -> field.getModifiers().contains(FINAL))))
                .check(Classes.OF_MAIN);
    }

    @Test
    void nothingStaticIsMutable() {
        staticFields()
                .should(be(describe("an immutable collection, if one, and no holder", HabitsTest::isImmutable)))
                .check(Classes.OF_MAIN);
    }

    @Test
    void nothingSleeps() {
        noClasses()
                .should()
                .accessTargetWhere(describe("a thread sleeps", HabitsTest::sleeps))
                .because("tests await a condition, and time is passed in")
                .check(Classes.OF_MAIN_AND_TEST);
    }

    private static GivenFieldsConjunction staticFields() {
        return fields().that().areStatic().and(describe("are written in the source", HabitsTest::isWritten));
    }

    private static boolean isWritten(JavaMember member) {
        JavaClass owner = member.getOwner();
        return !member.getModifiers().contains(SYNTHETIC) && !owner.isAnonymousClass() && !owner.isLocalClass();
    }

    /** The compiler puts an enum constant's name and number, or the instance around an inner class, before the rest. */
    private static boolean hasFewParameters(JavaConstructor constructor) {
        JavaClass owner = constructor.getOwner();
        boolean inner = owner.isInnerClass() && !owner.getModifiers().contains(JavaModifier.STATIC);
        int added = owner.isEnum() ? 2 : inner ? 1 : 0;
        return constructor.getRawParameterTypes().size() - added <= MOST_PARAMETERS;
    }

    private static boolean isImmutable(JavaField field) {
        Field reflected = field.reflect();
        Class<?> type = reflected.getType();
        if (ThreadLocal.class.isAssignableFrom(type) || FastThreadLocal.class.isAssignableFrom(type)) {
            return false;
        }
        if (type.getPackageName().equals("java.util.concurrent.atomic")) {
            return type.getSimpleName().endsWith("FieldUpdater");
        }
        boolean collection = Collection.class.isAssignableFrom(type) || Map.class.isAssignableFrom(type);
        return !collection
                || IMMUTABLE.matcher(valueOf(reflected).getClass().getName()).matches();
    }

    private static Object valueOf(Field field) {
        try {
            field.setAccessible(true);
            return field.get(null);
        } catch (IllegalAccessException e) {
            throw new AssertionError(e);
        }
    }

    private static boolean sleeps(JavaAccess<?> access) {
        JavaClass owner = access.getTargetOwner();
        return access.getTarget().getName().equals("sleep")
                && (owner.isEquivalentTo(Thread.class) || owner.isEquivalentTo(TimeUnit.class));
    }
}
