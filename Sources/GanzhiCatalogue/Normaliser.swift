public import GanzhiModel

/// Turns decoded readings of one stream into normalised ones: canonical metric and unit, calibrated, judged.
///
/// A value whose behaviour is a pure function of what it has been given; the seed never shows in a result. Channels
/// are numbered in the order in which their first accepted reading came. Refused readings leave no trace.
///
/// - Memory: About 110 bytes per series and incoming name.
public struct Normaliser: Sendable {
    /// Bytes that the name of a device or a metric may have.
    public static let longestName = 255

    /// The catalogue that holds.
    public private(set) var catalogue: Catalogue

    var seed: UInt64
    let maximumChannels: Int

    var routeTable = NameTable()
    var routes: [Route] = []
    /// Device and metric of the routes whose names do not fit into them.
    var longKeys: [UInt8] = []

    var channelTable = NameTable()
    var channels: [ChannelRecord] = []

    var metricNames: [String] = []
    var metricNumbers: [[UInt8]: UInt32] = [:]
    var canonicalUnits: [String: CanonicalUnit] = [:]

    var profiles: [Profile] = []
    var profileNumbers: [Profile: UInt32] = [:]
    var calibrations: [Calibration] = []
    var calibrationNumbers: [Calibration: UInt32] = [:]

    struct ChannelRecord {
        /// A route whose device it is.
        let route: UInt32
        /// Place in ``metricNames``.
        let metric: UInt32
        /// Place of the device in the catalogue; negative where it is unknown.
        var device: Int32
    }

    /// Creates a normaliser that has seen nothing.
    ///
    /// - Parameters:
    ///   - catalogue: What is known.
    ///   - seed: A random number, against names chosen to collide; any number gives the same results.
    ///   - maximumChannels: Series that it may hold; readings of further ones are refused as `too-many-series`.
    public init(catalogue: Catalogue, seed: UInt64, maximumChannels: Int = 5_000_000) {
        self.catalogue = catalogue
        self.seed = seed
        self.maximumChannels = min(max(0, maximumChannels), 1 << 30)
        canonicalUnits = Self.units(of: catalogue)
    }

    static func units(of catalogue: Catalogue) -> [String: CanonicalUnit] {
        var units: [String: CanonicalUnit] = [:]
        for (index, metric) in catalogue.metrics.enumerated() where catalogue.isFirst(.metric(index)) {
            if let unit = metric.unit, !unit.isEmpty { units[metric.id] = CanonicalUnit(unit) }
        }
        return units
    }

    /// Takes a new generation of the catalogue.
    ///
    /// Channels keep their numbers. Metrics keep the unit they have unless the new catalogue gives them another.
    ///
    /// - Complexity: O(channels).
    public mutating func adopt(_ catalogue: Catalogue) {
        self.catalogue = catalogue
        canonicalUnits.merge(Self.units(of: catalogue)) { $1 }
        profiles.removeAll()
        profileNumbers.removeAll()
        calibrations.removeAll()
        calibrationNumbers.removeAll()
        for index in routes.indices {
            routes[index].profile = Route.noProfile
            routes[index].unitLength = Route.noUnit
        }
        for index in channels.indices {
            channels[index].device = Int32(
                catalogue.deviceIndex(names(ofRoute: Int(channels[index].route)).device) ?? -1
            )
        }
    }
}

extension Normaliser {
    /// Normalises some readings of a batch, in order: each becomes a reading of `batch` or a refusal.
    ///
    /// Whether a unit is known is decided here anew, as more units are known than a format's registry lists.
    ///
    /// - Parameters:
    ///   - decoded: What a decoder made of payloads.
    ///   - range: Which of its readings.
    ///   - maxAhead: How far a reading's time may be ahead of the received time; `nil` where any will do.
    ///   - received: When they came in; the event time of readings without one.
    ///   - batch: Takes the readings and the channels that are new.
    ///   - refusals: Takes what is refused, by index.
    /// - Complexity: O(1) per reading, without allocation for names and units that are known.
    public mutating func normalise(
        _ decoded: DecodedBatch,
        _ range: Range<Int>,
        maxAhead: TimeSpan?,
        received: Timestamp,
        into batch: inout ReadingBatch,
        refusals: inout [Refusal]
    ) {
        var arrivals = [Arrival(count: range.count, received: received, maxAhead: maxAhead)]
        normalise(decoded, from: range.lowerBound, &arrivals, into: &batch, refusals: &refusals)
    }

