/**
 * Watches every test run for what a green test would hide: a blocked event loop, a leaked buffer, an exception that
 * nobody handled. {@link dev.hermes.gateway.watchdog.Watchdog} is registered by itself (see {@code
 * junit-platform.properties}); a test that provokes such a thing on purpose says so with {@link
 * dev.hermes.gateway.watchdog.ExpectsAlarm}.
 */
@NullMarked
package dev.hermes.gateway.watchdog;

import org.jspecify.annotations.NullMarked;
