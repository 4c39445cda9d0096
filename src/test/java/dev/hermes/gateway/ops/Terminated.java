package dev.hermes.gateway.ops;

import dev.hermes.gateway.config.LoggingSettings;
import java.io.IOException;
import org.slf4j.LoggerFactory;

/**
 * A process that hears signals: with {@code ends} the first is obeyed, with {@code hangs} its end never comes. Ends with
 * its parent, whatever happens.
 */
final class Terminated {

    static final int SECOND = 3;
    private static final int ORPHANED = 9;

    private Terminated() {}

    public static void main(String[] arguments) throws IOException {
        boolean ends = arguments[0].equals("ends");
        if (ends) {
            LogSetup.apply(new LoggingSettings(LoggingSettings.Level.INFO, LoggingSettings.Format.TEXT));
        }
        Signals.onTermination(() -> first(ends), () -> Runtime.getRuntime().halt(SECOND));
        say("listening");
        while (System.in.read() >= 0) {
            // Only the end of the input counts.
        }
        Runtime.getRuntime().halt(ORPHANED);
    }

    private static void first(boolean ends) {
        say("first");
        if (ends) {
            LoggerFactory.getLogger(Terminated.class).info("drained");
            System.exit(0);
        }
        synchronized (Terminated.class) {
            while (true) {
                try {
                    Terminated.class.wait();
                } catch (InterruptedException ignored) {
                    // Hangs all the same.
                }
            }
        }
    }

    private static void say(String word) {
        System.out.println(word);
        System.out.flush();
    }
}
