package dev.hermes.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.fixture.Certificates;
import dev.hermes.gateway.fixture.OutsideProcess;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The certificate of the public port and its key are checked together before anybody is served. */
@ExtendWith(VertxExtension.class)
class TlsPairTest {

    @TempDir
    Path folder;

    private Certificates certificates;
    private Certificates.Pair pair;
    private Loads loads;

    @BeforeEach
    void make(Vertx vertx) {
        OutsideProcess.require(Certificates.OPENSSL);
        certificates = new Certificates(folder);
        pair = certificates.signed("localhost", 30);
        loads = new Loads(vertx, folder);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048",
                "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256",
                "genrsa -traditional"
            })
    void takesAPair(String key) {
        Path file = folder.resolve("a.key");
        certificates.openssl(key + " -out a.key");
        certificates.openssl("req -x509 -key a.key -subj /CN=a -days 30 -out a.pem");

        assertThat(load(folder.resolve("a.pem"), file).settings().http().tls())
                .isEqualTo(new Settings.Http.Tls(folder.resolve("a.pem"), file));
    }

    @Test
    void refusesTheKeyOfAnotherCertificate() {
        Certificates.Pair other = certificates.signed("other", 30);

        assertThat(problems(pair.chain(), other.key()))
                .singleElement()
                .asString()
                .startsWith("HERMES_TLS_KEY: ")
                .contains("the key of another certificate", pair.chain().toString());
    }

    @Test
    void refusesTheTwoFilesSwapped() {
        assertThat(problems(pair.key(), pair.chain()))
                .hasSize(2)
                .anyMatch(problem ->
                        problem.startsWith("HERMES_TLS_CERTIFICATE: ") && problem.contains("(a private key)"))
                .anyMatch(problem -> problem.startsWith("HERMES_TLS_KEY: ") && problem.contains("(a certificate)"));
    }

    @Test
    void refusesAnEncryptedKey() {
        certificates.openssl("pkcs8 -topk8 -in " + pair.key() + " -passout pass:hunter2 -out locked.key");

        assertThat(problems(pair.chain(), folder.resolve("locked.key")))
                .singleElement()
                .asString()
                .startsWith("HERMES_TLS_KEY: ")
                .contains("(an encrypted key)");
    }

    @Test
    void refusesAKindOfKeyThatItCannotServe() {
        certificates.openssl("genpkey -algorithm ED25519 -out ed.key");
        certificates.openssl("req -x509 -key ed.key -subj /CN=ed -days 30 -out ed.pem");

        assertThat(problems(folder.resolve("ed.pem"), folder.resolve("ed.key")))
                .singleElement()
                .asString()
                .startsWith("HERMES_TLS_KEY: ")
                .contains("RSA or EC");
    }

    @Test
    void refusesGarbageUnderTheNameOfItsSetting() throws Exception {
        Path garbage = Files.writeString(folder.resolve("garbage.pem"), "no PEM at all");
        Path broken = Files.writeString(
                folder.resolve("broken.pem"), Files.readString(pair.chain()).replace("MII", "xxx"));
        Path half = Files.writeString(
                folder.resolve("half.key"), "-----BEGIN PRIVATE KEY-----\nMIGH\n-----END PRIVATE KEY-----\n");

        assertThat(problems(garbage, pair.key())).singleElement().asString().startsWith("HERMES_TLS_CERTIFICATE: ");
        assertThat(problems(broken, pair.key())).singleElement().asString().startsWith("HERMES_TLS_CERTIFICATE: ");
        assertThat(problems(pair.chain(), garbage)).singleElement().asString().startsWith("HERMES_TLS_KEY: ");
        assertThat(problems(pair.chain(), half)).singleElement().asString().startsWith("HERMES_TLS_KEY: ");
    }

    @Test
    void warnsOfACertificateThatHasExpired() {
        Certificates.Pair expired = certificates.signed("localhost", -1);

        assertThat(load(expired.chain(), expired.key()).warnings())
                .singleElement()
                .asString()
                .startsWith("setting=HERMES_TLS_CERTIFICATE reason=\"the certificate has expired\"");
    }

    private SettingsLoader.Loaded load(Path certificate, Path key) {
        return loads.with("HERMES_TLS_CERTIFICATE", certificate.toString())
                .with("HERMES_TLS_KEY", key.toString())
                .loaded();
    }

    private List<String> problems(Path certificate, Path key) {
        return loads
                .with("HERMES_TLS_CERTIFICATE", certificate.toString())
                .with("HERMES_TLS_KEY", key.toString())
                .problems()
                .stream()
                .map(SettingsException.Problem::toString)
                .toList();
    }
}
