import GanzhiModel

/// A fixed, aligned slice of one series' event time, holding what its readings add up to.
///
/// Bad readings are counted and enter no value.
struct Pane {
    /// Event time divided by the pane's width; tells whose turn this slot holds.
    var index: Int64
    var good: UInt32
    var uncertain: UInt32
    var bad: UInt32
    var sum: CompensatedSum
    var minimum: Double
    var maximum: Double
    var firstTime: Int64
    var firstValue: Double
    var lastTime: Int64
    var lastValue: Double
    /// When the reading behind `lastValue` was received.
    var lastReceived: Int64

    /// A pane without readings; index `Int64.min` belongs to no time.
    init(index: Int64 = .min) {
        self.index = index
        good = 0
        uncertain = 0
        bad = 0
        sum = CompensatedSum()
        minimum = .infinity
        maximum = -.infinity
        firstTime = .max
        firstValue = 0
        lastTime = .min
        lastValue = 0
        lastReceived = .min
    }

    /// Readings that entered the values.
    var usable: UInt32 { good &+ uncertain }

    /// Takes in one reading.
    @inline(__always)
    mutating func add(time: Int64, value: Double, quality: Quality, received: Int64) {
        switch quality {
        case .good: good &+= 1
        case .uncertain: uncertain &+= 1
        case .bad:
            bad &+= 1
            return
        }
        sum.add(value)
        minimum = Swift.min(minimum, value)
        maximum = Swift.max(maximum, value)
        if time < firstTime {
            firstTime = time
            firstValue = value
        }
        if time >= lastTime {
            lastTime = time
            lastValue = value
            lastReceived = received
        }
    }

    /// Takes in a pane of later event time.
    mutating func merge(later pane: borrowing Pane) {
        bad &+= pane.bad
        guard pane.usable > 0 else { return }
        if usable == 0 {
            firstTime = pane.firstTime
            firstValue = pane.firstValue
        }
        good &+= pane.good
        uncertain &+= pane.uncertain
        sum.merge(pane.sum)
        minimum = Swift.min(minimum, pane.minimum)
        maximum = Swift.max(maximum, pane.maximum)
        lastTime = pane.lastTime
        lastValue = pane.lastValue
        lastReceived = pane.lastReceived
    }
}
