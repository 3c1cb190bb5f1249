import ArgumentParser
import GanzhiApp

struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Read configuration, catalogue and scenarios, and say everything that is wrong.",
        discussion: "Exit code 65 where there is an error; warnings alone leave it 0."
    )

    @Option(help: "The configuration file; names catalogue and scenarios.")
    var config: String?

    @Option(help: "A folder of scenarios, or one file, instead of --config.")
    var scenarios: String?

    @Option(help: "A catalogue file or folder, with --scenarios.")
    var catalogue: String?

    @Flag(help: "Problems as NDJSON on stdout.")
    var json = false

    func run() throws {
        let generation = try CheckCommand.load(
            config: config,
            scenarios: scenarios,
            catalogue: catalogue,
            isJSON: json
        )
        guard let generation else { throw ExitCode(AppError.Code.data.rawValue) }
        if !json { for line in CheckCommand.summary(of: generation) { try StandardStreams.print(line) } }
    }
}
