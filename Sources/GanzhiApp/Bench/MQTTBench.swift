import Foundation
import GanzhiMQTT
import GanzhiModel
import GanzhiStore

/// `ganzhi bench mqtt`: QoS 1 from a broker, durable before it is acknowledged, against a subscriber that only counts.
public enum MQTTBench {
    /// What to measure.
    public struct Options: Sendable {
        /// A broker that runs already; `nil` for a private one.
        public var host: String?
        /// Its port.
        public var port: Int
        /// Whether only the subscriber that counts is measured.
        public var nullOnly: Bool
        /// Where the daemon's data goes; `nil` for the system's temporary folder.
        public var folder: String?
        /// Messages of one reading a round; of 50 readings a fifth of that.
        public var messages: Int
        /// Rounds of each case.
        public var rounds: Int
        /// Connections that each subscriber has.
        public var connections: Int
        /// Seconds of load for the latency; 0 to leave it out.
        public var seconds: Int

        /// Creates options.
        public init(
            host: String?,
            port: Int,
            nullOnly: Bool,
            folder: String?,
            messages: Int,
            rounds: Int,
            connections: Int,
            seconds: Int
        ) {
            self.host = host
            self.port = port
            self.nullOnly = nullOnly
            self.folder = folder
            self.messages = messages
            self.rounds = rounds
            self.connections = connections
            self.seconds = seconds
        }
    }

    private static let packs = [1, 50]

    /// Measures and prints.
    ///
    /// - Throws: ``AppError`` where a broker or process is not there, or the ledger does not show every message.
    public static func run(_ options: Options, json: Bool) async throws {
        let folder = try BenchFolder(in: options.folder)
        let broker = try options.host.map { BenchBroker(host: $0, port: options.port) } ?? BenchBroker(in: folder)
        let field = BenchField(broker: broker, folder: folder, connections: max(1, options.connections))
        var table = BenchTable(
            "mqtt",
            [
                .init(title: "messages/s", member: "messages_per_second", digits: 0),
                .init(title: "readings/s", member: "readings_per_second", digits: 0),
                .init(title: "of null", member: "ratio_to_null", digits: 2),
                .init(title: "CPU us/message", member: "cpu_microseconds_per_message", digits: 1),
                .init(title: "RSS MB", member: "resident_megabytes", digits: 0),
            ]
        )
        var liveRates: [Int: Double] = [:]
        for pack in packs {
            let messages = max(1, pack == 1 ? options.messages : options.messages / 5)
            for isBacklog in [false, true] {
                let variants = options.nullOnly ? [.null] : BenchField.Variant.allCases
                var results: [BenchField.Variant: [BenchField.Result]] = [:]
                for _ in 0..<max(1, options.rounds) {
                    for variant in variants {
                        results[variant, default: []].append(
                            try await field.run(variant, messages: messages, pack: pack, isBacklog: isBacklog)
                        )
                    }
                }
                let nullRate = BenchMachine.median(results[.null, default: []].map(\.rate))
                let name = "\(isBacklog ? "backlog" : "live"), \(pack) a message"
                for variant in variants {
                    let results = results[variant, default: []]
                    let rate = BenchMachine.median(results.map(\.rate))
                    table.add(
                        "\(name), \(variant.rawValue)",
                        rate,
                        rate * Double(pack),
                        rate / nullRate,
                        BenchMachine.median(results.map(\.processorMicroseconds)),
                        BenchMachine.median(results.map(\.residentMegabytes))
                    )
                    if !isBacklog, variant == .daemon { liveRates[pack] = rate }
                }
            }
        }
        try table.print(json: json)
        guard options.seconds > 0, !options.nullOnly else { return }
        try await latency(of: liveRates, on: field, seconds: options.seconds, json: json)
    }

    /// From publishing the reading that makes a window final to its event at a subscriber, at half the live load.
    private static func latency(of rates: [Int: Double], on field: BenchField, seconds: Int, json: Bool) async throws {
        var table = BenchTable(
            "latency",
            [
                .init(title: "messages/s", member: "messages_per_second", digits: 0),
                .init(title: "p50 ms", member: "p50_milliseconds", digits: 1),
                .init(title: "p99 ms", member: "p99_milliseconds", digits: 1),
                .init(title: "max ms", member: "max_milliseconds", digits: 1),
                .init(title: "events", member: "events", digits: 0),
            ]
        )
        for pack in packs {
            guard let full = rates[pack] else { continue }
            let rate = max(1, Int(full / 2))
            let latencies = try await field.latencies(rate: rate, pack: pack, seconds: seconds)
            table.add(
                "half load, \(pack) a message",
                Double(rate),
                BenchMachine.median(latencies) / 1000,
                BenchMachine.quantile(0.99, of: latencies) / 1000,
                (latencies.max() ?? .nan) / 1000,
                Double(latencies.count)
            )
        }
        try table.print(json: json)
    }
}

/// A broker, a folder, and one subscriber after the other.
final class BenchField {
    private let broker: BenchBroker
    private let folder: BenchFolder
    private let connections: Int
    private var turn = 0

    /// Who subscribes.
    enum Variant: String, CaseIterable {
        /// One who reads, acknowledges and counts.
        case null
        /// Intake alone: durable, then acknowledged.
        case intake
        /// All of the daemon: durable, acknowledged and judged.
        case daemon
    }

