import GanzhiCatalogue
import GanzhiFeeds
import GanzhiModel
import GanzhiPipeline
import GanzhiWarnings
import GanzhiWindow

/// What `ganzhi bench mqtt` publishes, and the scenarios that watch it.
///
/// 1,000 devices report every 10 s of event time, which ends about now; every twentieth device stands above the threshold
/// of one scenario for a tenth of the time.
struct BenchLoad: Sendable {
    /// Messages in all.
    var messages: Int
    /// Readings a message.
    var pack: Int
    /// First levels of every topic.
    var root: String
    /// Feeds that take turns.
    var lanes: Int
    /// Event time of the first reading, in Unix milliseconds.
    private var start: Int64

    private static let devices = 1000
    private static let interval: Int64 = 10_000
    private static let phases: [Int64] = (0..<devices).map {
        Int64(BenchWorkload.random(seed: 1, stream: 1, index: $0) % UInt64(interval))
    }

    init(messages: Int, pack: Int, root: String, lanes: Int) {
        self.messages = messages
        self.pack = pack
        self.root = root
        self.lanes = lanes
        let span = Int64(messages * pack / Self.devices + 1) * Self.interval
        start = Clocks.now.milliseconds - span - 60_000
    }

    /// Topic of a message; twenty gateways take turns.
    func topic(_ message: Int) -> String { "\(root)/readings/\(message % lanes)/g\(message % 20)" }

    /// The topic filters of the feeds, which do not overlap.
    var filters: [String] { (0..<lanes).map { "\(root)/readings/\($0)/#" } }

    /// The name of a feed by its place.
    static func feed(_ index: Int) -> String { "bench-\(index)" }

    /// Payload of a message: a reading, or an array of readings.
    func payload(_ message: Int) -> [UInt8] {
        let width = BenchLine.bytes + 1
        let size = pack == 1 ? BenchLine.bytes : pack * width + 1
        return [UInt8](unsafeUninitializedCapacity: size) { bytes, initialized in
            let bytes = UnsafeMutableRawBufferPointer(bytes)
            let head = pack == 1 ? 0 : 1
            if head == 1 { bytes[0] = 0x5B }
            for index in 0..<pack {
                let place = head + index * width
                BenchLine.write(
                    item(message * pack + index),
                    to: UnsafeMutableRawBufferPointer(rebasing: bytes[place...])
                )
                if head == 1 { bytes[place + width - 1] = index + 1 < pack ? 0x2C : 0x5D }
            }
            initialized = size
        }
    }

    private func item(_ number: Int) -> BenchWorkload.Item {
        let device = number % Self.devices
        let round = number / Self.devices
        let noise = Int(BenchWorkload.random(seed: 1, stream: 3, index: number) % 2001)
        let isHigh = device % 20 == 0 && (round + device) % 360 >= 324
        return BenchWorkload.Item(
            time: start + Int64(round) * Self.interval + Self.phases[device],
            series: device,
            value: 10_000 + noise + (isHigh ? 40_000 : 0)
        )
    }

    // MARK: Generation

    /// Scenario whose events tell the latency.
    static let probeScenario = "probe"

    /// A daemon's settings for this load.
    func generation() throws -> Generation {
        func scenario(
            _ id: String,
            metric: String,
            every: TimeSpan,
            lateness: TimeSpan,
            _ measures: [(String, String)],
            when: String
        ) throws -> Scenario {
            Scenario(
                id: id,
                title: ["en": id],
                watch: Watch(metric: metric),
                every: every,
                lateness: lateness,
                measures: try measures.map { try Measure(name: $0.0, parsing: $0.1, every: every) },
                ladder: Ladder(
                    rungs: [Ladder.Rung(level: .red, when: try ConditionParser.parse(when))],
                    clearHold: .zero
                )
            )
        }
        return Generation(
            topicRoot: root,
            feeds: try filters.enumerated().map { index, filter in
                FeedDefinition(name: Self.feed(index), topic: try TopicFilter(filter), format: .json)
            },
            scenarios: [
                try scenario(
                    "level",
                    metric: "water_level",
                    every: .seconds(30),
                    lateness: .seconds(5),
                    [("depth", "mean(5m)")],
                    when: "depth > 3"
                ),
                try scenario(
                    "rise",
                    metric: "water_level",
                    every: .seconds(30),
                    lateness: .seconds(5),
                    [("rise", "delta(5m)"), ("peak", "max(1m)")],
                    when: "rise > 9 or peak > 9"
                ),
                try scenario(
                    Self.probeScenario,
                    metric: "probe_level",
                    every: .seconds(1),
                    lateness: .zero,
                    [("level", "max(1s)")],
                    when: "level > 1"
                ),
            ]
        )
    }
}

/// Pairs of readings whose second makes the window of the first final and thereby raises a warning.
struct BenchProbe {
    private let second: Int64
    private let root: String

    init(root: String) {
        self.root = root
        second = Clocks.now.milliseconds / 1000 * 1000
    }

    var topic: String { "\(root)/readings/0/probe" }

    /// A reading above the threshold.
    func first(_ number: Int) -> [UInt8] { payload(number, at: second - 1500, value: 9) }

    /// A reading of the next second: the event's cause.
    func cause(_ number: Int) -> [UInt8] { payload(number, at: second - 500, value: 0) }

    private func payload(_ number: Int, at time: Int64, value: Int) -> [UInt8] {
        Array(#"{"ts":\#(time),"device":"probe-\#(number)","metric":"probe_level","value":\#(value),"unit":"m"}"#.utf8)
    }

    /// The probe that an event tells of.
    static func number(ofEvent payload: UnsafeRawBufferPointer) -> Int? {
        let text = String(decoding: payload, as: UTF8.self)
        guard let start = text.firstRange(of: #""key":"probe-"#)?.upperBound else { return nil }
        return Int(text[start...].prefix { $0.isNumber })
    }
}
