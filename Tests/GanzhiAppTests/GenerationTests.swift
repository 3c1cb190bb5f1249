import Foundation
import GanzhiTestSupport
import Testing

extension ProgramTests {
    @Test(.needsBroker) func `a restart under other scenarios keeps, clears or takes over what stands`() throws {
        let names = ["changed", "removed", "retired", "same"]
        let city = try Installation(
            scenarios: names.map { Underpass.scenario($0) },
            catalogue: Underpass.catalogue
        )
        var daemon = try city.start()
        try city.publish(Reading.steady(12, "d1", from: LoadRecord.start, seconds: 3))
        let raised = try city.waitForEvent("warning.raised", count: 4)
        try city.stop(daemon)

        try city.folder.write(Underpass.scenario("changed", blue: 15), to: "scenarios/0.yaml")
        try FileManager.default.removeItem(atPath: city.path("scenarios/1.yaml"))
        try city.folder.write(Underpass.scenario("retired", stage: "retired"), to: "scenarios/2.yaml")
        daemon = try city.start()
        let ended = try city.waitForEvent("warning.cleared", count: 2)[4...]
        #expect(ended.map(\.scenario) == ["removed", "retired"])
        #expect(ended.map { $0.data["reason"] as? String } == ["scenario-removed", "scenario-retired"])
        #expect(ended.map(\.subject) == raised[1...2].map(\.subject))
        // At 12 cm the changed one would not raise any more; it stands until its own condition clears it.
        func standing() throws -> [String] {
            try Ganzhi.succeed(["warnings", "--json"] + city.data).lines.map {
                let warning = try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any] ?? [:]
                return "\(warning["scenario"] ?? "") \(warning["level"] ?? "") \(warning["episode"] ?? "")"
            }.sorted()
        }
        #expect(try standing() == ["changed blue \(raised[0].subject)", "same blue \(raised[3].subject)"])

        try city.publish(Reading.steady(12, "d1", from: LoadRecord.start + 3000, seconds: 3))
        try city.publish(Reading.steady(0, "d1", from: LoadRecord.start + 6000, seconds: 4))
        let cleared = try city.waitForEvent("warning.cleared", count: 4)[6...]
        #expect(cleared.map(\.summary) == ["warning.cleared changed d1 none", "warning.cleared same d1 none"])
        #expect(cleared.map(\.subject) == [raised[0].subject, raised[3].subject])
        #expect(cleared.allSatisfy { $0.sequence == "000002" && $0.data["reason"] == nil })
        #expect(cleared[6].data["generation"] as? String != raised[0].data["generation"] as? String)
        #expect(cleared[6].data["scenarioHash"] as? String != raised[0].data["scenarioHash"] as? String)
        #expect(cleared[7].data["scenarioHash"] as? String == raised[3].data["scenarioHash"] as? String)
        #expect(try standing().isEmpty)
        try city.stop(daemon)

        // The journal knows both generations.
        let replayed = try Ganzhi.succeed(["replay", "--journal", city.path("data")])
        #expect(try replayed.output == Ganzhi.succeed(["events", "--json"] + city.data).output)
    }
}
