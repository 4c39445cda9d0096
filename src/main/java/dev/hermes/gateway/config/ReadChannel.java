package dev.hermes.gateway.config;

import java.util.List;

/**
 * A channel and where its parts stand, for rules that compare channels.
 *
 * @param heardOn one place for each name and pattern, in the file's order
 */
record ReadChannel(Channel channel, Place name, List<Heard> heardOn, Place scope, Place route) {

    /** A name or pattern as it is written. */
    record Heard(String text, Place place) {}

    /** {@code channels.yaml:12: channels[1].scope}, and where to note a problem with it. */
    record Place(String text, Findings findings) {

        void refuse(String value, String allowed) {
            findings.refuse(text, value, allowed);
        }
    }
}
