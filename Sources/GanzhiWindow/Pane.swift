import GanzhiModel
import Glibc

/// The head of a pane: a fixed, aligned slice of one series' event time, and what its readings add up to.
///
/// What follows it in memory, its ``PaneForm`` says. Bad readings are counted and enter no value.
struct Pane {
    /// Number of the pane's step, as far as 32 bits show it: panes that are passed over are emptied, so that none is left
    /// when numbers repeat.
    var number: UInt32 = 0
    /// Readings that enter no value.
    var bad: UInt32 = 0
    var good: UInt32 = 0
    var uncertain: UInt32 = 0
    /// Event time of the newest usable reading.
    var lastTime = Int64.min
    /// When that reading was received.
    var lastReceived = Int64.min

    /// Readings that entered the values.
    @inline(__always)
    var usable: UInt32 { good &+ uncertain }

    @inline(__always)
    var isEmpty: Bool { usable == 0 && bad == 0 }
}

/// One reading on its way into panes and logs.
struct PaneReading {
    var time: Int64
    var value: Double
    var quality: Quality
    var received: Int64
}

extension PaneForm {
    /// Empties a pane and gives it a number.
    @inline(__always)
    func clear(_ pane: UnsafeMutableRawPointer, number: UInt32 = 0) {
        pane.storeBytes(of: Pane(number: number), as: Pane.self)
        if parts.contains(.sum) { pane.storeBytes(of: CompensatedSum(), toByteOffset: sum, as: CompensatedSum.self) }
        if parts.contains(.extrema) { pane.storeBytes(of: Extrema(), toByteOffset: extrema, as: Extrema.self) }
        if !parts.isSubset(of: [.sum, .extrema]) { clearRest(pane) }
    }

    @inline(never)
    private func clearRest(_ pane: UnsafeMutableRawPointer) {
        if parts.contains(.first) { pane.storeBytes(of: FirstValue(), toByteOffset: first, as: FirstValue.self) }
        if parts.contains(.last) { pane.storeBytes(of: 0, toByteOffset: last, as: Double.self) }
        if parts.contains(.squares) {
            pane.storeBytes(of: SquaredDeviations(), toByteOffset: squares, as: SquaredDeviations.self)
        }
        if parts.contains(.regression) {
            pane.storeBytes(of: Regression(), toByteOffset: regression, as: Regression.self)
        }
        if parts.contains(.circular) {
            pane.storeBytes(of: CircularSum(), toByteOffset: circular, as: CircularSum.self)
        }
        if parts.contains(.sketches) {
            pane.storeBytes(of: SketchHandles(), toByteOffset: sketches, as: SketchHandles.self)
        }
    }

    /// Takes one reading in.
    ///
    /// - Parameter origin: Begin of the pane.
    @inline(__always)
    func add(_ reading: PaneReading, to pane: UnsafeMutableRawPointer, origin: Int64, pool: inout WordPool) {
        let head = pane.assumingMemoryBound(to: Pane.self)
        switch reading.quality {
        case .good: head.pointee.good &+= 1
        case .uncertain: head.pointee.uncertain &+= 1
        case .bad:
            head.pointee.bad &+= 1
            return
        }
        if !parts.isSubset(of: [.sum, .extrema]) {
            addRest(reading, to: pane, isNewest: reading.time >= head.pointee.lastTime, origin: origin, pool: &pool)
        }
        addPlainly(reading, to: pane)
    }

    /// Takes one usable reading into sums, extrema and the head; it is counted already.
    @inline(__always)
    func addPlainly(_ reading: PaneReading, to pane: UnsafeMutableRawPointer) {
        let head = pane.assumingMemoryBound(to: Pane.self)
        if parts.contains(.sum) { part(pane, sum, CompensatedSum.self).pointee.add(reading.value) }
        if parts.contains(.extrema) {
            let extrema = part(pane, extrema, Extrema.self)
            let (minimum, maximum) = (extrema.pointee.minimum, extrema.pointee.maximum)
            extrema.pointee.minimum = reading.value < minimum ? reading.value : minimum
            extrema.pointee.maximum = reading.value > maximum ? reading.value : maximum
        }
        let isNewest = reading.time >= head.pointee.lastTime
        head.pointee.lastTime = isNewest ? reading.time : head.pointee.lastTime
        head.pointee.lastReceived = isNewest ? reading.received : head.pointee.lastReceived
    }

    @inline(never)
    private func addRest(
        _ reading: PaneReading,
        to pane: UnsafeMutableRawPointer,
        isNewest: Bool,
        origin: Int64,
        pool: inout WordPool
    ) {
        let count = Int(pane.assumingMemoryBound(to: Pane.self).pointee.usable)
        if parts.contains(.first) {
            let first = part(pane, first, FirstValue.self)
            if reading.time < first.pointee.time {
                first.pointee = FirstValue(time: reading.time, value: reading.value)
            }
        }
        if parts.contains(.last), isNewest { part(pane, last, Double.self).pointee = reading.value }
        if parts.contains(.squares) {
            part(pane, squares, SquaredDeviations.self).pointee.add(reading.value, count: count)
        }
        if parts.contains(.regression) {
            part(pane, regression, Regression.self).pointee.add(
                time: reading.time,
                value: reading.value,
                origin: origin,
                count: count
            )
        }
        if parts.contains(.circular) { part(pane, circular, CircularSum.self).pointee.add(reading.value) }
        if parts.contains(.sketches) {
            let handles = part(pane, sketches, SketchHandles.self)
            if hasQuantiles { QuantileSketch.insert(reading.value, into: &handles.pointee.quantiles, pool: &pool) }
            if hasDistinct { DistinctSketch.insert(reading.value, into: &handles.pointee.distinct, pool: &pool) }
        }
    }

