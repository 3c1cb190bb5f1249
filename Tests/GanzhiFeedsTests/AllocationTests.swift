import CGanzhiTestSupport
import GanzhiCatalogue
import GanzhiFeeds
import GanzhiModel
import GanzhiTestSupport
import Testing

@Suite(.enabled(if: ganzhi_counts_allocations() == 1, "sanitizers have allocators of their own"))
struct AllocationTests {
    /// Payloads of one kind; number *n* of the series comes with each.
    enum Kind: String, CaseIterable {
        case flat, otherOrder, mixed, array, text, escaped, senml, disorderedSenML

        var format: FeedFormat { self == .senml || self == .disorderedSenML ? .senml : .json }

        func payload(_ number: Int) -> String {
            let value = "\(Double(number) / 7)"
            let time = 1_700_000_000_000 + number
            let flat = #"{"ts":\#(time),"device":"d\#(number % 40)","metric":"level","value":\#(value),"unit":"m"}"#
            let other = #"{ "value": \#(number), "device": "s-\#(number % 40)", "metric": "水位", "x": [1, "y"] }"#
            switch self {
            case .flat: return flat
            case .otherOrder:
                return number % 2 == 0
                    ? #"{"metric":"level","unit":"m","value":\#(value),"device":"d\#(number % 40)","ts":\#(time)}"#
                    : #"{"device":"d\#(number % 40)","unit":"m","ts":\#(time),"metric":"level","value":\#(value)}"#
            case .mixed: return number % 3 == 0 ? flat : other
            case .array: return "[" + Array(repeating: flat, count: 100).joined(separator: ",") + "]"
            case .text:
                return
                    #"{"ts":"2026-06-20T06:12:10.\#(100 + number % 900)Z","device":"d1","metric":"level","value":\#(value)}"#
            case .escaped: return #"{"ts":\#(time),"device":"d\u0031\#(number % 40)","metric":"level","value":true}"#
            case .senml, .disorderedSenML:
                let records = (0..<80).map { index in
                    let offset = self == .senml ? index : index * 37 % 80
                    return #"{"n":"d\#(index % 40)/level","t":\#(offset).25,"v":\#(value)}"#
                }
                return #"[{"bt":1700000000,"bu":"m"},"# + records.joined(separator: ",") + "]"
            }
        }
    }

    @Test(arguments: Kind.allCases)
    func `decoding and normalising allocate nothing once names and shapes are known`(kind: Kind) throws {
        let payloads = (0..<400).map { Array(kind.payload($0).utf8) }
        let feed = FeedDefinition(name: "t", topic: try TopicFilter("#"), format: kind.format)
        var decoder = FeedDecoder(definition: feed)
        var normaliser = Normaliser(
            catalogue: Catalogue(metrics: [MetricDefinition(id: "level", unit: "m", range: ValueRange(max: 1e9))]),
            seed: 1
        )
        let received = Timestamp(milliseconds: 1_800_000_000_000)
        var (decoded, readings, refusals) = (DecodedBatch(), ReadingBatch(), [Refusal]())
        var arrivals: [Normaliser.Arrival] = []
        arrivals.reserveCapacity(payloads.count)
        func run() {
            decoded.removeAll()
            readings.removeAll()
            refusals.removeAll(keepingCapacity: true)
            arrivals.removeAll(keepingCapacity: true)
            for payload in payloads {
                let first = decoded.readings.count
                let outcome = payload.withUnsafeBytes {
                    decoder.decode(topic: "", contentType: "", payload: $0, received: received, into: &decoded)
                }
                precondition(outcome.rejection == nil)
                arrivals.append(
                    .init(count: decoded.readings.count - first, received: received, maxAhead: .minutes(1))
                )
            }
            normaliser.normalise(decoded, &arrivals, into: &readings, refusals: &refusals)
        }
        // Shapes that are learned after a pause are known by then.
        for _ in 0..<20 { run() }
        let before = ganzhi_allocations()
        for _ in 0..<10 { run() }
        let count = ganzhi_allocations() - before
        #expect(count == 0, "\(count) allocations for \(10 * readings.readings.count) readings")
        #expect(readings.readings.count >= payloads.count)
    }

    @Test func `what allocates is counted`() {
        let before = ganzhi_allocations()
        var grown: [Int] = []
        for number in 0..<1000 { grown.append(number) }
        #expect(grown.count == 1000)
        #expect(ganzhi_allocations() > before)
    }
}
