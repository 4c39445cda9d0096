package dev.hermes.gateway.doctor;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * The authorities that are trusted, Java's own and those of a file, and what is wrong with the certificates of a
 * server: their end, the name, the chain. A browser would only say that the connection is not private.
 */
final class Trust {

    private static final Duration SOON = Duration.ofDays(14);
    private static final String CHECK = "certificate";
    private static final int DNS_NAME = 2;
    private static final int IP_ADDRESS = 7;

    private final X509TrustManager authorities;

    private Trust(X509TrustManager authorities) {
        this.authorities = authorities;
    }

    /**
     * @param file a PEM file with further authorities, or null
     * @throws Client.Failure if that is no such file
     */
    static Trust with(@Nullable Path file) {
        try {
            X509TrustManager known = managers(null);
            if (file == null) {
                return new Trust(known);
            }
            KeyStore all = KeyStore.getInstance(KeyStore.getDefaultType());
            all.load(null, null);
            int number = 0;
            for (Certificate authority : known.getAcceptedIssuers()) {
                all.setCertificateEntry("authority-" + number++, authority);
            }
            for (Certificate authority : read(file)) {
                all.setCertificateEntry("authority-" + number++, authority);
            }
            return new Trust(managers(all));
        } catch (IOException | GeneralSecurityException failure) {
            throw new Client.Failure("--ca: " + file + " is no PEM file with certificates");
        }
    }

    private static Collection<? extends Certificate> read(Path file) throws IOException, CertificateException {
        try (InputStream pem = Files.newInputStream(file)) {
            Collection<? extends Certificate> read =
                    CertificateFactory.getInstance("X.509").generateCertificates(pem);
            if (read.isEmpty()) {
                throw new CertificateException("none");
            }
            return read;
        }
    }

    private static X509TrustManager managers(@Nullable KeyStore store) throws GeneralSecurityException {
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        return Stream.of(factory.getTrustManagers())
                .filter(X509TrustManager.class::isInstance)
                .map(X509TrustManager.class::cast)
                .findFirst()
                .orElseThrow();
    }

    SSLContext context() {
        return context(authorities);
    }

    private static SSLContext context(TrustManager trusting) {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {trusting}, null);
            return context;
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /**
     * Looks at the certificates that are shown there. No request is sent.
     *
     * @throws Client.Failure if there is no TLS
     */
    List<Finding> examine(String host, int port) {
        String where = host + ":" + port;
        try (Socket plain = new Socket()) {
            int limit = (int) Client.PATIENCE.toMillis();
            plain.connect(new InetSocketAddress(host, port), limit);
            plain.setSoTimeout(limit);
            try (SSLSocket secured =
                    (SSLSocket) context(new Curious()).getSocketFactory().createSocket(plain, host, port, true)) {
                if (!isAddress(host)) {
                    SSLParameters parameters = secured.getSSLParameters();
                    parameters.setServerNames(List.of(new SNIHostName(host)));
                    secured.setSSLParameters(parameters);
                }
                secured.startHandshake();
                X509Certificate[] chain = Arrays.stream(secured.getSession().getPeerCertificates())
                        .map(X509Certificate.class::cast)
                        .toArray(X509Certificate[]::new);
                return judge(chain, host, Instant.now());
            }
        } catch (SocketTimeoutException silent) {
            throw new Client.Failure(where + " takes the connection and says nothing for " + Client.PATIENCE.toSeconds()
                    + " s: no TLS there");
        } catch (SSLException noTls) {
            throw new Client.Failure(where + " does not answer with TLS, is it http:// there? ("
                    + String.valueOf(noTls.getMessage()).replaceAll("\\s+", " ") + ")");
        } catch (IOException failure) {
            throw new Client.Failure(where + " ended the connection during the TLS handshake");
        }
    }

    /** What is wrong at that time; without a problem, until when it is right. */
    List<Finding> judge(X509Certificate[] chain, String host, Instant now) {
        List<Finding> found = new ArrayList<>();
        X509Certificate own = chain[0];
        Instant end = own.getNotAfter().toInstant();
        boolean valid = true;
        if (now.isAfter(end)) {
            valid = false;
            found.add(problem("it ended at " + end));
        } else if (now.isBefore(own.getNotBefore().toInstant())) {
            valid = false;
            found.add(problem("it is not valid before " + own.getNotBefore().toInstant()));
        }
        List<String> names = names(own);
        if (names.stream().noneMatch(name -> matches(name, host))) {
            found.add(problem(
                    "it is for " + (names.isEmpty() ? "no name" : String.join(", ", names)) + ", not for " + host));
        }
        String mistrust = valid ? mistrust(chain) : null;
        if (mistrust != null) {
            found.add(problem(mistrust));
        }
        if (found.isEmpty()) {
            found.add(
                    Duration.between(now, end).compareTo(SOON) < 0
                            ? problem("it ends soon, at " + end)
                            : new Finding.Well(CHECK, "chain and name are right, until " + end));
        }
        return found;
    }

    private static Finding.Problem problem(String what) {
        return new Finding.Problem(
                CHECK,
                what,
                "a browser refuses the connection, and an EventSource says nothing about it",
                Remedy.CERTIFICATE.lines());
    }

    /** Whether a request with a key may be sent after such findings. */
    static boolean mayTrust(List<Finding> findings) {
        return findings.stream()
                .noneMatch(finding ->
                        finding instanceof Finding.Problem && !finding.what().startsWith("it ends soon"));
    }

    private @Nullable String mistrust(X509Certificate[] chain) {
        try {
            authorities.checkServerTrusted(chain, "UNKNOWN");
            return null;
        } catch (CertificateException untrusted) {
            X509Certificate last = chain[chain.length - 1];
            boolean closed = last.getSubjectX500Principal().equals(last.getIssuerX500Principal());
            if (closed) {
                return chain.length == 1
                        ? "it is signed by itself, by no authority"
                        : "its authority is not known here (--ca FILE trusts one)";
            }
            return "its chain ends at " + last.getIssuerX500Principal()
                    + ", which is not known here: the server does not send the certificate of that authority, or it is"
                    + " a private one (--ca FILE trusts one)";
        }
    }

    private static List<String> names(X509Certificate own) {
        try {
            Collection<List<?>> all = own.getSubjectAlternativeNames();
            return all == null
                    ? List.of()
                    : all.stream()
                            .filter(name ->
                                    name.get(0).equals(DNS_NAME) || name.get(0).equals(IP_ADDRESS))
                            .map(name -> String.valueOf(name.get(1)))
                            .toList();
        } catch (CertificateParsingException unreadable) {
            return List.of();
        }
    }

    /** RFC 9525 §6.3: a star stands for the whole first label and nothing else. */
    static boolean matches(String name, String host) {
        String wanted = host.toLowerCase(Locale.ROOT);
        String offered = name.toLowerCase(Locale.ROOT);
        if (!offered.startsWith("*.")) {
            return offered.equals(wanted);
        }
        int dot = wanted.indexOf('.');
        return dot > 0 && !isAddress(host) && offered.substring(1).equals(wanted.substring(dot));
    }

    private static boolean isAddress(String host) {
        return host.contains(":") || host.matches("[0-9.]+");
    }

    /** Takes any certificate: it is only looked at, and nothing is sent over that connection. */
    private static final class Curious extends X509ExtendedTrustManager {

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, @Nullable Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, @Nullable Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, @Nullable SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, @Nullable SSLEngine engine) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
