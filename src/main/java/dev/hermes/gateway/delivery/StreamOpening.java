package dev.hermes.gateway.delivery;

import dev.hermes.gateway.log.Opening;
import java.util.List;

/**
 * All that a hub needs to take on a stream.
 *
 * @param ticket its place; the hub gives it back when the stream ends
 */
public record StreamOpening(
        Subscription subscription, Opening opening, List<Greeting> greetings, Lease lease, Admission.Ticket ticket) {}
