package dev.hermes.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.config.Settings;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AdmissionTest {

    @Test
    void turnsAwayWhoeverComesAfterTheLimit() {
        Admission admission = new Admission(2, Settings.Streams.Shares.UNLIMITED);
        Admission.Ticket first = admission.stream(Admission.Claimant.at("x"));
        assertThat(first).isNotNull();
        assertThat(admission.stream(Admission.Claimant.at("y"))).isNotNull();
        assertThat(admission.stream(Admission.Claimant.at("z"))).isNull();
        assertThat(admission.openStreams()).isEqualTo(2);
        if (first != null) {
            first.release();
        }
        assertThat(admission.stream(Admission.Claimant.at("z"))).isNotNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"address", "user", "token"})
    void whoLeavesGivesBackTheShareOfItsAddressItsUserAndItsToken(String shared) {
        Admission admission = new Admission(
                100,
                new Settings.Streams.Shares(
                        shared.equals("address") ? 1 : 0,
                        shared.equals("user") ? 1 : 0,
                        shared.equals("token") ? 1 : 0));
        Admission.Claimant claimant = new Admission.Claimant("address", "user", "token");

        for (int coming = 0; coming < 3; coming++) {
            Admission.Ticket ticket = admission.stream(claimant);
            assertThat(ticket).as("admitted").isNotNull();
            assertThat(admission.stream(claimant)).as("a second one at once").isNull();
            Objects.requireNonNull(ticket).ended(true);
        }
    }

    @Test
    void waitingPollsTakePlacesButAreNoStreams() {
        Admission admission = new Admission(1, Settings.Streams.Shares.UNLIMITED);
        assertThat(admission.poll(Admission.Claimant.at("x"))).isNotNull();
        assertThat(admission.openStreams()).isZero();
        assertThat(admission.stream(Admission.Claimant.at("x"))).isNull();
    }

    /** The browser's own return, which resumes, comes before the one of Hermes' page, after a second and without a cursor. */
    @Test
    void upTo300StreamsComeBackWithin900Milliseconds() {
        List<Integer> returns = returns(new Admission(10_000, Settings.Streams.Shares.UNLIMITED), 300);

        assertThat(returns).allSatisfy(millis -> assertThat(millis).isBetween(300, 900));
        assertThat(mostWithin(100, returns)).isLessThanOrEqualTo(100);
    }

    @ParameterizedTest
    @ValueSource(ints = {301, 1_000, 2_350})
    void noMoreThan500StreamsComeBackInASecond(int streams) {
        List<Integer> returns = returns(new Admission(10_000, Settings.Streams.Shares.UNLIMITED), streams);

        assertThat(returns).allSatisfy(millis -> assertThat(millis).isBetween(300, 300 + 2 * streams + 100));
        // Of the slots at both ends of a second, the streams of one may all fall into it.
        assertThat(mostWithin(1_000, returns)).isLessThanOrEqualTo(500 + 50);
    }

    @Test
    void thatHoldsAlsoAfterManyHaveComeAndGone() {
        Admission admission = new Admission(10_000, Settings.Streams.Shares.UNLIMITED);
        List<Admission.Ticket> open = new ArrayList<>(tickets(admission, 1_500));
        Random random = new Random(7);
        for (int change = 0; change < 10_000; change++) {
            open.remove(random.nextInt(open.size())).release();
            open.addAll(tickets(admission, 1));
        }

        List<Integer> returns = open.stream().map(Admission.Ticket::retryMillis).toList();

        // Those that have gone leave holes which those that come fill: never far from even.
        assertThat(mostWithin(1_000, returns)).isLessThanOrEqualTo(600);
    }

    @Test
    void nobodyWaitsLongerThanFiveSeconds() {
        List<Integer> returns = returns(new Admission(10_000, Settings.Streams.Shares.UNLIMITED), 9_000);

        assertThat(returns).allSatisfy(millis -> assertThat(millis).isBetween(300, 5_000));
        assertThat(mostWithin(1_000, returns)).isLessThan(9_000 / 4);
    }

    private static List<Integer> returns(Admission admission, int streams) {
        return tickets(admission, streams).stream()
                .map(Admission.Ticket::retryMillis)
                .toList();
    }

    private static List<Admission.Ticket> tickets(Admission admission, int streams) {
        List<Admission.Ticket> tickets = new ArrayList<>();
        for (int stream = 0; stream < streams; stream++) {
            Admission.Ticket ticket = admission.stream(Admission.Claimant.at("x"));
            if (ticket == null) {
                throw new AssertionError("turned away");
            }
            tickets.add(ticket);
        }
        return tickets;
    }

    /** How many fall into that span, wherever it begins. */
    private static long mostWithin(int span, List<Integer> returns) {
        return returns.stream()
                .mapToLong(from -> returns.stream()
                        .filter(millis -> millis >= from && millis < from + span)
                        .count())
                .max()
                .orElseThrow();
    }

    @Test
    void limitsEachAddressByItself() {
        Admission admission = new Admission(10, new Settings.Streams.Shares(1, 0, 0));
        Admission.Ticket first = admission.stream(Admission.Claimant.at("x"));
        assertThat(first).isNotNull();
        assertThat(admission.stream(Admission.Claimant.at("x"))).isNull();
        assertThat(admission.stream(Admission.Claimant.at("y"))).isNotNull();
        if (first != null) {
            first.release();
        }
        assertThat(admission.poll(Admission.Claimant.at("x"))).isNotNull();
    }

    @Test
    void whoIsTurnedAwayForItsAddressTakesNoPlace() {
        Admission admission = new Admission(2, new Settings.Streams.Shares(1, 0, 0));
        assertThat(admission.stream(Admission.Claimant.at("x"))).isNotNull();
        assertThat(admission.stream(Admission.Claimant.at("x"))).isNull();
        assertThat(admission.stream(Admission.Claimant.at("x"))).isNull();
        assertThat(admission.stream(Admission.Claimant.at("y"))).isNotNull();
    }

    @Test
    void aPlaceIsGivenBackOnce() {
        Admission admission = new Admission(1, Settings.Streams.Shares.UNLIMITED);
        Admission.Ticket first = admission.stream(Admission.Claimant.at("x"));
        assertThat(first).isNotNull();
        if (first != null) {
            first.release();
            first.release();
        }
        assertThat(admission.openStreams()).isZero();
        assertThat(admission.stream(Admission.Claimant.at("x"))).isNotNull();
        assertThat(admission.stream(Admission.Claimant.at("x"))).isNull();
    }

    @Test
    void neverAdmitsMoreThanTheLimitAndEndsAtZeroHoweverManyThreadsAsk() throws Exception {
        int limit = 20;
        int limitPerAddress = 7;
        Admission admission = new Admission(limit, new Settings.Streams.Shares(limitPerAddress, 0, 0));
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            List<Callable<Integer>> work = new ArrayList<>();
            for (int thread = 0; thread < 8; thread++) {
                Random random = new Random(thread);
                work.add(() -> hammer(admission, random, inside, most));
            }
            int admitted = 0;
            for (Future<Integer> done : threads.invokeAll(work)) {
                admitted += done.get();
            }
            assertThat(admitted).isGreaterThan(1_000);
        } finally {
            threads.shutdownNow();
        }
        assertThat(most.get()).isLessThanOrEqualTo(limit);
        assertThat(admission.openStreams()).isZero();
        for (String address : List.of("x", "y", "z")) {
            for (int place = 0; place < Math.min(limitPerAddress, limit / 3); place++) {
                assertThat(admission.stream(Admission.Claimant.at(address))).isNotNull();
            }
        }
    }

    private static int hammer(Admission admission, Random random, AtomicInteger inside, AtomicInteger most) {
        List<Admission.Ticket> held = new ArrayList<>();
        int admitted = 0;
        for (int step = 0; step < 20_000; step++) {
            String address = List.of("x", "y", "z").get(random.nextInt(3));
            Admission.Ticket ticket = random.nextBoolean()
                    ? admission.stream(Admission.Claimant.at(address))
                    : admission.poll(Admission.Claimant.at(address));
            if (ticket != null) {
                admitted++;
                held.add(ticket);
                most.accumulateAndGet(inside.incrementAndGet(), Math::max);
            }
            if (held.size() > 4 || (!held.isEmpty() && random.nextBoolean())) {
                inside.decrementAndGet();
                held.remove(held.size() - 1).release();
            }
        }
        inside.addAndGet(-held.size());
        held.forEach(Admission.Ticket::release);
        return admitted;
    }
}
