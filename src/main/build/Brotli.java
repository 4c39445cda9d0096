import com.aayushatharva.brotli4j.Brotli4jLoader;
import com.aayushatharva.brotli4j.encoder.Encoder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Puts a file compressed with Brotli (RFC 7932) beside each of those named. The build runs it from its source. */
final class Brotli {

    public static void main(String[] files) throws IOException {
        Brotli4jLoader.ensureAvailability();
        Encoder.Parameters best = new Encoder.Parameters().setQuality(11);
        for (String file : files) {
            Files.write(Path.of(file + ".br"), Encoder.compress(Files.readAllBytes(Path.of(file)), best));
        }
    }
}
