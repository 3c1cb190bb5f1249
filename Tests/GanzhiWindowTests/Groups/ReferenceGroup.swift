import GanzhiModel
import GanzhiWindow

/// A group of one cohort as the text says it, slowly and obviously.
///
/// Every reading is kept, every result is filtered out of all of them. Hopping windows of equal steps only; values whose
/// sums are exact. Times are microseconds.
struct ReferenceGroup {
    struct Reading {
        var time: Int64
        var value: Double
        var quality: Quality
    }

    /// A member: a series, and the plan through which it is one.
    struct Name: Hashable {
        var series: Int
        var plan: Int
    }

    struct Window: Equatable {
        var start: Int64
        var end: Int64
        var count: Int
        var good: Int
        var bad: Int
        var coverage: Double
        var values: [Double?]
    }

    struct Evaluation: Equatable {
        var block: Int
        var instant: Int64
        var isFresh: Bool
        var isEager: Bool
        var members: [Name: [Window]]
    }

    private struct Said {
        var windows: [Window]
        var isFresh: Bool
        var isHeld: Bool { isFresh || hasResult }
        var hasResult: Bool { windows.contains { $0.count > 0 } }
    }

    private struct Member {
        var name: Name
        var plan: Plan
        var interval: Int64?
        var readings: [Reading] = []
        var recent: [Reading] = []
        var watermark: Int64?
        var heard: Int64 = 0
        var isIdle = true
        /// Window by window, what the last one said whose end the watermark has passed.
        var standing: [Window?]
        var newest: Int64 { readings.map(\.time).max()! }
    }

    private var members: [Member]
    private var waiting: [Int64: [Name: Said]] = [:]
    private var closed = Int64.min
    private var lastSaid: Int64?
    private var newest: Int64?
    private(set) var evaluations: [Evaluation] = []
    private(set) var closedEarly = 0

    init(_ plans: [Plan], _ members: [(name: Name, interval: Int64?)]) {
        self.members = members.map { name, interval in
            let plan = plans[name.plan]
            return Member(name: name, plan: plan, interval: interval, standing: plan.windows.map { _ in nil })
        }
        every = plans[0].every.microseconds
    }

    private let every: Int64

    private func floor(_ time: Int64, _ step: Int64) -> Int64 {
        time >= 0 ? time / step * step : -((step - 1 - time) / step * step)
    }

    // MARK: Blocks

    /// Forgets how far the group has come, and what its members said.
    mutating func startAnew() {
        (waiting, closed, lastSaid) = ([:], .min, nil)
        newest = members.flatMap(\.readings).map(\.time).max()
    }

    mutating func begin(block: Int, now: Int64, running: Int64) {
        for index in members.indices where !members[index].isIdle {
            guard members[index].heard + members[index].plan.idle.microseconds <= running else { continue }
            members[index].isIdle = true
            advance(index, to: floor(members[index].newest, every) + every)
        }
        for index in members.indices where members[index].plan.quietCounts && members[index].isIdle {
            if members[index].watermark != nil {
                advance(index, to: now - members[index].plan.idle.microseconds)
            }
        }
        closeFinal(block: block)
    }

    mutating func take(_ reading: Reading, series: Int, block: Int, running: Int64) {
        var (applied, isTaken) = ([Int](), false)
        for index in members.indices where members[index].name.series == series {
            members[index].heard = running
            members[index].isIdle = false
            let recent = members[index].recent.suffix(8)
            if recent.contains(where: { $0.time == reading.time && $0.value == reading.value }) { continue }
            members[index].recent.append(reading)
            if isLate(reading.time, members[index], revise: members[index].plan.revise.microseconds) { continue }
            let isRevised = isLate(reading.time, members[index], revise: 0)
            let watermark = members[index].watermark
            advance(index, to: reading.time - members[index].plan.lateness.microseconds)
            members[index].readings.append(reading)
            if let watermark { revise(index, with: reading, watermark: watermark) }
            if !isRevised { applied.append(index) }
            isTaken = true
        }
        if isTaken { closeFinal(block: block) }
        guard !applied.isEmpty else { return }
        if newest.map({ reading.time > $0 }) ?? true, let leader = applied.first(where: { members[$0].plan.eager }) {
            evaluateEagerly(reading.time, through: members[leader].plan, block: block)
        }
        newest = Swift.max(newest ?? reading.time, reading.time)
    }

    mutating func finish() {
        for index in members.indices where !members[index].readings.isEmpty {
            members[index].isIdle = true
            let ends = members[index].readings.flatMap { reading in
                members[index].plan.windows.compactMap { lastEnd(of: $0, holding: reading.time) }
            }
            if let last = ends.max() { advance(index, to: last) }
        }
        if let last = waiting.keys.max() { close(upTo: last, isEnd: true, block: 0) }
    }

