package dev.hermes.gateway.chaos;

import static dev.hermes.gateway.fixture.Quotes.json;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What the judge of the long run says of short ones. */
class JudgeTest {

    private static final Source SOURCE = Source.PUBLISHED_QUEUE;

    private Instant now = Instant.parse("2026-11-30T10:00:00Z");
    private final Ledger ledger = new Ledger(() -> now);
    private final Timeline timeline = new Timeline();
    private final Journal journal = new Journal("client", Audience.of(0), ledger, new RecoveryTimes());

    private void publish(Outcome outcome) {
        ledger.settle(SOURCE, ledger.send(SOURCE), outcome);
    }

    private void publish(int count) {
        for (int event = 0; event < count; event++) {
            publish(new Outcome.Taken(null));
        }
    }

    private void connected(long id) {
        journal.frame("connected", new Position(id, 0), "{}");
    }

    private void event(int number, long id) {
        journal.frame(SOURCE.type(), new Position(id, 0), SOURCE.data(number));
    }

    private void gap(String reason, long id) {
        gap(reason, id, now);
    }

    private void gap(String reason, long id, Instant at) {
        journal.frame(
                "gap",
                new Position(id, 0),
                json("{'reason':'%s','requested':'1-0','from':'%s','to':'%s'}", reason, at, at));
    }

    private Judge judged() {
        Judge judge = new Judge(ledger, timeline);
        judge.judge(List.of(journal));
        return judge;
    }

    private Tally tally() {
        return judged().total();
    }

    @Test
    void whatCameInOrderIsDeliveredOnce() {
        publish(3);
        connected(1);
        event(0, 10);
        event(1, 11);
        event(2, 12);

        assertThat(tally())
                .usingRecursiveComparison()
                .ignoringFields("published", "gaps")
                .isEqualTo(tally(3, 0, 0, 0));
        assertThat(judged().breaches()).isEmpty();
    }

    @Test
    void whatIsMissingWithoutAWordIsSilentlyLost() {
        publish(3);
        connected(1);
        event(0, 10);
        event(2, 12);

        assertThat(tally())
                .usingRecursiveComparison()
                .ignoringFields("published", "gaps")
                .isEqualTo(tally(2, 0, 0, 1));
        assertThat(judged().breaches()).singleElement().asString().contains("silently lost PUBLISHED_QUEUE 1");
    }

    /** Nothing can follow the highest id there is, so a log without it begins below. */
    @Test
    void aGapThatGoesBackCoversWhatCameAfterTheLastEvent() {
        publish(1);
        publish(new Outcome.Taken(new Position(11, 0)));
        publish(1);
        connected(1);
        event(0, 10);
        journal.frame("heartbeat", Position.parse("18446744073709551615-18446744073709551615"), "");
        gap("log_lost", 20);
        event(2, 21);

        assertThat(tally())
                .usingRecursiveComparison()
                .ignoringFields("published", "gaps")
                .isEqualTo(tally(2, 0, 1, 0));
    }

    @Test
    void whatCameTwiceIsRepeated() {
        publish(2);
        connected(1);
        event(0, 10);
        event(1, 11);
        event(1, 12);

        assertThat(tally())
                .usingRecursiveComparison()
                .ignoringFields("published", "gaps")
                .isEqualTo(tally(1, 1, 0, 0));
        assertThat(judged().breaches()).anyMatch(breach -> breach.contains("stands twice in the log"));
    }

    @Test
    void whatMayHaveBeenTakenMayNotComeTwiceEither() {
        publish(1);
        publish(new Outcome.Unknown());
        connected(1);
        event(0, 10);
        event(1, 11);
        event(1, 12);

        assertThat(tally().repeated).isEqualTo(1);
    }

    @Test
    void whatMayHaveBeenTakenAndNobodySawIsNotDue() {
        publish(1);
        publish(new Outcome.Unknown());
        publish(1);
        connected(1);
        event(0, 10);
        event(2, 12);

        assertThat(tally())
                .usingRecursiveComparison()
                .ignoringFields("published", "gaps")
                .isEqualTo(tally(2, 0, 0, 0));
    }

    @Test
    void whatNobodyHeardIsDeclaredByAHoleInItsPlace() {
        publish(1);
        publish(new Outcome.Unheard());
        publish(1);
        connected(1);
        event(0, 10);
        gap("source_hole", 11);
        event(2, 12);

        assertThat(tally())
                .usingRecursiveComparison()
                .ignoringFields("published", "gaps")
                .isEqualTo(tally(2, 0, 1, 0));
    }

    @Test
    void whatLeftTheLogBeforeAnyGatewayCouldReadItIsNotDue() {
        takenBackUnread();

        assertThat(tally())
                .usingRecursiveComparison()
                .ignoringFields("published", "gaps")
                .isEqualTo(tally(2, 0, 0, 0));
        assertThat(judged().unread()).isEqualTo(1);
    }

    @Test
    void whatLeftTheLogAndReachedSomebodyIsDueToAll() {
        takenBackUnread();
        Journal other = new Journal("another", Audience.of(0), ledger, new RecoveryTimes());
        other.frame("connected", new Position(1, 0), "{}");
        other.frame(SOURCE.type(), new Position(11, 0), SOURCE.data(1));
        Judge judge = new Judge(ledger, timeline);

        judge.judge(List.of(journal, other));

        assertThat(judge.total().silent).isEqualTo(1);
        assertThat(judge.unread()).isZero();
    }

