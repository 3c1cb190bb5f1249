import GanzhiTestSupport
import Testing

@testable import GanzhiWindow

struct QuantileSketchTests {
    private static let quantiles = [0, 0.001, 0.05, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999, 1]

    private func insert(_ values: some Sequence<Double>, _ handle: inout UInt32, _ pool: inout WordPool) {
        for value in values { QuantileSketch.insert(value, into: &handle, pool: &pool) }
    }

    /// Header and buckets, which is all there is to a sketch.
    private func contents(_ handle: UInt32, _ pool: borrowing WordPool) -> [UInt64] {
        handle == 0 ? [] : Array(UnsafeBufferPointer(start: pool[handle], count: Int(pool[handle][0] & 0xFFFF) + 1))
    }

    /// Values of a kind, by number.
    private func values(_ kind: Int, _ count: Int, seed: UInt64) -> [Double] {
        var random = SeededGenerator(seed: seed &* 31 &+ UInt64(kind))
        func unit() -> Double { .random(in: -1...1, using: &random) }
        /// From 1e-`decades` to 1e`decades`, all magnitudes alike.
        func wide(_ decades: Double) -> Double {
            var value = 1.0
            let turns = abs(unit() * decades)
            for _ in 0..<Int(turns) { value *= 10 }
            value *= 1 + 9 * abs(unit())
            return Bool.random(using: &random) ? value : 1 / value
        }
        return (0..<count).map { number in
            switch kind {
            case 0: 20 + unit()
            case 1: unit()
            case 2: wide(8)
            case 3: unit() < 0 ? -wide(3) : wide(3)
            case 4: Double(Int(unit() * 3))
            case 5: 1e300 * (1 + abs(unit()))
            case 6: unit() * 0x1p-1060
            case 7: 1e9 + unit()
            default: number % 97 == 0 ? 1e6 * abs(unit()) : abs(unit())
            }
        }
    }

    @Test(arguments: 0...8)
    func `a quantile is within one percent of the value of its rank`(kind: Int) {
        for (seed, count) in [1, 2, 3, 10, 101, 5000].enumerated() {
            var pool = WordPool()
            var handle: UInt32 = 0
            let values = values(kind, count, seed: UInt64(seed))
            insert(values, &handle, &pool)
            let sorted = values.sorted()
            #expect(QuantileSketch.count(handle, pool: pool) == count)
            for q in Self.quantiles {
                let exact = sorted[Int(q * Double(count - 1))]
                let estimate = QuantileSketch.quantile(q, handle, pool: pool)
                // The last term is half of the smallest number: no nearer value can be written down.
                #expect(abs(estimate - exact) <= 0.01 * abs(exact) + .leastNonzeroMagnitude, "q \(q) of \(count)")
            }
            QuantileSketch.release(&handle, pool: &pool)
            #expect(pool.bytesInUse == 0)
        }
    }

    @Test func `every bucket is within one percent and in order`() {
        var value = 0.5
        var last = 0
        var worst = 0.0
        while value < 2.5 {
            for candidate in [value.nextDown, value, value.nextUp] {
                let key = QuantileSketch.key(candidate)
                #expect(key == last || key == last + 1 || last == 0)
                last = key
                worst = max(worst, abs(QuantileSketch.value(key) - candidate) / candidate)
                #expect(QuantileSketch.key(-candidate) - QuantileSketch.key(0) == QuantileSketch.key(0) - key)
            }
            value *= 1.000_05
        }
        #expect(worst < 0.01 && worst > 0.009_99)
        for extreme in [.leastNonzeroMagnitude, .leastNormalMagnitude, .greatestFiniteMagnitude, 1] as [Double] {
            let key = QuantileSketch.key(extreme)
            #expect(key > QuantileSketch.key(0) && key < 1 << 18 && QuantileSketch.key(-extreme) > 0)
            #expect(agrees(QuantileSketch.value(key), extreme, within: 0.01))
        }
        #expect(QuantileSketch.key(-0.0) == QuantileSketch.key(0))
    }

    @Test(arguments: 0...8)
    func `parts merged are the whole to the bit, wherever it is split`(kind: Int) {
        var pool = WordPool()
        let values = values(kind, 60, seed: 5)
        var whole: UInt32 = 0
        insert(values, &whole, &pool)
        var scratch: UInt32 = 0
        for split in 0...60 {
            var first: UInt32 = 0
            var second: UInt32 = 0
            insert(values[..<split], &first, &pool)
            insert(values[split...], &second, &pool)
            // A block that was used before must not show.
            QuantileSketch.removeAll(scratch, pool: pool)
            QuantileSketch.merge(first, into: &scratch, pool: &pool)
            QuantileSketch.merge(second, into: &scratch, pool: &pool)
            #expect(contents(scratch, pool) == contents(whole, pool), "split at \(split)")
            QuantileSketch.merge(first, into: &second, pool: &pool)
            #expect(contents(second, pool) == contents(whole, pool), "the other way round")
            QuantileSketch.release(&first, pool: &pool)
            QuantileSketch.release(&second, pool: &pool)
        }
    }

