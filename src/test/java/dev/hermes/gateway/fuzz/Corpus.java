package dev.hermes.gateway.fuzz;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.CRC32;

/** Inputs as files, byte for byte, a folder for each way in. */
final class Corpus {

    private static final Path FOLDER = Path.of("src/test/resources/dev/hermes/gateway/fuzz");

    private Corpus() {}

    /** Those of one way, by name. */
    static List<Path> of(String way) {
        try (Stream<Path> files = Files.list(FOLDER.resolve(way))) {
            return files.filter(Files::isRegularFile).sorted().toList();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** Keeps an input that failed; returns where. */
    static Path keep(String way, String door, byte[] input) {
        CRC32 sum = new CRC32();
        sum.update(input);
        Path file = FOLDER.resolve(way).resolve(door.replace(' ', '-') + "-" + Long.toHexString(sum.getValue()));
        try {
            Files.createDirectories(file.getParent());
            Files.write(file, input);
            return file;
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
