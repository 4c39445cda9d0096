package dev.hermes.gateway.ops;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Handles the signals that ask the process to end, SIGTERM and SIGINT, and SIGHUP, which must not end it.
 *
 * <p>A shutdown hook would not do: the exit status would be 143 even after a proper shutdown, and a second signal
 * would be ignored while the first is being handled.
 */
public final class Signals {

    private static final Logger LOG = LoggerFactory.getLogger(Signals.class);

    private static final List<String> TERMINATING = List.of("TERM", "INT");
    private static final String HANG_UP = "HUP";

    private Signals() {}

    /**
     * Runs the tasks at these signals, which from now on no longer end the process by themselves. The tasks run on a
     * thread of the JVM, one for each signal, so the second may run while the first still does.
     *
     * <p>If the JVM does not deliver signals ({@code -Xrs}, or a runtime without the module {@code jdk.unsupported}),
     * logs one warning and changes nothing.
     *
     * @param first run at the first signal of either kind
     * @param second run at every later one
     */
    public static void onTermination(Runnable first, Runnable second) {
        AtomicBoolean heard = new AtomicBoolean();
        Runnable task = () -> (heard.compareAndSet(false, true) ? first : second).run();
        TERMINATING.forEach(signal -> hear(signal, task));
    }

    /**
     * Runs the task at each SIGHUP, which from now on ends nothing: init scripts and log rotation send it to make a
     * service read its files again, and a closed terminal sends it too. The task runs on a thread of the JVM.
     */
    public static void onHangUp(Runnable task) {
        hear(HANG_UP, task);
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
     * {@code sun.misc.Signal.handle(new Signal(name), received -> task.run())}, called reflectively, because javac
     * warns wherever this type is named and no option silences the warning on every JDK used for building. The module
     * {@code jdk.unsupported} exports and supports the type nevertheless (JEP 260).
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
