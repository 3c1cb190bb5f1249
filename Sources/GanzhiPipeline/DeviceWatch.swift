import GanzhiCatalogue
import GanzhiModel
import GanzhiWindow
import HeapModule

/// Tells which devices that should speak have fallen silent, and which have come back: a dead man's handle.
///
/// A device is silent when it has been unheard for more than its limit, in running time of each feed that it might be
/// heard through: those that its series came through, or all while it was never heard.
struct DeviceWatch {
    /// A device fell silent or came back.
    struct Change {
        /// Index of the block in the batch.
        var block: Int
        var device: Int
        var isSilent: Bool
        /// Times that it has been silent so far.
        var episode: UInt32
    }

    /// A device that should speak.
    struct Device {
        let id: String
        /// Running time that it may be unheard, in microseconds.
        let limit: Int64
        var isSilent = false
        var episode: UInt32 = 0
    }

    private struct Deadline: Comparable {
        var time: Int64
        var device: Int

        static func < (left: Deadline, right: Deadline) -> Bool {
            (left.time, left.device) < (right.time, right.device)
        }
    }

    private(set) var devices: [Device] = []
    /// By device and feed the running time from which on it might have been heard; until it is.
    private var since: [Int64] = []
    /// By device and feed the running time at which it was heard last; `.min` where it was not.
    private var heard: [Int64] = []
    private var numbers: [String: Int] = [:]
    /// Episodes of devices that are watched no more, so that they are not counted from the beginning again.
    private var pastEpisodes: [String: UInt32] = [:]
    /// By series the number of its device; negative where it need not speak.
    private var deviceOfSeries: [Int32] = []
    /// By feed the devices that wait for it.
    private var heaps: [Heap<Deadline>]
    private var feedCount: Int
    /// Whether running time has begun to pass.
    private var hasBegun = false

    /// Watches the devices of a catalogue.
    ///
    /// - Parameters:
    ///   - running: Running time of each feed.
    ///   - before: What was watched under the catalogue before, its feeds by their numbers now.
    init(_ catalogue: Catalogue, _ silence: DeviceSilence, running: [Int64], after before: DeviceWatch? = nil) {
        feedCount = running.count
        pastEpisodes = before?.pastEpisodes ?? [:]
        for device in before?.devices ?? [] { pastEpisodes[device.id] = device.episode }
        heaps = Array(repeating: Heap(), count: running.count)
        for definition in catalogue.devices {
            let interval = definition.expectedInterval ?? definition.metrics.values.compactMap(\.expectedInterval).max()
            let limit = interval.map { $0.microseconds * Int64(silence.factor) } ?? silence.otherwise?.microseconds
            guard let limit, numbers[definition.id] == nil else { continue }
            var device = Device(id: definition.id, limit: limit)
            if let before, let known = before.numbers[definition.id] {
                (device.isSilent, device.episode) = (before.devices[known].isSilent, before.devices[known].episode)
                since += before.since[known * feedCount..<(known + 1) * feedCount]
                heard += before.heard[known * feedCount..<(known + 1) * feedCount]
            } else {
                device.episode = pastEpisodes[definition.id] ?? 0
                since += running
                heard += repeatElement(.min, count: feedCount)
            }
            numbers[definition.id] = devices.count
            devices.append(device)
        }
        hasBegun = before?.hasBegun ?? false
        if hasBegun { waitForAll(running) }
    }

    private mutating func waitForAll(_ running: [Int64]) {
        for device in devices.indices where !devices[device].isSilent { wait(device, running) }
    }

    /// Begins with the first block: nobody can have been heard before it.
    private mutating func begin(_ running: ArraySlice<Int64>) {
        hasBegun = true
        since = devices.indices.flatMap { _ in running }
        waitForAll(Array(running))
    }

    /// Gives feeds other numbers; those that are new begin now.
    ///
    /// - Parameter previous: By feed its number before; `nil` for new ones.
    func renumbered(_ previous: [Int?], running: [Int64]) -> DeviceWatch {
        var watch = self
        watch.feedCount = previous.count
        watch.since = []
        watch.heard = []
        for device in devices.indices {
            for (feed, old) in previous.enumerated() {
                watch.since.append(old.map { since[device * feedCount + $0] } ?? running[feed])
                watch.heard.append(old.map { heard[device * feedCount + $0] } ?? .min)
            }
        }
        return watch
    }

