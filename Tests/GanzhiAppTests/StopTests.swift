import Foundation
import GanzhiTestSupport
import Testing

extension ProgramTests {
    @Test(.needsBroker) func `a stop takes nothing back: what was journalled is judged, stored and published first`()
        throws
    {
        let city = try Installation(scenarios: [Underpass.scenario()], catalogue: Underpass.catalogue)
        let watcher = try MosquittoClients.subscribe("ganzhi/v1/#", port: city.broker.port, format: "%t")
        // The stop comes at any moment between a reading's acknowledgement and its warning.
        for round in 0..<10 {
            let daemon = try city.start()
            // A client that never ends its request must not hold the stop up.
            let idle = try HTTPAnswer.connection(port: daemon.healthPort())
            defer { close(idle) }
            let start = LoadRecord.start + Int64(round) * 60_000
            try city.publish(Reading.steady(30, "d\(round)", from: start, seconds: 3))
            try city.stop(daemon)
            // What the journal holds, and no more, is in the store and at the subscriber.
            let events = try city.events()
            let replayed = try Ganzhi.succeed(["replay", "--journal", city.path("data")]).lines
            #expect(events.map(\.line) == replayed)
            let published = events.count { $0.type.hasPrefix("ganzhi.warning.") }
            try eventually("\(published) events, then offline: \(watcher.lines)") {
                watcher.lines.count { $0.contains("/events/") } == published
                    && watcher.lines.last == "ganzhi/v1/status/n1"
            }
            #expect(try city.ledger()?.pending == 0)
            let status = try MosquittoClients.retained("ganzhi/v1/status/#", port: city.broker.port)
            #expect(status == [#"ganzhi/v1/status/n1 {"city":"330100","node":"n1","state":"offline"}"#])
        }
    }
}
