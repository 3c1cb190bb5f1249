import Foundation
@testable import GanzhiApp
import GanzhiCatalogue
import GanzhiModel
import GanzhiPipeline
import GanzhiWarnings
import Testing

struct SuppressionCheckTests {
    let now = Timestamp(milliseconds: 1_781_935_920_000)
    let check = SuppressionCheck(
        generation: Generation(
            catalogue: Catalogue(
                devices: [DeviceDefinition(id: "d1", district: "330106", labels: ["site": "underpass"])],
                districts: [DistrictDefinition(code: "330100")]
            ),
            scenarios: ["underpass-flooding", "noise"].map { id in
                Scenario(
                    id: id,
                    stage: id == "noise" ? .retired : .online,
                    watch: Watch(metric: "m"),
                    every: .minutes(1),
                    measures: [],
                    ladder: Ladder(rungs: [])
                )
            }
        )
    )

    func wish(
        _ matchers: [Suppression.Field: [String]] = [.level: ["red"]],
        reason: String = "known",
        from: Timestamp? = nil,
        end: SuppressionWish.End = .after(.hours(2))
    ) -> SuppressionWish {
        SuppressionWish(kind: .silence, matchers: matchers, reason: reason, from: from, end: end)
    }

    func problem(_ wish: SuppressionWish) -> String? { check.problem(of: wish, at: now) }

    @Test func `names that the city knows are granted without a word`() {
        let known = wish([
            .scenario: ["underpass-flooding"], .key: ["d1", "330106", "underpass"], .district: ["330106", "330100"],
            .level: ["blue", "red"],
        ])
        #expect(problem(known) == nil)
        #expect(check.notes(on: known).isEmpty)
    }

    @Test func `a name that nothing has is refused with the nearest one`() {
        #expect(
            problem(wish([.scenario: ["underpas-flooding"]]))
                == "“underpas-flooding” is no scenario that the daemon knows. Did you mean “underpass-flooding”?"
        )
        #expect(
            problem(wish([.scenario: ["x"]]))
                == "“x” is no scenario that the daemon knows. Use one of: noise, underpass-flooding."
        )
        #expect(problem(wish([.district: ["330107"]]))?.contains("Did you mean “330100”?") == true)
        #expect(problem(wish([.level: ["red", "rde"]]))?.contains("Did you mean “red”?") == true)
        let empty = SuppressionCheck(generation: Generation())
        #expect(
            empty.problem(of: wish([.district: ["1"]]), at: now)
                == "“1” is no district that the daemon knows. Its configuration names none."
        )
    }

    @Test func `an unknown key and a retired scenario are pointed out and granted`() {
        let odd = wish([.key: ["d2"], .scenario: ["noise"]])
        #expect(problem(odd) == nil)
        #expect(check.notes(on: odd).count == 2)
        #expect(check.notes(on: odd)[0].contains("retired"))
        #expect(
            check.notes(on: wish([.key: ["basement"]])) == [
                "No device, district or label of the catalogue is called “basement”; it is taken as it is."
            ]
        )
    }

    @Test func `times must leave something of it`() {
        #expect(problem(wish(end: .at(now))) == "It would end at \(now.rfc3339), which is over. Name a later end.")
        #expect(problem(wish(from: now + .hours(3), end: .at(now + .hours(2))))?.contains("before it begins") == true)
        #expect(problem(wish(from: now + .hours(3), end: .after(.seconds(1)))) == nil)
        #expect(problem(wish(from: now - .hours(3), end: .after(.hours(2))))?.contains("over") == true)
        #expect(problem(wish(from: .never, end: .after(.hours(2))))?.contains("9999") == true)
        #expect(problem(wish(end: .at(Timestamp(microseconds: .max))))?.contains("9999") == true)
    }

    @Test func `what says nothing or too much is refused`() {
        #expect(problem(wish([:]))?.contains("Name a scenario") == true)
        #expect(problem(wish([.key: []]))?.contains("Name a scenario") == true)
        #expect(problem(wish(reason: " \n"))?.contains("Say why") == true)
        #expect(problem(wish(reason: String(repeating: "x", count: 1001)))?.contains("Shorten") == true)
        #expect(problem(wish([.key: (0...1000).map(String.init)]))?.contains("Shorten") == true)
    }

    @Test func `names of suppressions are of the city's day, short, and never taken twice`() throws {
        // 23:12 UTC on the twentieth is the twenty-first in Hangzhou.
        let late = Timestamp(milliseconds: 1_781_997_120_000)
        let hangzhou = try #require(TimeZone(identifier: "Asia/Shanghai"))
        var taken: Set<String> = []
        for _ in 0..<6000 {
            let name = SuppressionName.make(.silence, at: late, zone: hangzhou) { taken.contains($0) }
            #expect(taken.insert(name).inserted)
        }
        #expect(taken.allSatisfy { $0.hasPrefix("s-20260621-") && $0.count == 15 })
    }
}