    /// The readings of one message: when they came in and what became of them.
    public struct Arrival: Sendable {
        /// How many decoded readings; they follow those of the arrival before.
        public let count: Int
        /// When they came in; the event time of readings without one.
        public let received: Timestamp
        /// How far a reading's time may be ahead of it; `nil` where any will do.
        public let maxAhead: TimeSpan?
        /// How many of them were accepted: the normaliser's answer.
        public internal(set) var accepted = 0

        /// Creates an arrival.
        public init(count: Int, received: Timestamp, maxAhead: TimeSpan?) {
            self.count = count
            self.received = received
            self.maxAhead = maxAhead
        }
    }

    /// Normalises the readings of several messages, in order, with the same results as message by message.
    ///
    /// Names are looked up many at a time across messages, which is what makes it fast.
    ///
    /// - Parameters:
    ///   - decoded: What a decoder made of payloads.
    ///   - first: Index of the first reading.
    ///   - arrivals: The messages, in order; each is told how many of its readings were accepted.
    ///   - batch: Takes the readings and the channels that are new.
    ///   - refusals: Takes what is refused, by index.
    /// - Complexity: O(1) per reading, without allocation for names and units that are known.
    public mutating func normalise(
        _ decoded: DecodedBatch,
        from first: Int = 0,
        _ arrivals: inout [Arrival],
        into batch: inout ReadingBatch,
        refusals: inout [Refusal]
    ) {
        let end = arrivals.reduce(first) { $0 + $1.count }
        var progress = Progress(end: first)
        decoded.names.withUnsafeBytes { names in
            decoded.readings.withUnsafeBufferPointer { readings in
                arrivals.withUnsafeMutableBufferPointer { arrivals in
                    withUnsafeTemporaryAllocation(of: Probe.self, capacity: Probe.slice) { probes in
                        for start in stride(from: first, to: end, by: Probe.slice) {
                            let slice = readings[start..<min(start + Probe.slice, end)]
                            find(slice, names, in: probes)
                            normalise(slice, names, probes, arrivals, &progress, into: &batch, refusals: &refusals)
                        }
                    }
                }
            }
        }
    }

    /// Normalises a slice: at once what is known, one by one what is not.
    private mutating func normalise(
        _ slice: Slice<UnsafeBufferPointer<DecodedReading>>,
        _ names: UnsafeRawBufferPointer,
        _ probes: UnsafeMutableBufferPointer<Probe>,
        _ arrivals: UnsafeMutableBufferPointer<Arrival>,
        _ progress: inout Progress,
        into batch: inout ReadingBatch,
        refusals: inout [Refusal]
    ) {
        var index = slice.startIndex
        while true {
            index = normaliseKnown(slice, from: index, names, probes, arrivals, &progress, into: &batch.readings)
            guard index < slice.endIndex else { return }
            let hash = probes[index - slice.startIndex].hash
            if let reason = normalise(slice[index], names, hash, progress.frame, into: &batch) {
                refusals.append(Refusal(index: index, reason: reason))
            } else {
                arrivals[progress.arrival].accepted += 1
            }
            index += 1
        }
    }

    /// What holds for all readings of one call.
    struct Frame {
        let received: Timestamp
        let latest: Timestamp
        // Another module's constants cost a call each time they are asked for.
        let never = Timestamp.never
        let unknownUnit = ReadingFlags.unknownUnit
        let arrivalTime = ReadingFlags.arrivalTime
        let overRange = ReadingFlags.overRange

        init(received: Timestamp, latest: Timestamp) {
            self.received = received
            self.latest = latest
        }

        init(_ arrival: Arrival) {
            self.init(
                received: arrival.received,
                latest: Normaliser.latest(arrival.received, arrival.maxAhead)
            )
        }
    }

    /// Whether a reading carries a number under names of bearable length.
    @inline(__always) static func isAcceptable(_ reading: DecodedReading) -> Bool {
        (reading.kind == .number || reading.kind == .bool)
            && max(reading.device.length, reading.metric.length) <= UInt32(longestName)
    }

