package dev.hermes.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressBlockTest {

    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/8,10.255.1.2,true",
        "10.0.0.0/8,11.0.0.1,false",
        "192.168.1.7,192.168.1.7,true",
        "192.168.1.7,192.168.1.8,false",
        "0.0.0.0/0,203.0.113.9,true",
        "0.0.0.0/0,2001:db8::1,false",
        "fd00::/8,fdff::1,true",
        "fd00::/8,fe00::1,false",
        "::1,::1,true",
        "::1,::2,false",
        "2001:db8::/127,2001:db8::1,true",
        "2001:db8::/127,2001:db8::2,false",
        "::/0,2001:db8::2,true",
        "10.0.0.0/8,::ffff:10.1.2.3,true",
        "10.1.2.3/8,10.9.9.9,true",
    })
    void containsWhatSharesItsPrefix(String block, String address, boolean contained) {
        assertThat(AddressBlock.parse(block).contains(literal(address))).isEqualTo(contained);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "localhost",
                "10.0.0",
                "10.0.0.0/",
                "10.0.0.0/33",
                "10.0.0.0/-1",
                "::1/129",
                "fe80::1%lo",
                "[::1]",
                "/8"
            })
    void refusesWhatIsNeitherAddressNorBlock(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> AddressBlock.parse(text));
    }

    private static InetAddress literal(String text) {
        return Objects.requireNonNull(NetUtil.createInetAddressFromIpAddressString(text));
    }
}
