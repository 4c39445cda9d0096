package dev.hermes.gateway.protocol;

/** Names in Redis that other programs rely on: producers, operators, and other versions of the gateway. */
public final class RedisNames {

    /** The stream that holds the log. */
    public static final String LOG = "hermes:events";

    /** The log's state, in the same hash slot of a Cluster: who has appended what, and the identity of the log. */
    public static final String LOG_STATE = "{hermes:events}:ingest";

    /** When a state of the log was saved last, in the same slot: by this one that was away for a while is told. */
    public static final String LOG_SAVED = "{hermes:events}:saved";

    /** The stream that keeps rejected messages. */
    public static final String REJECTED = "hermes:rejected";

    /** The prefix of the gateways' own channels; no channel of a catalogue may begin with it. */
    public static final String OWN_CHANNELS = "hermes:gateway:";

    /** The channel on which gateways announce markers. */
    public static final String SYNC_CHANNEL = OWN_CHANNELS + "sync";

    /** The channel name of the log's own entries, such as gaps. */
    public static final String LOG_CHANNEL = OWN_CHANNELS + "log";

    /** The channel on which gateways announce revoked tokens. */
    public static final String REVOKED_CHANNEL = OWN_CHANNELS + "revoked";

    /** The prefix of the keys of SSE tokens, which Hermes reads and writes too. */
    public static final String TOKEN_KEYS = "sse:token:";

    /** The prefix of the keys of revoked tokens. */
    public static final String REVOKED_KEYS = TOKEN_KEYS + "revoked:";

    private RedisNames() {}
}
