import ArgumentParser
import Foundation
import GanzhiApp
import GanzhiCity
import GanzhiMQTT
import GanzhiModel

struct Simulate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Publish a simulated city, or a capture, over MQTT.",
        discussion: "Reports on stdout what the broker has, so that the ledger can be checked against it."
    )

    @Option(help: "The broker's host.") var host = "127.0.0.1"
    @Option(help: "The broker's port.") var port = 1883
    @Option(help: "User name, if the broker asks for one.") var username: String?
    @Option(help: "File that holds the password.") var passwordFile: String?
    @Option(help: "Client id.") var clientID = "ganzhi-simulate-\(ProcessInfo.processInfo.processIdentifier)"

    @Flag(help: "The city of the demonstration: 60 devices and a fast storm.") var demo = false
    @Option(help: "Number of devices.") var devices = 60
    @Option(help: "Readings per second of the whole city.") var rate: Double?
    @Option(help: "Seed: the same seed gives the same city.") var seed: UInt64 = 1
    @Option(help: "How long, such as 10m; without it until Ctrl-C.") var duration: String?
    @Option(help: "Readings a message.") var pack = 1
    @Option(help: "Readings arrive up to this much out of order, such as 5s.") var disorder = "0s"
    @Option(help: "Share of messages sent twice, 0 to 1.") var duplicates = 0.0
    @Option(help: "Share of time that devices fall silent for, 0 to 1.") var gaps = 0.0
    @Option(help: "Share of devices with a clock an hour off, 0 to 1.") var badClocks = 0.0
    @Option(help: "Share of messages that are malformed, 0 to 1.") var badPayloads = 0.0
    @Flag(help: "Do not wait for the time of each message.") var unpaced = false

    @Option(help: "A capture to publish instead of a city: plain, .gz, .zst or -.") var capture: String?
    @Option(help: "How much faster than recorded: a factor, or max.") var speed = "1"

    @Flag(help: "The report as NDJSON.") var json = false

    func run() async throws {
        do {
            let broker = try settings()
            // Ctrl-C ends the publishing; the report follows.
            signal(SIGINT, SIG_IGN)
            signal(SIGTERM, SIG_IGN)
            let work = Task { try await publish(to: broker) }
            let sources = [SIGINT, SIGTERM].map { number in
                let source = DispatchSource.makeSignalSource(signal: number)
                source.setEventHandler { work.cancel() }
                source.resume()
                return source
            }
            try await work.value
            withExtendedLifetime(sources) {}
        } catch let problem as Problem {
            throw AppError(.usage, problem.description)
        }
    }

    private func publish(to broker: BrokerSettings) async throws {
        if let capture {
            let count = try await Simulator.publish(capture: capture, speed: PlaybackSpeed(speed), to: broker)
            try StandardStreams.print(json ? "{\"messages\":\(count)}" : "\(count) messages published")
            return
        }
        let report = try await Simulator.publish(City(city()), to: broker, isPaced: !unpaced)
        try StandardStreams.print(json ? String(decoding: report.json, as: UTF8.self) : report.text)
    }

    private func settings() throws -> BrokerSettings {
        var broker = BrokerSettings(host: host, port: port, clientID: clientID, username: username)
        if let passwordFile {
            guard let text = try? String(contentsOfFile: passwordFile, encoding: .utf8) else {
                throw AppError(.unavailable, "Cannot read the password file \(passwordFile).")
            }
            broker.password = Array(text.trimmingCharacters(in: .newlines).utf8)
        }
        return broker
    }

    private func city() throws -> CitySettings {
        let start = Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
        let length = try duration.map { try span($0) }
        if demo { return try CitySettings.demo(start: start, seed: seed, duration: length) }
        let interval = try rate.map { try CitySettings.interval(devices: devices, readingsPerSecond: $0) }
        return try CitySettings(
            devices: devices,
            interval: interval ?? .seconds(10),
            seed: seed,
            start: start,
            duration: length,
            disorder: span(disorder),
            duplicateShare: duplicates,
            gapShare: gaps,
            badClockShare: badClocks,
            badPayloadShare: badPayloads,
            packSize: pack
        )
    }

    private func span(_ text: String) throws -> TimeSpan {
        guard let span = TimeSpan(text) else {
            throw AppError(.usage, "“\(text)” is not a duration: write a whole number and one of ms s m h d.")
        }
        return span
    }
}