    // MARK: Members

    private func lastEnd(of window: WindowSpec, holding time: Int64) -> Int64? {
        let end = floor(time + window.size.microseconds, window.every.microseconds)
        return end > time ? end : nil
    }

    private func isLate(_ time: Int64, _ member: Member, revise: Int64) -> Bool {
        guard let watermark = member.watermark else { return false }
        let ends = member.plan.windows.compactMap { lastEnd(of: $0, holding: time) }
        return !ends.isEmpty && ends.allSatisfy { $0 <= watermark - revise }
    }

    private mutating func revise(_ index: Int, with reading: Reading, watermark: Int64) {
        let (time, quality) = (reading.time, reading.quality)
        let plan = members[index].plan
        let first = watermark - plan.revise.microseconds + 1
        guard plan.revise > .zero, time < watermark else { return }
        for (number, window) in plan.windows.enumerated() {
            let hop = window.every.microseconds
            var end = floor(time, hop) + hop
            while end <= watermark, end - window.size.microseconds <= time {
                defer { end += hop }
                let again = measure(window, of: members[index], end: end)
                guard end >= first, again.count > 0 else { continue }
                if end + hop > watermark { members[index].standing[number] = again }
                // It is said where it ends, and stands up to its next end.
                for instant in stride(from: end, to: min(end + hop, watermark + 1), by: Int64.Stride(every)) {
                    revise(members[index], at: instant) { $0.windows[number] = again }
                }
            }
        }
        let instant = floor(time, every) + every
        if quality != .bad, (first...watermark).contains(instant) {
            revise(members[index], at: instant) { $0.isFresh = true }
        }
    }

    /// Changes what a member said at an instant that waits, be it nothing.
    private mutating func revise(_ member: Member, at instant: Int64, _ change: (inout Said) -> Void) {
        guard instant > closed else { return }
        var said = waiting[instant]?[member.name]
        if said?.hasResult != true {
            let isFresh = said?.isFresh ?? false
            said = say(member, at: instant) { _, _ in nil }
            said!.isFresh = isFresh
        }
        change(&said!)
        waiting[instant, default: [:]][member.name] = said
    }

    private mutating func advance(_ index: Int, to time: Int64) {
        guard let before = members[index].watermark else {
            members[index].watermark = time
            return
        }
        guard time > before else { return }
        members[index].watermark = time
        guard !members[index].readings.isEmpty else { return }
        let plan = members[index].plan
        var instant = floor(before, every) + every
        let last = Swift.min(time, members[index].newest + reach(plan))
        while instant <= last {
            for (number, window) in plan.windows.enumerated() where instant % window.every.microseconds == 0 {
                members[index].standing[number] = measure(window, of: members[index], end: instant)
            }
            let said = say(members[index], at: instant) { number, _ in members[index].standing[number] }
            if said.isHeld, instant > closed { waiting[instant, default: [:]][members[index].name] = said }
            instant += every
        }
        if time > last { members[index].standing = plan.windows.map { _ in nil } }
    }

    private func reach(_ plan: Plan) -> Int64 {
        plan.windows.map { $0.size.microseconds + $0.every.microseconds }.max()! + every
    }

    private func say(_ member: Member, at instant: Int64, _ standing: (Int, Int64) -> Window?) -> Said {
        Said(
            windows: member.plan.windows.enumerated().map { number, window in
                let end = floor(instant, window.every.microseconds)
                let known = standing(number, end)
                return known?.end == end ? known! : measure(window, of: member, end: end, isEmpty: true)
            },
            isFresh: isFresh(member, at: instant)
        )
    }

    private func isFresh(_ member: Member, at instant: Int64) -> Bool {
        member.readings.contains { $0.quality != .bad && $0.time >= instant - every && $0.time < instant }
    }

