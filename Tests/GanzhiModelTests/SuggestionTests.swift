import GanzhiModel
import Testing

@Suite struct SuggestionTests {
    @Test(arguments: [
        ("lateness", "lateness"), ("latenes", "lateness"), ("lateenss", "lateness"), ("IDLE", "idle"),
        ("evry", "every"),
        ("revize", "revise"), ("silense", "silence"),
    ])
    func `a slip finds its name`(written: String, meant: String) {
        let names = ["every", "lateness", "idle", "revise", "silence"]
        #expect(Suggestion.nearest(to: written, in: names) == meant)
    }

    @Test(arguments: ["", "xyz", "temperature", String(repeating: "e", count: 1000)])
    func `what is close to nothing gets no suggestion`(written: String) {
        #expect(Suggestion.nearest(to: written, in: ["every", "idle"]) == nil)
    }

    @Test func `letter case breaks ties before order does`() {
        #expect(Suggestion.nearest(to: "Mpa", in: ["mPa", "MPa"]) == "MPa")
        #expect(Suggestion.nearest(to: "cart", in: ["care", "card"]) == "care")
    }
}
