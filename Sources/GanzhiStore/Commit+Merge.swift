public import GanzhiModel

extension Commit {
    /// Takes in what later blocks changed, so that both are written in one transaction.
    ///
    /// Counts are added up and lists appended. Of the samples only as many stay as the store would keep, so that
    /// merging for long stays bounded however much is refused.
    ///
    /// - Requires: `later` lies behind this commit, or is a further part of its last block.
    /// - Complexity: O(*n*) in what `later` holds.
    public mutating func merge(_ later: Commit) {
        precondition(later.position >= position, "a commit takes in later ones only")
        position = later.position
        events += later.events
        publications += later.publications
        warnings += later.warnings
        ledger.merge(later.ledger, uniquingKeysWith: +)
        samples += later.samples
        traces += later.traces
        // An id that was over and is used again holds.
        endedSuppressions.removeAll { id in later.suppressions.contains { $0.id == id } }
        suppressions += later.suppressions
        endedSuppressions += later.endedSuppressions
        if samples.count > Self.samplesBeforeTrimming { samples = Self.newest(samples) }
    }

    /// Samples that may gather before they are looked through for those that would not be kept anyway.
    private static let samplesBeforeTrimming = 1024

    /// The samples that the store would keep of these, in their order.
    static func newest(_ samples: [LedgerSample]) -> [LedgerSample] {
        var kept: [LedgerKey: Int] = [:]
        var result: [LedgerSample] = []
        for sample in samples.reversed() where kept[sample.key, default: 0] < StoreLimits.samplesPerKey {
            kept[sample.key, default: 0] += 1
            result.append(sample)
        }
        return result.reversed()
    }
}
