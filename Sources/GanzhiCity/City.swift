import GanzhiModel

/// A simulated city of sensors: a sequence of messages in the order in which they are to be published.
///
/// A pure value: it has no clock and sends nothing. Whoever publishes waits until ``PlannedMessage/at`` has passed.
/// Each iteration begins anew and gives the same bytes.
///
/// Memory: a few hundred bytes per device, and the messages that are held back by ``CitySettings/disorder``.
public struct City: Sequence, Sendable {
    /// What the city is like.
    public let settings: CitySettings
    /// Its devices, in the order of their index.
    public let devices: [CityDevice]

    /// Founds a city.
    ///
    /// - Complexity: O(devices).
    public init(_ settings: CitySettings) {
        self.settings = settings
        devices = CityDevice.roster(count: settings.devices, districts: settings.districts)
    }

    /// Starts a run.
    ///
    /// - Complexity: O(*n* log *n*) in the number of devices.
    public func makeIterator() -> Iterator { Iterator(self) }

    /// A run of the city.
    public struct Iterator: IteratorProtocol {
        private let settings: CitySettings
        private let devices: [CityDevice]
        private var tracks: [DeviceTrack]
        private var due: MinHeap<Due>
        private var leaving = MinHeap<Leaving>()
        /// The messages that ``leaving`` speaks of, by slot; freed slots are used again.
        private var waiting: [Waiting] = []
        private var freeSlots: [Int] = []
        private var writer = PayloadWriter()
        private var serial: UInt64 = 0
    }
}

extension City.Iterator {
    /// Longest time between a message and its duplicate.
    static let longestEcho = TimeSpan.seconds(2)
    /// Shortest and longest gap of a device.
    static let gap = TimeSpan.minutes(2)...TimeSpan.minutes(5)
    /// How wrong a bad clock is, in ms.
    static let clockError: Int64 = 3_600_000

    /// A device whose next message is complete at a time.
    struct Due: Comparable {
        /// Microseconds since the start of the run.
        var at: Int64
        var index: Int

        static func < (left: Due, right: Due) -> Bool {
            left.at != right.at ? left.at < right.at : left.index < right.index
        }
    }

    /// When a message on its way is published; small, as a heap moves its elements about.
    struct Leaving: Comparable {
        /// Microseconds since the start of the run.
        var at: Int64
        var serial: UInt64
        var slot: Int

        static func < (left: Leaving, right: Leaving) -> Bool {
            left.at != right.at ? left.at < right.at : left.serial < right.serial
        }
    }

    /// A message on its way to the broker.
    struct Waiting {
        var message: PlannedMessage
        var index: Int
        var samples: [Sample]
    }

    fileprivate init(_ city: City) {
        let settings = city.settings
        var random = CityRandom(seed: settings.seed, stream: 1)
        let clocks = Self.chosen(settings.badClockShare, of: settings.devices, random: &random)
        let speakers = Self.chosen(settings.senMLShare, of: settings.devices, random: &random)
        var tracks = city.devices.indices.map { index in
            let device = city.devices[index]
            return DeviceTrack(
                clockError: clocks[index].map { $0 % 2 == 0 ? Self.clockError : -Self.clockError } ?? 0,
                isSenML: speakers[index] != nil,
                topic: "\(settings.topicRoot)/readings/\(device.district)/\(device.id)",
                random: CityRandom(seed: settings.seed, stream: 2 + UInt64(index)),
                sensor: SensorModel(device, districts: settings.districts.count)
            )
        }
        let span = Int64(settings.packSize - 1) * settings.interval.microseconds
        due = MinHeap(
            tracks.indices.map { index in
                let phase = tracks[index].random.integer(upTo: settings.interval.microseconds / 1000 - 1)
                return Due(at: phase * 1000 + span, index: index)
            }
        )
        self.tracks = tracks
        self.settings = settings
        devices = city.devices
    }

    /// Chooses a share of the devices: for each its rank among the chosen, or `nil`.
    private static func chosen(_ share: Double, of count: Int, random: inout CityRandom) -> [Int?] {
        var order = Array(0..<count)
        var ranks = [Int?](repeating: nil, count: count)
        for rank in 0..<Int((share * Double(count)).rounded()) {
            order.swapAt(rank, rank + Int(random.integer(upTo: Int64(count - 1 - rank))))
            ranks[order[rank]] = rank
        }
        return ranks
    }

    /// The next message, or `nil` when the run is over; a run without ``CitySettings/duration`` never is.
    ///
    /// - Complexity: O(log devices), besides the message itself and the weather since the device's last one.
    public mutating func next() -> PlannedMessage? {
        while let next = due.least {
            // Nothing that is still to be measured can be published before its time.
            if let first = leaving.least, first.at <= next.at { break }
            measure(next)
        }
        guard let first = leaving.removeLeast() else { return nil }
        freeSlots.append(first.slot)
        return published(waiting[first.slot])
    }

