/// Where each part of a series' memory lies; one for all series that the same plans watch.
///
/// In this order: series header, row headers, recent readings, the rows' areas, and its facts.
struct SeriesLayout: ~Copyable {
    /// A plan and the offsets of its row.
    struct Place {
        var plan: Int
        var header: Int
        var area: Int
        var number: Int
    }

    /// The plans in ascending order.
    let plans: [Int]
    let places: UnsafeMutableBufferPointer<Place>
    /// The same, as the hot path asks for them.
    let firstPlace: UnsafeMutablePointer<Place>
    let placeCount: Int
    /// Whether more follows a reading than its rows make final by themselves: groups, or eager evaluations.
    let isFollowed: Bool
    /// Whether one plan watches and nothing follows: the case that is to be fast.
    let isSingle: Bool
    let recents: Int
    let facts: Int
    var slabs: SlabTable

    init(plans: [Int], of states: UnsafeMutablePointer<PlanState>) {
        self.plans = plans
        let isFollowed = plans.contains { states[$0].cohort != nil || states[$0].plan.eager }
        self.isFollowed = isFollowed
        isSingle = plans.count == 1 && !isFollowed
        firstPlace = .allocate(capacity: plans.count)
        placeCount = plans.count
        places = UnsafeMutableBufferPointer(start: firstPlace, count: plans.count)
        var next = MemoryLayout<SeriesHeader>.stride
        for (index, plan) in plans.enumerated() {
            places.initializeElement(at: index, to: Place(plan: plan, header: next, area: 0, number: 0))
            next += MemoryLayout<RowHeader>.stride
        }
        next = Self.aligned(next)
        recents = next
        next += RecentReading.count * MemoryLayout<RecentReading>.stride
        for (index, plan) in plans.enumerated() {
            let layout = states[plan].plan.layout
            // Panes of whole lines begin with one.
            if layout.grids[0].form.bytes % SlabTable.line == 0 { next = Self.aligned(next) }
            places[index].area = next
            next += (layout.areaBytes + 15) & ~15
        }
        facts = next
        for index in plans.indices {
            places[index].number = facts + MemoryLayout<SeriesFacts>.stride + index * MemoryLayout<UInt32>.stride
        }
        slabs = SlabTable(
            itemBytes: facts + MemoryLayout<SeriesFacts>.stride + plans.count * MemoryLayout<UInt32>.stride
        )
    }

    deinit { places.deallocate() }

    private static func aligned(_ offset: Int) -> Int { (offset + SlabTable.line - 1) & ~(SlabTable.line - 1) }
}
