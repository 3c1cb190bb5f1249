import GanzhiModel
import GanzhiWindow

/// A group of one plan as the text says it, slowly and obviously.
///
/// Every reading is kept, every result is filtered out of all of them. Hopping windows of equal steps only; values whose
/// sums are exact. Times are microseconds.
struct ReferenceGroup {
    struct Reading {
        var time: Int64
        var value: Double
        var quality: Quality
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
        /// By series.
        var members: [Int: [Window]]
    }

    private struct Said {
        var windows: [Window]
        var isFresh: Bool
        var isHeld: Bool { isFresh || hasResult }
        var hasResult: Bool { windows.contains { $0.count > 0 } }
    }

    private struct Member {
        var series: Int
        var readings: [Reading] = []
        var recent: [Reading] = []
        var watermark: Int64?
        var heard: Int64 = 0
        var isIdle = true
        /// Window by window, what the last one said whose end the watermark has passed.
        var standing: [Window?]
        var newest: Int64 { readings.map(\.time).max()! }
    }

    let plan: Plan
    private var members: [Member]
    private var waiting: [Int64: [Int: Said]] = [:]
    private var closed = Int64.min
    private(set) var evaluations: [Evaluation] = []
    private(set) var closedEarly = 0

    init(_ plan: Plan, series: [Int]) {
        self.plan = plan
        members = series.map { Member(series: $0, standing: plan.windows.map { _ in nil }) }
    }

    private var every: Int64 { plan.every.microseconds }
    private var reach: Int64 {
        plan.windows.map { $0.size.microseconds + $0.every.microseconds }.max()! + every
    }

    private func floor(_ time: Int64, _ step: Int64) -> Int64 {
        time >= 0 ? time / step * step : -((step - 1 - time) / step * step)
    }

    // MARK: Blocks

    mutating func begin(block: Int, now: Int64, running: Int64) {
        for index in members.indices where !members[index].isIdle {
            guard members[index].heard + plan.idle.microseconds <= running else { continue }
            members[index].isIdle = true
            advance(index, to: floor(members[index].newest, every) + every)
        }
        for index in members.indices where plan.quietCounts && members[index].isIdle {
            if members[index].watermark != nil { advance(index, to: now - plan.idle.microseconds) }
        }
        closeFinal(block: block)
    }

    mutating func take(_ reading: Reading, series: Int, block: Int, running: Int64) {
        let index = members.firstIndex { $0.series == series }!
        members[index].heard = running
        members[index].isIdle = false
        if members[index].recent.suffix(8).contains(where: { $0.time == reading.time && $0.value == reading.value }) {
            return
        }
        members[index].recent.append(reading)
        if isLate(reading.time, members[index]) { return }
        let watermark = members[index].watermark
        advance(index, to: reading.time - plan.lateness.microseconds)
        members[index].readings.append(reading)
        if let watermark { revise(index, holding: reading.time, watermark: watermark) }
        closeFinal(block: block)
    }

    mutating func finish() {
        for index in members.indices where !members[index].readings.isEmpty {
            members[index].isIdle = true
            let ends = members[index].readings.flatMap { reading in
                plan.windows.compactMap { lastEnd(of: $0, holding: reading.time) }
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

    private func isLate(_ time: Int64, _ member: Member) -> Bool {
        guard let watermark = member.watermark else { return false }
        let ends = plan.windows.compactMap { lastEnd(of: $0, holding: time) }
        return !ends.isEmpty
            && ends.allSatisfy { $0 <= watermark && $0 <= watermark - plan.revise.microseconds }
    }

    private mutating func revise(_ index: Int, holding time: Int64, watermark: Int64) {
        guard plan.revise > .zero, time < watermark else { return }
        for (number, window) in plan.windows.enumerated() {
            let end = floor(watermark, window.every.microseconds)
            guard end > watermark - plan.revise.microseconds else { continue }
            let again = measure(window, members[index], end: end)
            if again.start <= time, time < again.end, again.count > 0 { members[index].standing[number] = again }
        }
    }

    private mutating func advance(_ index: Int, to time: Int64) {
        guard let before = members[index].watermark else {
            members[index].watermark = time
            return
        }
        guard time > before else { return }
        members[index].watermark = time
        guard !members[index].readings.isEmpty else { return }
        var instant = floor(before, every) + every
        let last = Swift.min(time, members[index].newest + reach)
        while instant <= last {
            for (number, window) in plan.windows.enumerated() where instant % window.every.microseconds == 0 {
                members[index].standing[number] = measure(window, members[index], end: instant)
            }
            let said = say(members[index], at: instant) { number, _ in members[index].standing[number] }
            if said.isHeld, instant > closed { waiting[instant, default: [:]][members[index].series] = said }
            instant += every
        }
        if time > last { members[index].standing = plan.windows.map { _ in nil } }
    }

    private func say(_ member: Member, at instant: Int64, _ standing: (Int, Int64) -> Window?) -> Said {
        Said(
            windows: plan.windows.enumerated().map { number, window in
                let end = floor(instant, window.every.microseconds)
                let known = standing(number, end)
                return known?.end == end ? known! : measure(window, nil, end: end)
            },
            isFresh: member.readings.contains {
                $0.quality != .bad && $0.time >= instant - every && $0.time < instant
            }
        )
    }

    private func measure(_ window: WindowSpec, _ member: Member?, end: Int64) -> Window {
        let start = end - window.size.microseconds
        let inside = (member?.readings ?? []).filter { $0.time >= start && $0.time < end }
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
        return Window(
            start: start,
            end: end,
            count: usable.count,
            good: usable.count { $0.quality == .good },
            bad: inside.count - usable.count,
            coverage: Double(filled) / Double(slots),
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
            while instant <= Swift.min(last, member.newest + reach) {
                instants.insert(instant)
                instant += every
            }
        }
        for instant in instants.sorted() where instant <= last {
            var said = waiting.removeValue(forKey: instant) ?? [:]
            for member in idle where instant > member.watermark! {
                said[member.series] = say(member, at: instant) { number, end in
                    end > member.watermark! ? measure(plan.windows[number], member, end: end) : member.standing[number]
                }
            }
            if said.values.contains(where: { $0.isHeld }) { emit(block, instant, said) }
        }
        if evaluations.last?.instant != last, closed != .min, !isEnd { emit(block, last, [:]) }
        closed = last
    }

    private mutating func emit(_ block: Int, _ instant: Int64, _ said: [Int: Said]) {
        evaluations.append(
            Evaluation(
                block: block,
                instant: instant,
                isFresh: said.values.contains { $0.isFresh },
                members: said.filter { $0.value.hasResult }.mapValues(\.windows)
            )
        )
    }
}
