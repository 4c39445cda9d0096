package dev.hermes.gateway.ops;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The signals that ask the process to end, SIGTERM and SIGINT, and the one that must not end it, SIGHUP.
 *
 * <p>Not a shutdown hook: that would make the status 143 however well the end went, and a second signal would go unheard
 * while the first is being obeyed.
 */
public final class Signals {

    private static final Logger LOG = LoggerFactory.getLogger(Signals.class);

    private static final List<String> TERMINATING = List.of("TERM", "INT");
    private static final String HANG_UP = "HUP";

    private Signals() {}

    /**
     * From now on the process no longer ends by itself at these signals; the tasks see to it. Both run on a thread of
     * the JVM's own, one for each signal, so the second may run while the first still does.
     *
     * <p>Where the JVM does not hand signals out ({@code -Xrs}, or a runtime without the module {@code
     * jdk.unsupported}), says so in one warning and leaves things as they are.
     *
     * @param first at the first signal of either kind
     * @param second at every later one
     */
    public static void onTermination(Runnable first, Runnable second) {
        AtomicBoolean heard = new AtomicBoolean();
        Runnable task = () -> (heard.compareAndSet(false, true) ? first : second).run();
        TERMINATING.forEach(signal -> hear(signal, task));
    }

    /**
     * From now on SIGHUP ends nothing: init scripts and log rotation send it to ask a service to read its files again, and a
     * terminal that is closed sends it too. Says with each that settings are not read again by it.
     */
    public static void ignoreHangUp() {
        hear(
                HANG_UP,
                () -> LOG.info(
                        "signal ignored signal=SIGHUP reason=\"streams stay open; the flag is followed without it, other"
                                + " settings need a restart\""));
    }

    private static void hear(String signal, Runnable task) {
        try {
            handle(signal, task);
        } catch (ReflectiveOperationException refused) {
            Throwable cause = refused.getCause() == null ? refused : refused.getCause();
            LOG.warn("signal cannot be heard, it ends the process at once signal=SIG{} reason=\"{}\"", signal, cause);
        }
    }

    /**
     * {@code sun.misc.Signal.handle(new Signal(name), received -> task.run())}. Reflectively, because javac warns of
     * that type wherever it is named, and nothing silences the warning on every JDK this compiles on; the module
     * {@code jdk.unsupported} exports and supports the type all the same (JEP 260).
     */
    private static void handle(String name, Runnable task) throws ReflectiveOperationException {
        Class<?> signalType = Class.forName("sun.misc.Signal");
        Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
        Object signal = signalType.getConstructor(String.class).newInstance(name);
        signalType.getMethod("handle", signalType, handlerType).invoke(null, signal, handler(handlerType, task));
    }

    private static Object handler(Class<?> handlerType, Runnable task) {
        InvocationHandler invocation = (proxy, method, arguments) -> switch (method.getName()) {
            case "handle" -> {
                task.run();
                yield null;
            }
            case "equals" -> arguments != null && proxy == arguments[0];
            case "hashCode" -> System.identityHashCode(proxy);
            default -> "signal handler";
        };
        return Proxy.newProxyInstance(handlerType.getClassLoader(), new Class<?>[] {handlerType}, invocation);
    }
}
