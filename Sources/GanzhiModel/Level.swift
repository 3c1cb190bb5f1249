/// The four lawful levels of an early warning, lowest first.
///
/// - Source: 突发事件应对法 (2024), article 63.
@frozen public enum Level: UInt8, BitwiseCopyable, Sendable, Hashable, CaseIterable, Comparable, Codable {
    /// Level 4, 蓝色 一般.
    case blue = 1
    /// Level 3, 黄色 较重.
    case yellow
    /// Level 2, 橙色 严重.
    case orange
    /// Level 1, 红色 特别严重.
    case red

    /// Whether the left level is the lower one.
    public static func < (left: Level, right: Level) -> Bool { left.rawValue < right.rawValue }

    /// The name that files and topics use.
    public var name: String {
        switch self {
        case .blue: "blue"
        case .yellow: "yellow"
        case .orange: "orange"
        case .red: "red"
        }
    }

    /// The level of a name, or `nil`.
    public init?(name: String) {
        guard let level = Level.allCases.first(where: { $0.name == name }) else { return nil }
        self = level
    }

    /// The CAP 1.2 severity that feeds of the national warnings give this level.
    public var severity: String {
        switch self {
        case .blue: "Minor"
        case .yellow: "Moderate"
        case .orange: "Severe"
        case .red: "Extreme"
        }
    }

    /// Reads a level from its name.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let name = try container.decode(String.self)
        guard let level = Level(name: name) else {
            throw DecodingError.dataCorruptedError(
                in: container,
                debugDescription: "“\(name)” is not a level: blue, yellow, orange or red."
            )
        }
        self = level
    }

    /// Writes the level's name.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(name)
    }
}
