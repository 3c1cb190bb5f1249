import Foundation
import GanzhiJournal
import GanzhiMQTT
import GanzhiModel
import GanzhiTestSupport
import Testing

extension BrokerTests {
    /// Reads a few turns, journals and releases, until the connection breaks.
    ///
    /// It breaks before the commit, or between the
    /// commit and the release, or after it. Sometimes it is the process that breaks, and the filter is made from the
    /// journal again.
    @Test(arguments: [BrokerSettings.ProtocolVersion.v5, .v311], [20, 0])
    func `journal and filter together take each message once`(
        version: BrokerSettings.ProtocolVersion,
        window: Int
    ) throws {
        let broker = try Mosquitto("max_inflight_messages \(window)\nmax_queued_messages 0")
        let folder = try TemporaryFolder()
        let total = 3000
        let settings = BrokerSettings(broker, version)
        let subscribed = Intake(settings, "t/#")
        try subscribed.read { $0.events.contains(.drained) }
        subscribed.session.stop()
        let publisher = Publisher(broker)
        let feeder = Thread {
            // Every tenth payload is the same as others: topic and payload alone do not tell messages apart.
            for number in 0..<total {
                publisher.publish("t/\(number % 7)", number % 10 == 0 ? "same" : "\(number)")
            }
        }
        feeder.start()

        var generator = SeededGenerator(seed: UInt64(window) + 1)
        var writer = try JournalWriter(folder: folder.url.path, segmentBytes: 1 << 16)
        var filter = RedeliveryFilter()
        var redelivered = 0
        let deadline = Date.now + patience
        while writer.committedSequence < total {
            guard Date.now < deadline else {
                throw Timeout(description: "\(writer.committedSequence) of \(total)")
            }
            let session = IntakeSession(
                settings: settings,
                subscriptions: [Subscription(filter: "t/#")],
                waker: Waker(),
                jitterSeed: 1
            )
            turns: while writer.committedSequence < total, Date.now < deadline {
                let limits = IntakeLimits(messages: Int.random(in: 1...200, using: &generator))
                let turn = session.readTurn(limits: limits, waitMilliseconds: 20)
                for event in turn.events {
                    if case .connected(let sessionPresent) = event.kind {
                        #expect(sessionPresent)
                        filter.connected(sessionPresent: sessionPresent)
                    }
                }
                let fate = turn.count == 0 ? 9 : Int.random(in: 0..<10, using: &generator)
                if fate == 0 { break turns }
                for index in 0..<turn.count {
                    let message = turn[index]
                    guard filter.admits(packetID: message.packetID, topic: message.topic, payload: message.payload)
                    else {
                        redelivered += 1
                        continue
                    }
                    try writer.append(
                        message: message.topic,
                        payload: message.payload,
                        contentType: message.contentType,
                        feed: UnsafeRawBufferPointer(start: nil, count: 0),
                        packetID: message.packetID,
                        isRetained: false,
                        received: Timestamp(microseconds: 1),
                        monotonic: 1
                    )
                }
                try writer.commit()
                if fate == 1 { break turns }
                session.releaseAcknowledgements()
                if fate == 2 { break turns }
            }
            session.stop()
            if Bool.random(using: &generator) {
                filter = RedeliveryFilter()
                var reader = JournalReader(folder: folder.url.path)
                try reader.forEach(through: writer.committedSequence) { block in
                    guard let message = try block.message() else { return }
                    filter.note(packetID: message.packetID, topic: message.topic, payload: message.payload)
                }
            }
        }
        var reader = JournalReader(folder: folder.url.path)
        var journalled: [String] = []
        while let block = try reader.next(through: writer.committedSequence) {
            guard case .message(let message) = block.content else { continue }
            journalled.append(message.topic + " " + String(decoding: message.payload, as: UTF8.self))
        }
        #expect(journalled == (0..<total).map { "t/\($0 % 7) " + ($0 % 10 == 0 ? "same" : "\($0)") })
        #expect(redelivered > 0)
        publisher.close()
    }
}