    /// The latest time that is not ahead.
    static func latest(_ received: Timestamp, _ maxAhead: TimeSpan?) -> Timestamp {
        guard let maxAhead else { return Timestamp(microseconds: .max) }
        let (sum, overflow) = received.microseconds.addingReportingOverflow(maxAhead.microseconds)
        return Timestamp(microseconds: overflow ? .max : sum)
    }

    /// Handles a reading that is not known to be simple.
    mutating func normalise(
        _ reading: DecodedReading,
        _ names: UnsafeRawBufferPointer,
        _ hash: UInt32,
        _ frame: Frame,
        into batch: inout ReadingBatch
    ) -> Refusal.Reason? {
        guard Self.isAcceptable(reading) else {
            return reading.kind == .number || reading.kind == .bool ? .nameTooLong : .notNumeric
        }
        let unit = Self.bytes(of: reading.unit, in: names)
        let device = Self.bytes(of: reading.device, in: names)
        let metric = Self.bytes(of: reading.metric, in: names)
        guard let route = routeTable.number(hash: hash, where: { isRoute($0, device, metric) }),
            unit.count <= Route.longestUnit, Int(routes[route].unitLength) == unit.count,
            routes[route].unit == unit.shortWord
        else { return admit(reading, names, hash: hash, frame, into: &batch) }

        let calibration = Int(routes[route].calibration)
        guard !calibrations[calibration].isMismatch else { return .unitMismatch }
        let value = calibrations[calibration].apply(reading.value)
        guard value.isFinite else { return .nonFinite }
        guard reading.time <= frame.latest else { return .clockAhead }
        append(reading, value, routes[route].channel, calibrations[calibration], frame, to: &batch)
        return nil
    }

    @inline(__always) static func bytes(of name: NameRef, in names: UnsafeRawBufferPointer) -> NameBytes {
        let (offset, count) = (Int(name.offset), Int(name.length))
        precondition(offset &+ count <= names.count, "a decoder's name lies outside of its batch")
        // An empty buffer has no address, and an empty name is never read.
        let start = names.baseAddress ?? UnsafeRawPointer(bitPattern: 1).unsafelyUnwrapped
        return NameBytes(start: start + offset, count: count)
    }

    func append(
        _ reading: DecodedReading,
        _ value: Double,
        _ channel: UInt32,
        _ calibration: Calibration,
        _ frame: Frame,
        to batch: inout ReadingBatch
    ) {
        var normalised = Reading(
            channel: channel,
            time: reading.time,
            value: value,
            quality: reading.quality,
            flags: reading.flags.subtracting(frame.unknownUnit).union(calibration.flags)
        )
        if reading.time == frame.never {
            normalised.time = frame.received
            normalised.flags.insert(.arrivalTime)
        }
        if value < calibration.minimum || value > calibration.maximum {
            normalised.quality = .bad
            normalised.flags.insert(.overRange)
        }
        batch.readings.append(normalised)
    }

    @inline(__always) func isRoute(_ number: Int, _ device: NameBytes, _ metric: NameBytes) -> Bool {
        guard Int(routes[number].deviceLength) == device.count, Int(routes[number].metricLength) == metric.count else {
            return false
        }
        return withKey(ofRoute: number) { device.equals($0) && metric.equals($0 + device.count) }
    }

    /// Calls with the place where a route's device stands, followed by its metric.
    @inline(__always) func withKey<Result>(
        ofRoute number: Int,
        _ body: (UnsafeRawPointer) -> Result
    ) -> Result {
        routes.withUnsafeBufferPointer { routes in
            precondition(number < routes.count)
            let key = UnsafeRawPointer(routes.baseAddress.unsafelyUnwrapped + number)
            guard routes[number].isLong else { return body(key) }
            let offset = Int(routes[number].key.0)
            return longKeys.withUnsafeBytes { body($0.baseAddress.unsafelyUnwrapped + offset) }
        }
    }

    func names(ofRoute number: Int) -> (device: String, metric: String) {
        withKey(ofRoute: number) { key in
            let deviceLength = Int(routes[number].deviceLength)
            let device = NameBytes(start: key, count: deviceLength)
            let metric = NameBytes(start: key + deviceLength, count: Int(routes[number].metricLength))
            return (device.string, metric.string)
        }
    }
}
