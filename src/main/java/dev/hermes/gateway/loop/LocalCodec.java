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
        // The event bus knows codecs only by name. An application that deploys the gateway from two class loaders has
        // two classes of the same name.
        this.name = type.getName() + '@' + Integer.toHexString(System.identityHashCode(type));
    }

    /**
     * Lets this event bus carry objects of exactly this class. Registering the same class again does nothing. Any
     * thread.
     */
    public static <T> void register(EventBus eventBus, Class<T> type) {
        try {
            eventBus.registerDefaultCodec(type, new LocalCodec<>(type));
        } catch (IllegalStateException alreadyRegistered) {
            // An earlier gateway in this Vert.x registered its codec, which serves as well. The event bus has no way
            // to ask beforehand.
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
