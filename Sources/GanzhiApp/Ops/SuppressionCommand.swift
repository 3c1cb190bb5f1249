import Foundation
public import GanzhiModel
import GanzhiStore

/// `ganzhi silence` and `ganzhi maintenance`: keep warnings from being published for a time.
public enum SuppressionCommand {
    /// Asks the daemon for a suppression and prints its id.
    ///
    /// - Throws: ``AppError`` where no daemon runs, or it refuses.
    public static func add(_ wish: SuppressionWish, place: Place, isJSON: Bool) throws {
        try DaemonAnswer.show(.suppress(wish: wish), place: place, isJSON: isJSON) { $0.id.map { [$0] } ?? [] }
    }

    /// Asks the daemon to end a suppression.
    ///
    /// - Throws: ``AppError`` where no daemon runs, or it refuses.
    public static func remove(_ kind: Suppression.Kind, id: String, place: Place, isJSON: Bool) throws {
        try DaemonAnswer.show(.lift(kind: kind, id: id), place: place, isJSON: isJSON) { _ in [] }
    }

    /// Prints the suppressions of a kind that hold, or will.
    ///
    /// - Throws: ``AppError`` where there is no store.
    public static func list(_ kind: Suppression.Kind, place: Place, isJSON: Bool) throws {
        let now = Clocks.now
        let suppressions = try EventsCommand.opening {
            try EventReader(folder: URL(filePath: place.dataFolder)).suppressions()
        }.filter { $0.kind == kind && $0.until > now }
        let lines =
            isJSON
            ? suppressions.map { String(decoding: SuppressionText.json($0, now: now), as: UTF8.self) }
            : SuppressionText.lines(suppressions, kind: kind, now: now, zone: place.zone)
        for line in lines { try StandardStreams.print(line) }
    }
}
