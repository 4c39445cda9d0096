package dev.hermes.gateway.chaos;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Holds what each client got against what was published: every event between the first and the last that came from a
 * producer is due. One that stands in the log is excused only by a gap that covers its place, and that only if Redis lost the
 * log about then; one of which nobody knows a place, or that was taken out of the log, by a gap between its neighbours that
 * tells of its time. Not due is what left the log again before any gateway could read it, and so reached nobody: it leaves
 * no trace in Redis that a gateway could find. One thread, after the end.
 */
final class Judge {

    private static final int MOST_TOLD = 60;

    private final Ledger ledger;
    private final Timeline timeline;
    private final Map<String, Tally> rows = new LinkedHashMap<>();
    private final List<String> breaches = new ArrayList<>();
    private long unread;

    Judge(Ledger ledger, Timeline timeline) {
        this.ledger = ledger;
        this.timeline = timeline;
        timeline.rows().forEach(row -> rows.put(row, new Tally()));
    }

    /** Counts what was published, and what of it each of them got. */
    void judge(List<Journal> journals) {
        for (Source source : Source.values()) {
            List<Ledger.Entry> entries = ledger.entries(source);
            BitSet due = new BitSet();
            for (int number = 0; number < entries.size(); number++) {
                Ledger.Entry entry = entries.get(number);
                if (entry.published()) {
                    row(entry).published++;
                    due.set(number, !unread(journals, source, number, entry));
                }
            }
            unread += entries.stream().filter(Ledger.Entry::published).count() - due.cardinality();
            journals.forEach(journal -> judge(journal, source, entries, due));
        }
        for (Journal journal : journals) {
            breaches.addAll(journal.breaches());
            for (Journal.Gap gap : journal.gaps()) {
                rows.computeIfAbsent(timeline.rowAt(gap.nanos()), row -> new Tally()).gaps++;
            }
        }
    }

    private boolean unread(List<Journal> journals, Source source, int number, Ledger.Entry entry) {
        Position id = entry.id();
        return id != null
                && timeline.perhapsUnread(id)
                && journals.stream().noneMatch(journal -> journal.delivered(source, number));
    }

    private Tally row(Ledger.Entry entry) {
        return rows.computeIfAbsent(timeline.rowAt(entry.sentNanos()), row -> new Tally());
    }

    private void judge(Journal journal, Source source, List<Ledger.Entry> entries, BitSet due) {
        int first = journal.first(source);
        int last = journal.reached(source);
        for (int number = Math.max(0, first); number <= last; number++) {
            Ledger.Entry entry = entries.get(number);
            if (journal.audience().isFor(source, number) && due.get(number)) {
                judge(journal, source, number, entry);
            }
        }
    }

    private void judge(Journal journal, Source source, int number, Ledger.Entry entry) {
        Tally tally = row(entry);
        tally.due++;
        if (journal.late(source, number) && !(entry.outcome() instanceof Outcome.Unknown)) {
            tally.disordered++;
            tell("out of order", journal, source, number, entry);
        }
        Position id = entry.id();
        if (journal.repeated(source, number)) {
            tally.repeated++;
            tell("repeated", journal, source, number, entry);
        } else if (journal.delivered(source, number)) {
            tally.once++;
        } else if (excused(journal, source, number, entry)) {
            tally.declared++;
            if (id != null && !timeline.lostAbout(entry.sentNanos())) {
                tell("declared lost, but the log kept it:", journal, source, number, entry);
            }
        } else {
            tally.silent++;
            tell("silently lost", journal, source, number, entry);
        }
    }

    private boolean excused(Journal journal, Source source, int number, Ledger.Entry entry) {
        Position id = entry.id();
        boolean placed = id != null && journal.covered(id);
        // What was taken out of the log had a place, and the hole that tells of it has another.
        boolean placeless = id == null || timeline.lostAbout(entry.sentNanos());
        if (placed || (placeless && journal.spanned(source, number, entry.sentAt(), entry.settledAt()))) {
            return true;
        }
        // A producer may add to an older copy before any gateway has noticed it: then the hole follows what was added.
        return id != null && timeline.takenBack(id) && journal.told(entry.sentAt(), entry.settledAt());
    }

    private void tell(String what, Journal journal, Source source, int number, Ledger.Entry entry) {
        if (breaches.size() < MOST_TOLD) {
            breaches.add(String.format(
                    Locale.ROOT,
                    "%s: %s %s %d id=%s outcome=%s sent at %s, %.3f s, %s",
                    journal.client(),
                    what,
                    source,
                    number,
                    entry.id(),
                    entry.outcome(),
                    entry.sentAt(),
                    timeline.seconds(entry.sentNanos()),
                    timeline.rowAt(entry.sentNanos())));
        }
    }

    Map<String, Tally> rows() {
        return rows;
    }

    Tally total() {
        Tally total = new Tally();
        rows.values().forEach(total::add);
        return total;
    }

    /** How many events left the log before any gateway could read them. */
    long unread() {
        return unread;
    }

    /** What must not be, each told; not all of them if there are very many. */
    List<String> breaches() {
        return breaches;
    }
}
