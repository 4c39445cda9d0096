package dev.hermes.gateway.log;

/** The log cannot be asked right now. What was to be appended may or may not be in it. */
public final class LogUnavailableException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public LogUnavailableException(String message) {
        super(message);
    }

    public LogUnavailableException(Throwable cause) {
        super(cause.getMessage(), cause);
    }
}