    /// Takes the readings of one message, sends it on its way, and says when the device is due again.
    private mutating func measure(_ now: Due) {
        if let duration = settings.duration, now.at >= duration.microseconds {
            _ = due.removeLeast()
            return
        }
        let pack = settings.interval.microseconds * Int64(settings.packSize)
        var next = now.at + pack
        if tracks[now.index].random.happens(gapProbability(pack)) {
            let length = tracks[now.index].random.uniform(
                Double(Self.gap.lowerBound.microseconds),
                Double(Self.gap.upperBound.microseconds)
            )
            next = now.at + pack * Int64((length / Double(pack)).rounded(.up))
        } else {
            send(now)
        }
        due.replaceLeast(Due(at: next, index: now.index))
    }

    /// The probability that a gap begins at a message, so that the wanted share of time is silent in the long run.
    ///
    /// - Parameter pack: Microseconds from one message to the next.
    private func gapProbability(_ pack: Int64) -> Double {
        let mean = Double(Self.gap.lowerBound.microseconds + Self.gap.upperBound.microseconds) / 2
        let packs = max(1, mean / Double(pack) + 0.5)
        // With gaps of p · packs against 1 − p messages, the silent share is p · packs ÷ (1 − p + p · packs).
        let share = settings.gapShare
        return share / (packs * (1 - share) + share)
    }

    private mutating func send(_ now: Due) {
        let device = devices[now.index]
        let isSenML = tracks[now.index].isSenML
        let samples = (0..<settings.packSize).map { place in
            sample(at: now.at - Int64(settings.packSize - 1 - place) * settings.interval.microseconds, of: now.index)
        }
        var fault: PayloadFault?
        if tracks[now.index].random.happens(settings.badPayloadShare) {
            let faults = isSenML ? PayloadFault.senML : PayloadFault.native
            fault = faults[Int(tracks[now.index].random.integer(upTo: Int64(faults.count - 1)))]
        }
        let delay = tracks[now.index].random.integer(upTo: settings.disorder.microseconds)
        var message = PlannedMessage(
            at: TimeSpan(microseconds: now.at + delay),
            topic: tracks[now.index].topic,
            contentType: isSenML ? PlannedMessage.senMLContentType : PlannedMessage.nativeContentType,
            payload: isSenML
                ? writer.senML(samples, of: device, fault: fault) : writer.native(samples, of: device, fault: fault),
            kind: fault == nil ? .good : .malformed,
            fault: fault,
            metric: device.kind.metric,
            readings: 0,
            ahead: 0,
            duplicates: 0,
            disordered: 0
        )
        wait(message, samples: samples, index: now.index)
        if fault == nil, tracks[now.index].random.happens(settings.duplicateShare) {
            let echo = tracks[now.index].random.integer(upTo: Self.longestEcho.microseconds)
            message.kind = .duplicate
            message.at.microseconds += echo
            wait(message, samples: samples, index: now.index)
        }
    }

    private mutating func wait(_ message: PlannedMessage, samples: [Sample], index: Int) {
        let entry = Waiting(message: message, index: index, samples: samples)
        let slot = freeSlots.popLast() ?? waiting.count
        if slot == waiting.count { waiting.append(entry) } else { waiting[slot] = entry }
        serial += 1
        leaving.insert(Leaving(at: message.at.microseconds, serial: serial, slot: slot))
    }

    /// The reading that a device takes at a time, in microseconds since the start of the run.
    private mutating func sample(at elapsed: Int64, of index: Int) -> Sample {
        let citySeconds = Double(elapsed) / 1e6 * Double(settings.pace)
        let startSeconds = Double(settings.start.milliseconds) / 1000 + 8 * 3600
        var local = (startSeconds + citySeconds).truncatingRemainder(dividingBy: 86_400)
        if local < 0 { local += 86_400 }
        let value = tracks[index].measure(at: citySeconds, localSeconds: local, storm: settings.storm)
        let stepsPerUnit = devices[index].kind.stepsPerUnit
        return Sample(
            time: (settings.start + TimeSpan(microseconds: elapsed)).milliseconds + tracks[index].clockError,
            // Adding zero makes a zero of −0.
            value: (value * stepsPerUnit).rounded() / stepsPerUnit + 0
        )
    }

    /// Counts what the ledger will say of the readings of a message that is published now.
    private mutating func published(_ waiting: Waiting) -> PlannedMessage {
        var message = waiting.message
        guard message.fault == nil else { return message }
        message.readings = waiting.samples.count
        let error = tracks[waiting.index].clockError
        guard error <= 0 else {
            message.ahead = message.readings
            if message.kind == .good { message.kind = .ahead }
            return message
        }
        let counts = tracks[waiting.index].publish(waiting.samples)
        message.duplicates = counts.duplicates
        message.disordered = counts.disordered
        if message.kind == .good {
            if error < 0 { message.kind = .behind } else if counts.disordered > 0 { message.kind = .disordered }
        }
        return message
    }
}
