package dev.hermes.gateway.delivery;

/**
 * The body of one client's response. All methods on the hub's event loop. None fails: what goes wrong on the way is told
 * by {@link SseStream#gone()}.
 */
public interface ByteSink {

    /** Queues the frame's bytes. The frame stays the caller's. */
    void write(Frame frame);

    /** Sends what was queued. */
    void flush();

    /** Whether the client takes more; when it is false, {@link SseStream#drained()} follows once it does. */
    boolean writable();

    /**
     * How far the client is: grows with every byte the socket took, and is {@link #NOTHING_PENDING} when it took all.
     * Only for comparison with an earlier value of the same sink.
     */
    long progress();

    /** See {@link #progress()}. */
    long NOTHING_PENDING = -1;

    /** Ends the body after what was queued. */
    void end();

    /** Closes the connection at once, dropping what was queued. */
    void abort();
}
