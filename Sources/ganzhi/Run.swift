public import ArgumentParser
public import GanzhiApp
public import GanzhiCockpit
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

    @Option(
        help: "How to log: text, json (a line of JSON each), journal (systemd's); journal where stderr leads there."
    )
    var logFormat: LogFormat?

    func run() async throws {
        let format = logFormat ?? .standard
        let log = DaemonLog(format)
        let logger = log.logger(logLevel)
        defer { log.close() }
        do {
            try await Daemon.run(config: config, logger: logger) { host, port in
                CockpitServer(host: host, port: port, logger: logger)
            }
        } catch  where format != .text {
            // Who reads records by program gets the last one as a record, too.
            logger.critical("\(error)")
            throw ExitCode((error as? AppError)?.code.rawValue ?? AppError.Code.internal.rawValue)
        }
    }
}

extension CockpitServer: HealthDisplay {}

extension Logger.Level: @retroactive ExpressibleByArgument {}
extension LogFormat: ExpressibleByArgument {}
