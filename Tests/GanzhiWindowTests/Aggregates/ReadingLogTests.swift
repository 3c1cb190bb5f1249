import GanzhiModel
import GanzhiTestSupport
import Testing

@testable import GanzhiWindow

struct ReadingLogTests {
    /// The same by sorting an array after each reading.
    private struct Reference {
        var readings: [(time: Int64, arrival: Int, value: Double)] = []
        var arrivals = 0

        mutating func insert(time: Int64, value: Double) {
            readings.append((time, arrivals, value))
            arrivals += 1
            readings.sort { ($0.time, $0.arrival) < ($1.time, $1.arrival) }
        }
    }

    private func contents(_ log: ReadingLog, _ pool: borrowing WordPool) -> [Double] {
        log.readings(0..<log.count, pool: pool).map(\.value)
    }

    @Test(arguments: [0, 1, 3, 50, 1000])
    func `a log is what sorting would give, whatever the disorder`(disorder: Int64) {
        var random = SeededGenerator(seed: UInt64(disorder))
        var pool = WordPool()
        var log = ReadingLog()
        var reference = Reference()
        for turn in 0..<3000 {
            let time = Int64(turn / 2) - Int64.random(in: 0...disorder, using: &random)
            let value = Double(turn)
            log.insert(time: time, value: value, received: Int64(turn), quality: .good, pool: &pool)
            reference.insert(time: time, value: value)
            if Int.random(in: 0..<40, using: &random) == 0 {
                let bound = time - Int64.random(in: -5...200, using: &random)
                log.dropBefore(bound, pool: &pool)
                reference.readings.removeAll { $0.time < bound }
            }
            #expect(log.count == reference.readings.count)
            guard turn % 7 == 0 else { continue }
            #expect(contents(log, pool) == reference.readings.map(\.value))
            let start = time - Int64.random(in: -10...300, using: &random)
            let end = start + Int64.random(in: -2...200, using: &random)
            let inside = reference.readings.filter { $0.time >= start && $0.time < end }.map(\.value)
            #expect(log.readings(from: start, to: end, pool: pool).map(\.value) == inside)
            let places = log.bounds(from: start, to: end, pool: pool)
            #expect(places.map { log.entry($0, pool: pool).value } == inside)
        }
        #expect(log.droppedBefore == .min)
        log.release(pool: &pool)
        #expect(pool.bytesInUse == 0)
    }

    @Test func `everything about a reading is kept`() {
        var pool = WordPool()
        var log = ReadingLog()
        let received: [Int64] = [1_700_000_000_123_456, -5, 0, 1 << 60]
        for (index, quality) in Quality.allCases.enumerated() {
            for moment in received {
                log.insert(time: Int64(index), value: 0.5, received: moment, quality: quality, pool: &pool)
            }
        }
        for (place, entry) in log.readings(0..<log.count, pool: pool).enumerated() {
            #expect(entry.quality == Quality.allCases[place / 4])
            #expect(entry.received == received[place % 4])
            #expect(entry.isUsable == (entry.quality != .bad))
        }
    }

    @Test func `a full log drops the oldest and says so`() {
        var pool = WordPool()
        var log = ReadingLog()
        let limit = Int64(ReadingLog.limit)
        for time in 0..<limit { log.insert(time: time * 10, value: 1, received: 0, quality: .good, pool: &pool) }
        #expect(log.count == ReadingLog.limit && log.droppedBefore == .min)
        #expect(pool.bytesInUse == 2 << 20)

        log.insert(time: limit * 10, value: 2, received: 0, quality: .good, pool: &pool)
        #expect(log.count == ReadingLog.limit && log.droppedBefore == 0)
        // One that is older than all is the oldest itself, and a later drop does not make the memory shorter.
        log.insert(time: 5, value: 3, received: 0, quality: .good, pool: &pool)
        #expect(log.count == ReadingLog.limit && log.droppedBefore == 5)
        log.insert(time: -7, value: 4, received: 0, quality: .good, pool: &pool)
        #expect(log.droppedBefore == 5)
        // One in the middle of a ring whose seam is not at its end.
        log.insert(time: limit * 5 + 1, value: 6, received: 0, quality: .good, pool: &pool)
        #expect(log.droppedBefore == 10)
        let run = log.readings(from: limit * 5 - 10, to: limit * 5 + 20, pool: pool)
        #expect(run.map(\.time) == [limit * 5 - 10, limit * 5, limit * 5 + 1, limit * 5 + 10])
        var last = Int64.min
        for reading in log.readings(0..<log.count, pool: pool) {
            #expect(reading.time >= last)
            last = reading.time
        }
        #expect(last == limit * 10)
    }

    @Test func `of the oldest time a full log drops what arrived first, and it never forgets a later loss`() {
        var pool = WordPool()
        var log = ReadingLog()
        let limit = Int64(ReadingLog.limit)
        for time in 1...limit { log.insert(time: time, value: 1, received: 0, quality: .good, pool: &pool) }
        log.insert(time: 1, value: 2, received: 0, quality: .good, pool: &pool)
        #expect(log.droppedBefore == 1 && log.count == ReadingLog.limit)
        #expect(log.entry(0, pool: pool).value == 2)

        for time in limit + 1...limit + 100 {
            log.insert(time: time, value: 1, received: 0, quality: .good, pool: &pool)
        }
        #expect(log.droppedBefore == 100)
        // Room comes, older readings fill it, and the oldest of those is dropped next.
        log.dropBefore(200, pool: &pool)
        for time in 1...99 as ClosedRange<Int64> {
            log.insert(time: time, value: 3, received: 0, quality: .good, pool: &pool)
        }
        #expect(log.count == ReadingLog.limit && log.droppedBefore == 100)
        log.insert(time: limit + 101, value: 1, received: 0, quality: .good, pool: &pool)
        #expect(log.entry(0, pool: pool).time == 2 && log.droppedBefore == 100)
    }

    @Test func `a log that was long gives its memory back`() {
        var pool = WordPool()
        var log = ReadingLog()
        for time in 0..<10_000 { log.insert(time: Int64(time), value: 1, received: 0, quality: .good, pool: &pool) }
        let atMost = pool.bytesInUse
        log.dropBefore(9_990, pool: &pool)
        #expect(contents(log, pool).count == 10)
        #expect(pool.bytesInUse * 100 < atMost)
        log.dropBefore(.max, pool: &pool)
        #expect(log.count == 0 && pool.bytesInUse == 0)
        #expect(log.bounds(from: .min, to: .max, pool: pool).isEmpty)
        log.insert(time: 1, value: 1, received: 0, quality: .good, pool: &pool)
        #expect(contents(log, pool) == [1])
    }
}
