import GanzhiModel

/// By key of a plan, the scenarios to which every evaluation counts there: their ladders are pending or standing, or a
/// past transition may be corrected.
struct ActiveKeys {
    private struct Link {
        var scenario: Int32
        var next: Int32
    }

    /// By key the first link; negative where there is none.
    private var heads: [Int32] = []
    private var links: [Link] = []
    private var free: [Int32] = []

    /// Whether a scenario is active at a key at all.
    @inline(__always)
    func isActive(_ key: Int) -> Bool { key < heads.count && heads[key] >= 0 }

    /// Appends the scenarios that are active at a key, at which one is.
    func append(_ key: Int, to scenarios: inout [Int]) {
        var link = heads[key]
        while link >= 0 {
            scenarios.append(Int(links[Int(link)].scenario))
            link = links[Int(link)].next
        }
    }

    /// Takes note of whether a scenario is active at a key.
    mutating func set(_ isActive: Bool, scenario: Int, key: Int) {
        if isActive { insert(scenario, key) } else { remove(scenario, key) }
    }

    func write(to state: inout StateWriter) throws {
        try state.array(heads)
        try state.array(links)
        try state.array(free)
    }

    init(from state: inout StateReader) throws {
        heads = try state.array()
        links = try state.array()
        free = try state.array()
    }

    init() {}

    private mutating func insert(_ scenario: Int, _ key: Int) {
        while heads.count <= key { heads.append(-1) }
        var link = heads[key]
        while link >= 0 {
            if links[Int(link)].scenario == scenario { return }
            link = links[Int(link)].next
        }
        let new = Link(scenario: Int32(scenario), next: heads[key])
        if let place = free.popLast() {
            links[Int(place)] = new
            heads[key] = place
        } else {
            heads[key] = Int32(links.count)
            links.append(new)
        }
    }

    private mutating func remove(_ scenario: Int, _ key: Int) {
        guard key < heads.count else { return }
        var before: Int32 = -1
        var link = heads[key]
        while link >= 0 {
            let next = links[Int(link)].next
            if links[Int(link)].scenario == scenario {
                if before < 0 { heads[key] = next } else { links[Int(before)].next = next }
                free.append(link)
                return
            }
            before = link
            link = next
        }
    }
}
