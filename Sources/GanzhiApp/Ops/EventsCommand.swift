import Foundation
import GanzhiModel
public import GanzhiStore
import Glibc

/// `ganzhi events`: prints what the store holds, and follows it.
public enum EventsCommand {
    /// How events are shown.
    public struct Style: Sendable {
        /// NDJSON: the stored bytes.
        public var isJSON: Bool
        /// Language of titles.
        public var language: String

        /// Creates a style.
        public init(isJSON: Bool = false, language: String = "en") {
            self.isJSON = isJSON
            self.language = language
        }
    }

    private static let page = 500

    /// Prints the events that a filter wants; with `follows`, those to come too, until the task is cancelled.
    ///
    /// - Parameter last: Only so many of the newest before following; `nil` for all.
    /// - Throws: ``AppError`` where there is no store.
    public static func run(
        place: Place,
        filter: EventFilter,
        style: Style,
        last: Int? = nil,
        follows: Bool
    ) async throws {
        let reader = try opening { try EventReader(folder: URL(filePath: place.dataFolder)) }
        let absent = try opening { try reader.absent() }
        if !absent.isEmpty { StandardStreams.talk(AbsentFiles.text(absent)) }
        let isColoured = isatty(STDOUT_FILENO) == 1
        func print(_ events: [Event]) throws {
            for event in events {
                try StandardStreams.print(
                    style.isJSON
                        ? String(decoding: event.bytes, as: UTF8.self)
                        : EventText.line(event, zone: place.zone, language: style.language, isColoured: isColoured)
                )
            }
        }
        var cursor: UInt64 = 0
        var newest: [Event] = []
        while true {
            let events = try opening { try reader.events(after: cursor, filter: filter, limit: page) }
            if let last {
                newest = Array((newest + events).suffix(last))
            } else {
                try print(events)
            }
            cursor = events.last?.serial ?? cursor
            if events.count < page { break }
        }
        try print(newest)
        if follows {
            try await reader.follow(after: cursor, filter: filter) { try print($0) }
        }
    }

    /// Runs what reads a store and says in a sentence what cannot be read.
    static func opening<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as StoreError {
            throw AppError(.unavailable, "\(error)")
        }
    }
}
