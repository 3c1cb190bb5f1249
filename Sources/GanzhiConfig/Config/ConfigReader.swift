import Foundation
import GanzhiFeeds
import GanzhiMQTT
import GanzhiModel
import GanzhiPipeline

/// Reads the config file.
///
/// Paths in it are relative to its folder. Its keys:
///
/// - `city` (text, default `000000`): code of the city (GB/T 2260), part of every id.
/// - `node` (text, default `n1`): logical name of this node, part of every id; never a host's.
/// - `zone` (IANA time zone, default `Asia/Shanghai`): where days begin.
/// - `calendar` (mapping, or path of a file that holds it; optional): the city's holidays; see ``CalendarReader``.
/// - `devices.silent-after` (whole number from 1, default 3): expected intervals after which a device is reported silent.
/// - `devices.otherwise` (duration, optional): the same for devices without an expected interval.
/// - `status` (`Actual`, `Exercise`, `Test`; optional): CAP status of what is sent.
/// - `data` (path, default `data`): folder of journal and store.
/// - `catalogue`, `scenarios` (path or list of paths, optional): files or folders.
/// - `topics.root` (topic, default `ganzhi/v1`): first levels of every topic of ours.
/// - `event-log.path` (path, optional): file that events are appended to.
/// - `broker`: see ``BrokerReader``.
/// - `feeds`: see ``FeedReader``; default is one feed `readings` on `<root>/readings/+/+`.
/// - `journal`, `checkpoints`: ``JournalSettingsReader``.
/// - `outbox.limit` (whole number from 1000 to 100,000,000, default 1,000,000): publications that may wait for the broker.
/// - `http`: `off`, or `listen` (address and port, default `127.0.0.1:9464`): where health and metrics are served.
struct ConfigReader {
    let file: YAMLFile
    let environment: [String: String]

    /// What a config says, before catalogue and scenarios are read.
    struct Config {
        var settings: Settings
        /// Files and folders with where they are named.
        var catalogue: [(path: String, value: YAMLValue)] = []
        var scenarios: [(path: String, value: YAMLValue)] = []
        /// The calendar's file, with what was found in it; `nil` where it has none of its own.
        var calendar: YAMLFile?
    }

    /// Reads the file; what cannot be read has its default, and the file's problems say so.
    func read() -> Config? {
        guard let root = file.root()?.named("the config").mapping(.config) else { return nil }
        let topicRoot = root["topics"]?.mapping(.configTopics)?["root"].flatMap(readTopicRoot) ?? "ganzhi/v1"
        var generation = Generation(topicRoot: topicRoot)
        if let city = root["city"]?.identifier("a city's code") { generation.city = city }
        if let node = root["node"]?.identifier("the name of a node") { generation.node = node }
        if let calendar = root["zone"].flatMap(ZoneCalendar.read) { generation.calendar = calendar }
        let calendar = root["calendar"].map { CalendarReader().read($0, path: path) }
        if let days = calendar?.days { generation.days = days }
        if let devices = root["devices"] { generation.deviceSilence = readDeviceSilence(devices) }
        generation.status = root["status"]?.choice(of: AlertStatus.self)?.rawValue
        generation.feeds = FeedReader(topicRoot: topicRoot).read(root["feeds"])
        let broker = BrokerReader(folder: folder, environment: environment)
            .read(root["broker"], clientID: "ganzhi-\(generation.city)-\(generation.node)")
        let settings = Settings(
            dataFolder: root["data"]?.text("a folder").map(path) ?? path("data"),
            eventLog: root["event-log"]?.mapping(.configEventLog).flatMap { eventLog in
                eventLog.required("path", "Write the file, such as `path: events.ndjson`.")?.text("a file").map(path)
            },
            broker: broker,
            journal: JournalSettingsReader.readJournal(root["journal"]),
            checkpoints: JournalSettingsReader.readCheckpoints(root["checkpoints"]),
            outboxLimit: root["outbox"]?.mapping(.configOutbox)?["limit"]?.wholeNumber(in: 1000...100_000_000)
                ?? 1_000_000,
            http: root["http"].map(readHTTP) ?? .standard,
            generation: generation
        )
        return Config(
            settings: settings,
            catalogue: readPaths(root["catalogue"]),
            scenarios: readPaths(root["scenarios"]),
            calendar: calendar?.file
        )
    }

    /// The folder of the config file, empty or with a `/` at its end.
    private var folder: String {
        let path = file.source.file
        return path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
    }

    private func path(_ text: String) -> String { text.hasPrefix("/") ? text : folder + text }

    private func readPaths(_ value: YAMLValue?) -> [(path: String, value: YAMLValue)] {
        guard let value else { return [] }
        let values = value.isList ? value.list(of: "paths") ?? [] : [value]
        return values.compactMap { value in value.text("a file or folder").map { (path($0), value) } }
    }

    private func readDeviceSilence(_ value: YAMLValue) -> DeviceSilence {
        var silence = DeviceSilence()
        guard let mapping = value.mapping(.configDevices) else { return silence }
        if let factor = mapping["silent-after"]?.wholeNumber(in: 1...1000) { silence.factor = factor }
        silence.otherwise = mapping["otherwise"]?.duration(above: .zero)
        return silence
    }

    /// Where to listen; `nil` for nowhere.
    private func readHTTP(_ value: YAMLValue) -> ListenAddress? {
        if value.scalarText == "off" { return nil }
        guard !value.isEmpty, value.isMapping else {
            value.report("`http` is \(value.kind).", "Write `http: off` or `http: {listen: \"127.0.0.1:9464\"}`.")
            return nil
        }
        guard let listen = value.mapping(.configHTTP)?["listen"] else { return .standard }
        let example = "Write an address and a port, such as `\"127.0.0.1:9464\"` or `\"[::1]:9464\"`."
        let address = listen.read("an address", example) { text throws(Fault) in
            guard let address = ListenAddress(text) else {
                throw Fault("\(ScalarText.quoted(text)) is no address to listen at.", example)
            }
            return address
        }
        if let address, !address.isLoopback {
            listen.report(
                "Whoever reaches \(address) may read health and metrics: there is no authentication.",
                "Listen at `127.0.0.1`, or let a firewall or a proxy decide who may.",
                severity: .warning
            )
        }
        return address
    }

    private func readTopicRoot(_ value: YAMLValue) -> String? {
        value.read("a topic", "Write for example `ganzhi/v1`.") { text throws(Fault) in
            let isPlain = !text.contains { $0 == "+" || $0 == "#" || $0 == "\0" }
            let levels = text.split(separator: "/", omittingEmptySubsequences: false)
            guard isPlain, !text.hasPrefix("$"), !levels.contains(""), text.utf8.count <= 200 else {
                throw Fault(
                    "\(ScalarText.quoted(text)) cannot be the first levels of a topic.",
                    "Write levels separated by `/`, without + # $ and none empty, such as `ganzhi/v1`."
                )
            }
            return text
        }
    }
}

/// Whether what is sent is meant, as CAP 1.2 says it.
enum AlertStatus: String, CaseIterable {
    case actual = "Actual"
    case exercise = "Exercise"
    case test = "Test"
}
