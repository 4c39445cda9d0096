package dev.hermes.gateway.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class AdmissionTest {

    @Test
    void turnsAwayWhoeverComesAfterTheLimit() {
        Admission admission = new Admission(2, 0);
        Admission.Ticket first = admission.stream("x");
        assertThat(first).isNotNull();
        assertThat(admission.stream("y")).isNotNull();
        assertThat(admission.stream("z")).isNull();
        assertThat(admission.openStreams()).isEqualTo(2);
        if (first != null) {
            first.release();
        }
        assertThat(admission.stream("z")).isNotNull();
    }

    @Test
    void waitingPollsTakePlacesButAreNoStreams() {
        Admission admission = new Admission(1, 0);
        assertThat(admission.waitingPoll("x")).isNotNull();
        assertThat(admission.openStreams()).isZero();
        assertThat(admission.stream("x")).isNull();
    }

    @Test
    void limitsEachAddressByItself() {
        Admission admission = new Admission(10, 1);
        Admission.Ticket first = admission.stream("x");
        assertThat(first).isNotNull();
        assertThat(admission.stream("x")).isNull();
        assertThat(admission.stream("y")).isNotNull();
        if (first != null) {
            first.release();
        }
        assertThat(admission.waitingPoll("x")).isNotNull();
    }

    @Test
    void whoIsTurnedAwayForItsAddressTakesNoPlace() {
        Admission admission = new Admission(2, 1);
        assertThat(admission.stream("x")).isNotNull();
        assertThat(admission.stream("x")).isNull();
        assertThat(admission.stream("x")).isNull();
        assertThat(admission.stream("y")).isNotNull();
    }

    @Test
    void aPlaceIsGivenBackOnce() {
        Admission admission = new Admission(1, 0);
        Admission.Ticket first = admission.stream("x");
        assertThat(first).isNotNull();
        if (first != null) {
            first.release();
            first.release();
        }
        assertThat(admission.openStreams()).isZero();
        assertThat(admission.stream("x")).isNotNull();
        assertThat(admission.stream("x")).isNull();
    }

    @Test
    void neverAdmitsMoreThanTheLimitAndEndsAtZeroHoweverManyThreadsAsk() throws Exception {
        int limit = 20;
        int limitPerAddress = 7;
        Admission admission = new Admission(limit, limitPerAddress);
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
                assertThat(admission.stream(address)).isNotNull();
            }
        }
    }

    private static int hammer(Admission admission, Random random, AtomicInteger inside, AtomicInteger most) {
        List<Admission.Ticket> held = new ArrayList<>();
        int admitted = 0;
        for (int step = 0; step < 20_000; step++) {
            String address = List.of("x", "y", "z").get(random.nextInt(3));
            Admission.Ticket ticket = random.nextBoolean() ? admission.stream(address) : admission.waitingPoll(address);
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
