import GanzhiTestSupport
import GanzhiWindow
import Testing

struct GroupValuesTests {
    private static func values(_ members: [Double?]) -> GroupValues {
        var values = GroupValues(aggregateCount: 1)
        for (key, value) in members.enumerated() { values.insert(key: UInt64(key), values: [value ?? .nan]) }
        return values
    }

    @Test func `numbers are of the members that have a value`() {
        let values = Self.values([3, nil, 1, 5])
        #expect(values.mean(of: 0) == 3)
        #expect(values.sum(of: 0) == 9)
        #expect(values.min(of: 0) == 1)
        #expect(values.max(of: 0) == 5)
        #expect(values.count == 4)
    }

    @Test(arguments: [[], [nil], [nil, nil]] as [[Double?]])
    func `of no value there is no number`(members: [Double?]) {
        let values = Self.values(members)
        #expect(values.mean(of: 0) == nil && values.sum(of: 0) == nil)
        #expect(values.min(of: 0) == nil && values.max(of: 0) == nil)
    }

    @Test func `a sum keeps what single additions lose`() {
        #expect(Self.values([1, 1e100, 1, -1e100]).sum(of: 0) == 2)
        #expect(Self.values([.greatestFiniteMagnitude, .greatestFiniteMagnitude]).sum(of: 0) == nil)
    }

    @Test(arguments: [1, 2, 7]) func `however members are spread, the group comes to the same bits`(partitions: Int) {
        var random = SeededGenerator(seed: 7)
        for _ in 0..<200 {
            let count = Int.random(in: 0...30, using: &random)
            let members = (0..<count).map { _ -> Double? in
                let value = Double.random(in: -1...1, using: &random) * 1e10
                return Int.random(in: 0..<5, using: &random) == 0 ? nil : value
            }
            let whole = Self.values(members)
            var parts = Array(repeating: GroupValues(aggregateCount: 1), count: partitions)
            for key in members.indices.shuffled(using: &random) {
                let part = Int.random(in: 0..<partitions, using: &random)
                parts[part].insert(key: UInt64(key), values: [members[key] ?? .nan])
            }
            var merged = parts[0]
            for part in parts.dropFirst() { merged.merge(part) }
            #expect(merged == whole)
            #expect(merged.mean(of: 0)?.bitPattern == whole.mean(of: 0)?.bitPattern)
            #expect(merged.sum(of: 0)?.bitPattern == whole.sum(of: 0)?.bitPattern)
        }
    }
}
