internal import GanzhiModel

/// What becomes of the readings that come under one device and one incoming metric name: one cache line.
struct Route {
    /// Bytes of both names that fit in here.
    static let shortKey = 40
    /// ``profile`` of a route whose calibration has to be looked up again.
    static let noProfile = UInt32.max
    /// ``unitLength`` that no reading's unit compares equal to.
    static let noUnit = UInt8.max
    /// Bytes of a unit that is remembered.
    static let longestUnit = 8

    /// Device, then metric; of names that do not fit, the offset among the long ones.
    var key: (UInt64, UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0, 0)
    /// The unit seen last, as ``NameBytes/shortWord``.
    var unit: UInt64 = 0
    /// Number of the channel.
    var channel: UInt32
    /// Place of the calibration for ``unit``.
    var calibration: UInt32 = 0
    /// Place of the profile.
    var profile = Self.noProfile
    let deviceLength: UInt8
    let metricLength: UInt8
    /// Bytes of the unit seen last.
    var unitLength = Self.noUnit

    var isLong: Bool { Int(deviceLength) + Int(metricLength) > Self.shortKey }

    init(channel: UInt32, deviceLength: UInt8, metricLength: UInt8) {
        self.channel = channel
        self.deviceLength = deviceLength
        self.metricLength = metricLength
    }
}

/// All that is done to a value, worked out for one unit.
struct Calibration: Hashable {
    var numerator: Double
    var denominator: Double
    var unitOffset: Double
    var scale: Double
    var offset: Double
    var minimum: Double
    var maximum: Double
    /// Flags that every reading gets.
    var flags: ReadingFlags
    /// Whether the unit cannot become the canonical one, so that there is nothing to calibrate.
    var isMismatch: Bool

    @inline(__always) func apply(_ value: Double) -> Double {
        (value * numerator / denominator + unitOffset) * scale + offset
    }
}

/// What the catalogue says about the readings of one route, whatever their unit.
struct Profile: Hashable {
    /// Canonical metric.
    var metric: String
    /// Unit that takes the place of the stated one.
    var unit: String?
    var scale: Double
    var offset: Double
    var range: ValueRange
}

/// A metric's canonical unit.
struct CanonicalUnit {
    let text: String
    /// `nil` where no table knows it.
    let unit: Unit?

    init(_ text: String) {
        self.text = text
        unit = Unit(text)
    }
}
