import ArgumentParser
import GanzhiApp

struct TestSubcommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test",
        abstract: "Run the tests of scenarios: given values, expected events.",
        discussion: """
            PATH is a *.test.yaml file, or a folder in which all of them are meant. Each test runs its values through \
            the real pipeline and holds the warning events against the expected ones. Exit code 65 where one fails or \
            a file has errors, 64 where there is nothing to test.
            """
    )

    @Argument(help: "Test files, and folders with such.")
    var path: [String]

    @Option(help: "Only tests whose names hold this text.")
    var filter: String?

    @Flag(help: "Problems and outcomes as NDJSON.")
    var json = false

    func run() throws {
        guard try RuleTestCommand.run(paths: path, filter: filter, isJSON: json) else {
            throw ExitCode(AppError.Code.data.rawValue)
        }
    }
}
