package dev.hermes.gateway.ops;

import dev.hermes.gateway.config.Settings;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A process that hears signals: with {@code ends} the first is obeyed, with {@code hangs} its end never comes. Ends with
 * its parent, whatever happens.
 */
final class Terminated {

    static final int SECOND = 3;
    private static final int ORPHANED = 9;

    /** So many that they are not written by the time the process wants to end. */
    static final int LAST_LINE = 3_000;

    private static final Logger LOG = LoggerFactory.getLogger(Terminated.class);

    private Terminated() {}

    public static void main(String[] arguments) throws IOException {
        boolean ends = arguments[0].equals("ends");
        if (ends) {
            // Not when it hangs: a process that is killed writes no more of what is under way.
            LogSetup.apply(new Settings.Logging(Settings.Logging.Level.INFO, Settings.Logging.Format.TEXT));
        }
        Signals.onHangUp(() -> say("hung up"));
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
            for (int line = 1; line <= LAST_LINE; line++) {
                LOG.info("line {}", line);
            }
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
