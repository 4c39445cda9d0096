package dev.hermes.gateway.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.fixture.OutsideProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** A private authority and what it has signed, made by openssl. */
final class Certificates {

    static final String OPENSSL = "/usr/bin/openssl";

    private static final String NEW_KEY = " -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes ";

    private final Path folder;

    record Pair(Path chain, Path key) {}

    Certificates(Path folder) {
        this.folder = folder;
        openssl("req -x509 -days 30 -subj /CN=authority -addext basicConstraints=critical,CA:TRUE" + NEW_KEY
                + "-out authority.pem -keyout authority.key");
    }

    Path authority() {
        return folder.resolve("authority.pem");
    }

    /** @param days until its end; negative for one that has ended */
    Pair signed(String name, int days) {
        String file = name + days;
        try {
            Files.writeString(folder.resolve(file + ".ext"), "subjectAltName=DNS:" + name + "\n");
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        openssl("req -subj /CN=" + name + NEW_KEY + "-out " + file + ".csr -keyout " + file + ".key");
        openssl("x509 -req -in " + file + ".csr -CA authority.pem -CAkey authority.key -CAcreateserial -days " + days
                + " -extfile " + file + ".ext -out " + file + ".pem");
        return new Pair(folder.resolve(file + ".pem"), folder.resolve(file + ".key"));
    }

    /** One that no authority has signed. */
    Pair selfSigned(String name) {
        openssl("req -x509 -days 30 -subj /CN=" + name + " -addext subjectAltName=DNS:" + name + NEW_KEY
                + "-out self.pem -keyout self.key");
        return new Pair(folder.resolve("self.pem"), folder.resolve("self.key"));
    }

    private void openssl(String arguments) {
        ProcessBuilder builder = new ProcessBuilder((OPENSSL + " " + arguments).split(" +"));
        builder.directory(folder.toFile());
        try (OutsideProcess process = OutsideProcess.start(builder)) {
            assertThat(process.awaitExit(Duration.ofSeconds(30)))
                    .as("%s: %s", arguments, process.lines())
                    .isZero();
        }
    }
}
