package dev.hermes.gateway.delivery;

/**
 * Writes the body of one client's response. All methods are called on the hub's event loop. None fails: a broken
 * connection is reported by {@link SseStream#gone()}.
 */
public interface ByteSink {

    /** The one whose body it is. */
    @FunctionalInterface
    interface Owner {

        /** The whole body, including its end, was sent, or never will be. On the hub's loop. */
        void ended();
    }

    /** Queues the frame's bytes. The caller remains the owner of the frame. */
    void write(Frame frame);

    /** Sends what was queued. */
    void flush();

    /** Whether the client accepts more; when false, {@link SseStream#drained()} is called once it does. */
    boolean writable();

    /**
     * How much the client has received: changes with every frame, if not with every byte, that the socket took, and is {@link
     * #NOTHING_PENDING} when it took all that was flushed. Only for comparison with an earlier value of the same sink.
     */
    long progress();

    /** See {@link #progress()}. */
    long NOTHING_PENDING = -1;

    /** The bytes of frames that wait for the client to take them. */
    long pendingBytes();

    /**
     * Ends the body after what was queued.
     *
     * @param owner is told once, possibly within this call
     */
    void end(Owner owner);

    /** Closes the connection immediately and drops what was queued. */
    void abort();
}
