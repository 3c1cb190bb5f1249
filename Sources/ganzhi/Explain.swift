import ArgumentParser
import GanzhiApp

struct Explain: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Say in words and numbers what a scenario does, where it stands at a key, and why.",
        discussion: """
            With KEY, such as a device, the daemon's store tells which warning stands there, how far each level is from \
            holding, and why the newest episode was raised. Several versions of a scenario are explained one after the \
            other.
            """
    )

    @Argument(help: "Id of the scenario.")
    var scenario: String

    @Argument(help: "A key within the scenario, such as a device.")
    var key: String?

    @Option(help: "The configuration file; names catalogue, scenarios and data.")
    var config: String?

    @Option(help: "A folder of scenarios, or one file, instead of --config.")
    var scenarios: String?

    @Option(help: "A catalogue file or folder, with --scenarios.")
    var catalogue: String?

    @Option(help: "A data folder, instead of that of --config.")
    var data: String?

    @Option(help: "Id of an episode of KEY; the newest unless told.")
    var episode: String?

    @Flag(help: "As NDJSON, one line a version.")
    var json = false

    func validate() throws {
        guard config != nil || scenarios != nil else {
            throw ValidationError("Say what holds: --config FILE or --scenarios DIR.")
        }
        guard key != nil || (episode == nil && data == nil) else {
            throw ValidationError("--episode and --data are about a KEY: name it behind the scenario.")
        }
    }

    func run() throws {
        try ExplainCommand.run(
            .init(
                scenario: scenario,
                key: key,
                config: config,
                scenarios: scenarios,
                catalogue: catalogue,
                data: data,
                episode: episode,
                isJSON: json
            )
        )
    }
}
