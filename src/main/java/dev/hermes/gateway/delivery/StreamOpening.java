package dev.hermes.gateway.delivery;

import dev.hermes.gateway.log.Opening;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All that a hub needs to take on a stream.
 *
 * @param ticket its place; the hub gives it back when the stream ends
 * @param attempt to be told if it breaks, or null for a stream that does not resume
 */
public record StreamOpening(
        Subscription subscription,
        Opening opening,
        List<Greeting> greetings,
        Lease lease,
        Admission.Ticket ticket,
        RepeatedFailures.@Nullable Begun attempt) {}
