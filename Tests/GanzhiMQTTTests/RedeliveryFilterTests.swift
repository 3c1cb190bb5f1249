import GanzhiTestSupport
import Testing

@testable import GanzhiMQTT

/// A message as packet id, topic and payload.
private struct Sample: Hashable {
    var id: UInt16
    var topic = "t"
    var text: String
}

/// A filter that takes samples.
private final class Probe {
    private var filter: RedeliveryFilter

    init(capacity: Int = RedeliveryFilter.standardCapacity) { filter = RedeliveryFilter(capacity: capacity) }

    var isArmed: Bool { filter.isArmed }

    func connected(sessionPresent: Bool) { filter.connected(sessionPresent: sessionPresent) }

    func admits(_ sample: Sample) -> Bool {
        Array(sample.topic.utf8).withUnsafeBytes { topic in
            Array(sample.text.utf8).withUnsafeBytes { payload in
                filter.admits(packetID: sample.id, topic: topic, payload: payload)
            }
        }
    }

    func note(_ sample: Sample) {
        Array(sample.topic.utf8).withUnsafeBytes { topic in
            Array(sample.text.utf8).withUnsafeBytes { payload in
                filter.note(packetID: sample.id, topic: topic, payload: payload)
            }
        }
    }
}

private func samples(_ numbers: ClosedRange<Int>) -> [Sample] {
    numbers.map { Sample(id: UInt16(($0 - 1) % 65_535 + 1), text: "\($0)") }
}

