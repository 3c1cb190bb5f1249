import Foundation
import GanzhiMQTT
import GanzhiTestSupport
import Testing

extension BrokerTests {
    @Test(arguments: [BrokerSettings.ProtocolVersion.v5, .v311])
    func `acknowledgements are held until they are released`(version: BrokerSettings.ProtocolVersion) throws {
        let broker = try Mosquitto("max_inflight_messages 20\nmax_queued_messages 0\nlog_type all")
        func acknowledged() -> Int { broker.log.components(separatedBy: "Received PUBACK from intake").count - 1 }
        // MQTT 5: our receive maximum takes the place of the broker's limit.
        let window = version == .v5 ? 100 : 20
        let intake = Intake(BrokerSettings(broker, version), "t/#")
        try intake.read { $0.events.contains(.drained) }
        let publisher = Publisher(broker)
        for number in 0..<100 { publisher.publish("t/a", "\(number)") }
        try publisher.wait(forCompleted: 100)
        // The broker has all of them and as many on the way as it may; it waits for us.
        let first = intake.read(limits: IntakeLimits(milliseconds: 1000), wait: 5000)
        #expect(first.map(\.text) == (0..<window).map { "\($0)" })
        publisher.publish("u", "")
        try publisher.wait(forCompleted: 101)
        #expect(acknowledged() == 0)
        intake.session.releaseAcknowledgements()
        let deadline = Date.now + patience
        while acknowledged() < window, Date.now < deadline { usleep(1000) }
        let second = intake.read(limits: IntakeLimits(milliseconds: 1000), wait: version == .v5 ? 1 : 5000)
        #expect(second.isEmpty == (version == .v5))
        publisher.publish("u", "")
        try publisher.wait(forCompleted: 102)
        #expect(acknowledged() == window)
        // Dropping the connection lets nothing out either.
        intake.session.stop()
        publisher.publish("u", "")
        try publisher.wait(forCompleted: 103)
        #expect(acknowledged() == window)
        publisher.close()
    }

    @Test(arguments: [BrokerSettings.ProtocolVersion.v5, .v311])
    func `what was not released comes again, also after a stop`(version: BrokerSettings.ProtocolVersion) throws {
        let broker = try Mosquitto("max_inflight_messages 20\nmax_queued_messages 0")
        var intake = Intake(BrokerSettings(broker, version), "t")
        try intake.read { $0.events.contains(.drained) }
        #expect(intake.events == [.connected(sessionPresent: false), .subscribed(filter: "t", qos: 1), .drained])
        let publisher = Publisher(broker)
        for number in 0..<50 { publisher.publish("t", "\(number)") }
        try publisher.wait(forCompleted: 50)
        let first = intake.read(limits: IntakeLimits(milliseconds: 1000), wait: 5000)
        #expect(first.count == (version == .v5 ? 50 : 20))
        intake.session.stop()
        intake = Intake(BrokerSettings(broker, version), "t")
        try intake.read { $0.messages.count == 50 && $0.events.contains(.drained) }
        #expect(intake.messages.map(\.text) == (0..<50).map { "\($0)" })
        #expect(intake.messages.prefix(first.count).map(\.packetID) == first.map(\.packetID))
        #expect(intake.events.first == .connected(sessionPresent: true))
        intake.session.stop()
        // What was released does not.
        intake = Intake(BrokerSettings(broker, version), "t")
        try intake.read { $0.events.contains(.drained) }
        #expect(intake.messages.isEmpty)
        publisher.close()
    }

    @Test func `messages come with topic, content type, QoS, packet id and retained flag`() throws {
        let broker = try Mosquitto()
        let publisher = Publisher(broker)
        publisher.publish("t/kept", "old", isRetained: true)
        try publisher.wait(forCompleted: 1)
        let intake = Intake(BrokerSettings(broker), "t/#")
        try intake.read { $0.events.contains(.drained) && !$0.messages.isEmpty }
        publisher.publish("t/水位/d1", "[1]", contentType: "application/senml+json")
        publisher.publish("t/empty", "")
        try intake.read { $0.messages.count == 3 }
        #expect(intake.messages[0].topic == "t/kept")
        #expect(intake.messages[0].isRetained)
        #expect(intake.messages[1].topic == "t/水位/d1")
        #expect(intake.messages[1].text == "[1]")
        #expect(intake.messages[1].contentType == "application/senml+json")
        #expect(!intake.messages[1].isRetained)
        #expect(intake.messages[2].text == "")
        #expect(intake.messages[2].contentType == "")
        #expect(Set(intake.messages.map(\.packetID)).count == 3)
        #expect(!intake.messages.map(\.packetID).contains(0))
        let careless = Intake(BrokerSettings(broker, clientID: "qos 0"), "t/#", qos: .atMostOnce)
        try careless.read { $0.messages.count == 1 }
        #expect(careless.messages[0].packetID == 0)
        #expect(careless.events.contains(.subscribed(filter: "t/#", qos: 0)))
        publisher.close()
    }

