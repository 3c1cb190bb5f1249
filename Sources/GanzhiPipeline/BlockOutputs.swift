import GanzhiWindow

/// Where the outputs of one block lie in those of the batch.
struct BlockOutputs {
    private(set) var evaluations = 0..<0
    private(set) var groups = 0..<0
    private(set) var reports = 0..<0

    /// Moves on to a block; blocks ascend.
    mutating func advance(to block: Int, in output: borrowing WindowOutput) {
        var end = evaluations.upperBound
        while end < output.evaluations.count, output.evaluations[end].block == block { end += 1 }
        evaluations = evaluations.upperBound..<end
        end = groups.upperBound
        while end < output.groups.count, output.groups[end].block == block { end += 1 }
        groups = groups.upperBound..<end
        end = reports.upperBound
        while end < output.reports.count, output.reports[end].block == block { end += 1 }
        reports = reports.upperBound..<end
    }

    /// The evaluations to come that belong to blocks before one.
    func evaluations(before block: Int, in output: borrowing WindowOutput) -> Range<Int> {
        var end = evaluations.upperBound
        while end < output.evaluations.count, output.evaluations[end].block < block { end += 1 }
        return evaluations.upperBound..<end
    }
}
