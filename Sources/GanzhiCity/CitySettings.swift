public import GanzhiModel

/// What a simulated city is like; once created, it can be simulated.
///
/// Everything the city sends follows from these settings, ``start`` and ``seed`` included: equal settings give equal
/// bytes. All shares are from 0 to 1.
public struct CitySettings: Sendable, Hashable {
    /// Number of devices, each with one metric.
    public let devices: Int
    /// Time between two readings of a device.
    public let interval: TimeSpan
    /// What every random choice follows from.
    public let seed: UInt64
    /// Wall clock at the start of the run; readings are stamped with it plus the time since.
    public let start: Timestamp
    /// How long devices measure, `nil` for ever; messages on their way are still published.
    public let duration: TimeSpan?
    /// How many times faster than the wall clock the city's weather and incidents run.
    public let pace: Int
    /// The storm; `nil` leaves the city dry.
    public let storm: Storm?
    /// Longest delay of a message; each is held back by a random time up to this one, so that later ones overtake it.
    public let disorder: TimeSpan
    /// Share of messages that are sent a second time, at most two seconds after the first.
    ///
    /// The ledger remembers eight readings of a series, so it knows a message again only up to a ``packSize`` of eight.
    public let duplicateShare: Double
    /// Share of time that devices are silent, in gaps of two to five minutes; at most one half.
    public let gapShare: Double
    /// Share of devices whose clock is an hour ahead or behind, in turn.
    public let badClockShare: Double
    /// Share of messages that no decoder may accept; they take the place of good ones.
    public let badPayloadShare: Double
    /// Share of devices that speak SenML JSON; the others speak native JSON.
    public let senMLShare: Double
    /// Readings per message.
    public let packSize: Int
    /// The districts; devices of a kind go round them.
    public let districts: [CityDistrict]
    /// What topics begin with, before `/readings/{district}/{device}`.
    public let topicRoot: String

    /// Most devices a city may have.
    public static let mostDevices = 1_000_000
    /// Most readings a message may hold.
    public static let mostReadingsPerMessage = 10_000
    /// Longest ``disorder``: then a clock that is an hour ahead still shows.
    public static let longestDisorder = TimeSpan.minutes(10)
    /// Longest time that the readings of one message may cover, for the same reason.
    public static let longestPack = TimeSpan.minutes(30)

    /// Creates settings that can be simulated.
    ///
    /// - Throws: ``Problem`` for the first setting that cannot work, with what would do.
    public init(
        devices: Int = 60,
        interval: TimeSpan = .seconds(10),
        seed: UInt64 = 1,
        start: Timestamp,
        duration: TimeSpan? = nil,
        pace: Int = 1,
        storm: Storm? = .summer,
        disorder: TimeSpan = .zero,
        duplicateShare: Double = 0,
        gapShare: Double = 0,
        badClockShare: Double = 0,
        badPayloadShare: Double = 0,
        senMLShare: Double = 0.5,
        packSize: Int = 1,
        districts: [CityDistrict] = CityDistrict.hangzhou,
        topicRoot: String = "ganzhi/v1"
    ) throws(Problem) {
        try Self.check("devices", devices, in: 1...Self.mostDevices)
        try Self.check("pack size", packSize, in: 1...Self.mostReadingsPerMessage)
        try Self.check("pace", pace, in: 1...3600)
        try Self.check("interval", interval, in: .milliseconds(1)...(.days(1)))
        guard interval.isMultiple(of: .milliseconds(1)) else {
            throw Problem(
                message: "The interval is \(interval), but readings are stamped in whole milliseconds.",
                remedy: "Use whole milliseconds, for example \(TimeSpan.milliseconds(interval.microseconds / 1000))."
            )
        }
        guard interval.microseconds <= TimeSpan.days(1).microseconds / Int64(pace) else {
            throw Problem(
                message: "An interval of \(interval) at pace \(pace) skips more than a day of the city's weather.",
                remedy: "Use a pace of \(TimeSpan.days(1).microseconds / interval.microseconds) or less."
            )
        }
        guard packSize == 1 || interval.microseconds <= Self.longestPack.microseconds / Int64(packSize) else {
            throw Problem(
                message:
                    "\(packSize) readings, one every \(interval), cover more than \(Self.longestPack) per message.",
                remedy: "Use a pack size of \(max(1, Self.longestPack.microseconds / interval.microseconds)) or less."
            )
        }
        try Self.check("disorder", disorder, in: .zero...Self.longestDisorder)
        if let duration { try Self.check("duration", duration, in: .milliseconds(1)...TimeSpan.longest) }
        guard start >= Timestamp.earliest + .hours(2), start + TimeSpan.longest + .hours(2) <= Timestamp.latest else {
            throw Problem(
                message: "The start lies too near to the first or last time that readings may carry.",
                remedy: "Use the present time."
            )
        }
        try Self.check(share: "duplicates", duplicateShare)
        try Self.check(share: "gaps", gapShare, most: 0.5)
        try Self.check(share: "bad clocks", badClockShare)
        try Self.check(share: "bad payloads", badPayloadShare)
        try Self.check(share: "SenML", senMLShare)
        try Self.check(districts)
        if let storm { try Self.check(storm) }
        try Self.check(topicRoot: topicRoot)

        self.devices = devices
        self.interval = interval
        self.seed = seed
        self.start = start
        self.duration = duration
        self.pace = pace
        self.storm = storm
        self.disorder = disorder
        self.duplicateShare = duplicateShare
        self.gapShare = gapShare
        self.badClockShare = badClockShare
        self.badPayloadShare = badPayloadShare
        self.senMLShare = senMLShare
        self.packSize = packSize
        self.districts = districts
        self.topicRoot = topicRoot
    }

    /// The interval at which so many devices give so many readings per second together, to the millisecond.
    ///
    /// - Throws: ``Problem`` where no interval from 1 ms to one day does.
    public static func interval(devices: Int, readingsPerSecond rate: Double) throws(Problem) -> TimeSpan {
        try check("devices", devices, in: 1...mostDevices)
        guard rate.isFinite, rate > 0 else {
            throw Problem(message: "The rate is \(rate) readings per second.", remedy: "Use a number above zero.")
        }
        let milliseconds = (Double(devices) / rate * 1000).rounded()
        guard milliseconds >= 1 else {
            throw Problem(
                message: "\(devices) devices at \(rate) readings per second would measure more than once per ms each.",
                remedy:
                    "Use at least \(Int((rate / 1000).rounded(.up))) devices, or a rate of \(devices * 1000) or less."
            )
        }
        guard milliseconds <= 86_400_000 else {
            throw Problem(
                message: "\(devices) devices at \(rate) readings per second would measure less than once a day each.",
                remedy: "Use a rate of \(Double(devices) / 86_400) or more."
            )
        }
        return .milliseconds(Int64(milliseconds))
    }
}
