package dev.hermes.gateway.config;

/** placeholder: CIDR */
public record AddressBlock(String cidr) {}
