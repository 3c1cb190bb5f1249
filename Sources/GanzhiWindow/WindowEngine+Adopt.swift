public import GanzhiModel
import HeapModule

// Another generation.
extension WindowEngine {
    /// Replaces the plans, for a new generation; rows of those that stay are kept.
    ///
    /// - Parameters:
    ///   - plans: The new plans, each with the number of its cohort and of the old plan that it goes on with, if there is
    ///     one. A cohort goes on with an old one where its plans go on with all of that cohort's, in the same order; the
    ///     groups of others start anew.
    ///   - watchers: Says of each series which of the new plans watch it, and its expected interval.
    ///   - groups: Says of each series to which group it belongs, by plan. A group of a cohort that goes on keeps its
    ///     watermark and what waits in it under its number, even of members that left; without members it drops that.
    /// - Complexity: O(series); for a moment old and new memory stand side by side.
    public mutating func adopt(
        plans next: [(plan: Plan, cohort: Int?, previous: Int?)],
        watchers: (_ series: Int) -> (plans: [Int], expectedInterval: TimeSpan?),
        groups: (_ series: Int) -> [Int: Int] = { _ in [:] }
    ) {
        let states = UnsafeMutablePointer<PlanState>.allocate(capacity: next.count)
        var numberOfOld: [Int: Int] = [:]
        for (index, entry) in next.enumerated() {
            if let previous = entry.previous {
                precondition(numberOfOld[previous] == nil, "Two plans cannot go on with the same old one.")
                numberOfOld[previous] = index
                (states + index).moveInitialize(from: plans + previous, count: 1)
                states[index].index = Int32(index)
            } else {
                (states + index).initialize(to: PlanState(entry.plan, index: index))
            }
        }
        for old in 0..<planCount where numberOfOld[old] == nil { (plans + old).deinitialize(count: 1) }
        plans.deallocate()
        plans = states
        planCount = next.count
        renumberPlans(numberOfOld)
        formCohorts(next.map(\.cohort), previous: next.map(\.previous))
        var nextLayouts = LayoutTable()
        for id in 0..<series.count {
            let watched = watchers(id)
            let number = nextLayouts.number(of: watched.plans.sorted(), in: states)
            move(id, to: nextLayouts[number], number: number, numberOfOld)
            (series[id] + nextLayouts[number].pointee.facts).initializeMemory(
                as: SeriesFacts.self,
                to: SeriesFacts(expectedInterval: watched.expectedInterval?.microseconds ?? 0)
            )
        }
        layouts = nextLayouts
        joinGroups(groups)
    }

    private mutating func renumberPlans(_ numberOfOld: [Int: Int]) {
        func renumbered(_ heap: Heap<RowDeadline>) -> Heap<RowDeadline> {
            Heap(
                heap.unordered.compactMap { entry in
                    numberOfOld[Int(entry.plan)].map {
                        RowDeadline(time: entry.time, series: entry.series, plan: UInt32($0))
                    }
                }
            )
        }
        idleHeaps = idleHeaps.map(renumbered)
        quietHeap = renumbered(quietHeap)
    }

    /// Moves a series into memory of another layout, with the rows of the plans that stay.
    private mutating func move(
        _ id: Int,
        to layout: UnsafeMutablePointer<SeriesLayout>,
        number: Int,
        _ numberOfOld: [Int: Int]
    ) {
        let oldLayout = self.layout(of: id)
        let old = series[id]
        let memory = layout.pointee.slabs.append()
        let header = memory.assumingMemoryBound(to: SeriesHeader.self)
        header.initialize(to: old.assumingMemoryBound(to: SeriesHeader.self).pointee)
        header.pointee.layout = UInt16(number)
        let recents = RecentReading.count * MemoryLayout<RecentReading>.stride
        (memory + layout.pointee.recents).copyMemory(from: old + oldLayout.pointee.recents, byteCount: recents)
        var kept: [Int: SeriesLayout.Place] = [:]
        for place in oldLayout.pointee.places {
            guard let plan = numberOfOld[place.plan] else { continue }
            kept[plan] = place
            // No longer watched: the plan that goes on has no use for what the row keeps.
            if !layout.pointee.plans.contains(plan) { plans[plan].end(row(id, place, oldLayout)) }
        }
        series.move(id, to: memory)
        for place in layout.pointee.places {
            guard let from = kept[place.plan] else {
                plans[place.plan].begin(row(id, place, layout))
                continue
            }
            (memory + place.header).copyMemory(from: old + from.header, byteCount: MemoryLayout<RowHeader>.stride)
            (memory + place.number).copyMemory(from: old + from.number, byteCount: MemoryLayout<UInt32>.stride)
            (memory + place.area).copyMemory(from: old + from.area, byteCount: plans[place.plan].plan.layout.areaBytes)
        }
    }

    /// Gives feeds other numbers, for a new generation; those that are gone share the number 0.
    ///
    /// - Parameter shifts: By old number what is added to running times.
    public mutating func renumberFeeds(_ numbers: [Int], shifts: [Int64]) {
        var heaps: [Heap<RowDeadline>] = []
        for (old, new) in numbers.enumerated() where old < idleHeaps.count {
            while heaps.count <= new { heaps.append(Heap()) }
            for entry in idleHeaps[old].unordered {
                let time = entry.time + shifts[old]
                heaps[new].insert(RowDeadline(time: time, series: entry.series, plan: entry.plan))
            }
        }
        idleHeaps = heaps
        for id in 0..<series.count {
            let header = series[id].assumingMemoryBound(to: SeriesHeader.self)
            header.pointee.heard += shifts[Int(header.pointee.feed)]
            header.pointee.feed = UInt32(numbers[Int(header.pointee.feed)])
            let layout = layout(of: id)
            for place in layout.pointee.places {
                let row = row(id, place, layout).header
                guard row.pointee.waitingIn != RowHeader.noFeed else { continue }
                row.pointee.waitingIn = UInt32(numbers[Int(row.pointee.waitingIn)])
            }
        }
    }
}
