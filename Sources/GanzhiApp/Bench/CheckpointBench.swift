import Foundation
import GanzhiConfig
import GanzhiFeeds
import GanzhiJournal
import GanzhiModel
import GanzhiPipeline
import Logging

/// `ganzhi bench checkpoint`: what a checkpoint costs the engine, and how long a restart from it takes.
public enum CheckpointBench {
    /// Measures one checkpoint over a journal of many series, with a minute of journal behind it, and prints the figures.
    ///
    /// - Parameters:
    ///   - series: Number of series; each has a reading every 10 s.
    ///   - minutes: Minutes of journal before the checkpoint.
    ///   - parent: Where the journal lies meanwhile; `nil` for the system's temporary folder.
    public static func run(series: Int, minutes: Int, in parent: String?, json: Bool) throws {
        let folder = try BenchFolder(in: parent)
        let city = CheckpointCity(series: series)
        var journal = try JournalWriter(folder: folder.url.path + "/journal")
        let resident = BenchMachine.residentBytes()
        let generation = try city.generation()
        var runner = BlockRunner(
            reader: JournalReader(folder: folder.url.path + "/journal"),
            pipeline: try Pipeline(generation: Generation(), clock: .journal, hashSeed: 1),
            generations: { _ in generation.bundle() }
        )
        var logger = Logger(label: "ganzhi-bench", factory: { StreamLogHandler.standardError(label: $0) })
        logger.logLevel = .error
        var keeper = CheckpointKeeper(
            CheckpointSettings(),
            retention: JournalSettings(keepFor: nil, keepBytes: .max),
            dataFolder: folder.url.path,
            journalFolder: folder.url.path + "/journal",
            redeliveryWindow: 0,
            troubles: Troubles(logger: logger),
            logger: logger
        )
        try city.begin(&journal, generation: generation.name)
        let before = try city.pass(minutes: 0..<minutes, &journal, &runner)
        let bytes = BenchMachine.residentBytes() - resident

        let begin = ContinuousClock.now
        keeper.take(runner.pipeline)
        let pause = begin.duration(to: .now)
        let position = runner.position
        var written: Duration?
        let behind = try city.pass(minutes: minutes..<minutes + 1, &journal, &runner) {
            if written == nil, keeper.finishWriting(journalled: 0) != nil { written = begin.duration(to: .now) }
        }
        while written == nil {
            if keeper.finishWriting(journalled: 0) != nil { written = begin.duration(to: .now) }
        }
        let file = CheckpointFolder(dataFolder: folder.url.path).file(at: position)
        let size = try FileManager.default.attributesOfItem(atPath: file)[.size] as? Int ?? 0

        let last = runner.position
        let restart = ContinuousClock.now
        var restored = try restore(folder.url.path, last: last, generation)
        let restoredAfter = restart.duration(to: .now)
        try city.run(&restored, through: last)
        let restartedAfter = restart.duration(to: .now)
        guard restored.position == last, restored.serial == runner.serial else {
            throw AppError(.internal, "The restarted engine stands elsewhere than the one that went on.")
        }
        var table = BenchTable(
            "checkpoint",
            [
                .init(title: "pause ms", member: "pause_ms", digits: 1),
                .init(title: "written s", member: "written_s", digits: 2),
                .init(title: "size MB", member: "size_mb", digits: 0),
                .init(title: "state MB", member: "resident_mb", digits: 0),
                .init(title: "speed meanwhile", member: "speed_ratio", digits: 2),
                .init(title: "restore s", member: "restore_s", digits: 2),
                .init(title: "restart s", member: "restart_s", digits: 2),
            ]
        )
        table.add(
            "\(series) series, \(minutes) min",
            pause / .milliseconds(1),
            written.map { $0 / .seconds(1) },
            Double(size) / 1e6,
            Double(bytes) / 1e6,
            behind / before,
            restoredAfter / .seconds(1),
            restartedAfter / .seconds(1)
        )
        try table.print(json: json)
    }

