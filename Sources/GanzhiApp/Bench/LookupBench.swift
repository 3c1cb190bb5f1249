import GanzhiCatalogue
import GanzhiModel

/// Normalises readings of series in random order, one reading a message, as lines of a file leave them.
struct LookupBench {
    private static let batch = 16_384
    private static let readings = 1 << 20
    private static let received = Timestamp(milliseconds: 1_800_000_000_000)

    private var normaliser: Normaliser
    private var batches: [DecodedBatch] = []
    private let arrivals = [Normaliser.Arrival](
        repeating: .init(count: 1, received: Self.received, maxAhead: .minutes(1)),
        count: Self.batch
    )
    private var normalised = ReadingBatch()
    private var refusals: [Refusal] = []

    /// Makes every series known.
    init(series: Int) {
        let metric = MetricDefinition(id: "water_level", unit: "m", range: ValueRange(min: -1, max: 20))
        normaliser = Normaliser(catalogue: Catalogue(metrics: [metric]), seed: 1)
        for start in stride(from: 0, to: series, by: Self.batch) {
            _ = normalise(Self.decoded(start..<min(series, start + Self.batch)))
        }
        for start in stride(from: 0, to: Self.readings, by: Self.batch) {
            let random = (start..<start + Self.batch).map {
                Int(BenchWorkload.random(seed: 1, stream: 8, index: $0) % UInt64(series))
            }
            batches.append(Self.decoded(random))
        }
    }

    /// Nanoseconds a reading.
    mutating func run() -> Double {
        batches.reduce(0) { $0 + normalise($1) } / Double(Self.readings)
    }

    private mutating func normalise(_ decoded: DecodedBatch) -> Double {
        var arrivals = Array(arrivals.prefix(decoded.readings.count))
        normalised.removeAll()
        return BenchMachine.coreNanoseconds {
            normaliser.normalise(decoded, &arrivals, into: &normalised, refusals: &refusals)
        }
    }

    /// Readings of some series, as they stand in lines.
    private static func decoded(_ series: some Sequence<Int>) -> DecodedBatch {
        var batch = DecodedBatch()
        var line = [UInt8](repeating: 0, count: BenchLine.bytes)
        for number in series {
            let item = BenchWorkload.Item(time: 1_700_000_100_000, series: number, value: 12_345)
            let place: NameRef = line.withUnsafeMutableBytes {
                BenchLine.write(item, to: $0)
                return batch.append(name: UnsafeRawBufferPointer($0))
            }
            func name(at offset: UInt32, _ length: UInt32) -> NameRef {
                NameRef(offset: place.offset + offset, length: length)
            }
            var reading = DecodedReading(
                device: name(at: 30, 7),
                metric: name(at: 49, 11),
                time: Timestamp(milliseconds: item.time),
                value: 1.2345
            )
            reading.unit = name(at: UInt32(BenchLine.bytes) - 3, 1)
            batch.readings.append(reading)
        }
        return batch
    }
}
