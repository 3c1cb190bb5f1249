import Foundation
import GanzhiJournal
import GanzhiModel
import GanzhiStore

/// `ganzhi bench store`: what a durable commit costs, in the event store and in the journal.
public enum StoreBench {
    /// Measures commits and prints how many a second.
    ///
    /// - Parameters:
    ///   - folder: Where to write, so that another disk can be measured; `nil` for the system's temporary folder.
    ///   - rounds: Rounds over all cases, in turn.
    public static func run(folder: String?, rounds: Int, json: Bool) throws {
        let folder = try BenchFolder(in: folder)
        let store = try EventStore(folder: folder.url)
        var journal = try JournalWriter(folder: folder.url.path + "/journal")
        let storeCases = [(batch: 1, commits: 100), (batch: 100, commits: 20), (batch: 1000, commits: 5)]
        let journalCases = [(1, 88), (50, 88), (1, 4451), (50, 4451), (650, 4451)].map { (messages: $0, payload: $1) }
        var storeTimes = [[Double]](repeating: [], count: storeCases.count)
        var journalTimes = [[Double]](repeating: [], count: journalCases.count)
        var serial: UInt64 = 0
        for _ in 0..<max(1, rounds) {
            for (index, entry) in storeCases.enumerated() {
                for _ in 0..<entry.commits {
                    let commit = commit(of: entry.batch, after: &serial)
                    storeTimes[index].append(
                        try BenchMachine.nanoseconds { try store.apply(commit, at: Clocks.now) }
                    )
                }
            }
            for (index, entry) in journalCases.enumerated() {
                for _ in 0..<40 {
                    journalTimes[index].append(
                        try BenchMachine.nanoseconds {
                            try append(entry.messages, payload: entry.payload, to: &journal)
                            try journal.commit()
                        }
                    )
                }
            }
        }
        try store.close()
        var table = BenchTable(
            "store",
            [
                .init(title: "p50 us/commit", member: "p50_microseconds_per_commit", digits: 0),
                .init(title: "p99 us/commit", member: "p99_microseconds_per_commit", digits: 0),
                .init(title: "events or messages/s", member: "items_per_second", digits: 0),
                .init(title: "MB/s", member: "megabytes_per_second", digits: 1),
            ]
        )
        for (entry, times) in zip(storeCases, storeTimes) {
            add("events, \(entry.batch)/commit", times, entry.batch, 1100)
        }
        for (entry, times) in zip(journalCases, journalTimes) {
            add("journal, \(entry.messages) x \(entry.payload) B", times, entry.messages, entry.payload)
        }
        try table.print(json: json)

        func add(_ name: String, _ times: [Double], _ items: Int, _ bytes: Int) {
            let median = BenchMachine.median(times)
            let rate = Double(items) / median * 1e9
            table.add(
                name,
                median / 1000,
                BenchMachine.quantile(0.99, of: times) / 1000,
                rate,
                rate * Double(bytes) / 1e6
            )
        }
    }

    /// A commit of raised warnings as the engine makes them: an event of 1.1 KB, two publications and a warning each.
    private static func commit(of count: Int, after serial: inout UInt64) -> Commit {
        var commit = Commit(position: serial + UInt64(count))
        let body = [UInt8](repeating: 0x61, count: 1100)
        for _ in 0..<count {
            serial += 1
            let key = "d\(serial % 10_000)"
            let event = Event(
                serial: serial,
                id: "bench-\(serial)",
                type: "ganzhi.warning.raised",
                subject: "bench",
                time: Clocks.now,
                scenario: "bench",
                key: key,
                level: "red",
                district: "d1",
                device: key,
                bytes: body
            )
            commit.events.append(event)
            for (topic, isRetained) in [
                ("ganzhi/v1/events/d1/bench/red", false), ("ganzhi/v1/warnings/bench/\(key)", true),
            ] {
                commit.publications.append(
                    Publication(serial: serial, topic: topic, isRetained: isRetained, payload: body)
                )
            }
            commit.warnings.append(
                StandingWarning(
                    scenario: "bench",
                    key: key,
                    episode: "e\(serial)",
                    level: .red,
                    raised: event.time,
                    instant: event.time,
                    isStale: false,
                    district: "d1",
                    serial: serial
                )
            )
        }
        return commit
    }

    private static func append(_ count: Int, payload bytes: Int, to journal: inout JournalWriter) throws {
        let payload = [UInt8](repeating: 0x61, count: bytes)
        try payload.withUnsafeBytes { payload in
            try Array("ganzhi/v1/readings/d1/g1".utf8).withUnsafeBytes { topic in
                try Array("city".utf8).withUnsafeBytes { feed in
                    for _ in 0..<count {
                        try journal.append(
                            message: topic,
                            payload: payload,
                            contentType: UnsafeRawBufferPointer(start: nil, count: 0),
                            feed: feed,
                            packetID: 1,
                            isRetained: false,
                            received: Clocks.now,
                            monotonic: Clocks.monotonic
                        )
                    }
                }
            }
        }
    }
}
