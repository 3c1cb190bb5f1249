import ArgumentParser
import GanzhiApp
import GanzhiPipeline
import Glibc

struct Replay: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run files or a journal through the real pipeline, without a broker.",
        discussion: """
            INPUT is NDJSON readings or a capture: plain, .gz, .zst, or - for stdin. Several are merged by received \
            time. The same input gives the same bytes. Events go to stdout unless told where.
            """
    )

    @Argument(help: "Files to replay.")
    var input: [String] = []

    @Option(help: "A data folder, whose journal is replayed under the generations that it recorded.")
    var journal: String?

    @Option(help: "A configuration file; with --journal a what-if.")
    var config: String?

    @Option(help: "A folder of scenarios, or one file, instead of --config.")
    var scenarios: String?

    @Option(help: "A catalogue file or folder, with --scenarios.")
    var catalogue: String?

    @Option(help: "Where window results go, as NDJSON.")
    var windows: String?

    @Option(help: "Where events go, as NDJSON; stdout unless told.")
    var events: String?

    @Option(help: "A SQLite file that gets what a daemon would store.")
    var db: String?

    @Flag(help: "Refused lines make the exit code 65.")
    var strict = false

    func validate() throws {
        guard input.isEmpty != (journal == nil) else {
            throw ValidationError("Name input files, or --journal DIR, and not both.")
        }
        guard journal != nil || config != nil || scenarios != nil else {
            throw ValidationError("Say what to watch: --config FILE or --scenarios DIR.")
        }
    }

    func run() throws {
        let showsProgress = isatty(STDERR_FILENO) == 1
        var generation: Generation?
        if config != nil || scenarios != nil {
            generation = try CheckCommand.load(config: config, scenarios: scenarios, catalogue: catalogue)
            if generation == nil { throw ExitCode(AppError.Code.data.rawValue) }
        }
        if let journal {
            try JournalReplay.run(
                .init(
                    folder: journal,
                    generation: generation,
                    windows: windows,
                    events: events,
                    database: db,
                    showsProgress: showsProgress
                )
            )
            return
        }
        guard let generation else { return }
        let refused = try FileReplay.run(
            ReplayOptions(
                generation: generation,
                inputs: input,
                windows: windows,
                events: events,
                database: db,
                showsProgress: showsProgress
            )
        )
        if strict, refused > 0 { throw ExitCode(AppError.Code.data.rawValue) }
    }
}
