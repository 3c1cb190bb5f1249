import GanzhiModel

/// One reading as a log keeps it.
struct LoggedReading {
    /// When it was measured, in microseconds since 1970.
    var time: Int64
    var value: Double
    /// When it was received, in microseconds since 1970, times four, plus the quality.
    private var stamp: Int64

    /// Creates an entry.
    @inline(__always)
    init(time: Int64, value: Double, received: Int64, quality: Quality) {
        self.time = time
        self.value = value
        stamp = received &<< 2 | Int64(quality.rawValue)
    }

    /// When it was received, in microseconds since 1970.
    var received: Int64 { stamp &>> 2 }

    /// How far it may be trusted.
    var quality: Quality { Quality(rawValue: UInt8(truncatingIfNeeded: stamp & 3)) ?? .bad }

    /// Whether it enters values.
    @inline(__always)
    var isUsable: Bool { stamp & 3 != Int64(Quality.bad.rawValue) }
}

/// The readings of one row, by event time and, where that is the same, by arrival.
///
/// They lie in a ring in one block of a pool, which is doubled when it is full, halved and more when seven eighths of it are
/// free, and given back with the last reading.
///
/// - Complexity: A reading that is the latest costs O(1), another one a move of those before or after it, whichever are
///   fewer. Looking up a time is O(log *n*).
/// - Memory: 24 bytes per reading, and up to twice that while growing.
/// - Limits: 65,536 readings. One more drops the oldest, and ``droppedBefore`` remembers that.
struct ReadingLog {
    /// Readings a log holds at most.
    static var limit: Int { 65_536 }

    private var handle: UInt32 = 0
    /// Entries that the block has room for, up to ``limit``.
    private var capacity: UInt32 = 0
    /// Where in the block the oldest entry is.
    private var head: UInt32 = 0
    private var used: UInt32 = 0
    /// Greatest event time of a reading that was dropped because the log was full; `Int64.min` if none was.
    ///
    /// A window that starts at or before it has lost readings: it has no result that needs all of them.
    private(set) var droppedBefore = Int64.min

    /// Readings held.
    var count: Int { Int(used) }

    /// The reading at a place from 0 for the oldest.
    @inline(__always)
    func entry(_ place: Int, pool: borrowing WordPool) -> LoggedReading {
        assert(place >= 0 && place < count, "The log holds no such reading.")
        return Self.entries(handle, pool)[slot(place)]
    }

    /// Takes in one reading.
    @inline(__always)
    mutating func insert(time: Int64, value: Double, received: Int64, quality: Quality, pool: inout WordPool) {
        let reading = LoggedReading(time: time, value: value, received: received, quality: quality)
        guard used < capacity else { return insertInFull(reading, pool: &pool) }
        place(reading, Self.entries(handle, pool))
    }

    /// Lets go of the readings before a time; for their owner has no use for them any more.
    ///
    /// That is not remembered in ``droppedBefore``.
    mutating func dropBefore(_ time: Int64, pool: inout WordPool) {
        guard used > 0, Self.entries(handle, pool)[Int(head)].time < time else { return }
        let gone = lowerBound(time, pool: pool)
        guard gone < count else {
            pool.release(&handle)
            head = 0
            used = 0
            capacity = 0
            return
        }
        head = UInt32(slot(gone))
        used -= UInt32(gone)
        if used <= capacity / 8 { move(toHold: count * 2, pool: &pool) }
    }

    /// Places of the readings with `start <= time < end`; empty where there are none.
    func bounds(from start: Int64, to end: Int64, pool: borrowing WordPool) -> Range<Int> {
        guard start < end else { return 0..<0 }
        let first = lowerBound(start, pool: pool)
        return first..<Swift.max(first, lowerBound(end, pool: pool))
    }

    /// The readings at some places in order, where they lie; good until the log changes.
    func readings(_ places: Range<Int>, pool: borrowing WordPool) -> ReadingRun {
        assert(places.lowerBound >= 0 && places.upperBound <= count, "The log holds no such readings.")
        guard !places.isEmpty else { return ReadingRun() }
        let ring = Self.entries(handle, pool)
        return ReadingRun(
            first: ring + slot(places.lowerBound),
            ring: ring,
            end: ring + Int(capacity),
            count: places.count
        )
    }

    /// The readings with `start <= time < end`.
    func readings(from start: Int64, to end: Int64, pool: borrowing WordPool) -> ReadingRun {
        readings(bounds(from: start, to: end, pool: pool), pool: pool)
    }

    /// The same readings in a block of their own.
    func copy(pool: inout WordPool) -> ReadingLog {
        guard handle != 0 else { return self }
        var copy = self
        copy.handle = pool.take(logWords: pool.logWords(handle))
        pool[copy.handle].update(from: pool[handle], count: 1 << pool.logWords(handle))
        return copy
    }

    /// Gives the memory back and forgets everything.
    mutating func release(pool: inout WordPool) {
        pool.release(&handle)
        self = ReadingLog()
    }

