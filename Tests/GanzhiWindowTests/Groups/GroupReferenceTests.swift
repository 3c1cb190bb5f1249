import GanzhiModel
import GanzhiTestSupport
import GanzhiWindow
import Testing

struct GroupReferenceTests {
    /// Says where two groups come to different evaluations first.
    private static func compare(
        _ ours: [ReferenceGroup.Evaluation]?,
        _ theirs: [ReferenceGroup.Evaluation]?,
        _ name: String
    ) {
        let (ours, theirs) = (ours ?? [], theirs ?? [])
        guard ours != theirs else { return }
        let place = zip(ours, theirs).prefix { $0 == $1 }.count
        Issue.record("\(name), evaluation \(place) of \(ours.count) and \(theirs.count)")
        #expect((place < ours.count ? ours[place] : nil) == (place < theirs.count ? theirs[place] : nil))
    }

    /// How many eager evaluations there are in a case in which the engine and the reference agree.
    private static func check(_ sample: GroupCase, _ name: String) throws -> Int {
        let whole = try sample.run(blocksPerCall: sample.blocks.count)
        let (reference, eager) = (sample.reference(), sample.eagerReference())
        #expect(whole.areNamesRight && whole.reports[0] == whole.reports[1], "\(name)")
        #expect(whole.closedEarly == reference.closedEarly, "\(name)")
        for group in sample.groupNumbers {
            compare(whole.evaluations[group], reference.evaluations[group], "\(name), group \(group)")
        }
        for row in Set(whole.eager.keys).union(eager.keys) { compare(whole.eager[row], eager[row], "\(name), \(row)") }
        for cut in [1, 2, 7] { #expect(try sample.run(blocksPerCall: cut) == whole, "\(name), cut \(cut)") }
        let inGroups = whole.evaluations.values.reduce(0) { $0 + $1.count { $0.isEager } }
        return inGroups + whole.eager.values.reduce(0) { $0 + $1.count }
    }

    @Test(arguments: 0..<20)
    func `groups over one to three plans agree with the slow reference, however blocks are cut`(part: Int) throws {
        for seed in part * 100..<(part + 1) * 100 {
            #expect(try Self.check(GroupCase.random(UInt64(seed)), "seed \(seed)") == 0)
        }
    }

    @Test(arguments: 0..<20)
    func `eager evaluations of rows and groups agree with the slow reference, which keeps all readings`(
        part: Int
    ) throws {
        var count = 0
        for seed in part * 100..<(part + 1) * 100 {
            count += try Self.check(GroupCase.random(UInt64(seed) + 5_000_000, isEager: true), "seed \(seed)")
        }
        #expect(count > 1000)
    }
}
