/// Hours of the local day, such as `22:00 and 06:00`: from the first time of day up to the second, over midnight where
/// the second is not later.
public struct LocalHours: Sendable, Hashable, BitwiseCopyable {
    /// Time of day at which they begin.
    public let from: TimeSpan
    /// Time of day at which they are over.
    public let to: TimeSpan

    /// Creates hours from times of day; both below 24 h.
    public init(from: TimeSpan, to: TimeSpan) {
        precondition(from >= .zero && from < .days(1) && to >= .zero && to < .days(1), "Times of day are below 24 h.")
        self.from = from
        self.to = to
    }

    /// Whether a time of day lies in them; equal times are the whole day.
    public func contains(_ time: TimeSpan) -> Bool {
        from < to ? time >= from && time < to : time >= from || time < to
    }

    /// Reads `HH:MM`.
    ///
    /// - Returns: `nil` where the text is something else.
    public static func timeOfDay(_ text: some StringProtocol) -> TimeSpan? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ $0.count == 2 && $0.allSatisfy { ("0"..."9").contains($0) } }),
            let hours = Int64(parts[0]), let minutes = Int64(parts[1]), hours < 24, minutes < 60
        else { return nil }
        return .minutes(hours * 60 + minutes)
    }

    /// Writes `HH:MM`.
    public static func text(ofTimeOfDay time: TimeSpan) -> String {
        let minutes = time.microseconds / TimeSpan.minutes(1).microseconds
        func twoDigits(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(twoDigits(minutes / 60)):\(twoDigits(minutes % 60))"
    }
}

extension LocalHours: CustomStringConvertible {
    /// `HH:MM and HH:MM`, as conditions write it behind `between`.
    public var description: String { "\(Self.text(ofTimeOfDay: from)) and \(Self.text(ofTimeOfDay: to))" }

    /// Reads `HH:MM and HH:MM`.
    public init?(_ text: String) {
        let parts = text.split(separator: " ").map(String.init)
        guard parts.count == 3, parts[1] == "and", let from = Self.timeOfDay(parts[0]),
            let to = Self.timeOfDay(parts[2])
        else { return nil }
        self.init(from: from, to: to)
    }
}

extension LocalHours: Codable {
    /// Reads `HH:MM and HH:MM`.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let hours = LocalHours(text) else {
            throw DecodingError.dataCorruptedError(
                in: container,
                debugDescription: "“\(text)” are no hours: write `22:00 and 06:00`."
            )
        }
        self = hours
    }

    /// Writes `HH:MM and HH:MM`.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
