import Foundation
import GanzhiModel
public import GanzhiStore
import Glibc

/// `ganzhi warnings`: prints what stands now.
public enum StandingCommand {
    /// Prints the standing warnings that a filter wants.
    ///
    /// - Throws: ``AppError`` where there is no store.
    public static func run(place: Place, filter: WarningFilter, isJSON: Bool) throws {
        let warnings = try EventsCommand.opening {
            try EventReader(folder: URL(filePath: place.dataFolder)).standingWarnings(filter)
        }
        let lines =
            isJSON
            ? warnings.map { String(decoding: WarningText.json($0), as: UTF8.self) }
            : WarningText.lines(warnings, zone: place.zone, isColoured: isatty(STDOUT_FILENO) == 1)
        for line in lines { try StandardStreams.print(line) }
    }
}
