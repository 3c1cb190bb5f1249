import ArgumentParser
import GanzhiApp

struct Reload: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Have the running daemon read its configuration again, and print what changed.",
        discussion: """
            All of it holds or nothing changes: with errors the problems are printed and the exit code is 78. Broker, \
            data folder, journal, event log, city, node and topic root need a restart. SIGHUP does the same.
            """
    )

    @OptionGroup var place: PlaceOptions

    @Flag(help: "The daemon's answer, as a line of JSON.")
    var json = false

    func run() throws { try ReloadCommand.run(place: place.place(), isJSON: json) }
}
