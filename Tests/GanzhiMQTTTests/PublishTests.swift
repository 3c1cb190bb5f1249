import Foundation
import GanzhiMQTT
import GanzhiTestSupport
import Testing

private let status = StatusTopic(
    topic: "status/n1",
    online: Array(#"{"online":true}"#.utf8),
    offline: Array(#"{"online":false}"#.utf8)
)

private func completed(_ events: [PublishEvent]) -> [UInt64] {
    events.compactMap { if case .completed(let token) = $0 { token } else { nil } }
}

extension BrokerTests {
    @Test(arguments: [BrokerSettings.ProtocolVersion.v5, .v311])
    func `messages are published in order and completed by token`(version: BrokerSettings.ProtocolVersion) throws {
        let broker = try Mosquitto("max_inflight_messages 0\nmax_queued_messages 0")
        let intake = Intake(BrokerSettings(broker), "t/#")
        try intake.read { $0.events.contains(.drained) }
        let publisher = Publisher(BrokerSettings(broker, version, clientID: "publisher"), maxInFlight: 30, capacity: 50)
        for number in 0..<2000 {
            publisher.publish(
                "t/\(number)",
                "\(number)",
                token: UInt64(number),
                contentType: number % 3 == 0 ? "a/b" : ""
            )
        }
        try intake.read { $0.messages.count == 2000 }
        try publisher.wait(forCompleted: 2000)
        #expect(completed(publisher.seen) == (0..<2000).map { UInt64($0) })
        #expect(intake.messages.map(\.text) == (0..<2000).map { "\($0)" })
        #expect(intake.messages.map(\.contentType) == (0..<2000).map { version == .v5 && $0 % 3 == 0 ? "a/b" : "" })
        publisher.close()
        #expect(!publisher.session.publish(topic: "t", payload: []))
    }

    @Test func `what a restart of the broker interrupts is sent again, in order, and nothing is left out`() throws {
        let broker = try Mosquitto(
            "persistence true\npersistence_location {folder}/\nmax_queued_messages 0\nmax_inflight_messages 0"
        )
        let intake = Intake(BrokerSettings(broker), "t")
        try intake.read { $0.events.contains(.drained) }
        let publisher = Publisher(BrokerSettings(broker, clientID: "publisher"), maxInFlight: 100, capacity: 200)
        let total = 20_000
        let feeder = Thread {
            for number in 0..<total { publisher.publish("t", "\(number)", token: UInt64(number)) }
        }
        feeder.start()
        for round in 1...3 {
            try publisher.wait { completed($0).count > round * 2000 }
            broker.stop()
            try broker.start()
        }
        try publisher.wait(forCompleted: total)
        try intake.read { $0.messages.last?.text == "\(total - 1)" && $0.events.last == .drained }
        #expect(completed(publisher.seen) == (0..<total).map { UInt64($0) })
        #expect(publisher.seen.contains { if case .disconnected = $0 { true } else { false } })
        var firsts: [String] = []
        var known: Set<String> = []
        for message in intake.messages where known.insert(message.text).inserted { firsts.append(message.text) }
        #expect(firsts == (0..<total).map { "\($0)" })
        publisher.close()
    }

    @Test func `the status is online while we are, and offline after a goodbye or without one`() throws {
        let broker = try Mosquitto()
        let watcher = Intake(BrokerSettings(broker, clientID: "watcher"), "#")
        try watcher.read { $0.events.contains(.drained) }
        for isGraceful in [true, false] {
            watcher.messages = []
            let publisher = Publisher(BrokerSettings(broker, clientID: "publisher"), status: status)
            publisher.publish("t", "1")
            try publisher.wait(forCompleted: 1)
            if isGraceful { publisher.publish("t", "2") }
            // With no time left for a goodbye the connection is dropped, and the broker speaks the last will.
            publisher.close(milliseconds: isGraceful ? 20_000 : 0)
            try watcher.read { $0.messages.last?.text == #"{"online":false}"# }
            let texts = watcher.messages.map(\.text)
            #expect(texts == [#"{"online":true}"#, "1"] + (isGraceful ? ["2"] : []) + [#"{"online":false}"#])
            let late = Intake(BrokerSettings(broker, clientID: "late \(isGraceful)"), "status/#")
            try late.read { !$0.messages.isEmpty }
            #expect(late.messages[0].isRetained)
            #expect(late.messages[0].text == #"{"online":false}"#)
        }
    }

    @Test func `a message that cannot be sent is refused and the others go on`() throws {
        let broker = try Mosquitto("acl_file {folder}/rights") { folder in
            try folder.write("topic write open/#\n", to: "rights")
        }
        let publisher = Publisher(broker)
        publisher.publish("open/a", "1", token: 1)
        publisher.publish("open/#", "wildcard", token: 2)
        publisher.publish("secret", "no right", token: 3)
        publisher.publish("open/b", "2", token: 4)
        try publisher.wait { completed($0).contains(4) }
        var refused: [UInt64: String] = [:]
        for event in publisher.seen { if case .refused(let token, let reason) = event { refused[token] = reason } }
        #expect(refused.keys.sorted() == [2, 3])
        let told: [UInt64] = publisher.seen.compactMap {
            switch $0 {
            case .completed(let token), .refused(let token, _): token
            default: nil
            }
        }
        #expect(told == [1, 2, 3, 4], "in order, though the library refused the second before all answers came")
        #expect(refused[3]?.contains("135") == true)
        #expect(refused[2]?.contains("open/#") == true)
        #expect(completed(publisher.seen) == [1, 4])
        publisher.close()
    }

    @Test func `publishing waits for room, or says that there is none`() throws {
        let broker = try Mosquitto()
        broker.kill()
        let publisher = Publisher(BrokerSettings(broker, clientID: "publisher"), maxInFlight: 5, capacity: 5)
        for number in 0..<5 {
            #expect(publisher.session.tryPublish(topic: "t", payload: [], token: UInt64(number)))
        }
        #expect(!publisher.session.tryPublish(topic: "t", payload: []))
        try broker.start()
        publisher.publish("t", "waits", token: 5)
        try publisher.wait(forCompleted: 6)
        #expect(completed(publisher.seen) == [0, 1, 2, 3, 4, 5])
        publisher.close()
    }

    @Test func `TLS trusts the right authority, for the right host, and no other`() throws {
        let broker = try Mosquitto(
            """
            cafile {folder}/ca.pem
            certfile {folder}/server.pem
            keyfile {folder}/server.key
            require_certificate true
            """
        ) { folder in
            let path = folder.url.path
            for name in ["ca", "other"] {
                try run(
                    "openssl",
                    "req",
                    "-x509",
                    "-newkey",
                    "ec",
                    "-pkeyopt",
                    "ec_paramgen_curve:P-256",
                    "-nodes",
                    "-subj",
                    "/CN=\(name)",
                    "-days",
                    "2",
                    "-keyout",
                    "\(path)/\(name).key",
                    "-out",
                    "\(path)/\(name).pem"
                )
            }
            for (name, alternative) in [("server", "IP:127.0.0.1"), ("client", "DNS:client")] {
                try folder.write("subjectAltName=\(alternative)\n", to: "extensions")
                try run(
                    "openssl",
                    "req",
                    "-newkey",
                    "ec",
                    "-pkeyopt",
                    "ec_paramgen_curve:P-256",
                    "-nodes",
                    "-subj",
                    "/CN=\(name)",
                    "-keyout",
                    "\(path)/\(name).key",
                    "-out",
                    "\(path)/\(name).csr"
                )
                try run(
                    "openssl",
                    "x509",
                    "-req",
                    "-in",
                    "\(path)/\(name).csr",
                    "-CA",
                    "\(path)/ca.pem",
                    "-CAkey",
                    "\(path)/ca.key",
                    "-CAcreateserial",
                    "-days",
                    "2",
                    "-extfile",
                    "\(path)/extensions",
                    "-out",
                    "\(path)/\(name).pem"
                )
            }
        }
        let path = broker.folder.url.path
        var settings = BrokerSettings(broker)
        settings.tls = TLSSettings(
            caFile: path + "/ca.pem",
            certificateFile: path + "/client.pem",
            keyFile: path + "/client.key"
        )
        func outcome() throws -> String {
            let intake = Intake(settings, "t")
            try intake.read { !$0.events.isEmpty }
            if case .connectFailed(let failure) = intake.events[0] { return failure.description }
            try intake.read { $0.events.contains(.drained) }
            return "connected"
        }
        #expect(try outcome() == "connected")
        let intake = Intake(settings, "t")
        try intake.read { $0.events.contains(.drained) }
        settings.clientID = "publisher"
        let publisher = Publisher(settings)
        for number in 0..<2000 { publisher.publish("t", "\(number) " + String(repeating: "x", count: 200)) }
        try intake.read { $0.messages.count == 2000 }
        publisher.close()

        settings.tls?.caFile = path + "/other.pem"
        let untrusted = try outcome()
        #expect(untrusted.contains("certificate verify failed"), "\(untrusted)")
        settings.tls?.caFile = path + "/ca.pem"
        settings.host = "localhost"
        #expect(try outcome() != "connected")
        settings.tls?.verifyHost = false
        #expect(try outcome() == "connected")
        settings.tls?.certificateFile = nil
        settings.tls?.keyFile = nil
        #expect(try outcome() != "connected")
        settings.tls?.caFile = path + "/absent.pem"
        #expect(try outcome().contains("absent.pem"))
    }
}
