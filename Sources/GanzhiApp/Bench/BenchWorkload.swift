import GanzhiModel

/// Workload W: one reading per series per 10 s with a random phase, disordered by up to 5 s, 0.1 % late by 60 to 120 s.
///
/// Values are multiples of 1e-4 below 10, so that sums are exact; twenty series stay above 3 for a while. Every number is
/// SplitMix64 of (seed, stream, index), so that any program can make the same readings.
struct BenchWorkload {
    /// One reading.
    struct Item {
        /// Unix milliseconds.
        var time: Int64
        /// Number of the series.
        var series: Int
        /// Value in units of 1e-4.
        var value: Int
    }

    let series: Int
    let rounds: Int
    private let seed: UInt64

    /// Event time of the first reading at the earliest, in Unix milliseconds.
    private static let origin: Int64 = 1_700_000_100_000
    private static let interval: Int64 = 10_000
    private static let excursions = 20

    /// Creates the workload.
    ///
    /// - Parameters:
    ///   - series: Number of series, at most 1,000,000.
    ///   - readings: About how many readings to make in all; at least one per series.
    init(series: Int, readings: Int, seed: UInt64 = 1) {
        self.series = min(max(1, series), 1_000_000)
        rounds = max(1, readings / self.series)
        self.seed = seed
    }

    /// Number of readings.
    var count: Int { series * rounds }

    /// Calls once for every reading, with its place in the order of arrival.
    func forEach(_ body: (_ place: Int, Item) -> Void) {
        let arrivals = Int(Int64(rounds) * Self.interval) + 120_000
        var places = [Int](repeating: 0, count: arrivals + 1)
        makeAll { arrival, _ in places[Int(arrival) + 1] += 1 }
        for index in 1...arrivals { places[index] += places[index - 1] }
        makeAll { arrival, item in
            body(places[Int(arrival)], item)
            places[Int(arrival)] += 1
        }
    }

    /// Calls once for every reading, round by round, with its arrival in milliseconds from the origin.
    private func makeAll(_ body: (_ arrival: Int64, Item) -> Void) {
        let phases = (0..<series).map { Int64(random(1, $0) % UInt64(Self.interval)) }
        let levels = (0..<series).map { Int(random(2, $0) % 15_000) + 5000 }
        let span = Int64(rounds) * Self.interval
        let slot = min(span, 3_600_000)
        let duration = max(slot / 4, min(slot / 2, 300_000))
        let slots = max(1, Int(span / slot))
        let stride = max(1, series / Self.excursions)
        for round in 0..<rounds {
            for index in 0..<series {
                let number = round * series + index
                let relative = Int64(round) * Self.interval + phases[index]
                var value = levels[index] + Int(random(3, number) % 2001) - 1000
                if (index - stride / 2) % stride == 0, (index - stride / 2) / stride < Self.excursions {
                    let part = min(Int(relative / slot), slots - 1)
                    let offset = relative - Int64(part) * slot
                    let excursion = (index - stride / 2) / stride * slots + part
                    let start = Int64(random(6, excursion) % UInt64(slot - duration + 1))
                    if offset >= start, offset < start + duration { value += 40_000 }
                }
                let isLate = random(4, number) % 1000 < 1
                let delay = random(5, number) % (isLate ? 60_000 : 5000) + (isLate ? 60_000 : 0)
                body(relative + Int64(delay), Item(time: Self.origin + relative, series: index, value: value))
            }
        }
    }

    private func random(_ stream: UInt64, _ index: Int) -> UInt64 {
        Self.random(seed: seed, stream: stream, index: index)
    }

    /// A random number by seed, stream and index.
    ///
    /// - Source: SplitMix64, Steele, Lea, Flood, "Fast Splittable Pseudorandom Number Generators", 2014.
    @inline(__always)
    static func random(seed: UInt64, stream: UInt64, index: Int) -> UInt64 {
        let golden: UInt64 = 0x9E37_79B9_7F4A_7C15
        return mix(mix(seed &* golden &+ stream) &+ UInt64(index) &* golden)
    }

    @inline(__always)
    private static func mix(_ number: UInt64) -> UInt64 {
        var mixed = number
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

extension BenchWorkload {
    /// The readings as NDJSON in order of arrival, cut by series into parts.
    func lines(parts: Int) -> [[UInt8]] {
        let width = BenchLine.bytes + 1
        let whole = lines()
        var cut = [[UInt8]](repeating: [], count: parts)
        for start in stride(from: 0, to: whole.count, by: width) {
            let digits = whole[(start + BenchLine.seriesPlace)..<(start + BenchLine.seriesPlace + 6)]
            let series = digits.reduce(0) { $0 * 10 + Int($1) - 0x30 }
            cut[series % parts] += whole[start..<(start + width)]
        }
        return cut
    }

    /// The readings as NDJSON in order of arrival, 89 bytes a line.
    func lines() -> [UInt8] {
        let width = BenchLine.bytes + 1
        return [UInt8](unsafeUninitializedCapacity: count * width) { bytes, initialized in
            forEach { place, item in
                let line = UnsafeMutableRawBufferPointer(
                    rebasing: UnsafeMutableRawBufferPointer(bytes)[(place * width)..<(place * width + width)]
                )
                BenchLine.write(item, to: line)
                line[BenchLine.bytes] = 0x0A
            }
            initialized = count * width
        }
    }

    /// The readings in order of arrival, channels numbered as series, in batches.
    func readings(batch: Int) -> [[Reading]] {
        let empty = Reading(channel: 0, time: .never, value: 0)
        var batches = stride(from: 0, to: count, by: batch).map {
            [Reading](repeating: empty, count: min(batch, count - $0))
        }
        forEach { place, item in
            batches[place / batch][place % batch] = Reading(
                channel: UInt32(item.series),
                time: Timestamp(milliseconds: item.time),
                value: Double(item.value) / 10_000
            )
        }
        return batches
    }
}

/// A native reading of fixed width.
enum BenchLine {
    private static let template = Array(
        #"{"ts":0000000000000,"device":"d000000","metric":"water_level","value":0.0000,"unit":"m"}"#.utf8
    )
    private static let valuePlace = 70
    /// Where the six digits of the series stand.
    static let seriesPlace = 31

    /// Bytes of a line without its end.
    static let bytes = template.count

    /// Writes a reading; the buffer has room for at least ``bytes``.
    static func write(_ item: BenchWorkload.Item, to line: UnsafeMutableRawBufferPointer) {
        template.withUnsafeBytes { UnsafeMutableRawBufferPointer(rebasing: line[..<bytes]).copyMemory(from: $0) }
        write(Int(item.time), digits: 13, at: 6, of: line)
        write(item.series, digits: 6, at: seriesPlace, of: line)
        write(item.value / 10_000, digits: 1, at: valuePlace, of: line)
        write(item.value % 10_000, digits: 4, at: valuePlace + 2, of: line)
    }

    private static func write(_ number: Int, digits: Int, at place: Int, of line: UnsafeMutableRawBufferPointer) {
        var rest = number
        for index in stride(from: place + digits - 1, through: place, by: -1) {
            line[index] = UInt8(truncatingIfNeeded: 0x30 + rest % 10)
            rest /= 10
        }
    }
}
