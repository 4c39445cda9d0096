package dev.hermes.gateway.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Member;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What other people's programs are compiled against: the types that the page about the library lists. */
class LibrarySignaturesTest {

    private static final Path PAGE = Path.of("src/site/markdown/library.md");
    private static final Path ACCEPTED = Path.of("src/test/resources/library/signatures.txt");
    private static final Path FOUND = Path.of("target/library-signatures.txt");
    private static final Pattern ROW = Pattern.compile("(?m)^\\| `(" + Classes.ROOT + "\\.[\\w.]+)` \\|");
    private static final Pattern OWN_TYPE = Pattern.compile("dev\\.hermes\\.gateway(\\.[a-z]\\w*)*\\.[A-Z]\\w*");

    @Test
    void noSignatureChangesUnnoticed() throws IOException {
        List<String> signatures = signatures();
        Files.write(FOUND, signatures);

        assertThat(signatures)
                .as(
                        "what others may build on has changed. Where it is wanted, tell it in %s, and accept it: cp %s %s",
                        PAGE, FOUND, ACCEPTED)
                .isEqualTo(Files.readAllLines(ACCEPTED));
    }

    /** A caller needs no type that is not listed. */
    @Test
    void theyNameNoOtherTypeOfTheGateway() throws IOException {
        List<String> listed = types().stream().map(Class::getName).toList();

        assertThat(signatures())
                .allSatisfy(signature -> assertThat(
                                OWN_TYPE.matcher(signature).results().map(MatchResult::group))
                        .isSubsetOf(listed));
    }

    private static List<Class<?>> types() throws IOException {
        List<Class<?>> types = ROW.matcher(Files.readString(PAGE))
                .results()
                .<Class<?>>map(row -> named(row.group(1)))
                .toList();
        assertThat(types).as("types that %s lists", PAGE).isNotEmpty();
        return types;
    }

    private static Class<?> named(String name) {
        try {
            return Class.forName(name, false, LibrarySignaturesTest.class.getClassLoader());
        } catch (ClassNotFoundException missing) {
            throw new AssertionError(PAGE + " lists " + name + ", which is not there", missing);
        }
    }

    private static List<String> signatures() throws IOException {
        List<String> lines = new ArrayList<>();
        types().forEach(type -> add(type, lines));
        return lines;
    }

    private static void add(Class<?> type, List<String> lines) {
        lines.add(type.toGenericString() + parents(type));
        Stream.of(type.getDeclaredFields(), type.getDeclaredConstructors(), type.getDeclaredMethods())
                .flatMap(Arrays::<Member>stream)
                .filter(member -> isOpen(member.getModifiers()) && !member.isSynthetic())
                .map(LibrarySignaturesTest::signature)
                .sorted()
                .forEach(line -> lines.add("    " + line));
        Stream.of(type.getDeclaredClasses())
                .filter(nested -> isOpen(nested.getModifiers()))
                .sorted(Comparator.comparing(Class::getName))
                .forEach(nested -> add(nested, lines));
    }

    private static String parents(Class<?> type) {
        String parent = type.getGenericSuperclass() == null
                ? ""
                : " extends " + type.getGenericSuperclass().getTypeName();
        return Arrays.stream(type.getGenericInterfaces())
                .map(one -> " implements " + one.getTypeName())
                .reduce(parent, String::concat);
    }

    private static boolean isOpen(int modifiers) {
        return Modifier.isPublic(modifiers) || Modifier.isProtected(modifiers);
    }

    private static String signature(Member member) {
        if (member instanceof Field field) {
            return field.toGenericString() + value(field);
        }
        return member instanceof Executable executable ? executable.toGenericString() : member.toString();
    }

    /** Of a constant: compilers copy it into the programs that use it. */
    private static String value(Field field) {
        try {
            boolean constant = Modifier.isStatic(field.getModifiers()) && Modifier.isFinal(field.getModifiers());
            return constant ? " = " + field.get(null) : "";
        } catch (IllegalAccessException impossible) {
            throw new AssertionError(impossible);
        }
    }
}
