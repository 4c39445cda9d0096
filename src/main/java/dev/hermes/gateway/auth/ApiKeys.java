package dev.hermes.gateway.auth;

import dev.hermes.gateway.config.Secret;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;

/** The configured API keys, as digests. Thread-safe. */
final class ApiKeys {

    private final List<byte[]> digests;

    ApiKeys(List<Secret> keys) {
        this.digests = keys.stream().map(key -> digest(key.reveal())).toList();
    }

    /** Takes as long whichever key it is, or none: digests have one length, and all are compared. */
    boolean contains(String presented) {
        byte[] digest = digest(presented);
        boolean found = false;
        for (byte[] known : digests) {
            found |= MessageDigest.isEqual(known, digest);
        }
        return found;
    }

    /** SHA-256. */
    static byte[] digest(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException everyPlatformHasIt) {
            throw new IllegalStateException(everyPlatformHasIt);
        }
    }
}
