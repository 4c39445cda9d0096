package dev.hermes.gateway.endtoend;

import java.lang.management.ManagementFactory;
import javax.management.JMException;
import javax.management.ObjectName;

/** Counts objects in the heap, to see that nothing holds on to what is over. */
final class Instances {

    private Instances() {}

    /** Live ones, after a full collection. */
    static int of(String className) {
        try {
            String histogram = (String) ManagementFactory.getPlatformMBeanServer()
                    .invoke(
                            new ObjectName("com.sun.management:type=DiagnosticCommand"),
                            "gcClassHistogram",
                            new Object[] {new String[0]},
                            new String[] {String[].class.getName()});
            return histogram
                    .lines()
                    .map(line -> line.strip().split("\\s+"))
                    .filter(words -> words.length >= 4 && words[3].equals(className))
                    .mapToInt(words -> Integer.parseInt(words[1]))
                    .findFirst()
                    .orElse(0);
        } catch (JMException failure) {
            throw new AssertionError("no histogram of the heap", failure);
        }
    }
}
