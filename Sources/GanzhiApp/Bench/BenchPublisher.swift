import Foundation
public import GanzhiMQTT
import GanzhiModel
import Synchronization

/// The child process of `ganzhi bench mqtt` that publishes; it shares no lock and no heap with the subscriber.
///
/// It says `ready`, waits for a line, publishes, prints the latencies of its probes in microseconds, one a line, and says
/// `done` when the broker has everything.
public enum BenchPublisher {
    /// What to publish.
    public struct Options: Sendable {
        /// Where to.
        public var broker: BrokerSettings
        /// Messages in all.
        public var messages: Int
        /// Readings a message.
        public var pack: Int
        /// First levels of every topic.
        public var root: String
        /// Feeds that take turns.
        public var lanes: Int
        /// Messages a second; 0 for as fast as the broker takes them.
        public var rate: Int
        /// Warnings to provoke a second, whose way is timed.
        public var probes: Int

        /// Creates options.
        public init(
            broker: BrokerSettings,
            messages: Int,
            pack: Int,
            root: String,
            lanes: Int,
            rate: Int,
            probes: Int
        ) {
            self.broker = broker
            self.messages = messages
            self.pack = pack
            self.root = root
            self.lanes = lanes
            self.rate = rate
            self.probes = probes
        }
    }

    /// Publishes.
    ///
    /// - Throws: ``AppError`` where the broker cannot be reached or refuses something.
    public static func run(_ options: Options) async throws {
        let link = PublishLink(options.broker)
        let observer = options.probes > 0 ? BenchObserver(options) : nil
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await BlockingThread.run("publish") { link.session.run() } }
            if let observer { group.addTask { try await BlockingThread.run("observe") { observer.run() } } }
            group.addTask {
                try await BlockingThread.run("load") {
                    defer { link.session.close(milliseconds: 60_000) }
                    try publish(options, link, observer)
                }
            }
            try await group.waitForAll()
        }
        try link.check()
        try observer?.latencies().forEach { try StandardStreams.print(String(Int($0))) }
        try StandardStreams.print("done")
    }

    private static func publish(_ options: Options, _ link: PublishLink, _ observer: BenchObserver?) throws {
        observer?.waitUntilReady()
        try StandardStreams.print("ready")
        guard readLine() != nil else { return }
        let load = BenchLoad(messages: options.messages, pack: options.pack, root: options.root, lanes: options.lanes)
        guard options.rate > 0 else {
            for message in 0..<options.messages {
                guard link.publish(load.topic(message), load.payload(message), "") else { return }
            }
            return
        }
        let probe = BenchProbe(root: options.root)
        let start = BenchMachine.monotonicNanoseconds
        var message = 0
        var probes = 0
        while message < options.messages {
            let elapsed = Double(BenchMachine.monotonicNanoseconds - start) / 1e9
            let due = min(options.messages, Int(elapsed * Double(options.rate)))
            while message < due {
                guard link.publish(load.topic(message), load.payload(message), "") else { return }
                message += 1
            }
            if Double(probes) <= elapsed * Double(options.probes) {
                if probes > 0 {
                    observer?.note(sent: probes - 1)
                    _ = link.publish(probe.topic, probe.cause(probes - 1), "")
                }
                _ = link.publish(probe.topic, probe.first(probes), "")
                probes += 1
            }
            usleep(500)
        }
        observer?.finish(milliseconds: 2000)
    }
}

/// Listens to the events that probes raise and notes how long they took.
private final class BenchObserver: Sendable {
    private let session: Mutex<Setting>
    private let waker = Waker()
    private let isReady = Atomic(false)
    private let isStopping = Atomic(false)
    private let times = Mutex<(sent: [Int: Int64], seen: [Int: Int64])>(([:], [:]))

    private struct Setting: Sendable {
        var broker: BrokerSettings
        var filter: String
    }

    init(_ options: BenchPublisher.Options) {
        var broker = options.broker
        broker.clientID += "-observe"
        broker.sessionExpiry = 60
        session = Mutex(Setting(broker: broker, filter: "\(options.root)/events/+/\(BenchLoad.probeScenario)/+"))
    }

    func run() {
        let setting = session.withLock { $0 }
        let session = IntakeSession(
            settings: setting.broker,
            subscriptions: [Subscription(filter: setting.filter)],
            waker: waker,
            jitterSeed: 1
        )
        while !isStopping.load(ordering: .relaxed) {
            let turn = session.readTurn(limits: IntakeLimits(), waitMilliseconds: 200)
            let now = BenchMachine.monotonicNanoseconds
            for index in 0..<turn.count {
                guard let number = BenchProbe.number(ofEvent: turn[index].payload) else { continue }
                times.withLock { if $0.seen[number] == nil { $0.seen[number] = now } }
            }
            if turn.events.contains(where: { $0.kind == .drained }) { isReady.store(true, ordering: .relaxed) }
            session.releaseAcknowledgements()
        }
        session.stop()
    }

    func waitUntilReady() { while !isReady.load(ordering: .relaxed) { usleep(1000) } }

    func note(sent number: Int) {
        let now = BenchMachine.monotonicNanoseconds
        times.withLock { $0.sent[number] = now }
    }

    /// Waits for the last events and ends.
    func finish(milliseconds: Int) {
        for _ in 0..<milliseconds where times.withLock({ $0.seen.count < $0.sent.count }) { usleep(1000) }
        isStopping.store(true, ordering: .relaxed)
        waker.wake()
    }

    /// Microseconds from each cause to its event; those whose event never came count as infinitely late.
    func latencies() -> [Double] {
        times.withLock { times in
            times.sent.map { number, sent in
                times.seen[number].map { Double($0 - sent) / 1000 } ?? Double(Int32.max)
            }
        }
    }
}
