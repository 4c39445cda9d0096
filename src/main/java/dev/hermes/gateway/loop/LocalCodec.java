package dev.hermes.gateway.loop;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.MessageCodec;

/**
 * Carries an immutable object over the event bus by reference, within one JVM only.
 *
 * @param <T> a class whose objects never change
 */
public final class LocalCodec<T> implements MessageCodec<T, T> {

    private final String name;

    private LocalCodec(Class<T> type) {
        // The event bus knows codecs by name alone: an application that deploys the gateway from two class loaders has
        // two classes of one name.
        this.name = type.getName() + '@' + Integer.toHexString(System.identityHashCode(type));
    }

    /** Lets this event bus carry objects of exactly this class; again for the same one does nothing. Any thread. */
    public static <T> void register(EventBus eventBus, Class<T> type) {
        try {
            eventBus.registerDefaultCodec(type, new LocalCodec<>(type));
        } catch (IllegalStateException alreadyRegistered) {
            // A gateway deployed before in this Vert.x left it there, and it serves as well. The event bus has no way
            // to ask first.
            return;
        }
    }

    @Override
    public T transform(T message) {
        return message;
    }

    @Override
    public void encodeToWire(Buffer buffer, T message) {
        throw leavesTheJvm();
    }

    @Override
    public T decodeFromWire(int position, Buffer buffer) {
        throw leavesTheJvm();
    }

    private UnsupportedOperationException leavesTheJvm() {
        return new UnsupportedOperationException(name + " travels within one JVM only");
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public byte systemCodecID() {
        return -1;
    }
}
