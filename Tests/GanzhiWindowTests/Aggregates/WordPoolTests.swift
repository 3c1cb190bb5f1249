import GanzhiTestSupport
import Testing

@testable import GanzhiWindow

struct WordPoolTests {
    @Test func `blocks never overlap and keep what is written`() {
        var pool = WordPool()
        var random = SeededGenerator(seed: 1)
        var blocks: [(handle: UInt32, log: Int, mark: UInt64)] = []
        var bytes = 0
        for turn in 0..<20_000 {
            if blocks.count < 40 || Int.random(in: 0..<2, using: &random) == 0, bytes < 64 << 20 {
                let log =
                    Int.random(in: 0..<50, using: &random) == 0
                    ? Int.random(in: 10...WordPool.greatestLog, using: &random)
                    : Int.random(in: WordPool.smallestLog...9, using: &random)
                let handle = pool.take(logWords: log)
                #expect(handle != 0 && pool.logWords(handle) == log)
                pool[handle].update(repeating: UInt64(turn), count: 1 << log)
                blocks.append((handle, log, UInt64(turn)))
                bytes += 8 << log
            } else {
                let index = Int.random(in: 0..<blocks.count, using: &random)
                var (handle, log, mark) = blocks.remove(at: index)
                let words = UnsafeBufferPointer(start: pool[handle], count: 1 << log)
                #expect(words.allSatisfy { $0 == mark })
                pool.release(&handle)
                #expect(handle == 0)
                bytes -= 8 << log
            }
            #expect(pool.bytesInUse == bytes)
        }
        for index in blocks.indices { pool.release(&blocks[index].handle) }
        #expect(pool.bytesInUse == 0)
    }

    @Test func `in steady state nothing is allocated`() {
        var pool = WordPool()
        var handles: [UInt32] = []
        var reserved = 0
        for turn in 0..<10 {
            for number in 0..<20_000 { handles.append(pool.take(logWords: 2 + number % 7)) }
            if turn == 0 { reserved = pool.bytesReserved }
            #expect(pool.bytesReserved == reserved)
            #expect(Set(handles).count == handles.count)
            for index in handles.indices { pool.release(&handles[index]) }
            handles.removeAll(keepingCapacity: true)
        }
    }

    @Test func `blocks stay where they are while the pool grows`() {
        var pool = WordPool()
        let first = pool.take(logWords: 4)
        let address = pool[first]
        var others: [UInt32] = []
        for _ in 0..<200 {
            others.append(pool.take(logWords: WordPool.greatestLog))
            pool[others[others.count - 1]][(1 << WordPool.greatestLog) - 1] = 1
        }
        #expect(pool[first] == address)
        #expect(pool.bytesReserved == 201 << 21)
        #expect(pool.bytesInUse == 200 << 21 + 128)
    }

    @Test func `nothing to release is no harm`() {
        var pool = WordPool()
        var none: UInt32 = 0
        pool.release(&none)
        #expect(none == 0 && pool.bytesInUse == 0 && pool.bytesReserved == 0)
    }
}
