/// Which scenarios have a level whose condition is true at which evaluation: worked out by column before keys are
/// judged one by one, as at most keys nothing is true most of the time.
struct Interest: ~Copyable {
    private struct Link {
        var scenario: Int32
        var next: Int32
    }

    /// Number of the first evaluation looked at.
    private var base = 0
    /// By evaluation the first link; negative where there is none.
    private var heads: [Int32] = []
    private var links: [Link] = []

    /// Forgets what was found, to look at evaluations from a number on.
    mutating func restart(_ evaluations: Range<Int>) {
        base = evaluations.lowerBound
        links.removeAll(keepingCapacity: true)
        heads.removeAll(keepingCapacity: true)
        for _ in evaluations { heads.append(-1) }
    }

    /// Takes note that a level of a scenario may hold at an evaluation.
    mutating func insert(scenario: Int, evaluation: Int) {
        links.append(Link(scenario: Int32(scenario), next: heads[evaluation - base]))
        heads[evaluation - base] = Int32(links.count - 1)
    }

    /// Appends the scenarios of an evaluation that are not there yet.
    func append(_ evaluation: Int, to scenarios: inout [Int]) {
        var link = heads[evaluation - base]
        let known = scenarios.count
        while link >= 0 {
            let scenario = Int(links[Int(link)].scenario)
            if !scenarios[..<known].contains(scenario) { scenarios.append(scenario) }
            link = links[Int(link)].next
        }
    }
}
