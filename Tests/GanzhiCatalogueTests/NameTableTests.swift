@testable import GanzhiCatalogue
import GanzhiTestSupport
import Testing

@Suite struct NameTableTests {
    @Test func `names are equal when every byte is, at every length`() {
        for count in 0...40 {
            let name = (0..<count).map { UInt8($0 + 1) }
            name.withUnsafeBytes { bytes in
                guard let start = bytes.baseAddress else { return }
                let bytes = NameBytes(start: start, count: count)
                #expect(bytes.equals(start))
                for index in 0..<count {
                    var other = name
                    other[index] ^= 0x80
                    let differs = other.withUnsafeBytes { $0.baseAddress.map { !bytes.equals($0) } }
                    #expect(differs == true, "byte \(index) of \(count)")
                }
            }
        }
    }

    @Test func `short names are read as numbers, least byte first`() {
        for count in 1...8 {
            let name = (0..<count).map { UInt8(0xF0 + $0) }
            let expected = name.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            let word = name.withUnsafeBytes { $0.baseAddress.map { NameBytes(start: $0, count: count).shortWord } }
            #expect(word == expected)
        }
    }

    @Test func `a hash depends on seed, border and every byte`() {
        func hash(_ device: [UInt8], _ metric: [UInt8], _ seed: UInt64 = 1) -> UInt32? {
            device.withUnsafeBytes { device in
                metric.withUnsafeBytes { metric in
                    guard let first = device.baseAddress, let second = metric.baseAddress else { return nil }
                    return NameBytes.hash(
                        NameBytes(start: first, count: device.count),
                        NameBytes(start: second, count: metric.count),
                        seed: seed
                    )
                }
            }
        }
        let (device, metric) = (Array("sensor-0000000001".utf8), Array("water_level".utf8))
        let base = hash(device, metric)
        #expect(base == hash(device, metric))
        #expect(base != hash(device, metric, 2))
        #expect(base != hash(metric, device))
        #expect(base != hash(device + metric.prefix(1), Array(metric.dropFirst())))
        for index in device.indices {
            var other = device
            other[index] ^= 1
            #expect(base != hash(other, metric))
        }
    }

    @Test func `numbers of one hash are told apart, while the table grows`() {
        var table = NameTable()
        var random = SeededGenerator(seed: 9)
        var hashes: [UInt32] = []
        for number in 0..<5000 {
            // Few different hashes, the greatest among them, so that chains are long and run past the end.
            let hash =
                UInt32.max - UInt32.random(in: 0..<200, using: &random) * (number % 2 == 0 ? 1 : 0x0101_0101 / 97)
            hashes.append(hash)
            table.insert(number, hash: hash)
        }
        for (number, hash) in hashes.enumerated() {
            #expect(table.number(hash: hash) { $0 == number } == number)
            let candidate = table.withLookup { $0.candidate(hash: hash) }
            #expect(candidate >= 0 && hashes[Int(candidate)] == hash)
        }
        #expect(table.number(hash: 12345) { _ in true } == nil)
        #expect(table.withLookup { $0.candidate(hash: 12345) } < 0)
    }
}
