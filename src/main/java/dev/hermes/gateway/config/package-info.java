/**
 * The settings and the channel catalogue: everything an operator decides, read once, validated completely, then
 * immutable.
 *
 * <p>Events do not pass through this package. The other packages get the records they need ({@link
 * dev.hermes.gateway.config.Settings} and its parts) when they are created, and ask for nothing later; the only
 * exception is {@link dev.hermes.gateway.config.SseFlag}, which may change while the gateway runs.
 *
 * <p>{@link dev.hermes.gateway.config.SettingsLoader} is the only way to load settings: the environment overrides
 * {@code gateway.properties}, which overrides the default. {@code Setting} is the closed list of settings; help,
 * documentation, messages and the check for unknown names are derived from it. All problems, in the settings and in
 * {@code channels.yaml}, are collected and reported together.
 */
@NullMarked
package dev.hermes.gateway.config;

import org.jspecify.annotations.NullMarked;
