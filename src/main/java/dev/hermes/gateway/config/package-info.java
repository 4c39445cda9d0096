/**
 * Settings and the channel catalogue: everything an operator decides, read once, checked whole, then immutable.
 *
 * <p>No event passes here. Every room below is handed the records it needs ({@link
 * dev.hermes.gateway.config.Settings} and its parts) when it is built, and asks nobody later; the one exception is
 * {@link dev.hermes.gateway.config.SseFlag}, which may change while the gateway runs.
 *
 * <p>{@link dev.hermes.gateway.config.SettingsLoader} is the only door: environment over {@code gateway.properties} over
 * default. {@code Setting} is the closed list of what there is; help, documentation, messages and the check for unknown
 * names come from it. Whatever is wrong, in the settings or in {@code channels.yaml}, is collected and reported together.
 */
@NullMarked
package dev.hermes.gateway.config;

import org.jspecify.annotations.NullMarked;
