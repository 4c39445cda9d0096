package dev.hermes.gateway.auth;

/** What has become of a token while a stream lived on it. */
public enum TokenState {
    /** Goes on. Also when the key is gone with the log's identity: an emptied Redis revokes nobody. */
    VALID,
    /** Taken back: gone more than a second before its end, although the log is still the same. */
    REVOKED,
    /** At its end, or gone within the last second before it. */
    EXPIRED
}
