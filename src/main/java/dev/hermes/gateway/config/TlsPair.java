package dev.hermes.gateway.config;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.PemKeyCertOptions;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import javax.net.ssl.KeyManager;
import javax.net.ssl.X509KeyManager;
import org.jspecify.annotations.Nullable;

/**
 * A certificate chain and the private key of its first certificate, read from PEM files and proven to belong together.
 * Holds what was read, not where from, so that what was checked is what is served.
 *
 * @param options for a server
 * @param certificate the server's own
 * @param expiresAt when the first certificate of the chain expires
 */
public record TlsPair(PemKeyCertOptions options, X509Certificate certificate, Instant expiresAt) {

    private static final String CHAIN = "a PEM file with the certificate chain, the server's own certificate first";
    private static final String KEY = "a PEM file with one RSA or EC private key that is not encrypted";
    private static final byte[] PROBE = "a text to sign".getBytes(StandardCharsets.US_ASCII);

    /**
     * Reads and checks both files. Blocks.
     *
     * @throws SettingsException if they cannot be served, naming the setting of the file at fault
     */
    public static TlsPair read(Vertx vertx, Settings.Http.Tls files) {
        SettingsException.Problems findings = new SettingsException.Problems();
        TlsPair pair = read(vertx, files, findings);
        if (pair == null) {
            throw new SettingsException(findings.problems());
        }
        return pair;
    }

    /** Null if there is a problem. */
    static @Nullable TlsPair read(Vertx vertx, Settings.Http.Tls files, SettingsException.Problems findings) {
        Buffer chain = text(Setting.HERMES_TLS_CERTIFICATE, files.certificate(), CHAIN, findings);
        Buffer key = text(Setting.HERMES_TLS_KEY, files.key(), KEY, findings);
        if (chain == null || key == null) {
            return null;
        }
        List<X509Certificate> certificates = certificates(chain, files.certificate(), findings);
        boolean usable = isKey(key.toString(), files.key(), findings);
        if (certificates.isEmpty() || !usable) {
            return null;
        }
        X509Certificate certificate = certificates.get(0);
        PemKeyCertOptions options = new PemKeyCertOptions().setCertValue(chain).setKeyValue(key);
        PrivateKey read = key(vertx, options);
        if (read == null) {
            findings.invalid(Setting.HERMES_TLS_KEY.name(), files.key() + " (a key that cannot be read)", KEY);
            return null;
        }
        if (!belongs(read, certificate)) {
            findings.invalid(
                    Setting.HERMES_TLS_KEY.name(),
                    files.key() + " (the key of another certificate)",
                    "the private key of the first certificate in " + files.certificate());
            return null;
        }
        Instant end = certificates.stream()
                .map(one -> one.getNotAfter().toInstant())
                .min(Instant::compareTo)
                .orElseThrow();
        return new TlsPair(options, certificate, end);
    }

    private static @Nullable Buffer text(
            Setting setting, Path file, String allowed, SettingsException.Problems findings) {
        try {
            return Buffer.buffer(Files.readAllBytes(file));
        } catch (IOException unreadable) {
            findings.invalid(setting.name(), file + " (cannot be read)", allowed);
            return null;
        }
    }

    /** Empty if there is a problem. */
    private static List<X509Certificate> certificates(Buffer chain, Path file, SettingsException.Problems findings) {
        String text = chain.toString();
        try {
            List<X509Certificate> certificates =
                    CertificateFactory.getInstance("X.509")
                            .generateCertificates(new ByteArrayInputStream(chain.getBytes()))
                            .stream()
                            .map(X509Certificate.class::cast)
                            .toList();
            if (!certificates.isEmpty()) {
                return certificates;
            }
        } catch (CertificateException garbage) {
            // Told below, as a file without any.
        }
        boolean key = text.contains("PRIVATE KEY-----") && !text.contains("-----BEGIN CERTIFICATE-----");
        findings.invalid(
                Setting.HERMES_TLS_CERTIFICATE.name(),
                file + (key ? " (a private key)" : " (no certificate that can be read)"),
                CHAIN);
        return List.of();
    }

    private static boolean isKey(String text, Path file, SettingsException.Problems findings) {
        String reason = null;
        if (text.contains("BEGIN ENCRYPTED PRIVATE KEY") || text.contains("Proc-Type: 4,ENCRYPTED")) {
            reason = "an encrypted key";
        } else if (!text.contains("PRIVATE KEY-----")) {
            reason = text.contains("-----BEGIN CERTIFICATE-----") ? "a certificate" : "no private key";
        }
        if (reason != null) {
            findings.invalid(Setting.HERMES_TLS_KEY.name(), file + " (" + reason + ")", KEY);
        }
        return reason == null;
    }

    /** The key as the server itself reads it, or null if it cannot. */
    private static @Nullable PrivateKey key(Vertx vertx, PemKeyCertOptions options) {
        try {
            for (KeyManager manager : options.getKeyManagerFactory(vertx).getKeyManagers()) {
                if (manager instanceof X509KeyManager keys) {
                    String[] aliases = Objects.requireNonNullElse(keys.getServerAliases("RSA", null), new String[0]);
                    String[] further = Objects.requireNonNullElse(keys.getServerAliases("EC", null), new String[0]);
                    String alias = aliases.length > 0 ? aliases[0] : further.length > 0 ? further[0] : null;
                    return alias == null ? null : keys.getPrivateKey(alias);
                }
            }
            return null;
        } catch (Exception unreadable) {
            // Many kinds, of which the caller makes one sentence.
            return null;
        }
    }

    private static boolean belongs(PrivateKey key, X509Certificate certificate) {
        String algorithm = key.getAlgorithm().equals("RSA") ? "SHA256withRSA" : "SHA256withECDSA";
        try {
            Signature signing = Signature.getInstance(algorithm);
            signing.initSign(key);
            signing.update(PROBE);
            byte[] signed = signing.sign();
            Signature proving = Signature.getInstance(algorithm);
            proving.initVerify(certificate.getPublicKey());
            proving.update(PROBE);
            return proving.verify(signed);
        } catch (GeneralSecurityException ofAnotherKind) {
            return false;
        }
    }

    /** Whether both hold the same texts. */
    public boolean same(TlsPair other) {
        return Arrays.equals(
                        options.getCertValue().getBytes(),
                        other.options.getCertValue().getBytes())
                && Arrays.equals(
                        options.getKeyValue().getBytes(),
                        other.options.getKeyValue().getBytes());
    }

    /** Without the key. */
    @Override
    public String toString() {
        return "TlsPair[" + certificate.getSubjectX500Principal() + " until " + expiresAt + "]";
    }
}
