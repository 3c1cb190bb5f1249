/// What the publisher of the load test sends, and what must therefore come of it.
///
/// Twenty devices take turns; each sends ten readings per second of event time, whose depth goes up and down in steps of
/// three seconds. All readings differ in device or time.
struct LoadRecord {
    static let devices = 20
    /// Any instant in the past will do: age is no reason to refuse a reading.
    static let start: Int64 = 1_700_000_000_000
    private static let depths = [1, 12, 25, 45, 25, 3]

    /// Readings so far.
    private(set) var count = 0
    /// Number and sum of the readings by device and second, as the publisher counted them.
    private(set) var windows: [Window: Content] = [:]

    struct Window: Hashable {
        var device: String
        var end: Int64
    }

    struct Content: Equatable {
        var count = 0
        var sum = 0
    }

    /// The next readings in their order.
    mutating func next(_ number: Int) -> [Reading] {
        (0..<number).map { _ in
            let (device, turn) = (count % Self.devices, count / Self.devices)
            let depth = Self.depths[(turn / 30 + device) % Self.depths.count] * 2 + turn % 3
            count += 1
            return note(
                Reading(device: "d\(device)", time: Self.start + Int64(turn) * 100 + Int64(device), value: depth)
            )
        }
    }

    /// One more reading of each device, so late that every window before it is final.
    mutating func last() -> [Reading] {
        let time = Self.start + Int64(count / Self.devices) * 100 + 60_000
        count += Self.devices
        return (0..<Self.devices).map { note(Reading(device: "d\($0)", time: time, value: 3)) }
    }

    private mutating func note(_ reading: Reading) -> Reading {
        let window = Window(device: reading.device, end: reading.time / 1000 * 1000 + 1000)
        windows[window, default: Content()].count += 1
        windows[window, default: Content()].sum += reading.value
        return reading
    }
}
