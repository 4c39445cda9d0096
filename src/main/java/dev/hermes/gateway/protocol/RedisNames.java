package dev.hermes.gateway.protocol;

/** Names in Redis that other programs rely on: producers, operators, gateways of other versions. */
public final class RedisNames {

    /** The stream that is the log. */
    public static final String LOG = "hermes:events";

    /** The log's state beside it, in the same slot of a Cluster: who has appended what, and the log's identity. */
    public static final String LOG_STATE = "{hermes:events}:ingest";

    /** Messages that are no events, kept aside. */
    public static final String REJECTED = "hermes:rejected";

    /** What the gateways' own channels begin with; no channel of a catalogue may. */
    public static final String OWN_CHANNELS = "hermes:gateway:";

    /** Where gateways tell each other of markers. */
    public static final String SYNC_CHANNEL = OWN_CHANNELS + "sync";

    /** The channel of entries that are the log's own. */
    public static final String LOG_CHANNEL = OWN_CHANNELS + "log";

    /** Where gateways tell each other of tokens taken back. */
    public static final String REVOKED_CHANNEL = OWN_CHANNELS + "revoked";

    /** What the keys of SSE tokens begin with, which Hermes writes and reads too. */
    public static final String TOKEN_KEYS = "sse:token:";

    /** What the keys of tokens taken back begin with. */
    public static final String REVOKED_KEYS = TOKEN_KEYS + "revoked:";

    private RedisNames() {}
}