    @Test func `a large message is read whole, and limits end a turn`() throws {
        let broker = try Mosquitto()
        let intake = Intake(BrokerSettings(broker), "t")
        try intake.read { $0.events.contains(.drained) }
        let publisher = Publisher(broker)
        let large = String(repeating: "x", count: 5_000_000)
        publisher.publish("t", large)
        for _ in 0..<10 { publisher.publish("t", "small") }
        try publisher.wait(forCompleted: 11)
        try intake.read { $0.messages.count == 1 }
        #expect(intake.messages[0].text == large)
        #expect(intake.read(limits: IntakeLimits(messages: 3), wait: 5000).count <= 3)
        intake.session.releaseAcknowledgements()
        try intake.read { $0.messages.count == 11 }
        publisher.close()
    }

    @Test(arguments: [BrokerSettings.ProtocolVersion.v5, .v311])
    func `a backlog is drained when all of it has been read`(version: BrokerSettings.ProtocolVersion) throws {
        let broker = try Mosquitto("max_inflight_messages 20\nmax_queued_messages 0")
        var intake = Intake(BrokerSettings(broker, version), "t")
        try intake.read { $0.events.contains(.drained) }
        intake.session.stop()
        let publisher = Publisher(broker)
        for number in 0..<1010 { publisher.publish("t", "\(number)") }
        try publisher.wait(forCompleted: 1010)
        intake = Intake(BrokerSettings(broker, version), "t")
        try intake.read { $0.events.contains(.drained) }
        #expect(intake.messages.count == 1010)
        #expect(intake.places.last == 1010)
        publisher.close()
    }

    @Test func `live traffic without a pause does not hinder draining`() throws {
        let broker = try Mosquitto("max_inflight_messages 0\nmax_queued_messages 0")
        let publisher = Publisher(broker)
        let feeder = Thread {
            var number = 0
            while publisher.session.publish(topic: "t", payload: Array("\(number)".utf8)) { number += 1 }
        }
        feeder.start()
        let intake = Intake(BrokerSettings(broker), "t")
        try intake.read { $0.events.contains(.drained) && $0.messages.count > 1000 }
        publisher.close(milliseconds: 0)
    }

    @Test func `a restarted broker is connected to again and its backlog drained`() throws {
        let broker = try Mosquitto(
            "persistence true\npersistence_location {folder}/\nmax_queued_messages 0\nmax_inflight_messages 20"
        )
        let intake = Intake(BrokerSettings(broker), "t")
        try intake.read { $0.events.contains(.drained) }
        let publisher = Publisher(broker)
        for number in 0..<60 { publisher.publish("t", "\(number)") }
        try publisher.wait(forCompleted: 60)
        publisher.close()
        #expect(!intake.read(limits: IntakeLimits(milliseconds: 1000), wait: 5000).isEmpty)
        broker.stop()
        intake.session.releaseAcknowledgements()
        try intake.read { intake in
            intake.events.contains { if case .disconnected = $0 { true } else { false } }
        }
        try intake.read { intake in
            intake.events.contains { if case .connectFailed = $0 { true } else { false } }
        }
        try broker.start()
        intake.messages = []
        intake.events = []
        try intake.read { $0.events.contains(.drained) }
        #expect(intake.events.contains(.connected(sessionPresent: true)))
        #expect(intake.messages.map(\.text) == (0..<60).map { "\($0)" })
    }

    @Test(arguments: [BrokerSettings.ProtocolVersion.v5, .v311])
    func `a wrong password is a clear error`(version: BrokerSettings.ProtocolVersion) throws {
        let broker = try Mosquitto("password_file {folder}/passwords", allowsAnonymous: false) { folder in
            let file = try folder.write("", to: "passwords")
            try run("mosquitto_passwd", "-b", file.path, "ganzhi", "right")
            chmod(file.path, 0o644)
        }
        var settings = BrokerSettings(broker, version)
        settings.username = "ganzhi"
        settings.password = Array("wrong".utf8)
        let refused = Intake(settings, "t")
        try refused.read { !$0.events.isEmpty }
        guard case .connectFailed(let failure) = refused.events[0] else {
            Issue.record("\(refused.events)")
            return
        }
        #expect(failure.description.contains("authori"))
        #expect(failure.description.contains("user name, password"))
        settings.password = Array("right".utf8)
        let accepted = Intake(settings, "t")
        try accepted.read { $0.events.contains(.drained) }
        #expect(accepted.events[0] == .connected(sessionPresent: false))
    }