    private static func restore(_ folder: String, last: UInt64, _ generation: Generation) throws -> BlockRunner {
        let restorer = CheckpointRestorer(
            folder: CheckpointFolder(dataFolder: folder),
            firstSequence: 1,
            committed: last,
            generations: { _ in generation.bundle() }
        )
        let pipeline = try restorer.engine(nil)
        guard pipeline.position > 0 else { throw AppError(.internal, "The checkpoint was not used.") }
        return BlockRunner(
            reader: JournalReader(folder: folder + "/journal", from: pipeline.position + 1),
            pipeline: pipeline,
            generations: { _ in generation.bundle() }
        )
    }
}

/// A journal of many series that each have a reading every 10 s, 50 readings a message.
private struct CheckpointCity {
    let series: Int

    private static let origin: Int64 = 1_700_000_100_000
    private static let perMessage = 50
    private static let topic = Array("bench/readings".utf8)
    private static let feed = Array("bench".utf8)

    func generation() throws -> Generation {
        Generation(
            feeds: [FeedDefinition(name: "bench", topic: try TopicFilter("bench/#"), format: .json)],
            scenarios: [try BenchJob.rules.scenario()]
        )
    }

    func begin(_ journal: inout JournalWriter, generation: String) throws {
        let now = Timestamp(milliseconds: Self.origin)
        try journal.append(.start, received: now, monotonic: 0)
        try journal.append(.config(generation: generation), received: now, monotonic: 0)
        try journal.append(.feed(name: "bench", state: .drained), received: now, monotonic: 0)
        try journal.commit()
    }

    /// Journals some minutes and takes them through an engine, a second at a time.
    ///
    /// - Returns: Readings per second of the engine, its breaks for `afterTurn` included.
    func pass(
        minutes: Range<Int>,
        _ journal: inout JournalWriter,
        _ runner: inout BlockRunner,
        afterTurn: () throws -> Void = {}
    ) throws -> Double {
        var time = Duration.zero
        var readings = 0
        for second in minutes.lowerBound * 60..<minutes.upperBound * 60 {
            readings += try write(second: second, &journal)
            let begin = ContinuousClock.now
            try run(&runner, through: journal.committedSequence)
            try afterTurn()
            time += begin.duration(to: .now)
        }
        return Double(readings) / (time / .seconds(1))
    }

    func run(_ runner: inout BlockRunner, through last: UInt64) throws {
        while runner.position < last {
            var commit = Commit(position: runner.position)
            try runner.run(through: min(last, runner.position + 8192), into: &commit)
        }
    }

    /// Journals the readings of one second: those of a tenth of the series.
    private func write(second: Int, _ journal: inout JournalWriter) throws -> Int {
        let time = Self.origin + Int64(second) * 1000
        let own = stride(from: second % 10, to: series, by: 10).map { $0 }
        var payload = [UInt8](repeating: 0x2C, count: Self.perMessage * (BenchLine.bytes + 1) + 1)
        payload[0] = 0x5B
        for start in stride(from: 0, to: own.count, by: Self.perMessage) {
            let part = own[start..<min(start + Self.perMessage, own.count)]
            for (place, number) in part.enumerated() {
                let value = Int(BenchWorkload.random(seed: 1, stream: 3, index: second * series + number) % 29_000)
                let item = BenchWorkload.Item(time: time, series: number, value: value)
                payload.withUnsafeMutableBytes {
                    let begin = 1 + place * (BenchLine.bytes + 1)
                    BenchLine.write(item, to: UnsafeMutableRawBufferPointer(rebasing: $0[begin...]))
                }
            }
            let end = part.count * (BenchLine.bytes + 1)
            payload[end] = 0x5D
            try payload.withUnsafeBytes { payload in
                try Self.topic.withUnsafeBytes { topic in
                    try Self.feed.withUnsafeBytes { feed in
                        _ = try journal.append(
                            message: topic,
                            payload: UnsafeRawBufferPointer(rebasing: payload[...end]),
                            contentType: UnsafeRawBufferPointer(start: nil, count: 0),
                            feed: feed,
                            packetID: 1,
                            isRetained: false,
                            received: Timestamp(milliseconds: time),
                            monotonic: Int64(second) * 1_000_000
                        )
                    }
                }
            }
            payload[end] = 0x2C
        }
        try journal.commit()
        return own.count
    }
}
