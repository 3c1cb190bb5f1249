import ArgumentParser
import GanzhiApp
import GanzhiModel

/// Which of the two kinds of suppression a command is about, and its words.
protocol SuppressionWords {
    static var kind: Suppression.Kind { get }
    /// What it is for, in one sentence.
    static var purpose: String { get }
}

/// The words of `ganzhi silence`.
enum SilenceWords: SuppressionWords {
    static let kind = Suppression.Kind.silence
    static let purpose = "Keep warnings that somebody knows of from being published for a time."
}

/// The words of `ganzhi maintenance`.
enum MaintenanceWords: SuppressionWords {
    static let kind = Suppression.Kind.maintenance
    static let purpose = "Keep warnings from being published while people work on the devices."
}

struct Suppressions<Words: SuppressionWords>: ParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: Words.kind.rawValue,
            abstract: Words.purpose,
            discussion: """
                Warnings that match are decided and stored as ever; `ganzhi events` and `ganzhi warnings` show them.
                """,
            subcommands: [
                AddSuppression<Words>.self, ListSuppressions<Words>.self, RemoveSuppression<Words>.self,
            ]
        )
    }
}

struct AddSuppression<Words: SuppressionWords>: ParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "add",
            abstract: "Begin a \(Words.kind.rawValue) and print its id.",
            discussion: """
                Each of --scenario, --key, --district and --level that is given must match; repeated, one of its values \
                must. At least one is needed, and an end: --for or --until.
                """
        )
    }

    @OptionGroup var place: PlaceOptions

    @Option(help: "Warnings of this scenario. Repeat it for several.")
    var scenario: [String] = []

    @Option(help: "Warnings at this key of their scenario, such as a device. Repeat it for several.")
    var key: [String] = []

    @Option(help: "Warnings in this district, by its code, and in those within it. Repeat it for several.")
    var district: [String] = []

    @Option(help: "Warnings at this level: blue, yellow, orange, red. Repeat it for several.")
    var level: [String] = []

    @Option(name: .customLong("for"), help: "How long it holds, such as 30m, 2h or 1d.")
    var length: String?

    @Option(help: "When it ends, such as 2026-06-20T18:00:00+08:00.")
    var until: String?

    @Option(help: "When it begins, such as 2026-06-20T16:00:00+08:00; at once unless told.")
    var from: String?

    @Option(help: "Why, for whoever looks at the list.")
    var reason: String

    @Option(help: "Who answers for it; your user name unless told.")
    var author: String?

    @Flag(help: "The daemon's answer, as a line of JSON.")
    var json = false

    func validate() throws { _ = try wish() }

    private func wish() throws -> SuppressionWish {
        let named: [(Suppression.Field, [String])] = [
            (.scenario, scenario), (.key, key), (.district, district), (.level, level),
        ]
        let matchers = Dictionary(uniqueKeysWithValues: named.filter { !$0.1.isEmpty })
        guard !matchers.isEmpty else {
            throw ValidationError("Say which warnings are meant: --scenario, --key, --district or --level.")
        }
        for name in level where Level(name: name) == nil {
            throw ValidationError("“\(name)” is not a level: use blue, yellow, orange or red.")
        }
        guard !reason.allSatisfy(\.isWhitespace) else {
            throw ValidationError("--reason is empty: say why, for whoever looks at the list.")
        }
        let begin = try from.map { try time($0, of: "--from") }
        let end: SuppressionWish.End
        switch (length, until) {
        case (let length?, nil):
            guard let span = TimeSpan(length), span > .zero else {
                throw ValidationError("--for “\(length)” is no duration: write a whole number and one of ms s m h d.")
            }
            end = .after(span)
        case (nil, let until?):
            let time = try time(until, of: "--until")
            if let begin, begin >= time { throw ValidationError("--until is not later than --from.") }
            end = .at(time)
        default: throw ValidationError("Say when it ends: --for DURATION or --until TIME, and not both.")
        }
        return SuppressionWish(
            kind: Words.kind,
            matchers: matchers,
            reason: reason,
            author: author,
            from: begin,
            end: end
        )
    }

    private func time(_ text: String, of option: String) throws -> Timestamp {
        guard let time = Timestamp(rfc3339: text) else {
            throw ValidationError("\(option) “\(text)” is not a time such as 2026-06-20T18:00:00+08:00.")
        }
        return time
    }

    func run() throws { try SuppressionCommand.add(wish(), place: place.place(), isJSON: json) }
}

struct ListSuppressions<Words: SuppressionWords>: ParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "list",
            abstract: "Print each \(Words.kind.rawValue) that holds, or will.",
            discussion: "Reads the store; no daemon is needed."
        )
    }

    @OptionGroup var place: PlaceOptions

    @Flag(help: "As NDJSON.")
    var json = false

    func run() throws { try SuppressionCommand.list(Words.kind, place: place.place(), isJSON: json) }
}

struct RemoveSuppression<Words: SuppressionWords>: ParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: "remove", abstract: "End a \(Words.kind.rawValue) before its time.")
    }

    @OptionGroup var place: PlaceOptions

    @Argument(help: "Its id, as `list` shows it.")
    var id: String

    @Flag(help: "The daemon's answer, as a line of JSON.")
    var json = false

    func run() throws {
        try SuppressionCommand.remove(Words.kind, id: id, place: place.place(), isJSON: json)
    }
}