    @inline(__always)
    private static func entries(_ handle: UInt32, _ pool: borrowing WordPool) -> UnsafeMutablePointer<LoggedReading> {
        UnsafeMutableRawPointer(pool[handle]).assumingMemoryBound(to: LoggedReading.self)
    }

    /// Where in the block a place is.
    @inline(__always)
    private func slot(_ place: Int) -> Int {
        let slot = Int(head) &+ place
        return slot < Int(capacity) ? slot : slot &- Int(capacity)
    }

    /// The first place whose time is not before a time.
    private func lowerBound(_ time: Int64, pool: borrowing WordPool) -> Int {
        guard used > 0 else { return 0 }
        let ring = Self.entries(handle, pool)
        var low = 0
        var high = count
        while low < high {
            let middle = (low &+ high) &>> 1
            if ring[slot(middle)].time < time { low = middle &+ 1 } else { high = middle }
        }
        return low
    }

    /// Puts a reading behind those of its time and before; there must be room.
    @inline(__always)
    private mutating func place(_ reading: LoggedReading, _ ring: UnsafeMutablePointer<LoggedReading>) {
        used &+= 1
        if used == 1 || ring[slot(count &- 2)].time <= reading.time {
            ring[slot(count &- 1)] = reading
        } else {
            placeEarlier(reading, ring)
        }
    }

    /// Puts a reading before the latest one, whose room at the end was counted already.
    @inline(never)
    private mutating func placeEarlier(_ reading: LoggedReading, _ ring: UnsafeMutablePointer<LoggedReading>) {
        // Disorder is mostly slight: walk back in growing steps before searching.
        let others = count &- 1
        var low = 0
        var high = others &- 1
        var step = 1
        while low < high {
            let probe = Swift.max(low, high &- step)
            guard ring[slot(probe)].time > reading.time else {
                low = probe &+ 1
                break
            }
            high = probe
            step &*= 2
        }
        while low < high {
            let middle = (low &+ high) &>> 1
            if ring[slot(middle)].time > reading.time { high = middle } else { low = middle &+ 1 }
        }
        if high &* 2 >= others {
            var place = others
            while place > high {
                ring[slot(place)] = ring[slot(place &- 1)]
                place &-= 1
            }
        } else {
            head = head == 0 ? capacity &- 1 : head &- 1
            for place in 0..<high { ring[slot(place)] = ring[slot(place &+ 1)] }
        }
        ring[slot(high)] = reading
    }

    /// Takes in one reading when the block has no room.
    @inline(never)
    private mutating func insertInFull(_ reading: LoggedReading, pool: inout WordPool) {
        if count < Self.limit {
            move(toHold: count + 1, pool: &pool)
        } else {
            let oldest = Self.entries(handle, pool)[Int(head)].time
            guard reading.time >= oldest else {
                droppedBefore = Swift.max(droppedBefore, reading.time)
                return
            }
            droppedBefore = Swift.max(droppedBefore, oldest)
            head = UInt32(slot(1))
            used -= 1
        }
        place(reading, Self.entries(handle, pool))
    }

    /// Moves everything into the smallest block that holds so many entries.
    private mutating func move(toHold entries: Int, pool: inout WordPool) {
        var log = WordPool.smallestLog
        while (1 << log) / 3 < entries { log += 1 }
        guard handle == 0 || pool.logWords(handle) != log else { return }
        let block = pool.take(logWords: log)
        let new = UnsafeMutableRawPointer(pool[block]).bindMemory(to: LoggedReading.self, capacity: (1 << log) / 3)
        if used > 0 {
            let old = Self.entries(handle, pool)
            let beforeSeam = Swift.min(count, Int(capacity - head))
            new.update(from: old + Int(head), count: beforeSeam)
            (new + beforeSeam).update(from: old, count: count - beforeSeam)
        }
        pool.release(&handle)
        handle = block
        capacity = UInt32(Swift.min(Self.limit, (1 << log) / 3))
        head = 0
    }
}

/// Readings of a log in order, where they lie; across the seam of its ring, too.
///
/// Good until the log changes.
struct ReadingRun: Sequence, IteratorProtocol {
    private var cursor: UnsafePointer<LoggedReading>?
    private var ring: UnsafePointer<LoggedReading>?
    private var end: UnsafePointer<LoggedReading>?
    /// Readings that are left.
    private(set) var count: Int

    /// No readings.
    init() {
        count = 0
    }

    /// So many readings from `first` on; behind `end` comes `ring`.
    fileprivate init(
        first: UnsafePointer<LoggedReading>,
        ring: UnsafePointer<LoggedReading>,
        end: UnsafePointer<LoggedReading>,
        count: Int
    ) {
        cursor = first
        self.ring = ring
        self.end = end
        self.count = count
    }

    /// The next reading.
    @inline(__always)
    mutating func next() -> LoggedReading? {
        guard count > 0, let reading = cursor else { return nil }
        count &-= 1
        cursor = reading + 1 == end ? ring : reading + 1
        return reading.pointee
    }
}
