package io.github.schsm.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;

/** The command {@code schsm}: everything the how-to does, one subcommand each. */
@Command(
        name = "schsm",
        description = "SmartCard-HSMs and their key domains, from the command line.",
        mixinStandardHelpOptions = true,
        versionProvider = Schsm.Version.class)
public final class Schsm implements Runnable {
    /** Starts the command and ends the JVM with its exit status. */
    public static void main(String[] arguments) {
        System.exit(new CommandLine(new Schsm()).execute(arguments));
    }

    @Override
    public void run() {
        new CommandLine(this).usage(System.out);
    }

    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            try (InputStream in = Schsm.class.getResourceAsStream("version.properties")) {
                Properties properties = new Properties();
                properties.load(in);
                return new String[] {"schsm " + properties.getProperty("version")};
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