    /** A producer was faster than the gateways, and the hole follows what it added to the older copy. */
    @Test
    void whatAnOlderCopyTookOutIsDeclaredByAHoleThatTellsOfItsTimeAnywhere() {
        takenBackAndToldOf(now);

        assertThat(judged().breaches()).isEmpty();
        assertThat(tally())
                .usingRecursiveComparison()
                .ignoringFields("published", "gaps")
                .isEqualTo(tally(2, 0, 1, 0));
    }

    @Test
    void whatAnOlderCopyTookOutIsNotDeclaredByAHoleThatTellsOfAnotherTime() {
        takenBackAndToldOf(now.minusSeconds(60));

        assertThat(tally().silent).isEqualTo(1);
    }

    private void takenBackAndToldOf(Instant at) {
        publish(1);
        publish(new Outcome.Taken(new Position(11, 0)));
        publish(1);
        timeline.lost(System.nanoTime(), System.nanoTime());
        timeline.takenBack(Set.of(new Position(11, 0)));
        connected(1);
        event(0, 10);
        event(2, 12);
        gap("source_hole", 13, at);
    }

    private void takenBackUnread() {
        publish(1);
        publish(new Outcome.Taken(new Position(11, 0)));
        publish(1);
        timeline.takenUnread(Set.of(new Position(11, 0)));
        connected(1);
        event(0, 10);
        event(2, 12);
    }

    @Test
    void aHoleDoesNotExcuseWhatWasPublishedAtAnotherTime() {
        publish(1);
        publish(new Outcome.Unheard());
        publish(1);
        connected(1);
        event(0, 10);
        gap("source_hole", 11, now.minusSeconds(60));
        event(2, 12);

        assertThat(tally())
                .usingRecursiveComparison()
                .ignoringFields("published", "gaps")
                .isEqualTo(tally(2, 0, 0, 1));
    }

    /** On a busy machine Redis takes a publication long after it was sent, in the middle of the time of which a hole tells. */
    @Test
    void aHoleExcusesWhatWasTakenInItsTimeThoughItWasSentBefore() {
        publish(1);
        int slow = ledger.send(SOURCE);
        now = now.plusSeconds(4);
        ledger.settle(SOURCE, slow, new Outcome.Taken(null));
        publish(1);
        connected(1);
        event(0, 10);
        gap("source_hole", 11, now.minusSeconds(2));
        event(2, 12);

        assertThat(tally())
                .usingRecursiveComparison()
                .ignoringFields("published", "gaps")
                .isEqualTo(tally(2, 0, 1, 0));
    }

    @Test
    void aHoleDoesNotExcuseWhatIsMissingLater() {
        publish(4);
        connected(1);
        event(0, 10);
        gap("source_hole", 11);
        event(1, 12);
        event(3, 14);

        assertThat(tally().silent).isEqualTo(1);
    }

    @Test
    void aHoleDoesNotExcuseWhatStandsInTheLog() {
        publish(1);
        publish(new Outcome.Taken(new Position(11, 0)));
        publish(1);
        connected(1);
        event(0, 10);
        gap("source_hole", 12);
        event(2, 13);

        assertThat(tally())
                .usingRecursiveComparison()
                .ignoringFields("published", "gaps")
                .isEqualTo(tally(2, 0, 0, 1));
    }

    @Test
    void aLostLogExcusesWhatStoodInIt() {
        publish(1);
        publish(new Outcome.Taken(new Position(11, 0)));
        publish(1);
        connected(1);
        event(0, 10);
        gap("log_lost", 12);
        event(2, 13);
        timeline.lost(System.nanoTime(), System.nanoTime());

        assertThat(judged().breaches()).isEmpty();
        assertThat(tally())
                .usingRecursiveComparison()
                .ignoringFields("published", "gaps")
                .isEqualTo(tally(2, 0, 1, 0));
    }

    @Test
    void toTellOfALostLogThatWasNotLostIsABreach() {
        publish(1);
        publish(new Outcome.Taken(new Position(11, 0)));
        publish(1);
        connected(1);
        event(0, 10);
        gap("log_lost", 12);
        event(2, 13);

        assertThat(judged().breaches()).singleElement().asString().contains("the log kept it");
    }

    @Test
    void aLostLogDoesNotExcuseWhatFollowsIt() {
        publish(1);
        publish(new Outcome.Taken(new Position(13, 0)));
        publish(1);
        connected(1);
        event(0, 10);
        gap("log_lost", 12);
        event(2, 14);

        assertThat(tally().silent).isEqualTo(1);
    }

    @Test
    void whatComesAfterALaterOneIsOutOfOrder() {
        publish(3);
        connected(1);
        event(0, 10);
        event(2, 11);
        event(1, 12);

        assertThat(tally().disordered).isEqualTo(1);
    }

    @Test
    void idsThatGoBackAreABreach() {
        publish(2);
        connected(1);
        event(0, 10);
        event(1, 9);

        assertThat(judged().breaches()).singleElement().asString().contains("came after 10-0");
    }

    @Test
    void aCursorThatIsNotHonouredWithoutAGapIsABreach() {
        publish(2);
        connected(1);
        event(0, 10);
        connected(20);
        event(1, 21);

        assertThat(judged().breaches()).singleElement().asString().contains("came no gap");
    }

    private static Tally tally(long once, long repeated, long declared, long silent) {
        Tally tally = new Tally();
        tally.once = once;
        tally.repeated = repeated;
        tally.declared = declared;
        tally.silent = silent;
        tally.due = once + repeated + declared + silent;
        return tally;
    }
}
