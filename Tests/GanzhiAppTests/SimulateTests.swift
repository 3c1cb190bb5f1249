import Foundation
import GanzhiTestSupport
import Testing

extension ProgramTests {
    @Test(.needsBroker) func `what simulate says it sent is what the daemon's ledger says it received`() throws {
        let city = try Installation(scenarios: [Underpass.scenario()], catalogue: Underpass.catalogue)
        let daemon = try city.start()
        let simulated = try Ganzhi.succeed(
            ["simulate", "--port", "\(city.broker.port)", "--json", "--devices", "40", "--rate", "400"]
                + ["--duration", "20s", "--unpaced", "--seed", "11", "--pack", "3", "--disorder", "2s"]
                + ["--duplicates", "0.05", "--gaps", "0.05", "--bad-clocks", "0.2", "--bad-payloads", "0.05"]
        )
        let report = try #require(
            try JSONSerialization.jsonObject(with: simulated.output) as? [String: Any]
        )
        let expected = try #require(report["ledger"] as? [String: Int])
        let received = try #require(expected["messages.received"])
        let books = try city.waitForBooks(messages: received)
        try city.stop(daemon)
        #expect(books.isBalanced)
        for (column, count) in expected {
            let name = String(column.split(separator: ".")[1])
            let found = column.hasPrefix("messages.") ? books.messages[name] : books.readings[name]
            #expect(found == count, "\(column)")
            #expect(count > 0, "\(column) is not put to the test")
        }
        let heard = ["applied", "revised", "late"].compactMap { books.readings[$0] }.reduce(0, +)
        #expect(heard == report["heard"] as? Int)
    }

    @Test(.needsBroker) func `simulate says when there is no broker, and when a capture cannot be read`() throws {
        let broker = try Mosquitto()
        let port = ["simulate", "--port", "\(broker.port)"]
        let folder = try TemporaryFolder()
        let bad = try folder.write(#"{"received":1,"topic":"t","payload":"p"}"# + "\n{}\n", to: "bad.ndjson").path
        let result = try Ganzhi.run(port + ["--capture", bad, "--speed", "max"])
        #expect(result.status == Ganzhi.Code.data)
        #expect(result.errors.contains("\(bad):2"))
        #expect(try Ganzhi.run(port + ["--capture", bad + ".gone"]).status == Ganzhi.Code.unavailable)
        #expect(try Ganzhi.run(port + ["--devices", "0"]).status == Ganzhi.Code.usage)
        broker.stop()
        #expect(try Ganzhi.run(port + ["--devices", "1"]).status == Ganzhi.Code.unavailable)
    }
}
