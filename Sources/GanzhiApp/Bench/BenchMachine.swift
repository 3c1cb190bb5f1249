import CGanzhi
import Glibc

/// What benchmarks ask of the machine: time, memory, spread.
enum BenchMachine {
    /// Runs the body and says how many nanoseconds it took by the clock.
    static func nanoseconds(_ body: () throws -> Void) rethrows -> Double {
        let start = monotonicNanoseconds
        try body()
        return Double(monotonicNanoseconds - start)
    }

    /// Runs the body and says how many nanoseconds of a core it took on this thread, whatever else the machine does.
    static func coreNanoseconds(_ body: () throws -> Void) rethrows -> Double {
        let start = time(of: CLOCK_THREAD_CPUTIME_ID)
        try body()
        return Double(time(of: CLOCK_THREAD_CPUTIME_ID) - start)
    }

    /// Monotonic clock, the same for all processes of the machine.
    static var monotonicNanoseconds: Int64 { time(of: CLOCK_MONOTONIC) }

    /// CPU time that this process has used, all threads, in nanoseconds.
    static var processorNanoseconds: Int64 { time(of: CLOCK_PROCESS_CPUTIME_ID) }

    private static func time(of clock: Int32) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    /// Bytes of memory that this process holds, after what is free was given back to the system.
    static func residentBytes() -> Int {
        _ = trim?(0)
        guard let file = fopen("/proc/self/statm", "r") else { return 0 }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 128)
        guard fgets(&line, 128, file) != nil else { return 0 }
        let fields = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self).split(
            separator: " "
        )
        return fields.count > 1 ? (Int(fields[1]) ?? 0) * sysconf(Int32(_SC_PAGESIZE)) : 0
    }

    /// Bytes of heap in use, as the C library counts them.
    static var heapBytes: Int { ganzhi_heap_bytes() }

    /// `malloc_trim`, which the C library's module does not show to Swift.
    private static let trim: (@convention(c) (Int) -> Int32)? = {
        guard let symbol = dlsym(nil, "malloc_trim") else { return nil }
        return unsafeBitCast(symbol, to: (@convention(c) (Int) -> Int32).self)
    }()

    /// The value that a share of the others lies below; of the two nearest the greater.
    static func quantile(_ share: Double, of values: [Double]) -> Double {
        let sorted = values.sorted()
        return sorted.isEmpty ? .nan : sorted[min(sorted.count - 1, Int(Double(sorted.count) * share))]
    }

    /// The median.
    static func median(_ values: [Double]) -> Double { quantile(0.5, of: values) }

    /// Runs variants in turn, so many rounds of each, and returns each one's median: neighbours disturb all alike.
    static func medians(rounds: Int, _ variants: [() throws -> Double]) throws -> [Double] {
        var results = [[Double]](repeating: [], count: variants.count)
        for _ in 0..<max(1, rounds) {
            for (index, variant) in variants.enumerated() { try results[index].append(variant()) }
        }
        return results.map(median)
    }

    /// Nanoseconds to read and write a 128-byte record at a random place among so many: what memory itself allows.
    ///
    /// Independent accesses on huge pages where the system grants them, without software prefetch.
    static func randomAccess(records: Int) -> Double {
        let recordBytes = 128
        let hugePage = 2 << 20
        let size = (records * recordBytes + hugePage - 1) / hugePage * hugePage
        guard let base = mmap(nil, size + hugePage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
            base != MAP_FAILED
        else { return .nan }
        defer { munmap(base, size + hugePage) }
        let aligned = UnsafeMutableRawPointer(
            bitPattern: (UInt(bitPattern: base) + UInt(hugePage) - 1) & ~UInt(hugePage - 1)
        )
        guard let table = aligned else { return .nan }
        madvise(table, size, 14 /* MADV_HUGEPAGE, which the C library's module does not show */)
        memset(table, 1, size)
        let words = table.assumingMemoryBound(to: SIMD16<UInt64>.self)
        let count = min(max(records, 2_000_000), 20_000_000)
        var state: UInt64 = 1
        let time = coreNanoseconds {
            for _ in 0..<count {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                let index = Int((state >> 32).multipliedFullWidth(by: UInt64(records) << 32).high)
                words[index] &+= SIMD16(repeating: state)
            }
        }
        return time / Double(count)
    }
}
