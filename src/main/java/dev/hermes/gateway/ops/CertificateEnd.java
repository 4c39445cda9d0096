package dev.hermes.gateway.ops;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import org.jspecify.annotations.Nullable;

/** Reads when the certificates of a PEM file end. */
public final class CertificateEnd {

    private CertificateEnd() {}

    /**
     * The end of the first to end, in seconds since 1970; not a number if there is no file, or none that can be read,
     * of which those tell who need the certificates. Never fails.
     */
    public static Future<Double> read(Vertx vertx, @Nullable Path file) {
        return file == null
                ? Future.succeededFuture(Double.NaN)
                : vertx.executeBlocking(() -> read(file)).otherwise(Double.NaN);
    }

    private static double read(Path file) throws IOException, CertificateException {
        try (InputStream pem = Files.newInputStream(file)) {
            return CertificateFactory.getInstance("X.509").generateCertificates(pem).stream()
                    .mapToDouble(certificate -> ((X509Certificate) certificate)
                                    .getNotAfter()
                                    .toInstant()
                                    .toEpochMilli()
                            / 1e3)
                    .min()
                    .orElse(Double.NaN);
        }
    }
}