    @Test func `many panes merged into one scratch are the whole and take no new memory`() {
        var pool = WordPool()
        var scratch: UInt32 = 0
        var reserved = 0
        for round in 0..<20 {
            QuantileSketch.removeAll(scratch, pool: pool)
            var panes: [UInt32] = []
            var whole: UInt32 = 0
            for pane in 0..<12 {
                var handle: UInt32 = 0
                let values = values(pane % 9, 100, seed: UInt64(round))
                insert(values, &handle, &pool)
                insert(values, &whole, &pool)
                panes.append(handle)
            }
            for pane in panes { QuantileSketch.merge(pane, into: &scratch, pool: &pool) }
            #expect(contents(scratch, pool) == contents(whole, pool))
            for index in panes.indices { QuantileSketch.release(&panes[index], pool: &pool) }
            QuantileSketch.release(&whole, pool: &pool)
            if round == 10 { reserved = pool.bytesReserved }
            if round > 10 { #expect(pool.bytesReserved == reserved) }
        }
    }

    @Test func `nothing is neutral and has no quantile`() {
        var pool = WordPool()
        var none: UInt32 = 0
        #expect(QuantileSketch.quantile(0.5, none, pool: pool).isNaN)
        QuantileSketch.merge(0, into: &none, pool: &pool)
        #expect(none == 0)
        var some: UInt32 = 0
        insert([1, 2, 3], &some, &pool)
        let before = contents(some, pool)
        QuantileSketch.merge(none, into: &some, pool: &pool)
        #expect(contents(some, pool) == before)
        QuantileSketch.merge(some, into: &none, pool: &pool)
        #expect(contents(none, pool) == before && none != some)
        QuantileSketch.removeAll(some, pool: pool)
        #expect(QuantileSketch.quantile(0.5, some, pool: pool).isNaN)
    }

    @Test func `more buckets than there may be leave no verdict`() {
        var pool = WordPool()
        var handle: UInt32 = 0
        // Of both signs, from the middle outwards: 29 octaves each.
        let keys = (1...QuantileSketch.bucketLimit + 1).map {
            QuantileSketch.key(1e-5) + $0 / 2 - ($0 % 2) * 2
                * ($0 / 2 + QuantileSketch.key(1e-5) - QuantileSketch.key(0))
        }
        let values = keys.map { QuantileSketch.value($0) }
        insert(values.dropLast(), &handle, &pool)
        #expect(Set(values.dropLast().map { QuantileSketch.key($0) }).count == QuantileSketch.bucketLimit)
        #expect(QuantileSketch.isOverflown(handle, pool: pool) == false)
        #expect(QuantileSketch.count(handle, pool: pool) == QuantileSketch.bucketLimit)
        let sorted = values.dropLast().sorted()
        #expect(agrees(QuantileSketch.quantile(0.25, handle, pool: pool), sorted[511], within: 0.01))
        #expect(pool.bytesInUse == 16 << 10)

        var last: UInt32 = 0
        insert(values.suffix(1), &last, &pool)
        var merged: UInt32 = 0
        QuantileSketch.merge(handle, into: &merged, pool: &pool)
        QuantileSketch.merge(last, into: &merged, pool: &pool)
        insert(values.suffix(1), &handle, &pool)
        for overflown in [handle, merged] {
            #expect(QuantileSketch.isOverflown(overflown, pool: pool) == true)
            #expect(QuantileSketch.quantile(0.5, overflown, pool: pool).isNaN)
        }
        #expect(pool.bytesInUse == 3 * 32)
        insert([1, 2, 3], &handle, &pool)
        #expect(QuantileSketch.quantile(0.5, handle, pool: pool).isNaN)
        QuantileSketch.merge(handle, into: &last, pool: &pool)
        #expect(QuantileSketch.quantile(0.5, last, pool: pool).isNaN)
        var copy: UInt32 = 0
        QuantileSketch.merge(handle, into: &copy, pool: &pool)
        #expect(QuantileSketch.isOverflown(copy, pool: pool) == true)
        QuantileSketch.removeAll(handle, pool: pool)
        insert([5], &handle, &pool)
        #expect(agrees(QuantileSketch.quantile(0.5, handle, pool: pool), 5, within: 0.01))
    }

    @Test func `values that move a few percent take a few words`() {
        var pool = WordPool()
        var handle: UInt32 = 0
        insert((0..<1000).map { 20 + Double($0 % 13) * 0.1 }, &handle, &pool)
        #expect(pool.bytesInUse == 64)
    }
}
