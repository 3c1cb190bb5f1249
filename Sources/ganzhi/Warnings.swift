import ArgumentParser
import GanzhiApp
import GanzhiModel
import GanzhiStore

struct Warnings: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Print what stands now.")

    @OptionGroup var place: PlaceOptions

    @Option(help: "Only warnings at these levels: blue, yellow, orange, red. Repeat it for several.")
    var level: [String] = []

    @Option(help: "Only warnings of this scenario.")
    var scenario: String?

    @Option(help: "Only warnings of this district.")
    var district: String?

    @Flag(help: "As NDJSON.")
    var json = false

    func validate() throws {
        for name in level where Level(name: name) == nil {
            throw ValidationError("“\(name)” is not a level: use blue, yellow, orange or red.")
        }
    }

    func run() throws {
        try StandingCommand.run(
            place: place.place(),
            filter: WarningFilter(levels: Set(level.compactMap(Level.init)), scenario: scenario, district: district),
            isJSON: json
        )
    }
}
