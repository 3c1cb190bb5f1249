import Foundation
import GanzhiFeeds
import GanzhiMQTT
import GanzhiModel
import GanzhiPipeline
import GanzhiWindow
import GanzhiTestSupport
import Testing

@testable import GanzhiConfig

@Suite struct ConfigReaderTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func load(
        _ text: String,
        environment: [String: String] = [:]
    ) throws -> (settings: Settings?, problems: [Problem]) {
        let file = try folder.write(text, to: "ganzhi.yaml")
        return GenerationReader.load(config: file.path, environment: environment)
    }

    private func path(_ name: String) -> String { folder.url.path + "/" + name }

    @Test func `a config that says next to nothing has every default`() throws {
        let (settings, problems) = try load("city: 330100\n")
        #expect(problems == [])
        let settings_ = try #require(settings)
        #expect(settings_.dataFolder == path("data"))
        #expect(settings_.eventLog == nil)
        #expect(settings_.journal.segmentBytes == 64 << 20)
        #expect(settings_.outboxLimit == 1_000_000)
        #expect(settings_.broker == BrokerSettings(host: "localhost", clientID: "ganzhi-330100-n1"))
        #expect(settings_.generation.city == "330100")
        #expect(settings_.generation.node == "n1")
        #expect(settings_.generation.calendar.zone == "Asia/Shanghai")
        #expect(settings_.generation.days == DayTypes())
        #expect(settings_.generation.deviceSilence == DeviceSilence(factor: 3, otherwise: nil))
        #expect(settings_.generation.status == nil)
        #expect(settings_.generation.topicRoot == "ganzhi/v1")
        #expect(
            settings_.generation.feeds
                == [FeedDefinition(name: "readings", topic: try TopicFilter("ganzhi/v1/readings/+/+"))]
        )
    }

    @Test func `holidays may stand in a file of their own`() throws {
        try folder.write("holidays: [2026-10-01..2026-10-02]\nworkdays: [2026-10-10]\n", to: "calendar.yaml")
        let (settings, problems) = try load("calendar: calendar.yaml\ndevices: {silent-after: 5}\n")
        #expect(problems == [])
        let generation = try #require(settings).generation
        #expect(generation.days == DayTypes(holidays: [20_727, 20_728], workdays: [20_736]))
        #expect(generation.deviceSilence == DeviceSilence(factor: 5, otherwise: nil))
        #expect(generation.days.isDay(20_736, of: .workday) && generation.days.isDay(20_727, of: .holiday))
    }

    @Test func `the default feed follows the topic root`() throws {
        let settings = try #require(try load("topics: {root: city/x}\n").settings)
        #expect(settings.generation.feeds.map(\.topic.text) == ["city/x/readings/+/+"])
    }

    @Test func `feeds and broker are what the file says`() throws {
        for name in ["ca.pem", "me.pem", "key.pem"] { try folder.write("PEM", to: name) }
        let (settings, problems) = try load(
            """
            data: /var/lib/ganzhi
            event-log: {path: log/events.ndjson}
            broker:
              host: broker.city.example
              protocol: 3.1.1
              client-id: me
              username: ganzhi
              password-env: BROKER_PASSWORD
              keepalive: 2m
              tls: {ca: ca.pem, certificate: me.pem, key: key.pem}
            feeds:
              - name: bt
                topic: city/+/bt/#
                qos: 0
                format: json
                max-ahead: 10s
                retained: accept
                mapping:
                  records: /e
                  device: topic:2
                  metric: "=level"
                  value: ""
                  unit: /u
                  time: root:/bt
                  text-numbers: true
                  time-format: s
                  skip-without-value: true
            journal: {segment: 2 GiB}
            outbox: {limit: 5000}
            """,
            environment: ["BROKER_PASSWORD": "hunter2"]
        )
        #expect(problems == [])
        let read = try #require(settings)
        #expect(read.dataFolder == "/var/lib/ganzhi")
        #expect(read.eventLog == path("log/events.ndjson"))
        #expect(read.journal.segmentBytes == 2 << 30)
        #expect(read.outboxLimit == 5000)
        #expect(
            read.broker
                == BrokerSettings(
                    host: "broker.city.example",
                    port: 8883,
                    protocolVersion: .v311,
                    clientID: "me",
                    username: "ganzhi",
                    password: Array("hunter2".utf8),
                    tls: TLSSettings(
                        caFile: path("ca.pem"),
                        certificateFile: path("me.pem"),
                        keyFile: path("key.pem")
                    ),
                    keepalive: 120
                )
        )
        let mapping = JSONMapping(
            records: try JSONPointer("/e"),
            device: .topic(level: 2),
            metric: .constant("level"),
            value: .record(try JSONPointer("")),
            unit: .record(try JSONPointer("/u")),
            time: .root(try JSONPointer("/bt")),
            textNumbers: true,
            timeFormat: .seconds,
            skipWithoutValue: true
        )
        #expect(
            read.generation.feeds == [
                FeedDefinition(
                    name: "bt",
                    topic: try TopicFilter("city/+/bt/#"),
                    qos: .atMostOnce,
                    format: .json,
                    mapping: mapping,
                    maxAhead: .seconds(10),
                    acceptsRetained: true
                )
            ]
        )
    }

    @Test func `a session may never expire`() throws {
        #expect(try load("broker: {session-expiry: never}\n").settings?.broker.sessionExpiry == .max)
        #expect(try load("broker: {session-expiry: 1h}\n").settings?.broker.sessionExpiry == 3600)
        #expect(try load("broker: {connections: 3}\n").settings?.broker.connections == 3)
        #expect(try load("broker: {connections: 17}\n").settings == nil)
    }

    @Test func `a password file is read without its line break`() throws {
        let file = try folder.write("hunter2\n", to: "password")
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file.path)
        let (settings, problems) = try load("broker: {username: u, password-file: password}\n")
        #expect(problems == [])
        #expect(settings?.broker.password == Array("hunter2".utf8))
    }

    @Test(arguments: [0o640, 0o604, 0o644, 0o660, 0o700])
    func `a password file that others can use is refused`(mode: Int) throws {
        let file = try folder.write("hunter2\n", to: "password")
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file.path)
        let (settings, problems) = try load("broker: {username: u, password-file: password}\n")
        #expect(settings == nil)
        #expect(problems.map(\.remedy) == ["Run `chmod 600 \(file.path)`."])
    }

    @Test func `a password is never shown`() throws {
        for text in [
            "broker: {password: hunter2, username: u}\n", "broker:\n  pasword: hunter2\n", "passwort: [hunter2\n",
            "broker: {username: u, password-env: SECRET, \"password\" : hunter2}\n",
        ] {
            let problems = try load(text, environment: ["SECRET": "hunter2"]).problems
            #expect(!problems.isEmpty)
            #expect(!ProblemText.text(of: problems).contains("hunter2"), "\(text)")
            #expect(!String(decoding: ProblemText.jsonLines(of: problems), as: UTF8.self).contains("hunter2"))
        }
    }

    @Test(arguments: [
        "#", "+/#", "ganzhi/#", "ganzhi/v1/#", "ganzhi/v1/+/+/+", "ganzhi/v1/events/#", "ganzhi/+/warnings/a/b",
        "ganzhi/v1/status/+", "ganzhi/v1/devices/x/y", "ganzhi/v1/feeds/f", "ganzhi/v1/trial/#",
    ])
    func `a feed that would read our own messages is refused`(topic: String) throws {
        let (settings, problems) = try load("feeds: [{name: f, topic: \"\(topic)\"}]\n")
        #expect(settings == nil)
        #expect(problems.map(\.message).allSatisfy { $0.contains("it would read its own messages") })
        #expect(problems.count == 1)
    }

    @Test(arguments: ["ganzhi/v1/readings/+/+", "ganzhi/v1/+", "ganzhi/v2/#", "+/v1", "$SYS/#", "city/events/#"])
    func `a feed beside our own topics is taken`(topic: String) throws {
        #expect(try load("feeds: [{name: f, topic: \"\(topic)\"}]\n").problems == [])
    }

    @Test func `qos 2 is refused with its reason`() throws {
        let problems = try load("feeds: [{name: f, topic: a/b, qos: 2}]\n").problems
        #expect(problems.count == 1)
        #expect(problems.first?.message.contains("not safe across a crash") == true)
        #expect(problems.first?.column == 36)
    }

    @Test(arguments: ["Mars/Olympus", "../../etc/passwd", "/etc/localtime", "posixrules.", "Asia", "GMT+8", ""])
    func `a zone that the system does not have is refused`(zone: String) throws {
        #expect(try load("zone: \"\(zone)\"\n").settings == nil)
    }

    @Test(arguments: ["Asia/Shanghai", "UTC", "America/Argentina/Buenos_Aires", "Etc/GMT+8"])
    func `a zone that the system has is taken`(zone: String) throws {
        #expect(try load("zone: \(zone)\n").settings?.generation.calendar.zone == zone)
    }

    @Test func `what a config names is read with it, and all problems come at once`() throws {
        try folder.write("metrics: [{id: level, unit: m}]\n", to: "cat/m.yaml")
        try folder.write("id,colour\nd,red\n", to: "cat/n.csv")
        try folder.write(ScenarioReaderTests.smallest.replacing("1 m}", with: "1 mbar}"), to: "scen/s.yaml")
        let (settings, problems) = try load("catalogue: cat\nscenarios: [scen, scen/s.yaml]\nnoed: n1\n")
        #expect(settings == nil)
        let errors = problems.filter { $0.severity == .error }.map { ($0.file as NSString).lastPathComponent }
        #expect(errors == ["ganzhi.yaml", "n.csv", "s.yaml", "s.yaml", "s.yaml", "s.yaml"])
    }

    @Test func `a config that is absent is a problem, not a crash`() {
        let (settings, problems) = GenerationReader.load(config: path("nowhere.yaml"))
        #expect(settings == nil)
        #expect(problems.map(\.message) == ["There is no such file."])
        #expect(GenerationReader.load(config: folder.url.path).problems.count == 1)
    }
}
