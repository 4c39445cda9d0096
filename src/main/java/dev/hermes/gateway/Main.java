package dev.hermes.gateway;

import dev.hermes.gateway.config.SettingDescription;
import dev.hermes.gateway.config.SettingsLoader;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command line: without a word the gateway for production, {@code demo} for a look at it. */
@Command(
        name = "hermes-gateway",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        description = {
            "Server-Sent Events between Redis and browsers.",
            "Without a command: starts the gateway for production."
        },
        subcommands = DemoCommand.class)
final class Main implements Runnable {

    private Main() {}

    public static void main(String[] arguments) {
        CommandLine commands = new CommandLine(new Main());
        commands.getCommandSpec().usageMessage().footer(settings());
        int status = commands.execute(arguments);
        // A running gateway ends by its signals.
        if (status != 0) {
            System.exit(status);
        }
    }

    @Override
    public void run() {
        GatewayProcess.start(System.getenv(), SettingsLoader.Mode.PRODUCTION);
    }

    private static String settings() {
        return SettingsLoader.descriptions().stream()
                .map(Main::line)
                .collect(Collectors.joining(
                        "",
                        "%nSettings, from the environment, else from gateway.properties in the folder conf (or "
                                + SettingsLoader.FOLDER + "):%n",
                        ""));
    }

    private static String line(SettingDescription setting) {
        String fallback = setting.defaultValue() == null ? "none" : setting.defaultValue();
        return "%n  " + setting.name() + " (default: " + escaped(fallback) + ")%n      " + escaped(setting.meaning())
                + "%n      Allowed: " + escaped(setting.allowed());
    }

    private static String escaped(String text) {
        return text.replace("%", "%%");
    }

    static final class Version implements CommandLine.IVersionProvider {

        @Override
        public String[] getVersion() {
            String version = Main.class.getPackage().getImplementationVersion();
            return new String[] {"hermes-gateway " + (version == null ? "development" : version)};
        }
    }
}
