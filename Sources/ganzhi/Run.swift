public import ArgumentParser
import GanzhiApp
public import Logging

struct Run: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run the daemon: read feeds, warn, publish.",
        discussion: """
            Runs until SIGTERM or Ctrl-C. Acknowledges a message to the broker when it is durable, not before. SIGHUP has \
            it read its configuration again, as `ganzhi reload` does.
            """
    )

    @Option(help: "The configuration file.")
    var config: String

    @Option(help: "Least grave messages to log: debug, info, notice, warning, error.")
    var logLevel: Logger.Level = .info

    func run() async throws {
        LoggingSystem.bootstrap(StreamLogHandler.standardError)
        var logger = Logger(label: "ganzhi")
        logger.logLevel = logLevel
        try await Daemon.run(config: config, logger: logger)
    }
}

extension Logger.Level: @retroactive ExpressibleByArgument {}
