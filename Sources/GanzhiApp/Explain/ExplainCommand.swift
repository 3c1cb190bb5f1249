import Foundation
import GanzhiCatalogue
import GanzhiConfig
import GanzhiModel
import GanzhiPipeline
import GanzhiStore
import GanzhiWindow
import Glibc

/// `ganzhi explain`: what a scenario does, where it stands at a key, and why.
public enum ExplainCommand {
    /// What to explain.
    public struct Options: Sendable {
        /// Scenario id.
        public var scenario: String
        /// Key within the scenario; `nil` for the scenario alone.
        public var key: String?
        /// Configuration file; names catalogue, scenarios and data.
        public var config: String?
        /// File or folder of scenarios, instead.
        public var scenarios: String?
        /// Catalogue, with ``scenarios``.
        public var catalogue: String?
        /// Data folder; `nil` for the config's.
        public var data: String?
        /// Episode; `nil` for the newest.
        public var episode: String?
        /// Whether it is printed as NDJSON.
        public var isJSON: Bool

        /// Creates options.
        public init(
            scenario: String,
            key: String? = nil,
            config: String? = nil,
            scenarios: String? = nil,
            catalogue: String? = nil,
            data: String? = nil,
            episode: String? = nil,
            isJSON: Bool = false
        ) {
            self.scenario = scenario
            self.key = key
            self.config = config
            self.scenarios = scenarios
            self.catalogue = catalogue
            self.data = data
            self.episode = episode
            self.isJSON = isJSON
        }
    }

    /// Prints the explanation: one version of the scenario after the other.
    ///
    /// - Throws: ``AppError`` where what people wrote has errors, there is no such scenario, or no such store.
    public static func run(_ options: Options) throws {
        let (generation, dataFolder) = try load(options)
        let zone = TimeZone(identifier: generation.calendar.zone) ?? .gmt
        let today = String(TerminalText.local(now(), in: zone).prefix(10))
        let versions = generation.scenarios.filter { $0.id == options.scenario }
            .map { LadderReading($0, in: generation) }
        guard !versions.isEmpty else {
            let ids = Set(generation.scenarios.map(\.id)).sorted { $0.precedesByCodePoint($1) }
            let help =
                Suggestion.nearest(to: options.scenario, in: ids).map { "Did you mean “\($0)”?" }
                ?? (ids.isEmpty ? "There is none at all." : "There are: \(ids.joined(separator: ", ")).")
            throw AppError(.data, "There is no scenario “\(options.scenario)”. \(help)")
        }
        var accounts = versions.map { ScenarioAccount($0, in: generation, today: today) }
        let current = accounts.firstIndex { $0.source?.isInForce ?? true } ?? accounts.count - 1
        if let key = options.key {
            accounts[current].key = try self.key(
                key,
                versions[current],
                versions,
                generation,
                dataFolder: dataFolder,
                options
            )
        }
        for (number, account) in accounts.enumerated() {
            if options.isJSON {
                try StandardStreams.print(JSONLine.text(account))
                continue
            }
            if number > 0 { try StandardStreams.print("") }
            let text = ExplainText(
                account: account,
                reading: versions[number],
                zone: zone,
                width: terminalWidth(),
                isColoured: isatty(STDOUT_FILENO) == 1
            )
            for line in text.lines { try StandardStreams.print(line) }
        }
    }

    private static func load(_ options: Options) throws -> (generation: Generation, dataFolder: String?) {
        guard let config = options.config else {
            let generation = try CheckCommand.load(
                config: nil,
                scenarios: options.scenarios,
                catalogue: options.catalogue
            )
            guard let generation else { throw AppError(.data, "The scenarios have errors; see above.") }
            return (generation, options.data)
        }
        let (settings, problems) = GenerationReader.load(config: config)
        guard let settings else {
            StandardStreams.talk(ProblemText.text(of: problems))
            throw AppError(.data, "The configuration has errors; see above.")
        }
        return (settings.generation, options.data ?? settings.dataFolder)
    }

    // MARK: A key

    private static func key(
        _ key: String,
        _ reading: LadderReading,
        _ versions: [LadderReading],
        _ generation: Generation,
        dataFolder: String?,
        _ options: Options
    ) throws -> KeyAccount {
        let keys = ScenarioAccount.keys(of: reading.scenario, in: generation.catalogue)
        var account = KeyAccount(
            key: key,
            isInCatalogue: keys.contains(key),
            nearest: keys.contains(key)
                ? nil : Suggestion.nearest(to: key, in: keys.sorted { $0.precedesByCodePoint($1) }),
            place: reading.scenario.watch.per == .device ? generation.catalogue.device(key)?.place?.area : nil
        )
        guard let dataFolder else {
            account.unknown = "where it stands is not known: name the data folder with --data"
            return account
        }
        do {
            let reader = try EventReader(folder: URL(filePath: dataFolder))
            try KeyReading(reader, reading, versions: versions).fill(&account, episode: options.episode)
        } catch let error as StoreError {
            // A config may well name a folder that no daemon has filled yet.
            guard case .missing = error, options.data == nil else { throw AppError(.unavailable, "\(error)") }
            account.unknown = "where it stands is not known: there is no store in \(dataFolder) yet"
        }
        return account
    }

    // MARK: Surroundings

    private static func now() -> Timestamp {
        Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
    }

    /// Columns of the terminal, within reason; 80 where there is none.
    private static func terminalWidth() -> Int {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return min(120, max(60, Int(size.ws_col)))
    }
}