    /// What a round came to.
    struct Result {
        /// Messages a second.
        var rate: Double
        /// CPU time of the subscriber's process per message.
        var processorMicroseconds: Double
        /// Memory of the subscriber's process at the end.
        var residentMegabytes: Double
    }

    init(broker: BenchBroker, folder: BenchFolder, connections: Int) {
        self.broker = broker
        self.folder = folder
        self.connections = connections
    }

    /// Publishes a load to a subscriber that is there, or was and comes back, and takes the time.
    func run(_ variant: Variant, messages: Int, pack: Int, isBacklog: Bool) async throws -> Result {
        let place = nextPlace(messages: messages, pack: pack)
        var subscriber = try place.subscriber(variant)
        var running = Task { [subscriber] in try await subscriber.run() }
        try await Self.wait { subscriber.isReady }
        let publisher = try BenchPublisherProcess(place.publisher(rate: 0, probes: 0))
        var start = BenchMachine.monotonicNanoseconds
        var processor = BenchMachine.processorNanoseconds
        if isBacklog {
            await subscriber.stop()
            try await running.value
            try publisher.go()
            _ = try publisher.finish()
            subscriber = try place.subscriber(variant)
            start = BenchMachine.monotonicNanoseconds
            processor = BenchMachine.processorNanoseconds
            running = Task { [subscriber] in try await subscriber.run() }
        } else {
            try publisher.go()
        }
        try await Self.wait { [subscriber] in subscriber.handled >= messages }
        let time = Double(BenchMachine.monotonicNanoseconds - start)
        let used = Double(BenchMachine.processorNanoseconds - processor)
        let resident = Double(BenchMachine.residentBytes()) / 1e6
        if !isBacklog { _ = try publisher.finish() }
        await subscriber.stop()
        try await running.value
        if variant == .daemon { try place.check(messages: messages) }
        return Result(
            rate: Double(messages) / time * 1e9,
            processorMicroseconds: used / Double(messages) / 1000,
            residentMegabytes: resident
        )
    }

    /// Microseconds from cause to event under a paced load.
    func latencies(rate: Int, pack: Int, seconds: Int) async throws -> [Double] {
        let place = nextPlace(messages: rate * seconds, pack: pack)
        let subscriber = try place.subscriber(.daemon)
        let running = Task { try await subscriber.run() }
        try await Self.wait { subscriber.isReady }
        let publisher = try BenchPublisherProcess(place.publisher(rate: rate, probes: 25))
        try publisher.go()
        let latencies = try publisher.finish()
        await subscriber.stop()
        try await running.value
        return latencies
    }

    private func nextPlace(messages: Int, pack: Int) -> BenchPlace {
        turn += 1
        let name = "ganzhi-bench-\(ProcessInfo.processInfo.processIdentifier)-\(turn)"
        return BenchPlace(
            broker: BrokerSettings(
                host: broker.host,
                port: broker.port,
                clientID: name,
                sessionExpiry: 300,
                connections: connections
            ),
            load: BenchLoad(messages: messages, pack: pack, root: name, lanes: connections),
            folder: folder.url.appending(path: "\(turn)")
        )
    }

    /// Looks every few milliseconds whether something has come about.
    private static func wait(until isTrue: () -> Bool) async throws {
        let deadline = ContinuousClock.now.advanced(by: .seconds(300))
        while !isTrue() {
            guard ContinuousClock.now < deadline else {
                throw AppError(.unavailable, "The subscriber did not get everything within five minutes.")
            }
            try await Task.sleep(for: .milliseconds(5))
        }
    }
}

/// Topics, client id and data folder of one round, which no other round touches.
private struct BenchPlace {
    var broker: BrokerSettings
    var load: BenchLoad
    var folder: URL

    func subscriber(_ variant: BenchField.Variant) throws -> any BenchSubscriber {
        switch variant {
        case .null: NullSubscriber(broker: broker, filters: load.filters)
        case .intake: try IntakeSubscriber(broker: broker, generation: load.generation(), folder: folder)
        case .daemon: try DaemonSubscriber(broker: broker, generation: load.generation(), folder: folder)
        }
    }

    func publisher(rate: Int, probes: Int) -> BenchPublisher.Options {
        var broker = broker
        broker.clientID += "-load"
        return BenchPublisher.Options(
            broker: broker,
            messages: load.messages,
            pack: load.pack,
            root: load.root,
            lanes: load.lanes,
            rate: rate,
            probes: probes
        )
    }

    /// Whether the books show every message and every reading.
    func check(messages: Int) throws {
        let ledger = try EventReader(folder: folder).ledger()
        let feeds = load.filters.indices.map(BenchLoad.feed)
        let received = feeds.reduce(0) { $0 + ledger.count(.messagesReceived, of: $1) }
        let applied = feeds.reduce(0) { $0 + ledger.count(.readingsApplied, of: $1) }
        guard received == messages, applied == messages * load.pack else {
            throw AppError(
                .internal,
                "The ledger shows \(received) messages of \(messages) and \(applied) applied readings of"
                    + " \(messages * load.pack)."
            )
        }
        try? FileManager.default.removeItem(at: folder)
    }
}