    /// What a window holds.
    ///
    /// - Parameter time: The time up to which readings are expected, where that is not the end.
    private func measure(
        _ window: WindowSpec,
        of member: Member,
        end: Int64,
        until time: Int64? = nil,
        isEmpty: Bool = false
    ) -> Window {
        let plan = member.plan
        let start = end - window.size.microseconds
        let inside = member.readings.filter { !isEmpty && $0.time >= start && $0.time < end }
        let usable = inside.filter { $0.quality != .bad }
        let hop = window.every.microseconds
        var slots = 0
        var filled = 0
        var slotEnd = end
        while slotEnd > start {
            slots += 1
            let slotStart = Swift.max(start, slotEnd - hop)
            if usable.contains(where: { $0.time >= slotStart && $0.time < slotEnd }) { filled += 1 }
            slotEnd -= hop
        }
        let last = usable.enumerated().max { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }
        let sum = usable.map(\.value).reduce(0, +)
        let values = plan.aggregates.filter { $0.window == window }.map { aggregate -> Double? in
            guard !usable.isEmpty else { return nil }
            switch aggregate.function {
            case .count: return Double(usable.count)
            case .sum: return sum
            case .mean: return sum / Double(usable.count)
            case .min: return usable.map(\.value).min()
            case .max: return usable.map(\.value).max()
            case .last: return last?.element.value
            default: fatalError("The reference does not know \(aggregate.function).")
            }
        }
        var coverage = Double(filled) / Double(slots)
        if let interval = member.interval, !isEmpty {
            let elapsed = (time ?? end) - start
            coverage = elapsed == 0 ? 1 : min(1, Double(usable.count) / (Double(elapsed) / Double(interval)))
        }
        return Window(
            start: start,
            end: end,
            count: usable.count,
            good: usable.count { $0.quality == .good },
            bad: inside.count - usable.count,
            coverage: coverage,
            values: values
        )
    }

    // MARK: The group

    private mutating func closeFinal(block: Int) {
        let heard = members.filter { $0.watermark != nil }
        let busy = heard.filter { !$0.isIdle }.map { $0.watermark! }.min()
        if let watermark = busy ?? heard.map({ $0.watermark! }).max() {
            close(upTo: floor(watermark, every), block: block)
        }
        while waiting.count > WindowEngine.maximumWaitingInstants {
            closedEarly += 1
            close(upTo: waiting.keys.min()!, block: block)
        }
    }

    private mutating func close(upTo last: Int64, isEnd: Bool = false, block: Int) {
        guard last > closed else { return }
        var instants = Set(waiting.keys)
        let idle = members.filter { $0.isIdle && $0.watermark != nil && !$0.readings.isEmpty }
        for member in idle {
            var instant = floor(Swift.max(member.watermark!, closed), every) + every
            while instant <= Swift.min(last, member.newest + reach(member.plan)) {
                instants.insert(instant)
                instant += every
            }
        }
        for instant in instants.sorted() where instant <= last {
            var said = waiting.removeValue(forKey: instant) ?? [:]
            for member in idle where instant > member.watermark! {
                said[member.name] = say(member, at: instant) { number, end in
                    end > member.watermark!
                        ? measure(member.plan.windows[number], of: member, end: end) : member.standing[number]
                }
            }
            if said.values.contains(where: { $0.isHeld }) { emit(block, instant, said) }
        }
        if lastSaid != last, closed != .min, !isEnd { emit(block, last, [:]) }
        closed = last
    }

    private mutating func emit(_ block: Int, _ instant: Int64, _ said: [Name: Said], isEager: Bool = false) {
        if !isEager { lastSaid = instant }
        evaluations.append(
            Evaluation(
                block: block,
                instant: instant,
                isFresh: said.values.contains { $0.isFresh },
                isEager: isEager,
                members: said.filter { $0.value.hasResult }.mapValues(\.windows)
            )
        )
    }

    // MARK: Eager evaluations

    private func pane(_ plan: Plan) -> Int64 {
        plan.windows.filter { $0.every == plan.every }.reduce(every) { pane, window in
            (1...pane / 1_000_000).last {
                pane % ($0 * 1_000_000) == 0 && window.size.microseconds % ($0 * 1_000_000) == 0
            }! * 1_000_000
        }
    }

    private mutating func evaluateEagerly(_ time: Int64, through plan: Plan, block: Int) {
        let end = floor(time, pane(plan)) + pane(plan)
        var said: [Name: Said] = [:]
        for member in members where !member.readings.isEmpty {
            let pane = pane(member.plan)
            let ownEnd = end % pane == 0 ? end : floor(time, pane) + pane
            let watermark = member.watermark!
            // Of windows that end more seldom, the last result up to where the member is final; where it holds nothing
            // up, the group.
            let come = member.isIdle ? Swift.max(watermark, closed) : watermark
            let windows = member.plan.windows.enumerated().map { number, window in
                if window.every == member.plan.every {
                    return measure(window, of: member, end: ownEnd, until: time)
                }
                let last = floor(come, window.every.microseconds)
                if last > watermark { return measure(window, of: member, end: last) }
                let known = member.standing[number]
                return known?.end == last ? known! : measure(window, of: member, end: last, isEmpty: true)
            }
            said[member.name] = Said(windows: windows, isFresh: isFresh(member, at: ownEnd))
        }
        emit(block, end, said, isEager: true)
    }
}
