package dev.hermes.gateway.chaos;

/** What happens in each round, in an order of its own. */
enum SoakStep {
    CLIENTS_AWAY("clients leave, and come back up to 10 s later"),
    SLOW_READERS("slow readers, cut or caught up"),
    TOKENS_RENEWED("tokens renewed, the old ones revoked"),
    TOKENS_REVOKED("tokens revoked under open streams"),
    REDIS_RESTARTED("Redis killed, started with its data"),
    FLAG_OFF("flag off and on, by the file"),
    CERTIFICATE("certificate exchanged"),
    HANG_UP("SIGHUP"),
    LOG_LEVEL("log level debug and back"),
    MANAGEMENT_READ("/streams, all pages, and all else of the management port");

    private final String label;

    SoakStep(String label) {
        this.label = label;
    }

    String label() {
        return label;
    }
}
