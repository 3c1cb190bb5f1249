import ArgumentParser
import GanzhiApp

struct LedgerSubcommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ledger",
        abstract: "Print the books: what was received and what became of each piece."
    )

    @OptionGroup var place: PlaceOptions

    @Option(help: "Also the newest so many examples of input that was not applied.")
    var samples = 0

    @Flag(help: "As NDJSON.")
    var json = false

    func run() throws { try LedgerCommand.run(place: place.place(), isJSON: json, samples: samples) }
}
