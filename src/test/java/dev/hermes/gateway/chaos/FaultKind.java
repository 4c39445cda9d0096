package dev.hermes.gateway.chaos;

/** What breaks. */
enum FaultKind {
    CLIENTS_CUT("connections of clients reset", Place.CLIENTS),
    SLOW_READERS("clients that take nothing for a while", Place.CLIENTS),
    GATEWAY_KILLED("gateway killed (kill -9), started again", Place.GATEWAY),
    GATEWAYS_KILLED("every gateway killed, started again", Place.GATEWAY),
    GATEWAY_RESTARTED("gateway drained (SIGTERM), started again", Place.GATEWAY),
    GATEWAY_PAUSED("gateway paused (SIGSTOP)", Place.GATEWAY),
    IDLE_CONNECTIONS("connections that are no streams", Place.GATEWAY),
    UNREAD_ANSWERS("answers and pages of polls that nobody reads", Place.GATEWAY),
    CLOCK_SET("wall clock of gateways set by hours", Place.CLOCK),
    LARGE_PUBLICATIONS("publications of a thousand events each", Place.GATEWAY),
    LINK_CUT("connections of gateways to Redis reset", Place.LINK),
    LINK_SILENT("silence between gateways and Redis", Place.LINK),
    REDIS_MOVED("Redis at another address of its name", Place.LINK),
    PUBSUB_KILLED("CLIENT KILL TYPE pubsub", Place.REDIS),
    NORMAL_KILLED("CLIENT KILL TYPE normal", Place.REDIS),
    REDIS_PAUSED("Redis paused (SIGSTOP)", Place.REDIS),
    REDIS_RESTARTED("Redis killed, started with its data", Place.REDIS),
    REDIS_EMPTIED("Redis killed, started without its data", Place.REDIS),
    FLUSHED("FLUSHALL", Place.REDIS),
    STATE_AWAY("the log's state renamed away and back", Place.REDIS),
    LOG_TAKEN_BACK("an older copy in the log's place", Place.REDIS),
    HIGHEST_ID("an entry with the highest id, then the log deleted", Place.REDIS),
    TOKENS_REVOKED("tokens revoked while the log's state is lost", Place.REDIS),
    SCRIPTS_FLUSHED("SCRIPT FLUSH", Place.REDIS),
    OUT_OF_MEMORY("Redis out of memory", Place.REDIS);

    /** Faults of different places do not get into each other's way when they are made. */
    enum Place {
        CLIENTS,
        GATEWAY,
        LINK,
        REDIS,
        /** Never one of two at once: a hole of another fault is told by this clock, and is judged by the right one. */
        CLOCK
    }

    private final String label;
    private final Place place;

    FaultKind(String label, Place place) {
        this.label = label;
        this.place = place;
    }

    /** Whether Redis loses the log by it. */
    boolean losesTheLog() {
        return switch (this) {
            case REDIS_EMPTIED, FLUSHED, STATE_AWAY, LOG_TAKEN_BACK, HIGHEST_ID, TOKENS_REVOKED -> true;
            default -> false;
        };
    }

    /** Whether it can be made only where a C compiler is. */
    boolean needsOwnMachine() {
        return this == CLOCK_SET || this == REDIS_MOVED;
    }

    String label() {
        return label;
    }

    Place place() {
        return place;
    }
}