struct RedeliveryFilterTests {
    @Test func `nothing is dropped before a reconnect, not even an exact copy`() {
        let filter = Probe()
        for _ in 0..<3 {
            for sample in samples(1...20) { #expect(filter.admits(sample)) }
        }
        #expect(!filter.isArmed)
    }

    @Test func `whatever the broker saw of the acknowledgements, each message is taken once`() {
        for unseen in 0...10 {
            for lost in 0...3 {
                let filter = Probe()
                for sample in samples(1...50) { #expect(filter.admits(sample)) }
                filter.connected(sessionPresent: true)
                let again = samples((51 - unseen)...(50 + lost + 5))
                let taken = again.filter { filter.admits($0) }
                #expect(taken == samples(51...(50 + lost + 5)))
                #expect(!filter.isArmed)
            }
        }
    }

    @Test func `a row that a second loss of the connection interrupts is dropped again`() {
        let filter = Probe()
        for sample in samples(1...10) { #expect(filter.admits(sample)) }
        filter.connected(sessionPresent: true)
        for sample in samples(4...7) { #expect(!filter.admits(sample)) }
        filter.connected(sessionPresent: true)
        #expect(samples(6...12).filter { filter.admits($0) } == samples(11...12))
    }

    @Test func `a copy behind the first new message is new`() {
        let filter = Probe()
        for sample in samples(1...10) { #expect(filter.admits(sample)) }
        filter.connected(sessionPresent: true)
        #expect(filter.admits(Sample(id: 11, text: "11")))
        for sample in samples(5...10) { #expect(filter.admits(sample)) }
    }

    @Test func `a row with a hole is no redelivery behind the hole`() {
        let filter = Probe()
        for sample in samples(1...10) { #expect(filter.admits(sample)) }
        filter.connected(sessionPresent: true)
        #expect(!filter.admits(Sample(id: 4, text: "4")))
        #expect(filter.admits(Sample(id: 6, text: "6")))
        #expect(filter.admits(Sample(id: 7, text: "7")))
    }

    @Test func `packet id, topic and payload all count`() {
        let filter = Probe()
        for other in [
            Sample(id: 8, topic: "t", text: "x"), Sample(id: 7, topic: "u", text: "x"), Sample(id: 7, text: "y"),
            Sample(id: 7, topic: "tx", text: ""), Sample(id: 7, topic: "", text: "tx"),
        ] {
            #expect(filter.admits(Sample(id: 7, text: "x")))
            filter.connected(sessionPresent: true)
            #expect(filter.admits(other))
        }
    }

    @Test func `a new session forgets, as it sends nothing again`() {
        let filter = Probe()
        for sample in samples(1...10) { #expect(filter.admits(sample)) }
        filter.connected(sessionPresent: false)
        for sample in samples(1...10) { #expect(filter.admits(sample)) }
        filter.connected(sessionPresent: true)
        #expect(samples(9...11).filter { filter.admits($0) } == samples(11...11))
    }

    @Test func `QoS 0 is never dropped, kept or counted as the end of the row`() {
        let filter = Probe()
        let careless = Sample(id: 0, text: "x")
        #expect(filter.admits(careless))
        filter.connected(sessionPresent: true)
        #expect(!filter.isArmed)
        for sample in samples(1...3) { #expect(filter.admits(sample)) }
        #expect(filter.admits(careless))
        filter.connected(sessionPresent: true)
        for sample in samples(1...3) {
            #expect(filter.admits(careless))
            #expect(!filter.admits(sample))
        }
    }

    @Test func `after a restart the journal's messages make the same filter`() {
        let filter = Probe(capacity: 16)
        for sample in samples(1...1000) { filter.note(sample) }
        #expect(!filter.isArmed)
        filter.connected(sessionPresent: true)
        #expect(samples(985...1003).filter { filter.admits($0) } == samples(1001...1003))
        filter.connected(sessionPresent: true)
        // What is older than the capacity is taken again rather than lost.
        #expect(samples(985...1003).filter { filter.admits($0) } == samples(985...1003))
    }

    @Test func `an id that the broker counts up to again is not taken for the old one`() {
        let filter = Probe()
        for number in 1...65_535 {
            #expect(filter.admits(Sample(id: UInt16(number), text: "same")))
        }
        filter.connected(sessionPresent: true)
        #expect(filter.admits(Sample(id: 1, text: "same")))
    }

    @Test func `equal messages under reused ids are told apart by the row`() {
        // A broker that always uses the lowest free id, and a device that always says the same.
        let filter = Probe()
        let row = [1, 2, 1, 2, 3, 1].map { Sample(id: $0, text: "same") }
        for sample in row { #expect(filter.admits(sample)) }
        filter.connected(sessionPresent: true)
        for sample in row[2...] { #expect(!filter.admits(sample)) }
        #expect(filter.admits(Sample(id: 2, text: "new")))
    }
}

/// SMHasher's verification value: hashes of 0, 1, … 255 bytes with seeds 256 … 1, hashed together.
@Test func `the fingerprint's hash is the published one`() {
    func hash(_ bytes: [UInt8], seed: UInt64) -> [UInt8] {
        let hash = bytes.withUnsafeBytes { Fingerprint($0, low: seed, high: seed) }
        return [hash.low, hash.high].flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> ($0 * 8)) } }
    }
    let key = (0..<256).map { UInt8(truncatingIfNeeded: $0) }
    let hashes = (0..<256).flatMap { hash(Array(key.prefix($0)), seed: UInt64(256 - $0)) }
    let verification = hash(hashes, seed: 0).prefix(4).enumerated().reduce(UInt32(0)) {
        $0 | UInt32($1.element) << ($1.offset * 8)
    }
    #expect(verification == 0x6384_BA69)
}

@Test func `waits between attempts double up to the limit, within a half at random`() {
    var backOff = BackOff(minimum: 100, maximum: 1500, seed: 7)
    for _ in 0..<3 {
        for whole in [100, 200, 400, 800, 1500, 1500, 1500] {
            let wait = backOff.wait()
            #expect(wait >= whole / 2)
            #expect(wait <= whole)
        }
        backOff.reset()
    }
    var waits: Set<Int> = []
    for seed in 0..<20 {
        var other = BackOff(minimum: 10_000, maximum: 10_000, seed: UInt64(seed))
        waits.insert(other.wait())
    }
    #expect(waits.count > 15)
}
