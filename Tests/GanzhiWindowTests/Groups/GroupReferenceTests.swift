import GanzhiModel
import GanzhiTestSupport
import GanzhiWindow
import Testing

struct GroupReferenceTests {
    @Test(arguments: 0..<20) func `groups agree with the slow reference, however blocks are cut`(part: Int) throws {
        for seed in part * 100..<(part + 1) * 100 {
            let sample = try GroupCase.random(UInt64(seed))
            let whole = try sample.run(blocksPerCall: sample.blocks.count)
            let reference = sample.reference()
            #expect(whole.areMembersInOrder && whole.reports[0] == whole.reports[1], "seed \(seed)")
            for group in Set(sample.groups) {
                let (ours, theirs) = (whole.evaluations[group] ?? [], reference.evaluations[group] ?? [])
                guard ours != theirs else { continue }
                let place = zip(ours, theirs).prefix { $0 == $1 }.count
                Issue.record("seed \(seed), group \(group), evaluation \(place) of \(ours.count) and \(theirs.count)")
                #expect((place < ours.count ? ours[place] : nil) == (place < theirs.count ? theirs[place] : nil))
                return
            }
            for cut in [1, 2, 7] { #expect(try sample.run(blocksPerCall: cut) == whole, "seed \(seed), cut \(cut)") }
        }
    }
}
