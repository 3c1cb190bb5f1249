public import GanzhiModel

/// Where the days of a time zone begin: the ends of windows whose `every` is whole days.
///
/// A value without a clock and without a zone database: the changes of the zone's offset come with it, so that the same
/// settings cut the same days on every machine. A day begins at the first instant that shows its start hour, or a later
/// one where clocks skip it; days around a change have 23 or 25 hours, or whatever the zone says.
public struct DayCalendar: Sendable, Hashable {
    /// A change of the zone's offset.
    public struct Change: Sendable, Hashable, Codable {
        /// First instant with the new offset, in seconds since 1970 UTC.
        public let at: Int64
        /// Seconds that local time is ahead of UTC from then on.
        public let offset: Int64

        /// Creates a change.
        public init(at: Int64, offset: Int64) {
            self.at = at
            self.offset = offset
        }
    }

    /// IANA name of the zone.
    public let zone: String
    /// Local time of day at which a day begins.
    public let from: TimeSpan
    /// Seconds that local time is ahead of UTC before the first change.
    public let firstOffset: Int64
    /// Changes of the offset, earliest first.
    public let changes: [Change]

    /// Days that the zone left out, such as 30 December 2011 in Samoa; no number is theirs.
    private let skipped: [Int64]

    /// Creates a calendar.
    ///
    /// - Parameters:
    ///   - zone: IANA name of the zone, for people.
    ///   - from: Local time of day at which a day begins; below 24 h.
    ///   - firstOffset: Seconds ahead of UTC before the first change; less than a day either way.
    ///   - changes: Changes of the offset, earliest first.
    public init(zone: String, from: TimeSpan = .zero, firstOffset: Int64, changes: [Change] = []) {
        precondition(from >= .zero && from < .days(1), "A day begins between 00:00 and 23:59.")
        self.zone = zone
        self.from = from
        self.firstOffset = firstOffset
        self.changes = changes
        var skipped: [Int64] = []
        var before = firstOffset
        for change in changes {
            // A change that takes a day's time leaves out the day that would have begun.
            if change.offset - before >= 86_400 - 3600 {
                let day = TimeGrid.floorDivide((change.at + before) * 1_000_000 - from.microseconds, Self.day)
                for day in day - 1...day + 2
                where Self.start(ofCivilDay: day, from, firstOffset, changes)
                    == Self.start(ofCivilDay: day + 1, from, firstOffset, changes)
                { skipped.append(day) }
            }
            before = change.offset
        }
        self.skipped = skipped
    }

    /// Days of UTC.
    public static let utc = DayCalendar(zone: "UTC", firstOffset: 0)

    /// Days of China, with the summer times of 1986 to 1991.
    ///
    /// - Source: IANA time zone database, zone Asia/Shanghai; what came before 1970 is left out.
    public static let shanghai = DayCalendar(
        zone: "Asia/Shanghai",
        firstOffset: 28_800,
        changes: [
            515_527_200, 527_014_800, 545_162_400, 558_464_400, 577_216_800, 589_914_000, 608_666_400, 621_968_400,
            640_116_000, 653_418_000, 671_565_600, 684_867_600,
        ].enumerated().map { Change(at: $1, offset: $0.isMultiple(of: 2) ? 32_400 : 28_800) }
    )

    /// The same zone with days that begin at another hour.
    public func beginning(at from: TimeSpan) -> DayCalendar {
        DayCalendar(zone: zone, from: from, firstOffset: firstOffset, changes: changes)
    }

    private static let day: Int64 = 86_400_000_000

    /// Number of the day that holds a time; day 0 is 1970-01-01, and days that the zone left out are not counted.
    ///
    /// - Complexity: O(log changes).
    func day(holding time: Int64) -> Int64 {
        let offset = Self.offset(Self.segment(holding: time, changes), firstOffset, changes)
        var day = TimeGrid.floorDivide(time + offset - from.microseconds, Self.day)
        while start(ofCivilDay: day) > time { day -= 1 }
        while start(ofCivilDay: day + 1) <= time { day += 1 }
        return day - Int64(skipped.count { $0 < day })
    }

    /// First instant of a day.
    func start(ofDay day: Int64) -> Int64 {
        var day = day
        for skipped in skipped where skipped <= day { day += 1 }
        return start(ofCivilDay: day)
    }

    private func start(ofCivilDay day: Int64) -> Int64 { Self.start(ofCivilDay: day, from, firstOffset, changes) }

    private static func start(
        ofCivilDay day: Int64,
        _ from: TimeSpan,
        _ firstOffset: Int64,
        _ changes: [Change]
    ) -> Int64 {
        let local = day * Self.day + from.microseconds
        // No offset reaches a day, so the instant lies in this segment or one of the next.
        var segment = segment(holding: local - Self.day, changes)
        while true {
            let begin = segment == 0 ? Int64.min : changes[segment - 1].at * 1_000_000
            let instant = Swift.max(begin, local - offset(segment, firstOffset, changes))
            if segment == changes.count || instant < changes[segment].at * 1_000_000 { return instant }
            segment += 1
        }
    }

    /// Number of changes up to a time.
    private static func segment(holding time: Int64, _ changes: [Change]) -> Int {
        var (low, high) = (0, changes.count)
        while low < high {
            let middle = (low + high) / 2
            if changes[middle].at * 1_000_000 <= time { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private static func offset(_ segment: Int, _ firstOffset: Int64, _ changes: [Change]) -> Int64 {
        (segment == 0 ? firstOffset : changes[segment - 1].offset) * 1_000_000
    }
}

extension DayCalendar: Codable {
    private enum CodingKeys: String, CodingKey { case zone, from, firstOffset, changes }

    /// Reads a calendar.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let from = try container.decode(TimeSpan.self, forKey: .from)
        let firstOffset = try container.decode(Int64.self, forKey: .firstOffset)
        let changes = try container.decode([Change].self, forKey: .changes)
        let isOrdered = zip(changes, changes.dropFirst()).allSatisfy { $0.at < $1.at }
        guard from >= .zero, from < .days(1), isOrdered, changes.allSatisfy({ $0.at.magnitude < 1 << 40 }),
            ([firstOffset] + changes.map(\.offset)).allSatisfy({ $0.magnitude < 86_400 })
        else {
            throw DecodingError.dataCorruptedError(
                forKey: .changes,
                in: container,
                debugDescription: "Days begin below 24h, changes are in order, and offsets are less than a day."
            )
        }
        self.init(
            zone: try container.decode(String.self, forKey: .zone),
            from: from,
            firstOffset: firstOffset,
            changes: changes
        )
    }

    /// Writes what it was created from.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(zone, forKey: .zone)
        try container.encode(from, forKey: .from)
        try container.encode(firstOffset, forKey: .firstOffset)
        try container.encode(changes, forKey: .changes)
    }
}
