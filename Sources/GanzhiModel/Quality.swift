/// How far a reading may be trusted.
@frozen public enum Quality: UInt8, Sendable, Hashable, CaseIterable {
    /// No check objects.
    case good
    /// It may raise a warning, and the event says so.
    case uncertain
    /// It enters no value: counted, kept, never evidence.
    case bad

    /// The name that files and topics use.
    public var name: String {
        switch self {
        case .good: "good"
        case .uncertain: "uncertain"
        case .bad: "bad"
        }
    }
}

/// Why a reading has its quality, or what was done to it.
@frozen public struct ReadingFlags: OptionSet, Sendable, Hashable, BitwiseCopyable {
    /// One bit per flag.
    public let rawValue: UInt32

    /// Creates flags from their bits.
    @inlinable public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// The payload had no time; the received time stands in.
    public static let arrivalTime = ReadingFlags(rawValue: 1 << 0)
    /// The value lies outside the catalogue's valid range; the reading is bad.
    public static let overRange = ReadingFlags(rawValue: 1 << 1)
    /// The unit is in no registry and was kept as text, never converted.
    public static let unknownUnit = ReadingFlags(rawValue: 1 << 2)
    /// A secondary SenML unit in a pack that does not declare them (RFC 9100).
    public static let secondaryUnitUndeclared = ReadingFlags(rawValue: 1 << 3)
    /// The sender says that this is history, not the present.
    public static let historical = ReadingFlags(rawValue: 1 << 4)
    /// The sender says that this was simulated.
    public static let simulated = ReadingFlags(rawValue: 1 << 5)

    /// Every flag with the name that files and topics use.
    public static let names: [(flag: ReadingFlags, name: String)] = [
        (.arrivalTime, "arrival-time"), (.overRange, "over-range"), (.unknownUnit, "unknown-unit"),
        (.secondaryUnitUndeclared, "secondary-unit-undeclared"), (.historical, "historical"),
        (.simulated, "simulated"),
    ]

    /// The names of the flags that are set, in the order of their bits.
    public var names: [String] { Self.names.filter { contains($0.flag) }.map(\.name) }
}