    /// Takes a pane of later event time in.
    ///
    /// - Parameter origins: Begins of both, in microseconds.
    @inline(__always)
    func merge(
        _ pane: UnsafeRawPointer,
        into whole: UnsafeMutableRawPointer,
        origins: (whole: Int64, pane: Int64),
        pool: inout WordPool
    ) {
        let head = whole.assumingMemoryBound(to: Pane.self)
        let later = pane.assumingMemoryBound(to: Pane.self)
        head.pointee.bad &+= later.pointee.bad
        guard later.pointee.usable > 0 else { return }
        if parts.contains(.sum) {
            let part = (pane + sum).assumingMemoryBound(to: CompensatedSum.self)
            self.part(whole, sum, CompensatedSum.self).pointee.merge(part.pointee)
        }
        if parts.contains(.extrema) {
            let part = (pane + extrema).assumingMemoryBound(to: Extrema.self)
            self.part(whole, extrema, Extrema.self).pointee.merge(part.pointee)
        }
        if !parts.isSubset(of: [.sum, .extrema]) {
            mergeRest(pane, into: whole, origins: origins, pool: &pool)
        }
        head.pointee.good &+= later.pointee.good
        head.pointee.uncertain &+= later.pointee.uncertain
        head.pointee.lastTime = later.pointee.lastTime
        head.pointee.lastReceived = later.pointee.lastReceived
    }

    @inline(never)
    private func mergeRest(
        _ pane: UnsafeRawPointer,
        into whole: UnsafeMutableRawPointer,
        origins: (whole: Int64, pane: Int64),
        pool: inout WordPool
    ) {
        let own = Int(whole.assumingMemoryBound(to: Pane.self).pointee.usable)
        let later = Int(pane.assumingMemoryBound(to: Pane.self).pointee.usable)
        if parts.contains(.first), own == 0 {
            part(whole, first, FirstValue.self).pointee = pane.load(fromByteOffset: first, as: FirstValue.self)
        }
        if parts.contains(.last) {
            part(whole, last, Double.self).pointee = pane.load(fromByteOffset: last, as: Double.self)
        }
        if parts.contains(.squares) {
            part(whole, squares, SquaredDeviations.self).pointee.merge(
                pane.load(fromByteOffset: squares, as: SquaredDeviations.self),
                ownCount: own,
                laterCount: later
            )
        }
        if parts.contains(.regression) {
            part(whole, regression, Regression.self).pointee.merge(
                pane.load(fromByteOffset: regression, as: Regression.self),
                ownCount: own,
                laterCount: later,
                ownOrigin: origins.whole,
                laterOrigin: origins.pane
            )
        }
        if parts.contains(.circular) {
            part(whole, circular, CircularSum.self).pointee.merge(
                pane.load(fromByteOffset: circular, as: CircularSum.self)
            )
        }
        if parts.contains(.sketches) {
            let handles = part(whole, sketches, SketchHandles.self)
            let others = pane.load(fromByteOffset: sketches, as: SketchHandles.self)
            if hasQuantiles { QuantileSketch.merge(others.quantiles, into: &handles.pointee.quantiles, pool: &pool) }
            if hasDistinct { DistinctSketch.merge(others.distinct, into: &handles.pointee.distinct, pool: &pool) }
        }
    }

    /// Gives back what a pane keeps elsewhere; needed before it is cleared or forgotten.
    @inline(__always)
    func release(_ pane: UnsafeMutableRawPointer, pool: inout WordPool) {
        guard parts.contains(.sketches) else { return }
        let handles = part(pane, sketches, SketchHandles.self)
        QuantileSketch.release(&handles.pointee.quantiles, pool: &pool)
        DistinctSketch.release(&handles.pointee.distinct, pool: &pool)
    }

    /// What a function says about merged readings that is not read from one place; `nan` where it says nothing.
    ///
    /// - Requires: A usable reading, and a function that needs no more than panes.
    func value(_ function: WindowFunction, of pane: UnsafeMutableRawPointer, pool: borrowing WordPool) -> Double {
        let count = Int(pane.assumingMemoryBound(to: Pane.self).pointee.usable)
        let value: Double =
            switch function {
            case .variance(let sample): variance(of: pane, count: count, sample: sample)
            case .stddev(let sample): variance(of: pane, count: count, sample: sample).squareRoot()
            case .slope: part(pane, regression, Regression.self).pointee.slope(count)
            case .circularMean: part(pane, circular, CircularSum.self).pointee.meanDegrees(count)
            case .quantile(let share):
                QuantileSketch.quantile(share, part(pane, sketches, SketchHandles.self).pointee.quantiles, pool: pool)
            case .distinct:
                DistinctSketch.count(part(pane, sketches, SketchHandles.self).pointee.distinct, pool: pool)
            default: .nan
            }
        return value.isFinite ? value : .nan
    }

    private func variance(of pane: UnsafeMutableRawPointer, count: Int, sample: Bool) -> Double {
        let deviations = part(pane, squares, SquaredDeviations.self).pointee
        return sample ? deviations.sampleVariance(count) : deviations.variance(count)
    }

    @inline(__always)
    private func part<Part>(_ pane: UnsafeMutableRawPointer, _ offset: Int, _: Part.Type) -> UnsafeMutablePointer<Part>
    {
        (pane + offset).assumingMemoryBound(to: Part.self)
    }
}
