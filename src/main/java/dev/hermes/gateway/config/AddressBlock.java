package dev.hermes.gateway.config;

import io.netty.handler.ipfilter.IpFilterRuleType;
import io.netty.handler.ipfilter.IpSubnetFilterRule;
import io.netty.util.NetUtil;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * A block of IP addresses, {@code 10.0.0.0/8} or {@code fd00::/8}; a single address is a block of one. Immutable; any
 * thread. An IPv4 address mapped into IPv6 counts as IPv4.
 */
public final class AddressBlock {

    private final String cidr;
    private final IpSubnetFilterRule rule;

    private AddressBlock(String cidr, IpSubnetFilterRule rule) {
        this.cidr = cidr;
        this.rule = rule;
    }

    /**
     * Parses an address or a CIDR block; bits beyond the prefix are ignored. Host names are never looked up.
     *
     * @throws IllegalArgumentException if the text is neither
     */
    public static AddressBlock parse(String text) {
        int slash = text.indexOf('/');
        InetAddress address = literal(slash < 0 ? text : text.substring(0, slash));
        if (address == null) {
            throw new IllegalArgumentException(text + " is no IP address or CIDR block");
        }
        int longest = address instanceof Inet4Address ? 32 : 128;
        Integer prefix = slash < 0 ? Integer.valueOf(longest) : ValueParsers.count(text.substring(slash + 1), 0);
        if (prefix == null || prefix > longest) {
            throw new IllegalArgumentException(text + " has no prefix length from 0 to " + longest);
        }
        return new AddressBlock(text, new IpSubnetFilterRule(address, prefix, IpFilterRuleType.ACCEPT));
    }

    private static @Nullable InetAddress literal(String text) {
        return text.indexOf('%') >= 0 || text.indexOf('[') >= 0
                ? null
                : NetUtil.createInetAddressFromIpAddressString(text);
    }

    /** Whether the address lies in this block; never for an address of the other family. */
    public boolean contains(InetAddress address) {
        return rule.matches(new InetSocketAddress(address, 0));
    }

    /** Equal if written in the same way. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof AddressBlock block && block.cidr.equals(cidr);
    }

    @Override
    public int hashCode() {
        return cidr.hashCode();
    }

    /** The block as it was written. */
    @Override
    public String toString() {
        return cidr;
    }
}
