package dev.hermes.gateway.fuzz;

import static dev.hermes.gateway.fixture.Resp.bytes;

import dev.hermes.gateway.config.Setting;
import dev.hermes.gateway.config.SettingsLoader;
import dev.hermes.gateway.fixture.Resp;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/** Environments, settings files and catalogues. */
final class Configurations {

    private Configurations() {}

    static Source settings() {
        List<String> names = SettingsLoader.descriptions().stream()
                .map(Setting.Description::name)
                .toList();
        Arbitrary<String> value = Odd.mostly(
                List.of(
                        "true",
                        "false",
                        "1",
                        "30",
                        "none",
                        "redis",
                        "memory",
                        "redis://localhost:6379",
                        "rediss://u:p@h:1/2",
                        "redis://[::1]:1,redis://b",
                        "redis://%zz@a",
                        "redis://a:99999",
                        "127.0.0.0/8, ::1/128",
                        "10.0.0.0/33",
                        "[\"a\",\"b\"]",
                        "[\"a\"",
                        "HS512",
                        "http://localhost:3000",
                        "https://a/b?c",
                        "http://a b",
                        "info",
                        "json",
                        "64 MiB",
                        "5s",
                        "sentinel",
                        "a,b , c"),
                Arbitraries.oneOf(Odd.text().map(text -> text.replaceAll("[\r\n\0]", "")), Odd.number()));
        Arbitrary<String> line =
                Combinators.combine(Arbitraries.of(names), value).as((name, given) -> name + "=" + given);
        Arbitrary<String> lines = line.list().ofMaxSize(4).map(all -> String.join("\n", all));
        Source environment = Source.of(lines.map(Resp::bytes));
        Source file = Source.of(lines.map(Resp::bytes)).broken(50);
        Source catalogue = catalogue();
        return random -> {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            all.writeBytes(environment.next(random));
            all.writeBytes(bytes(SettingsWay.SEPARATOR));
            all.writeBytes(file.next(random));
            if (random.nextInt(2) == 0) {
                all.writeBytes(bytes(SettingsWay.SEPARATOR));
                all.writeBytes(catalogue.next(random));
            }
            return all.toByteArray();
        };
    }

    private static Source catalogue() {
        byte[] whole = withoutComments(Path.of("conf/channels.yaml"));
        Arbitrary<byte[]> small = Combinators.combine(Odd.word(), Odd.json(2), Odd.json(1), Odd.text())
                .as((name, heard, scope, text) -> bytes("channels:\n  - name: " + name + "\n    heard-on: " + heard
                        + "\n    type: " + text.replaceAll("[\r\n]", " ") + "\n    scope: " + scope + "\n"));
        Source written = Source.of(small);
        Source mostly = random -> random.nextInt(3) == 0 ? written.next(random) : whole;
        return mostly.broken(80);
    }

    private static byte[] withoutComments(Path file) {
        try {
            return bytes(String.join(
                    "\n",
                    Files.readAllLines(file).stream()
                            .filter(line -> !line.startsWith("#"))
                            .toList()));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
