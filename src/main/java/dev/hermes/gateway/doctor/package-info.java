/**
 * The command {@code doctor}: looks at a gateway from where its clients are, through whatever stands between, and
 * says what is wrong and which line of which configuration cures it.
 *
 * <p>A program of its own beside the gateway: it imports nothing of it and knows only what the HTTP interface
 * promises, so that it can be run from another machine and against another version. {@link
 * dev.hermes.gateway.doctor.DoctorCommand} asks the probes in turn on one thread, which may block.
 */
@NullMarked
package dev.hermes.gateway.doctor;

import org.jspecify.annotations.NullMarked;
