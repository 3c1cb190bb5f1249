import GanzhiFeeds
import GanzhiModel
import Testing

@Suite struct TopicFilterTests {
    /// Every text of up to `levels` levels, each of which is one of `alphabet`.
    private static func texts(_ alphabet: [String], levels: Int) -> [String] {
        var all: [String] = []
        var longest = alphabet
        for _ in 0..<levels {
            all += longest
            longest = longest.flatMap { text in alphabet.map { text + "/" + $0 } }
        }
        return all
    }

    private static let filters = texts(["", "a", "$x", "+", "#"], levels: 4).compactMap { try? TopicFilter($0) }
    private static let topics = texts(["", "a", "b", "$x"], levels: 5).filter { !$0.isEmpty }

    /// The rules of MQTT 5.0, section 4.7, word by word.
    private static func obviouslyMatches(_ filter: [Substring], _ topic: [Substring]) -> Bool {
        if topic[0].hasPrefix("$"), filter[0] == "+" || filter[0] == "#" { return false }
        func matches(_ filter: ArraySlice<Substring>, _ topic: ArraySlice<Substring>) -> Bool {
            guard let level = filter.first else { return topic.isEmpty }
            if level == "#" { return true }
            guard let name = topic.first else { return false }
            return (level == "+" || level == name) && matches(filter.dropFirst(), topic.dropFirst())
        }
        return matches(filter[...], topic[...])
    }

    private static func levels(_ text: String) -> [Substring] {
        text.split(separator: "/", omittingEmptySubsequences: false)
    }

    @Test func `filters match what the rules say, for every small filter and topic`() {
        let topics = Self.topics.map { (text: $0, levels: Self.levels($0)) }
        var wrong: [String] = []
        for filter in Self.filters {
            let levels = Self.levels(filter.text)
            for topic in topics where filter.matches(topic.text) != Self.obviouslyMatches(levels, topic.levels) {
                wrong.append("\(filter) \(topic.text)")
            }
        }
        #expect(wrong == [])
    }

    @Test func `two filters overlap exactly when some topic matches both`() {
        let filters = Self.texts(["", "a", "$x", "+", "#"], levels: 3).compactMap { try? TopicFilter($0) }
        let topics = Self.texts(["", "a", "b", "$x"], levels: 4).filter { !$0.isEmpty }.map(Self.levels)
        let matched = filters.map { filter in
            Set(topics.indices.filter { Self.obviouslyMatches(Self.levels(filter.text), topics[$0]) })
        }
        var wrong: [String] = []
        for (i, one) in filters.enumerated() {
            for (j, two) in filters.enumerated()
            where one.overlaps(with: two) != !matched[i].isDisjoint(with: matched[j]) {
                wrong.append("\(one) \(two)")
            }
        }
        #expect(wrong == [])
    }

    @Test(arguments: [
        ("", 0), ("a/#/b", 2), ("a/b#", 3), ("a+", 1), ("+a", 0), ("#/", 0), ("a/+\u{301}", 2), ("a\0b", 1),
        ("$share/group/a", 0), ("水/#x", 2),
    ])
    func `a filter that MQTT does not allow is refused at its fault`(text: String, offset: Int) {
        let error = #expect(throws: ExpressionError.self) { try TopicFilter(text) }
        #expect(error?.offset == offset)
    }

    @Test func `an empty topic matches nothing`() throws {
        #expect(!(try TopicFilter("#").matches("")))
    }

    @Test func `our own outputs are found out`() throws {
        let ours = try ["ganzhi/v1/events/#", "ganzhi/v1/warnings/#", "ganzhi/v1/status/+"].map { try TopicFilter($0) }
        let harmless = try TopicFilter("ganzhi/v1/readings/#")
        #expect(ours.allSatisfy { !$0.overlaps(with: harmless) })
        for text in ["#", "ganzhi/#", "+/v1/#", "ganzhi/v1/+/x"] {
            let filter = try TopicFilter(text)
            #expect(ours.contains { $0.overlaps(with: filter) }, "\(text)")
        }
    }
}
