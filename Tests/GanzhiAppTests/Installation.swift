import Foundation
import GanzhiTestSupport

/// A daemon's configuration, scenarios, catalogue and data in a folder of their own, on a broker of their own.
final class Installation: Sendable {
    let folder: TemporaryFolder
    let broker: Mosquitto
    /// Arguments that name the configuration.
    var config: [String] { ["--config", path("ganzhi.yaml")] }
    /// Arguments that name the data folder.
    var data: [String] { ["--data", path(dataName)] }
    private let dataName: String

    /// Writes an installation whose broker loses nothing, as `deploy/mosquitto.conf` has it.
    ///
    /// - Parameters:
    ///   - scenarios: Texts of scenario files.
    ///   - catalogue: Text of the catalogue file.
    ///   - settings: Further lines of the configuration.
    ///   - http: Where health and metrics are served.
    ///   - data: The data folder.
    ///   - connections: Connections to the broker.
    init(
        scenarios: [String],
        catalogue: String,
        settings: String = "",
        http: String = #"{listen: "127.0.0.1:0"}"#,
        data: String = "data",
        connections: Int = 1
    ) throws {
        dataName = data
        folder = try TemporaryFolder()
        broker = try Mosquitto("max_inflight_messages 0\nmax_queued_messages 0")
        try folder.write(
            """
            city: "330100"
            node: n1
            status: Test
            data: \(data)
            catalogue: catalogue.yaml
            scenarios: scenarios
            event-log: {path: events.ndjson}
            http: \(http)
            broker: {host: 127.0.0.1, port: \(broker.port), client-id: ganzhi-test, connections: \(connections)}
            \(settings)

            """,
            to: "ganzhi.yaml"
        )
        try folder.write(catalogue, to: "catalogue.yaml")
        for (number, scenario) in scenarios.enumerated() { try folder.write(scenario, to: "scenarios/\(number).yaml") }
    }

    func path(_ name: String) -> String { folder.url.appending(path: name).path }

    /// Starts a daemon and does not wait for it.
    func launch(
        _ faults: Faults? = nil,
        options: [String] = [],
        environment: [String: String] = [:]
    ) throws -> ChildProcess {
        let environment = environment.merging(faults?.environment ?? [:]) { $1 }
        return try ChildProcess(Ganzhi.executable, ["run"] + config + options, environment: environment)
    }

    /// Starts a daemon and waits until it has read what the broker kept for it.
    func start(_ faults: Faults? = nil) throws -> ChildProcess {
        let daemon = try launch(faults)
        try daemon.waitUntilSubscribed()
        return daemon
    }

    /// Stops a daemon as a service manager does; it must end within five seconds and leave sound books.
    func stop(_ daemon: ChildProcess) throws {
        daemon.send(SIGTERM)
        let status = try daemon.wait(within: 5)
        guard status == 0 else {
            throw Ganzhi.Failure(description: "the daemon ended with \(status): \(daemon.errors)")
        }
        try Ganzhi.succeed(["verify"] + data)
    }

    /// The topic of a gateway.
    static let gateway = "ganzhi/v1/readings/330106/gateway"

    /// Publishes readings as a gateway does.
    func publish(_ readings: [Reading], to topic: String = gateway) throws {
        try MosquittoClients.publish(readings.map(\.json), to: topic, port: broker.port)
    }

    /// The stored events, in order.
    func events(_ filter: [String] = []) throws -> [StoredEvent] {
        try Ganzhi.succeed(["events", "--json"] + data + filter).lines.map(StoredEvent.init)
    }

    /// Waits until an event of this type about this key is stored, and returns all of them.
    @discardableResult func waitForEvent(_ type: String, key: String? = nil, count: Int = 1) throws -> [StoredEvent] {
        var found: [StoredEvent] = []
        return try eventually("\(count) \(type) of \(key ?? "any key"), not only \(found.map(\.summary))") {
            found = try events()
            return found.count { $0.type == "ganzhi.\(type)" && (key == nil || $0.key == key) } >= count ? found : nil
        }
    }

    /// The books of one feed.
    func ledger(of feed: String = "readings") throws -> Books? {
        try Ganzhi.succeed(["ledger", "--json"] + data).lines.map(Books.init).first { $0.feed == feed }
    }

    /// Waits until so many messages are received and booked, and returns the books.
    func waitForBooks(messages: Int) throws -> Books {
        try eventually("the books of \(messages) messages, not \(String(describing: try ledger()))") {
            try ledger().flatMap { $0.messages["received"] == messages && $0.pending == 0 ? $0 : nil }
        }
    }
}

extension ChildProcess {
    /// Waits until a daemon's log says that its feeds deliver.
    func waitUntilSubscribed() throws {
        try eventually("a subscription: \(errors.suffix(2000))") {
            guard isRunning else { throw Ganzhi.Failure(description: "the daemon ended: \(errors)") }
            return errors.contains(" subscribed")
        }
    }
}
