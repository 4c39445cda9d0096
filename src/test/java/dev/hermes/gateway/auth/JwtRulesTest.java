package dev.hermes.gateway.auth;

import static dev.hermes.gateway.fixture.Quotes.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hermes.gateway.fixture.Jwt;
import io.vertx.core.Vertx;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What RFC 7515 (JWS) and RFC 7519 (JWT) say that a reader MUST refuse, by section; each is signed with the right key. */
class JwtRulesTest {

    private static final String HEADER = json("{'alg':'HS256','typ':'JWT'}");
    private static final String CLAIMS = Jwts.claims().encode();

    private static final Vertx VERTX = Vertx.vertx();
    private static final JwtVerifier VERIFIER =
            new JwtVerifier(VERTX, Jwts.settings("HS256", Jwts.KEY), new TestClock(TestClock.START));

    @AfterAll
    static void close() {
        VERTX.close().await();
    }

    static List<Arguments> refused() {
        String good = Jwts.good();
        String signature = good.substring(good.lastIndexOf('.') + 1);
        return List.of(
                Arguments.of("RFC 7515 §2 padding", good + "="),
                Arguments.of("RFC 7515 §2 a line break", good.replace(".", ".\n")),
                Arguments.of("RFC 7515 §2 a blank", good + " "),
                Arguments.of("RFC 7515 §2 the other alphabet", withOtherAlphabet()),
                Arguments.of("RFC 7515 §4.1.1 no alg", header(json("{'typ':'JWT'}"))),
                Arguments.of("RFC 7515 §4.1.1 an alg that is no text", header(json("{'alg':['HS256']}"))),
                Arguments.of(
                        "RFC 7515 §4.1.11 an extension that must be understood",
                        header(json("{'alg':'HS256','crit':['b64'],'b64':true}"))),
                Arguments.of("RFC 7515 §4.1.11 no extension named", header(json("{'alg':'HS256','crit':[]}"))),
                Arguments.of(
                        "RFC 7515 §4.1.11 a named one that is not there",
                        header(json("{'alg':'HS256','crit':['exp']}"))),
                Arguments.of("RFC 7515 §5.2 a header that is no object", header(json("['HS256']"))),
                Arguments.of("RFC 7515 §5.2 a header with something behind it", header(HEADER + " x")),
                Arguments.of("RFC 7515 §7.1 four parts", good + "." + signature),
                Arguments.of("RFC 7519 §6 unsecured", Jwt.part(json("{'alg':'none'}")) + "." + Jwt.part(CLAIMS) + "."),
                Arguments.of("RFC 7519 §7.2 claims that are no object", claims("[" + CLAIMS + "]")),
                Arguments.of("RFC 7519 §7.2 claims with something behind them", claims(CLAIMS + CLAIMS)),
                Arguments.of("RFC 7519 §4.1.4 an end that is no number", claims(with(json("'exp':'2999999999'")))),
                Arguments.of("RFC 7519 §4.1.5 a beginning that is no number", claims(with(json("'nbf':'0'")))),
                Arguments.of("RFC 7519 §4.1.3 somebody else's", claims(with(json("'aud':['another']")))),
                Arguments.of("RFC 7519 §4.1.1 another issuer's", claims(with(json("'iss':'another'")))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("refused")
    void isRefused(String section, String text) {
        assertThat(VERIFIER.verify(text)).as(section).isNull();
    }

    static List<Arguments> accepted() {
        return List.of(
                Arguments.of("RFC 7515 §4 unknown parameters", header(json("{'alg':'HS256','kid':'1','x':{}}"))),
                Arguments.of("RFC 7515 §4.1.9 a typ in small letters", header(json("{'typ':'jwt','alg':'HS256'}"))),
                Arguments.of("RFC 7519 §4 unknown claims", claims(with(json("'hobby':[1,2]")))),
                Arguments.of("RFC 7519 §4.1.3 one audience", claims(with(json("'aud':'hermes-app'")))),
                // RFC 7515 §4 and RFC 7519 §4: the last of a name that comes twice may count; with a signature over
                // both.
                Arguments.of(
                        "RFC 7519 §4 a claim that comes twice", claims(with(json("'aud':'x','aud':'hermes-app'")))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("accepted")
    void isAccepted(String section, String text) {
        assertThat(VERIFIER.verify(text)).as(section).isNotNull();
    }

    private static String header(String header) {
        return Jwts.signed(header, "HS256", CLAIMS);
    }

    private static String claims(String claims) {
        return Jwts.signed(HEADER, "HS256", claims);
    }

    /** With one more, which counts as the last of its name. */
    private static String with(String claim) {
        return CLAIMS.substring(0, CLAIMS.length() - 1) + "," + claim + "}";
    }

    /** One whose signature has a character that the two alphabets of base64 write differently. */
    private static String withOtherAlphabet() {
        for (int number = 0; ; number++) {
            String token = claims(with(json("'n':%s", number)));
            String signature = token.substring(token.lastIndexOf('.') + 1);
            if (signature.contains("-") || signature.contains("_")) {
                return token.substring(0, token.length() - signature.length())
                        + signature.replace('-', '+').replace('_', '/');
            }
        }
    }
}
