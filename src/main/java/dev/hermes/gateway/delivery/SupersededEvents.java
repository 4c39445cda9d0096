package dev.hermes.gateway.delivery;

import dev.hermes.gateway.config.Channel;
import dev.hermes.gateway.event.Envelope;
import dev.hermes.gateway.event.Event;
import dev.hermes.gateway.event.EventId;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which event is the newest of its kind, on channels where a later one makes an earlier one needless. Bounded: what is
 * forgotten counts as not superseded. Owned by the hub's loop.
 */
final class SupersededEvents {

    static final int MAX_SUBJECTS = 16_384;

    /** States after which nothing more is said of a key; nobody may miss one. */
    private static final Set<String> TERMINAL = Set.of("completed", "failed", "cancelled");

    /** What an event is the news of. Types are kept apart, since they may say different things of one key. */
    private record Subject(String channel, String type, String key) {}

    private final Map<String, Channel.CatchUp> rules;

    /** By access: the first is the one that nobody has spoken of or asked for the longest time. */
    private final LinkedHashMap<Subject, EventId> newest = new LinkedHashMap<>(16, 0.75f, true);

    /** @param rules the rule of each channel */
    SupersededEvents(Map<String, Channel.CatchUp> rules) {
        this.rules = rules;
    }

    void remember(Event event) {
        Subject subject = subject(event.envelope());
        if (subject != null) {
            newest.put(subject, event.id());
            if (newest.size() > MAX_SUBJECTS) {
                newest.remove(newest.keySet().iterator().next());
            }
        }
    }

    /** Whether a later one says all that this one says. */
    boolean supersede(Event event) {
        Subject subject = subject(event.envelope());
        EventId last = subject == null ? null : newest.get(subject);
        return last != null
                && last.isAfter(event.id())
                && !TERMINAL.contains(event.envelope().fields().getOrDefault("status", ""));
    }

    void clear() {
        newest.clear();
    }

    private @Nullable Subject subject(Envelope envelope) {
        Channel.CatchUp rule = rules.get(envelope.channel());
        if (rule == null || rule == Channel.CatchUp.ALL) {
            return null;
        }
        String key = rule == Channel.CatchUp.LATEST ? "" : envelope.key();
        return key == null ? null : new Subject(envelope.channel(), envelope.type(), key);
    }
}
