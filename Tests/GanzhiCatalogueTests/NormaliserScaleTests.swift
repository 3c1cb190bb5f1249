import Foundation
import GanzhiCatalogue
import GanzhiModel
import GanzhiTestSupport
import Testing

@Suite struct NormaliserScaleTests {
    @Test func `a hundred thousand channels keep their numbers`() {
        let count = 100_000
        var normaliser = Normaliser(catalogue: Catalogue(), seed: 42)
        var (batch, refusals) = (ReadingBatch(), [Refusal]())
        func feed(_ order: some Sequence<Int>) {
            batch.removeAll()
            let sent = order.map { Sent("sensor-\($0)", $0 % 2 == 0 ? "water_level" : "temperature", Double($0)) }
            normaliser.normalise(
                DecodedBatch(sent),
                0..<sent.count,
                maxAhead: nil,
                received: .never,
                into: &batch,
                refusals: &refusals
            )
        }
        feed(0..<count)
        #expect(batch.newChannels.count == count)
        #expect(batch.readings.enumerated().allSatisfy { $1.channel == UInt32($0) })
        var random = SeededGenerator(seed: 3)
        feed((0..<count).shuffled(using: &random))
        #expect(batch.newChannels.isEmpty)
        #expect(batch.readings.allSatisfy { Double($0.channel) == $0.value })
        #expect(refusals.isEmpty)
        #expect(normaliser.channelCount == count)
    }

    @Test func `memory stays as it is once names and units are known`() async {
        // A process of its own, as other tests allocate at the same time.
        await #expect(processExitsWith: .success) {
            let city = Catalogue(metrics: [MetricDefinition(id: "m", unit: "m", range: ValueRange(max: 5))])
            var normaliser = Normaliser(catalogue: city, seed: 42)
            var (batch, refusals) = (ReadingBatch(), [Refusal]())
            let decoded = DecodedBatch(
                (0..<2000).map { Sent("sensor-\($0 % 500)", "m", Double($0), $0 % 3 == 0 ? "mm" : "cm") }
                    + [Sent("sensor-1", "m", 1, "hPa")]
            )
            func feed() {
                batch.removeAll()
                refusals.removeAll(keepingCapacity: true)
                normaliser.normalise(
                    decoded,
                    0..<decoded.readings.count,
                    maxAhead: .zero,
                    received: Timestamp(milliseconds: 0),
                    into: &batch,
                    refusals: &refusals
                )
            }
            feed()
            feed()
            let before = residentBytes()
            for _ in 0..<200 { feed() }
            // The least block that malloc gives, kept for each reading, would be 6 MB.
            precondition(residentBytes() - before < 1_000_000)
        }
    }
}

private func residentBytes() -> Int {
    let pages = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(separator: " ")[1]
    return pages.flatMap { Int($0) }.map { $0 * 4096 } ?? 0
}
