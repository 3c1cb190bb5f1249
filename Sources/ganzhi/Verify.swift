import ArgumentParser
import GanzhiApp

struct Verify: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Look whether the books are as they were written.",
        discussion: """
            One line per check: ok, BROKEN with the first broken row, or absent for what is not there and need not be. \
            Changes nothing; works beside a running daemon and on a copy. Exit code 65 if anything is broken.

            It sees every event that was changed, removed or put in, be it with the triggers dropped; sealed years; \
            every damaged block of the journal, with file and offset; damaged checkpoints; standing warnings and \
            publications that do not fit the events; books that do not balance or do not count the messages of a whole \
            journal; and configurations that were changed.

            It cannot see a forger who recomputes every hash behind a change: keep the newest hash, which it prints, \
            elsewhere. It cannot see counts of the ledger that were changed so that they balance still, what no event \
            tells of standing warnings and publications (places, times, reasons, topics and payloads), nor changed \
            examples and traces.
            """
    )

    @OptionGroup var place: PlaceOptions

    @Argument(help: "The data folder, or a copy of one, instead of --config.")
    var folder: String?

    @Flag(help: "As NDJSON.")
    var json = false

    func run() throws { try VerifyCommand.run(folder: folder ?? place.place().dataFolder, isJSON: json) }
}
