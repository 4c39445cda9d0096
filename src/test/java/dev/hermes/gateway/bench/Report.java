package dev.hermes.gateway.bench;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes down what was found: for programs, for readers, and as pictures. */
final class Report {

    private Report() {}

    static void write(Findings findings, Path folder) {
        JsonObject json = Records.json(findings);
        try {
            Files.createDirectories(folder);
            Files.writeString(folder.resolve("report.json"), json.encodePrettily());
            Files.writeString(folder.resolve("report.md"), ReportText.of(findings));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