    @Test(arguments: [BrokerSettings.ProtocolVersion.v5, .v311])
    func `a refused subscription is reported with its filter`(version: BrokerSettings.ProtocolVersion) throws {
        guard let plugin = dynamicSecurity else {
            try Test.cancel("mosquitto's dynamic security plugin, which refuses subscriptions, is not installed")
        }
        let broker = try Mosquitto("plugin \(plugin)\nplugin_opt_config_file {folder}/security.json") { folder in
            try folder.write(
                """
                {"defaultACLAccess": {"publishClientSend": true, "publishClientReceive": true, "subscribe": false,
                  "unsubscribe": true},
                 "clients": [], "groups": [{"groupname": "all", "roles": [{"rolename": "reader"}]}],
                 "roles": [{"rolename": "reader", "acls":
                   [{"acltype": "subscribePattern", "topic": "open/#", "priority": 0, "allow": true}]}],
                 "anonymousGroup": "all"}
                """,
                to: "security.json"
            )
        }
        let intake = Intake(BrokerSettings(broker, version), "open/a", "secret/#", "open/b")
        try intake.read { $0.events.contains(.drained) }
        #expect(intake.events[1] == .subscribed(filter: "open/a", qos: 1))
        guard case .subscriptionRefused("secret/#", let reason) = intake.events[2] else {
            Issue.record("\(intake.events)")
            return
        }
        #expect(reason.contains("access rules") || reason.contains("135"), "\(reason)")
        #expect(intake.events[3] == .subscribed(filter: "open/b", qos: 1))
    }

    @Test func `two clients that throw each other out are told of the suspicion`() throws {
        let broker = try Mosquitto()
        let first = Intake(BrokerSettings(broker, clientID: "twin"), "t")
        let second = Intake(BrokerSettings(broker, clientID: "twin"), "t")
        func isSuspicious(_ intake: Intake) -> Bool {
            intake.events.contains {
                if case .disconnected(let reason) = $0 { reason.contains("client id “twin”") } else { false }
            }
        }
        try first.read { first in
            second.read()
            second.session.releaseAcknowledgements()
            return isSuspicious(first) && isSuspicious(second)
        }
    }

    @Test func `a broker that names the takeover is believed`() throws {
        // mosquitto 2.0 closes the connection without a word, so the words come from a script: CONNACK, DISCONNECT 142.
        let script = try ScriptedBroker(answer: [0x20, 3, 0, 0, 0, 0xE0, 2, 142, 0])
        let settings = BrokerSettings(
            host: "127.0.0.1",
            port: script.port,
            clientID: "twin",
            minimumBackOff: 1,
            maximumBackOff: 10_000
        )
        let intake = Intake(settings, "t")
        try intake.read { $0.events.contains(.takenOver(times: 3)) }
        #expect(intake.events.prefix(2) == [.connected(sessionPresent: false), .takenOver(times: 1)])
    }

    @Test func `a broker that is not there is reported, again and again, and the wait can be ended`() throws {
        let broker = try Mosquitto()
        broker.kill()
        let waker = Waker()
        let session = IntakeSession(
            settings: BrokerSettings(broker),
            subscriptions: [],
            waker: waker,
            jitterSeed: 1
        )
        var failures = 0
        while failures < 3 {
            failures += session.readTurn(limits: IntakeLimits(), waitMilliseconds: 1000).events.count
            session.releaseAcknowledgements()
        }
        var slow = BrokerSettings(broker)
        slow.minimumBackOff = 60_000
        slow.maximumBackOff = 60_000
        let waiting = IntakeSession(settings: slow, subscriptions: [], waker: waker, jitterSeed: 1)
        while waiting.readTurn(limits: IntakeLimits(), waitMilliseconds: 100).events.isEmpty {
            waiting.releaseAcknowledgements()
        }
        waiting.releaseAcknowledgements()
        let start = ContinuousClock.now
        Thread { waker.wake() }.start()
        let turn = waiting.readTurn(limits: IntakeLimits(), waitMilliseconds: 60_000)
        #expect(turn.count == 0)
        #expect(ContinuousClock.now - start < .milliseconds(900))
    }
}

/// Mosquitto's plugin for rights that cover subscriptions; its rights files let every subscription pass.
private let dynamicSecurity: String? = ["x86_64-linux-gnu", "aarch64-linux-gnu"]
    .map { "/usr/lib/\($0)/mosquitto_dynamic_security.so" }.first { access($0, R_OK) == 0 }
