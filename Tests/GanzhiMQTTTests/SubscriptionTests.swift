import GanzhiMQTT
import GanzhiTestSupport
import Testing

extension BrokerTests {
    @Test(arguments: [BrokerSettings.ProtocolVersion.v5, .v311])
    func `subscriptions change between two turns, and only those that are new are answered and drained`(
        version: BrokerSettings.ProtocolVersion
    ) throws {
        let broker = try Mosquitto()
        let intake = Intake(BrokerSettings(broker, version), "stays", "goes")
        try intake.read { $0.events.contains(.drained) }
        intake.events = []
        intake.session.change(to: ["stays", "comes"].map { Subscription(filter: $0) })
        try intake.read { $0.events.contains(.drained) }
        #expect(intake.events == [.subscribed(filter: "comes", qos: 1), .drained])
        let publisher = Publisher(broker, version)
        // The broker has answered the barrier behind the UNSUBSCRIBE.
        for topic in ["goes", "stays", "comes"] { publisher.publish(topic, topic) }
        try intake.read { $0.messages.count == 2 }
        #expect(intake.messages.map(\.topic) == ["stays", "comes"])
        publisher.close()
    }

    @Test func `what changed while the broker was away holds when it is back`() throws {
        let broker = try Mosquitto("persistence true\npersistence_location {folder}/\nautosave_interval 1")
        let intake = Intake(BrokerSettings(broker), "goes", "stays")
        try intake.read { $0.events.contains(.drained) }
        broker.stop()
        try intake.read { intake in
            intake.events.contains { if case .disconnected = $0 { true } else { false } }
        }
        intake.session.change(to: ["stays", "comes"].map { Subscription(filter: $0) })
        try broker.start()
        intake.events = []
        try intake.read { $0.events.contains(.drained) }
        #expect(intake.events.contains(.connected(sessionPresent: true)))
        let publisher = Publisher(broker)
        for topic in ["goes", "stays", "comes"] { publisher.publish(topic, topic) }
        try intake.read { $0.messages.count == 2 }
        #expect(intake.messages.map(\.topic) == ["stays", "comes"])
        publisher.close()
    }

    @Test func `a filter that another session takes over is kept until it has, and then left`() throws {
        let broker = try Mosquitto()
        let one = Intake(BrokerSettings(broker, clientID: "one"), "stays", "moves")
        let two = Intake(BrokerSettings(broker, clientID: "two"))
        try one.read { $0.events.contains(.drained) }
        try two.read { $0.events.contains(.drained) }
        one.session.change(to: [Subscription(filter: "stays")], moving: ["moves"])
        let publisher = Publisher(broker)
        publisher.publish("moves", "1")
        try one.read { $0.messages.count == 1 }
        two.session.change(to: [Subscription(filter: "moves")])
        two.events = []
        try two.read { $0.events.contains(.subscribed(filter: "moves", qos: 1)) }
        one.session.leave(["moves", "stays"])
        one.events = []
        for payload in ["2", "3"] { publisher.publish("moves", payload) }
        publisher.publish("stays", "4")
        try one.read { $0.messages.contains { $0.topic == "stays" } }
        try two.read { $0.messages.count == 2 }
        #expect(one.messages.map(\.topic).filter { $0 == "stays" } == ["stays"])
        publisher.publish("moves", "5")
        publisher.publish("stays", "6")
        try one.read { $0.messages.count { $0.topic == "stays" } == 2 }
        try two.read { $0.messages.count == 3 }
        #expect(one.messages.count { $0.topic == "moves" } < 4, "it has left before the fifth came")
        publisher.close()
    }
}
