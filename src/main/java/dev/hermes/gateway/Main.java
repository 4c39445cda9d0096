package dev.hermes.gateway;

import dev.hermes.gateway.config.Setting;
import dev.hermes.gateway.config.SettingsLoader;
import dev.hermes.gateway.doctor.DoctorCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.ColorScheme;
import picocli.CommandLine.Help.Column;
import picocli.CommandLine.Help.TextTable;
import picocli.CommandLine.Model.UsageMessageSpec;

/**
 * The command line: without a command it starts the gateway for production, {@code demo} starts the demo, {@code doctor}
 * looks at a gateway.
 */
@Command(
        name = "hermes-gateway",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        description = {
            "Server-Sent Events between Redis and browsers.",
            "Without a command: starts the gateway for production."
        },
        subcommands = {DemoCommand.class, DoctorCommand.class, WarmUpCommand.class})
final class Main implements Runnable {

    private static final int INDENT = 2;
    private static final int WIDTH = 80;

    private Main() {}

    public static void main(String[] arguments) {
        int status = commandLine().execute(arguments);
        // A running gateway is ended by signals.
        if (status != 0) {
            System.exit(status);
        }
    }

    private static CommandLine commandLine() {
        CommandLine commands = new CommandLine(new Main());
        commands.getCommandSpec()
                .usageMessage()
                .sectionMap()
                .put(UsageMessageSpec.SECTION_KEY_FOOTER, help -> settings(help.colorScheme()));
        commands.setParameterExceptionHandler((mistake, arguments) -> {
            System.err.println("hermes-gateway: " + mistake.getMessage() + "; --help tells what there is");
            return CommandLine.ExitCode.USAGE;
        });
        commands.setExecutionExceptionHandler((failure, command, parsed) -> {
            GatewayProcess.explain(failure);
            return CommandLine.ExitCode.SOFTWARE;
        });
        return commands;
    }

    @Override
    public void run() {
        GatewayProcess.start(System.getenv(), SettingsLoader.Mode.PRODUCTION);
    }

    /** The version of the build, as its jar says. */
    static String version() {
        String version = Main.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }

    private static String settings(ColorScheme colors) {
        TextTable table = TextTable.forColumns(
                colors,
                new Column(INDENT, 0, Column.Overflow.TRUNCATE),
                new Column(WIDTH - INDENT, 0, Column.Overflow.WRAP));
        for (Setting.Description setting : SettingsLoader.descriptions()) {
            String fallback = setting.defaultValue() == null ? "none" : setting.defaultValue();
            table.addRowValues("", "");
            table.addRowValues("", setting.name() + " (default: " + fallback + ")");
            table.addRowValues("", setting.meaning());
            table.addRowValues("", "Allowed: " + setting.allowed());
        }
        return String.format("%nSettings, from the environment, else from gateway.properties in the folder conf%n(or "
                        + SettingsLoader.FOLDER + "):%n")
                + table;
    }

    static final class Version implements CommandLine.IVersionProvider {

        @Override
        public String[] getVersion() {
            return new String[] {"hermes-gateway " + version()};
        }
    }
}
