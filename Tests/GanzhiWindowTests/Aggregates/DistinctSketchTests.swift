import GanzhiTestSupport
import Testing

@testable import GanzhiWindow

struct DistinctSketchTests {
    private func insert(_ values: some Sequence<Double>, _ handle: inout UInt32, _ pool: inout WordPool) {
        for value in values { DistinctSketch.insert(value, into: &handle, pool: &pool) }
    }

    /// What a sketch knows, whatever its order: the set or the registers.
    private func contents(_ handle: UInt32, _ pool: borrowing WordPool) -> [UInt64] {
        guard handle != 0 else { return [] }
        let words = UnsafeBufferPointer(start: pool[handle], count: 1 << pool.logWords(handle))
        return words[0] >> 63 == 1 ? Array(words) : words.dropFirst().filter { $0 != 0 }.sorted()
    }

    @Test func `up to 1,024 values are counted exactly`() {
        var random = SeededGenerator(seed: 1)
        var pool = WordPool()
        var handle: UInt32 = 0
        var seen: Set<Double> = []
        #expect(DistinctSketch.count(handle, pool: pool) == 0)
        while seen.count < DistinctSketch.exactLimit {
            // Whole numbers, which differ in few bits, and others; many come again.
            let value =
                Bool.random(using: &random)
                ? Double(Int.random(in: -400...400, using: &random)) : Double.random(in: -1...1, using: &random)
            seen.insert(value)
            DistinctSketch.insert(value, into: &handle, pool: &pool)
            DistinctSketch.insert(seen.first ?? value, into: &handle, pool: &pool)
            #expect(DistinctSketch.count(handle, pool: pool) == Double(seen.count))
        }
        #expect(pool.bytesInUse == 16 << 10)
    }

    @Test func `zero is minus zero, and neighbours are not the same`() {
        var pool = WordPool()
        var handle: UInt32 = 0
        insert([-0.0, -0.0], &handle, &pool)
        #expect(DistinctSketch.count(handle, pool: pool) == 1)
        insert([0, -0.0, 0, .leastNonzeroMagnitude, -.leastNonzeroMagnitude], &handle, &pool)
        #expect(DistinctSketch.count(handle, pool: pool) == 3)
        insert([1e15, 1e15 + 0.125, (1.0).nextUp, 1, .greatestFiniteMagnitude], &handle, &pool)
        #expect(DistinctSketch.count(handle, pool: pool) == 8)
    }

    @Test(arguments: 0...3)
    func `beyond, the estimate is within two percent`(kind: Int) {
        var pool = WordPool()
        var worst = 0.0
        var squares = 0.0
        var trials = 0
        for seed in 0..<12 {
            var random = SeededGenerator(seed: UInt64(seed * 4 + kind))
            var handle: UInt32 = 0
            var number = 0
            for count in [1025, 1500, 5000, 20_000, 100_000] {
                while number < count {
                    number += 1
                    let value: Double =
                        switch kind {
                        case 0: Double(number + seed * 1_000_000)
                        case 1: Double(number) * 0.1 + Double(seed) * 1e6
                        case 2: Double(bitPattern: random.next() & 0x7FEF_FFFF_FFFF_FFFF)
                        default: Double(bitPattern: (1e9 + Double(seed)).bitPattern + UInt64(number))
                        }
                    DistinctSketch.insert(value, into: &handle, pool: &pool)
                }
                let error = DistinctSketch.count(handle, pool: pool) / Double(count) - 1
                worst = max(worst, abs(error))
                squares += error * error
                trials += 1
            }
            DistinctSketch.release(&handle, pool: &pool)
        }
        #expect(worst <= 0.02)
        // The standard error promised is 0.57 %; small numbers are better than that.
        #expect((squares / Double(trials)).squareRoot() < 0.007)
        #expect(pool.bytesInUse == 0)
    }

    @Test func `millions of values do not wear the estimate out`() {
        var pool = WordPool()
        var handle: UInt32 = 0
        for number in 0..<3_000_000 { DistinctSketch.insert(Double(number), into: &handle, pool: &pool) }
        #expect(agrees(DistinctSketch.count(handle, pool: pool), 3_000_000, within: 0.02))
        #expect(pool.bytesInUse == 32 << 10)
    }

    @Test(arguments: [0, 1, 7, 100, 1023, 1024, 1025, 1500, 4000])
    func `parts merged are the whole exactly, wherever it is split`(count: Int) {
        var random = SeededGenerator(seed: UInt64(count))
        // Some come twice, so that parts overlap.
        let values = (0..<count).map { $0 % 5 == 4 ? Double(Int.random(in: 0..<$0, using: &random)) : Double($0) }
        var pool = WordPool()
        var whole: UInt32 = 0
        insert(values, &whole, &pool)
        for tenth in 0...10 {
            let split = count * tenth / 10
            var first: UInt32 = 0
            var second: UInt32 = 0
            insert(values[..<split], &first, &pool)
            insert(values[split...], &second, &pool)
            var merged: UInt32 = 0
            DistinctSketch.merge(first, into: &merged, pool: &pool)
            DistinctSketch.merge(second, into: &merged, pool: &pool)
            #expect(contents(merged, pool) == contents(whole, pool), "split at \(split)")
            DistinctSketch.merge(first, into: &second, pool: &pool)
            #expect(contents(second, pool) == contents(whole, pool), "the other way round")
            #expect(DistinctSketch.count(merged, pool: pool) == DistinctSketch.count(whole, pool: pool))
            DistinctSketch.release(&first, pool: &pool)
            DistinctSketch.release(&second, pool: &pool)
            DistinctSketch.release(&merged, pool: &pool)
        }
        DistinctSketch.release(&whole, pool: &pool)
        #expect(pool.bytesInUse == 0)
    }

    @Test func `the last exact value is the 1,024th, merged or not`() {
        var pool = WordPool()
        var first: UInt32 = 0
        var second: UInt32 = 0
        insert((0..<600).map { Double($0) }, &first, &pool)
        insert((500..<1024).map { Double($0) }, &second, &pool)
        DistinctSketch.merge(second, into: &first, pool: &pool)
        #expect(DistinctSketch.count(first, pool: pool) == 1024)
        #expect(pool[first][0] == 1024)
        insert([3], &first, &pool)
        #expect(pool[first][0] == 1024)
        insert([-3], &first, &pool)
        #expect(pool[first][0] == 1 << 63)
        #expect(agrees(DistinctSketch.count(first, pool: pool), 1025, within: 0.02))
    }

    @Test func `a sketch that was emptied begins again`() {
        var pool = WordPool()
        for count in [10, 2000] {
            var handle: UInt32 = 0
            insert((0..<count).map { Double($0) }, &handle, &pool)
            DistinctSketch.removeAll(&handle, pool: &pool)
            #expect(DistinctSketch.count(handle, pool: pool) == 0)
            insert([4, 5, 4], &handle, &pool)
            #expect(DistinctSketch.count(handle, pool: pool) == 2)
        }
    }
}
