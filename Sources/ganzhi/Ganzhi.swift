import ArgumentParser
import GanzhiApp
import Glibc

/// The command line.
@main
struct Ganzhi: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ganzhi",
        abstract: "The sensing platform of a city brain: sensor feeds in, early warnings out.",
        discussion: """
            Data goes to stdout, talk to stderr. Exit codes: 0 done, 64 wrong use, 65 bad data, 69 something is not \
            there, 70 a fault of ours, 78 bad configuration.
            """,
        version: Version.text,
        subcommands: [
            Run.self, Check.self, TestSubcommand.self, Reload.self, Replay.self, Explain.self, Events.self,
            Warnings.self,
            Suppressions<SilenceWords>.self, Suppressions<MaintenanceWords>.self, LedgerSubcommand.self,
            Verify.self, Backup.self, Restore.self, Simulate.self, Bench.self,
        ]
    )

    static func main() async {
        // A reader that closes our stdout is told by the error of the write, not by a signal.
        signal(SIGPIPE, SIG_IGN)
        do {
            var command = try parseAsRoot()
            if var asyncCommand = command as? any AsyncParsableCommand {
                try await asyncCommand.run()
            } else {
                try command.run()
            }
        } catch let error as AppError {
            StandardStreams.talk("ganzhi: \(error)")
            Glibc.exit(error.code.rawValue)
        } catch let error as ExitCode {
            Glibc.exit(error.rawValue)
        } catch {
            let code = exitCode(for: error)
            if code == .failure {
                StandardStreams.talk("ganzhi: \(error)")
                Glibc.exit(AppError.Code.internal.rawValue)
            }
            exit(withError: error)
        }
    }
}

/// Where a command finds the daemon's data.
struct PlaceOptions: ParsableArguments {
    @Option(help: "The daemon's configuration file.")
    var config: String?

    @Option(help: "The daemon's data folder, instead of --config.")
    var data: String?

    func place() throws -> Place { try Place(config: config, data: data) }
}
