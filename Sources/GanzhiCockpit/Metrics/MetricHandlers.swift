import Metrics
import GanzhiModel
import Synchronization

/// A sample of a counter.
final class CounterCell: CounterHandler {
    private let total = Atomic<Int64>(0)

    /// The total so far.
    var value: Int64 { total.load(ordering: .relaxed) }

    func increment(by amount: Int64) { total.wrappingAdd(amount, ordering: .relaxed) }

    func reset() { total.store(0, ordering: .relaxed) }
}

/// A sample of a gauge: the value recorded last.
final class GaugeCell: RecorderHandler {
    private let bits = Atomic<UInt64>(0)

    /// The value recorded last.
    var value: Double { Double(bitPattern: bits.load(ordering: .relaxed)) }

    func record(_ value: Int64) { record(Double(value)) }

    func record(_ value: Double) { bits.store(value.bitPattern, ordering: .relaxed) }
}

/// A sample of a histogram of durations.
final class HistogramCell: TimerHandler, RecorderHandler {
    private let counts = Mutex(DurationCounts())

    /// All durations so far.
    var value: DurationCounts { counts.withLock { $0 } }

    /// Takes the place of all durations so far: swift-metrics has no words for durations that others have counted.
    func replace(by counts: DurationCounts) { self.counts.withLock { $0 = counts } }

    func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }

    func record(_ value: Int64) { record(Double(value)) }

    func record(_ value: Double) { counts.withLock { $0.add(seconds: value) } }
}
