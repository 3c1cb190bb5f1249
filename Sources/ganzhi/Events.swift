import ArgumentParser
import Foundation
import GanzhiApp
import GanzhiModel
import GanzhiStore

struct Events: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Print events, and follow them.")

    @OptionGroup var place: PlaceOptions

    @Flag(name: .shortAndLong, help: "Go on with the events to come.")
    var follow = false

    @Option(help: "Only events since a time, such as 2026-06-20T06:00:00Z, or a duration ago, such as 2h.")
    var since: String?

    @Option(help: "Only events that led to these levels: blue, yellow, orange, red, none. Repeat it for several.")
    var level: [String] = []

    @Option(help: "Only events of this scenario.")
    var scenario: String?

    @Option(help: "Only events at this key of their scenario.")
    var key: String?

    @Option(help: "Only events of this district.")
    var district: String?

    @Option(help: "Only events that concern this device.")
    var device: String?

    @Option(name: .customShort("n"), help: "Only so many of the newest.")
    var last: Int?

    @Option(help: "Language of titles.")
    var language = "en"

    @Flag(help: "The stored bytes, as NDJSON.")
    var json = false

    func validate() throws {
        for name in level where name != "none" && Level(name: name) == nil {
            throw ValidationError("“\(name)” is not a level: use blue, yellow, orange, red or none.")
        }
        if let last, last < 0 { throw ValidationError("-n takes a number of events, not \(last).") }
        _ = try sinceTime()
    }

    private func sinceTime() throws -> Timestamp? {
        guard let since else { return nil }
        if let time = Timestamp(rfc3339: since) { return time }
        if let span = TimeSpan(since) {
            return Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000)) - span
        }
        throw ValidationError("“\(since)” is neither a time such as 2026-06-20T06:00:00Z nor a duration such as 2h.")
    }

    func run() async throws {
        try await EventsCommand.run(
            place: place.place(),
            filter: EventFilter(
                since: sinceTime(),
                levels: Set(level),
                scenario: scenario,
                key: key,
                district: district,
                device: device
            ),
            style: .init(isJSON: json, language: language),
            last: last,
            follows: follow
        )
    }
}