    /// Writes who was heard when, and who is silent; who should speak, the catalogue says.
    func write(to state: inout StateWriter) throws {
        try state.array(devices.map(\.isSilent))
        try state.array(devices.map(\.episode))
        try state.array(since)
        try state.array(heard)
        try state.array(deviceOfSeries)
        try state.each(pastEpisodes) {
            try $1.string($0.key)
            try $1.value($0.value)
        }
        try state.each(heaps) { try $1.array($0.unordered) }
        try state.value(hasBegun)
    }

    /// Reads what a watch over the same catalogue and feeds wrote.
    mutating func restore(from state: inout StateReader) throws {
        let (silent, episodes): ([Bool], [UInt32]) = (try state.array(), try state.array())
        since = try state.array()
        heard = try state.array()
        deviceOfSeries = try state.array()
        pastEpisodes = Dictionary(uniqueKeysWithValues: try state.each { (try $0.string(), try $0.value()) })
        heaps = try state.each { Heap(try $0.array(Deadline.self)) }
        hasBegun = try state.value()
        guard silent.count == devices.count, episodes.count == devices.count, heaps.count == feedCount else {
            throw StateMismatch("there are other devices or feeds")
        }
        for device in devices.indices {
            (devices[device].isSilent, devices[device].episode) = (silent[device], episodes[device])
        }
    }

    /// Takes note of a new series.
    mutating func register(_ channel: Channel) {
        deviceOfSeries.append(Int32(numbers[channel.device] ?? -1))
    }

    /// When a device is silent by what is known, in running time of the feed that it waits for; `nil` once it is.
    private func deadline(_ device: Int, _ running: (Int) -> Int64) -> (feed: Int, time: Int64)? {
        let limit = devices[device].limit
        let places = device * feedCount..<(device + 1) * feedCount
        let wasHeard = places.contains { heard[$0] != .min }
        for place in places {
            let base = wasHeard ? heard[place] : since[place]
            let feed = place - places.lowerBound
            if base != .min, running(feed) <= base + limit { return (feed, base + limit) }
        }
        return nil
    }

    private mutating func wait(_ device: Int, _ running: [Int64]) {
        let next = deadline(device) { running[$0] }
        // Without a feed nobody can be heard.
        guard let next = next ?? (feedCount > 0 ? (0, running[0]) : nil) else { return }
        heaps[next.feed].insert(Deadline(time: next.time, device: device))
    }

    /// Looks at the blocks of a batch: first what each brings is heard, then who has been silent for too long.
    ///
    /// - Parameters:
    ///   - running: Running time of every feed at every block, block-major.
    ///   - changes: Gets who fell silent or came back, in the order of blocks.
    /// - Complexity: O(readings), and O(log devices) for each device that waits no longer.
    mutating func watch(
        _ slices: [BlockSlice],
        _ readings: [Reading],
        running: [Int64],
        into changes: inout [Change]
    ) {
        guard !devices.isEmpty, !slices.isEmpty else { return }
        if !hasBegun { begin(running[..<feedCount]) }
        var reading = 0
        for block in slices.indices {
            let base = block * feedCount
            for _ in 0..<slices[block].count {
                let device = Int(deviceOfSeries[Int(readings[reading].channel)])
                reading += 1
                guard device >= 0 else { continue }
                heard[device * feedCount + slices[block].feed] = running[base + slices[block].feed]
                if devices[device].isSilent { comeBack(device, block, running, base, &changes) }
            }
            for feed in 0..<feedCount {
                while let next = heaps[feed].min, next.time < running[base + feed] {
                    heaps[feed].removeMin()
                    check(next.device, block, running, base, &changes)
                }
            }
        }
    }

    private mutating func comeBack(
        _ device: Int,
        _ block: Int,
        _ running: [Int64],
        _ base: Int,
        _ changes: inout [Change]
    ) {
        devices[device].isSilent = false
        changes.append(Change(block: block, device: device, isSilent: false, episode: devices[device].episode))
        if let next = deadline(device, { running[base + $0] }) {
            heaps[next.feed].insert(Deadline(time: next.time, device: device))
        }
    }

    private mutating func check(
        _ device: Int,
        _ block: Int,
        _ running: [Int64],
        _ base: Int,
        _ changes: inout [Change]
    ) {
        if let next = deadline(device, { running[base + $0] }) {
            heaps[next.feed].insert(Deadline(time: next.time, device: device))
        } else if !devices[device].isSilent {
            devices[device].isSilent = true
            devices[device].episode += 1
            changes.append(Change(block: block, device: device, isSilent: true, episode: devices[device].episode))
        }
    }
}
