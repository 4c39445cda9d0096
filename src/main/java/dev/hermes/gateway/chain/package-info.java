/**
 * Who appends what all gateways hear.
 *
 * <p><b>The problem.</b> Producers publish over Redis' pub/sub. Every gateway hears every message, and the log they share must
 * hold each one once, in order; what nobody heard must be declared as missing, never silently left out. Comparing contents does
 * not decide it: two equal messages may both be meant. A window of time does not: a gateway that was suspended and resumes
 * would append again what others logged long ago. A lease does not: one that outlives its holder hides a loss.
 *
 * <p><b>The one fact it rests on.</b> A Redis node hands the messages of its channels to all its subscribers in the same order.
 * So messages can be numbered by whoever hears them, without asking, if all begin to count at the same message.
 *
 * <p><b>Marker.</b> Such a message is made on purpose. A gateway whose subscriptions are all confirmed draws a number, greater
 * than any before, and publishes it on {@code hermes:gateway:sync} ({@code MarkerDraw}; one script, so that number and message
 * cannot part). Everybody hears it at the same index among the other messages. Number and call name the log's identity, a
 * random word made with the log, so that another fleet on the same Redis, or a log that was emptied, is never mistaken for this one.
 *
 * <p><b>Numbering.</b> From its own marker on a gateway counts what it hears, for each subscription by itself: (marker,
 * subscription, n), {@code SequenceNumbers}. {@code append(marker, subscription, n, event)} does nothing unless the marker is
 * the current one and n is the next number: a smaller n was appended by somebody else, another marker is stale. So an append
 * that is late, repeated, or sent by everybody at once does no harm, and whoever is fastest is the one who appends. A greater n
 * means that the log went back, as after a failover that lost the last writes: the script appends a gap and goes on. Messages
 * that are no events take their number too, so that they are kept aside once.
 *
 * <p><b>Roll.</b> A gateway that has listened without a break since marker <i>e</i> and hears marker <i>m</i> says
 * {@code roll(e, m, counts)}: between the two there were so many messages, and I have numbered them all. If the log has that
 * many, nothing is missing, and the chain goes on from <i>m</i>. Without rolls two gateways that count from different markers
 * would each append what they hear.
 *
 * <p><b>Start.</b> Whoever counts from <i>m</i> while the log is still at an older marker cannot know what came in between. It
 * holds its calls, in order, for at most a second, so that somebody may prove by a roll that nothing is missing; then it sends
 * {@code start(m)}, which acts only if the log is still older: it appends a gap entry and adopts <i>m</i>. The wait is for
 * anybody, not for the one who drew the marker, so that a gateway that dies right after drawing stops nobody. A subscription that
 * the log does not know begins without a gap, and so does an empty log: nothing can be missing before the first marker.
 *
 * <p><b>Gap.</b> A hole in the source is itself an entry of the log: whoever is live is told, and whoever reads across it later
 * is told as well. It names the time from when listening was last proven ({@code ListeningRecord}) until it was proven again.
 *
 * <p><b>Failures.</b> Calls are kept until the log has answered them, and sent again after any failure, one batch at a time
 * ({@code CallSender}, {@code Segment}); each does nothing if it was done before, so that it need not be known whether it was.
 * "No state" means that the log is another one: all that was kept is forgotten, and the gap is declared by whoever tells the
 * streams that the log is lost. Redis that takes no writes keeps the numbers going ({@link dev.hermes.gateway.chain.MarkerChain#hold});
 * a lost connection ends them ({@link dev.hermes.gateway.chain.MarkerChain#down}), since what was not heard cannot be numbered. More
 * than a bound of unanswered bytes breaks the chain on purpose: memory ends, and a declared hole is better than a dead process.
 * In a Cluster all gateways listen on the node that holds the log, since order is that of one node.
 *
 * <p><b>What was simulated.</b> Two gateways with pauses, kills and messages of which three in ten were equal: comparing contents
 * and leases repeated 81 to 182 events and silently lost 583 to 757 of 3,450. The chain as it stands here, in eight seeds, also with
 * gateways that die right after drawing a marker, repeated none, disordered none, lost none silently, and declared every hole.
 * {@code MarkerChainModelTest} plays that again, with random seeds, each time the tests run.
 */
@NullMarked
package dev.hermes.gateway.chain;

import org.jspecify.annotations.NullMarked;
