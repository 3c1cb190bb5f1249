import GanzhiMQTT
import GanzhiTestSupport
import Testing

extension BrokerTests {
    @Test func `what is said of ourselves can change, is said once, and again after a reconnect`() throws {
        let broker = try Mosquitto()
        let status = StatusTopic(topic: "status/n1", online: Array("starting".utf8), offline: Array("off".utf8))
        let watcher = Intake(BrokerSettings(broker, clientID: "watcher"), "#")
        try watcher.read { $0.events.contains(.drained) }
        let publisher = Publisher(BrokerSettings(broker, clientID: "publisher"), status: status)
        try watcher.read { $0.messages.last?.text == "starting" }
        for (number, text) in ["ready", "ready", "not ready"].enumerated() {
            publisher.session.say(online: Array(text.utf8))
            // Comes behind what was said, if anything was.
            publisher.publish("t", "\(number)")
            try watcher.read { $0.messages.last?.text == "\(number)" }
        }
        let said = watcher.messages.filter { $0.topic == "status/n1" }
        #expect(said.map(\.text) == ["starting", "ready", "not ready"])
        broker.stop()
        // Nobody is there to hear the first.
        for text in ["ready", "not ready again"] { publisher.session.say(online: Array(text.utf8)) }
        try broker.start()
        try publisher.wait { $0.count { $0 == .connected } == 2 }
        let late = Intake(BrokerSettings(broker, clientID: "late"), "status/#")
        try late.read { !$0.messages.isEmpty }
        #expect(late.messages.map(\.text) == ["not ready again"])
        publisher.close()
        try late.read { $0.messages.last?.text == "off" }
        // Nothing is said behind the goodbye.
        publisher.session.say(online: Array("ready".utf8))
        let last = Intake(BrokerSettings(broker, clientID: "last"), "status/#")
        try last.read { !$0.messages.isEmpty }
        #expect(last.messages.map(\.text) == ["off"])
    }
}
