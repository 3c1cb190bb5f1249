import GanzhiCatalogue
import GanzhiFeeds
import GanzhiModel
import GanzhiPipeline
import GanzhiWarnings
import GanzhiWindow

/// `ganzhi bench windows`: readings in memory through the window engine alone.
public enum WindowBench {
    /// Readings that the engine takes at once, in blocks as messages of 50 readings make them.
    private static let batch = 1000
    private static let block = 50

    /// Measures the jobs in turn, and the machine's limit with them.
    ///
    /// - Parameters:
    ///   - jobs: Which to measure.
    ///   - series: Number of series of workload W.
    ///   - readings: About how many readings of workload W.
    ///   - input: A file instead of workload W, decoded beforehand.
    /// - Throws: ``AppError`` where the input cannot be read.
    public static func run(
        jobs: [BenchJob],
        series: Int,
        readings: Int,
        input: String?,
        rounds: Int,
        json: Bool
    ) throws {
        let load = try input.map { try Load(path: $0) } ?? Load(BenchWorkload(series: series, readings: readings))
        var results = [Result?](repeating: nil, count: jobs.count)
        let variants: [() throws -> Double] =
            jobs.indices.map { index in
                {
                    let result = try measure(jobs[index], load)
                    results[index] = results[index] ?? result
                    return result.nanoseconds
                }
            } + [{ BenchMachine.randomAccess(records: load.series) }]
        let medians = try BenchMachine.medians(rounds: rounds, variants)
        let limit = medians[jobs.count]
        var table = BenchTable(
            "windows",
            [
                .init(title: "readings/s", member: "readings_per_second", digits: 0),
                .init(title: "ns/reading", member: "ns_per_reading", digits: 1),
                .init(title: "x limit", member: "ratio_to_limit", digits: 1),
                .init(title: "bytes/series", member: "bytes_per_series", digits: 0),
                .init(title: "heap growth", member: "steady_heap_growth_bytes", digits: 0),
                .init(title: "windows", member: "windows", digits: 0),
                .init(title: "raised", member: "raised", digits: 0),
            ]
        )
        for (index, job) in jobs.enumerated() {
            guard let result = results[index] else { continue }
            table.add(
                "\(job.rawValue), \(load.series) series",
                1e9 / medians[index],
                medians[index],
                medians[index] / limit,
                result.bytesPerSeries,
                Double(result.heapGrowth),
                Double(result.windows),
                job == .rules ? Double(result.raised) : nil
            )
        }
        table.add("machine: 128 B at random", 1e9 / limit, limit, 1, 128, nil, nil, nil)
        try table.print(json: json)
    }

    /// Readings as the engine takes them.
    private struct Load {
        var series: Int
        var batches: [[Reading]]

        init(_ workload: BenchWorkload) {
            series = workload.series
            batches = workload.readings(batch: WindowBench.batch)
        }

        init(path: String) throws {
            var decoder = FeedDecoder(
                definition: FeedDefinition(name: "bench", topic: try TopicFilter("#"), format: .json)
            )
            var normaliser = Normaliser(catalogue: Catalogue(), seed: 1)
            var decoded = DecodedBatch()
            var batch = ReadingBatch()
            var refusals: [Refusal] = []
            try BenchLines(path: path).forEach { line in
                decoded.removeAll()
                let outcome = decoder.decode(
                    topic: "",
                    contentType: "",
                    payload: line,
                    received: nil,
                    into: &decoded
                )
                if let rejection = outcome.rejection { throw AppError(.data, "\(path): \(rejection.detail)") }
                normaliser.normalise(
                    decoded,
                    decoded.readings.indices,
                    maxAhead: nil,
                    received: .never,
                    into: &batch,
                    refusals: &refusals
                )
            }
            guard !batch.readings.isEmpty else {
                throw AppError(.data, "\(path) holds no readings. Name another file.")
            }
            series = batch.newChannels.count
            batches = stride(from: 0, to: batch.readings.count, by: WindowBench.batch).map {
                Array(batch.readings[$0..<min(batch.readings.count, $0 + WindowBench.batch)])
            }
        }
    }

    private struct Result {
        var nanoseconds: Double
        var windows: Int
        var raised: Int
        var bytesPerSeries: Double
        /// Bytes of heap that the second half of the readings added.
        var heapGrowth: Int
    }

    private static func measure(_ job: BenchJob, _ load: Load) throws -> Result {
        let plan = try job.plan()
        let resident = BenchMachine.residentBytes()
        var engine = WindowEngine(plans: [plan])
        for _ in 0..<load.series { engine.register(expectedInterval: nil, watchedBy: [0]) }
        var judge = try job == .rules ? Judge() : nil
        var output = WindowOutput()
        var now = Timestamp.never
        var slices: [BlockSlice] = []
        var running: [Int64] = []
        var windows = 0

        func take() {
            windows +=
                job == .sliding ? output.reports.count : output.evaluations.count
            judge?.take(output)
            output.removeAll()
        }
        var heap = 0
        let time = BenchMachine.coreNanoseconds {
            for (number, readings) in load.batches.enumerated() {
                if number == load.batches.count / 2 { heap = BenchMachine.heapBytes }
                slices.removeAll(keepingCapacity: true)
                running.removeAll(keepingCapacity: true)
                for first in stride(from: 0, to: readings.count, by: block) {
                    let count = min(block, readings.count - first)
                    for index in first..<(first + count) { now = max(now, readings[index].time) }
                    slices.append(BlockSlice(now: now, feed: 0, count: count))
                    running.append(now.microseconds)
                }
                engine.process(slices, running: running, feedCount: 1, readings: readings, into: &output)
                take()
            }
            heap = BenchMachine.heapBytes - heap
            while engine.finishNext(into: &output) { take() }
        }
        let bytes = BenchMachine.residentBytes() - resident
        let count = load.batches.reduce(0) { $0 + $1.count }
        return Result(
            nanoseconds: time / Double(max(1, count)),
            windows: windows,
            raised: judge?.raised ?? 0,
            bytesPerSeries: Double(bytes) / Double(max(1, load.series)),
            heapGrowth: heap
        )
    }

    /// A ladder behind the windows, as the pipeline has it.
    private struct Judge {
        private(set) var raised = 0
        private let program: LadderProgram
        private var book: LadderBook
        private var values = [0.0]

        init() throws {
            let ladder = try BenchJob.ladder
            program = try LadderProgram(ladder, measures: ["mean"]) { number, _, _ in Double(number) ?? .nan }
            book = LadderBook(rungs: ladder.rungs.count)
        }

        mutating func take(_ output: borrowing WindowOutput) {
            for index in output.evaluations.indices {
                let evaluation = output.evaluations[index]
                guard evaluation.firstWindow >= 0, evaluation.isFresh else { continue }
                values[0] = output.values[Int(evaluation.firstValue) + BenchJob.functions.firstIndex(of: .mean)!]
                if book.isUnmoved(key: Int(evaluation.row), by: values, program: program) { continue }
                let step = book.step(
                    key: Int(evaluation.row),
                    at: evaluation.instant,
                    values: values,
                    feed: 0,
                    running: 0,
                    program: program
                )
                if case .raised = step.transition { raised += 1 }
            }
        }
    }
}
