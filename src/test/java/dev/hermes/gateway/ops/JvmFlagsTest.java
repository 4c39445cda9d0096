package dev.hermes.gateway.ops;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class JvmFlagsTest {

    @Test
    void thoseOfTheFileAreNotListed() {
        assertThat(JvmFlags.difference(JvmFlags.shipped(), JvmFlags.shipped())).isEqualTo("as in jvm.options");
    }

    @Test
    void whatLacksAndWhatIsThereBesidesIsNamed() {
        assertThat(JvmFlags.difference(List.of("-XX:+UseG1GC", "-Da=b"), List.of("-Da=b", "-Xmx1g")))
                .isEqualTo("lacking -XX:+UseG1GC, further -Xmx1g");
    }

    @Test
    void aPropertyIsNamedWithoutItsValue() {
        assertThat(JvmFlags.difference(List.of(), List.of("-Djavax.net.ssl.keyStorePassword=hunter2")))
                .isEqualTo("further -Djavax.net.ssl.keyStorePassword");
    }
}
