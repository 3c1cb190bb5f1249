public import Foundation
import GanzhiConfig
import GanzhiModel
import GanzhiPipeline
import GanzhiWindow

/// Where a command finds the daemon's data, and the zone that it shows times in.
public struct Place: Sendable {
    /// The data folder.
    public var dataFolder: String
    /// The zone of the config; the machine's where only a folder was named.
    public var zone: TimeZone

    /// Finds the place by a config file or a folder.
    ///
    /// - Throws: ``AppError`` where the config has errors, or neither was given.
    public init(config: String?, data: String?) throws {
        if let data {
            dataFolder = data
            zone = .current
            return
        }
        guard let config else {
            throw AppError(.usage, "Say where the data is: `--config ganzhi.yaml` or `--data FOLDER`.")
        }
        let (settings, problems) = GenerationReader.load(config: config)
        guard let settings else {
            StandardStreams.talk(ProblemText.text(of: problems))
            throw AppError(.config, problems: problems)
        }
        dataFolder = settings.dataFolder
        zone = TimeZone(identifier: settings.generation.calendar.zone) ?? .current
    }
}
