package dev.hermes.gateway.ops;

import static dev.hermes.gateway.fixture.Futures.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CertificateEndTest {

    private static final Vertx VERTX = Vertx.vertx();

    @TempDir
    private Path folder;

    @AfterAll
    static void close() {
        await(VERTX.close());
    }

    @Test
    void isThatOfTheFirstToEndOfAChain() throws Exception {
        Path chain = folder.resolve("chain.pem");
        Files.writeString(chain, certificate("long", 90) + certificate("short", 30) + certificate("middle", 60));

        assertThat(await(CertificateEnd.read(VERTX, chain)))
                .isCloseTo((double) Instant.now().plus(30, ChronoUnit.DAYS).getEpochSecond(), within(60.0));
    }

    @Test
    void isNoNumberWithoutACertificate() throws IOException {
        Path empty = Files.createFile(folder.resolve("empty.pem"));

        assertThat(await(CertificateEnd.read(VERTX, null))).isNaN();
        assertThat(await(CertificateEnd.read(VERTX, empty))).isNaN();
        assertThat(await(CertificateEnd.read(VERTX, folder.resolve("missing.pem"))))
                .isNaN();
    }

    private String certificate(String alias, int days) throws Exception {
        Path pem = folder.resolve(alias + ".pem");
        keytool("-genkeypair", "-alias", alias, "-keyalg", "EC", "-dname", "CN=" + alias, "-validity", "" + days);
        keytool("-exportcert", "-alias", alias, "-rfc", "-file", pem.toString());
        return Files.readString(pem);
    }

    private void keytool(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString()));
        command.addAll(List.of(arguments));
        command.addAll(List.of(
                "-storepass",
                "password",
                "-keystore",
                folder.resolve("store.p12").toString()));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        assertThat(process.waitFor())
                .as("%s: %s", command, process.inputReader().lines().toList())
                .isZero();
    }
}
