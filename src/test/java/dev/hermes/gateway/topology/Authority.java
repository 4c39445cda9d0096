package dev.hermes.gateway.topology;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Key;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A certificate authority that nobody knows, and a server's certificate for {@code localhost} that it has signed. */
final class Authority {

    private static final String PASSWORD = "password";

    private final Path directory;

    Authority(Path directory) throws Exception {
        this.directory = directory;
        keytool("-genkeypair -alias ca -keyalg EC -dname CN=private-authority -ext bc:critical=ca:true");
        keytool("-genkeypair -alias server -keyalg EC -dname CN=redis");
        keytool("-certreq -alias server -file " + path("server.csr"));
        keytool("-gencert -alias ca -ext san=dns:localhost -rfc -infile " + path("server.csr") + " -outfile "
                + path("server.pem"));
        keytool("-exportcert -alias ca -rfc -file " + path("ca.pem"));
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream file = Files.newInputStream(path("store.p12"))) {
            keys.load(file, PASSWORD.toCharArray());
        }
        Key key = keys.getKey("server", PASSWORD.toCharArray());
        Files.writeString(
                path("server.key"),
                "-----BEGIN PRIVATE KEY-----\n"
                        + Base64.getMimeEncoder(64, "\n".getBytes(US_ASCII)).encodeToString(key.getEncoded())
                        + "\n-----END PRIVATE KEY-----\n");
    }

    Path certificate() {
        return path("ca.pem");
    }

    Path serverCertificate() {
        return path("server.pem");
    }

    Path serverKey() {
        return path("server.key");
    }

    private Path path(String name) {
        return directory.resolve(name);
    }

    private void keytool(String arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.addAll(Arrays.asList(arguments.split(" ", -1)));
        command.addAll(List.of("-validity", "1", "-storetype", "PKCS12", "-storepass", PASSWORD));
        command.addAll(List.of("-keystore", path("store.p12").toString()));
        if (command.contains("-exportcert")) {
            command.removeAll(List.of("-validity", "1"));
        }
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(path("keytool.log").toFile())
                .start();
        if (!process.waitFor(30, TimeUnit.SECONDS) || process.exitValue() != 0) {
            throw new AssertionError(command + " failed: " + Files.readString(path("keytool.log")));
        }
    }
}
