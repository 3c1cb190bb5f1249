public import ArgumentParser
public import GanzhiApp
import GanzhiMQTT

struct Bench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measure this machine: decoding, windows, conditions, store, replay, checkpoints and MQTT.",
        discussion: """
            Figures are medians; the compared variants take turns in one run. Trust the ratios: other programs disturb \
            the figures themselves. Needs a release build.
            """,
        subcommands: [
            BenchDecode.self, BenchWindows.self, BenchConditions.self, BenchStore.self, BenchReplay.self,
            BenchCheckpoint.self, BenchMQTT.self, BenchPublish.self,
        ]
    )
}

/// What all benchmarks take.
struct BenchOptions: ParsableArguments {
    @Option(help: "Rounds of each case; the median counts.") var rounds = 5
    @Flag(help: "The figures as NDJSON.") var json = false
}

/// What to run over workload W.
struct BenchWorkloadOptions: ParsableArguments {
    @Option(help: "Number of series, up to 1,000,000.") var series = 100_000
    @Option(
        help: "About how many readings; unless told 10,000,000, but 20 a series at least and 10,000 at most."
    ) var readings: Int?

    /// Readings of a series at most: the workload keeps a count for every millisecond of it.
    private static let longest = 10_000

    var count: Int { readings ?? min(max(10_000_000, 20 * series), Self.longest * series) }

    func validate() throws {
        guard (1...1_000_000).contains(series) else {
            throw ValidationError("--series is a number from 1 to 1,000,000, not \(series).")
        }
        guard (1...Self.longest * series).contains(count) else {
            throw ValidationError(
                "--readings \(count) is not between 1 and \(Self.longest) a series; name fewer, or more --series."
            )
        }
    }
}

struct BenchDecode: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "decode",
        abstract: "Decoding of payloads, native JSON and SenML, and looking up their series."
    )

    @OptionGroup var options: BenchOptions

    func run() throws { try DecodeBench.run(rounds: options.rounds, json: options.json) }
}

struct BenchConditions: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "conditions",
        abstract: "Conditions of ladders, by column over 512 keys and key by key."
    )

    @OptionGroup var options: BenchOptions

    func run() throws { try ConditionBench.run(rounds: options.rounds, json: options.json) }
}

struct BenchCheckpoint: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "checkpoint",
        abstract: "What a checkpoint costs the engine, and how long a restart from it takes."
    )

    @Option(help: "Number of series, up to 1,000,000; each has a reading every 10 s.") var series = 100_000
    @Option(help: "Minutes of journal before the checkpoint; one more lies behind it.") var minutes = 2
    @Option(help: "Folder for the journal, about 9 bytes a series and second.", completion: .directory)
    var folder: String?
    @Flag(help: "The figures as NDJSON.") var json = false

    func validate() throws {
        guard (1...1_000_000).contains(series) else {
            throw ValidationError("--series is a number from 1 to 1,000,000, not \(series).")
        }
        guard (1...600).contains(minutes) else {
            throw ValidationError("--minutes is a number from 1 to 600, not \(minutes).")
        }
    }

    func run() throws { try CheckpointBench.run(series: series, minutes: minutes, in: folder, json: json) }
}

struct BenchWindows: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "windows",
        abstract: "The window engine alone, against what memory allows."
    )

    @OptionGroup var workload: BenchWorkloadOptions
    @Option(help: "tumbling (1m), hopping (5m every 30s), sliding (5m) or rules (hopping and a ladder); repeatable.")
    var job: [BenchJob] = []
    @Option(help: "NDJSON readings instead of generated ones, decoded beforehand.") var input: String?
    @OptionGroup var options: BenchOptions

    func run() throws {
        try WindowBench.run(
            jobs: job.isEmpty ? BenchJob.allCases : job,
            series: workload.series,
            readings: workload.count,
            input: input,
            rounds: options.rounds,
            json: options.json
        )
    }
}

struct BenchStore: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "store",
        abstract: "Durable commits: event store and journal."
    )

    @Option(help: "Where to write, to measure that disk; the temporary folder unless told.") var folder: String?
    @OptionGroup var options: BenchOptions

    func run() throws { try StoreBench.run(folder: folder, rounds: options.rounds, json: options.json) }
}

struct BenchReplay: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "NDJSON bytes through the whole pipeline on one core."
    )

    @OptionGroup var workload: BenchWorkloadOptions
    @Option(help: "tumbling (1m), hopping or rules (5m every 30s) or sliding (5m), each with a ladder; repeatable.")
    var job: [BenchJob] = []
    @Option(help: "NDJSON readings instead of generated ones; repeatable.") var input: [String] = []
    @Option(help: "Engines at once, each with its part of the series, against one with all of them.") var cores = 1
    @OptionGroup var options: BenchOptions

    func validate() throws {
        guard (1...64).contains(cores) else { throw ValidationError("--cores is a number from 1 to 64.") }
        guard cores == 1 || input.isEmpty else {
            throw ValidationError("--cores cuts the generated readings; it cannot be combined with --input.")
        }
    }

    func run() throws {
        try ReplayBench.run(
            jobs: job.isEmpty ? [.tumbling, .hopping] : job,
            series: workload.series,
            readings: workload.count,
            inputs: input,
            cores: cores,
            rounds: options.rounds,
            json: options.json
        )
    }
}

struct BenchMQTT: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mqtt",
        abstract: "From a broker to durable and judged, against a subscriber that only counts.",
        discussion: """
            Starts a private mosquitto unless --host names a broker. `null` reads, acknowledges and counts; `intake` makes \
            durable, then acknowledges; `daemon` counts what is durable, acknowledged and judged.
            """
    )

    @Flag(name: .customLong("null"), help: "Only the subscriber that counts.") var isNull = false
    @Option(help: "A broker that runs already.") var host: String?
    @Option(help: "Its port.") var port = 1883
    @Option(help: "Where the daemon's data goes; the temporary folder unless told.") var folder: String?
    @Option(help: "Messages of one reading a round; of 50 readings a fifth of that.") var messages = 200_000
    @Option(help: "Rounds of each case; the median counts.") var rounds = 3
    @Option(help: "Connections of each subscriber, 1 to 16.") var connections = 1
    @Option(help: "Seconds of load for the latency, 0 to leave it out.") var seconds = 15
    @Flag(help: "The figures as NDJSON.") var json = false

    func validate() throws {
        guard (1...16).contains(connections) else {
            throw ValidationError("--connections is a number from 1 to 16, not \(connections).")
        }
    }

    func run() async throws {
        try await MQTTBench.run(
            .init(
                host: host,
                port: port,
                nullOnly: isNull,
                folder: folder,
                messages: messages,
                rounds: rounds,
                connections: connections,
                seconds: seconds
            ),
            json: json
        )
    }
}

/// The publishing child process of `bench mqtt`.
struct BenchPublish: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "publish", shouldDisplay: false)

    @Option var host: String
    @Option var port: Int
    @Option var clientID: String
    @Option var messages: Int
    @Option var pack: Int
    @Option var root: String
    @Option var lanes: Int
    @Option var rate: Int
    @Option var probes: Int

    func run() async throws {
        try await BenchPublisher.run(
            .init(
                broker: BrokerSettings(host: host, port: port, clientID: clientID),
                messages: messages,
                pack: pack,
                root: root,
                lanes: lanes,
                rate: rate,
                probes: probes
            )
        )
    }
}

extension BenchJob: ExpressibleByArgument {}
