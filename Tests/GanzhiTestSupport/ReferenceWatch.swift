import GanzhiModel
import GanzhiPipeline
import GanzhiWindow

extension Reference {
    /// One scenario at one series.
    struct Watch {
        /// What becomes of a reading in a plan.
        struct Fate {
            enum Entry { case applied, revised, late }
            var entry: Entry
            /// Whether it missed all windows of some measure that would have held it.
            var missesAMeasure: Bool
        }

        /// What a measure knows beside the readings of its plan.
        struct Standing {
            /// End of its last window that was closed.
            var end: Int64 = .min
            /// What that window said.
            var result: Result?
            /// How often a window was reported, by its end.
            var reports: [Int64: Int] = [:]
            /// Sliding: times of usable readings whose windows are not closed.
            var pending: Set<Int64> = []
            /// Session: usable readings that no closed session holds, in order of arrival.
            var open: [Heard] = []
            /// Session: bad readings that were not late.
            var bad: [Heard] = []
        }

        /// A window that is final and has not been closed.
        struct Closing {
            var measure: Int
            var start: Int64
            var end: Int64
            /// Good and uncertain readings, in order of arrival.
            var usable: [Heard]
            /// How many bad ones it spans.
            var bad: Int
        }

        let scenario: Scenario
        let series: Int
        let key: String
        let expectedInterval: Int64?
        /// Every reading that was applied or revised, in order of arrival.
        var applied: [Heard] = []
        /// All before it is final; nothing at all before the first reading.
        var watermark: Int64 = .min
        /// The last instant that was evaluated.
        var evaluated: Int64 = .min
        /// Measure by measure.
        var standings: [Standing]
        var ladder: ReferenceLadder
        private let instants: ReferenceGrid
        private let grids: [ReferenceGrid?]
        /// All that ended up to here is closed, all instants up to here are evaluated.
        private var closed: Int64 = .min

        init(scenario: Scenario, series: Int, key: String, expectedInterval: Int64?, calendar: DayCalendar) {
            self.scenario = scenario
            self.series = series
            self.key = key
            self.expectedInterval = expectedInterval
            standings = scenario.measures.map { _ in Standing() }
            ladder = ReferenceLadder(scenario)
            let days = ReferenceDays(calendar, from: scenario.from)
            instants = ReferenceGrid(every: scenario.every, days: days)
            grids = scenario.measures.map {
                $0.window.kind == .hopping ? ReferenceGrid(every: $0.window.every, days: days) : nil
            }
        }

        var lateness: Int64 { scenario.lateness.microseconds }
        var hasBegun: Bool { watermark != .min }
        var results: [Result?] { standings.map(\.result) }

        // MARK: Lateness

        /// What would become of a reading that came now.
        func judge(_ time: Int64) -> Fate {
            guard hasBegun else { return Fate(entry: .applied, missesAMeasure: false) }
            let ends = standings.indices.compactMap { lastEnd(of: $0, holding: time) }
            let missed = ends.filter(isMissed)
            if ends.isEmpty || ends.contains(where: { $0 > watermark }) {
                return Fate(entry: .applied, missesAMeasure: !missed.isEmpty)
            }
            return Fate(entry: missed.count == ends.count ? .late : .revised, missesAMeasure: !missed.isEmpty)
        }

        /// Whether a window that ends then takes nothing in any more.
        private func isMissed(_ end: Int64) -> Bool {
            end <= watermark && end <= watermark - scenario.revise.microseconds
        }

        /// End of the last window of a measure that would hold a reading, if any would.
        private func lastEnd(of number: Int, holding time: Int64) -> Int64? {
            let window = scenario.measures[number].window
            let size = window.size.microseconds
            switch window.kind {
            case .hopping: return grids[number]!.lastEnd(ofWindowHolding: time, size: size)
            case .sliding: return time + size
            case .session:
                let whole = (standings[number].open.map(\.time) + [time]).sorted()
                var last = time
                for next in whole where next > last && next - last < size { last = next }
                return last + size
            }
        }

        /// End of the last window that holds a reading.
        var lastEndHoldingAReading: Int64? {
            standings.indices.compactMap { number in
                switch scenario.measures[number].window.kind {
                case .hopping: applied.compactMap { lastEnd(of: number, holding: $0.time) }.max()
                case .sliding: applied.map(\.time).max()
                case .session: sessions(of: number).last?.end
                }
            }.max()
        }

        // MARK: Readings

        /// Takes a reading in that is not late, and reports final windows again that take it in too.
        mutating func apply(_ reading: Heard) -> [(result: Result, measure: Int)] {
            applied.append(reading)
            for number in standings.indices {
                let isLate = hasBegun && lastEnd(of: number, holding: reading.time).map(isMissed) ?? false
                switch scenario.measures[number].window.kind {
                case .hopping: break
                case .sliding:
                    if !reading.isBad, !hasBegun || reading.time > watermark {
                        standings[number].pending.insert(reading.time)
                    }
                case .session:
                    if isLate { break }
                    if reading.isBad {
                        standings[number].bad.append(reading)
                    } else {
                        standings[number].open.append(reading)
                    }
                }
            }
            return revisions(with: reading)
        }

        private mutating func revisions(with reading: Heard) -> [(result: Result, measure: Int)] {
            guard hasBegun else { return [] }
            var reported: [(result: Result, measure: Int)] = []
            for (number, grid) in grids.enumerated() {
                guard let grid, let last = lastEnd(of: number, holding: reading.time) else { continue }
                for end in grid.instants(after: reading.time, upTo: min(last, watermark)) where !isMissed(end) {
                    let result = report(hopping(number, ending: end))
                    if standings[number].end == end { standings[number].result = result }
                    if let result { reported.append((result, number)) }
                }
            }
            return reported
        }

        /// Moves the watermark, never back.
        ///
        /// What was final before the first reading held nothing.
        mutating func advance(to time: Int64) {
            if !hasBegun {
                closed = time - 1
                evaluated = instants.last(upTo: closed)
                for (number, grid) in grids.enumerated() {
                    if let grid { standings[number].end = grid.last(upTo: closed) }
                }
            }
            watermark = max(watermark, time)
        }

        /// Where the watermark of an idle series moves to: the end of the step that holds its newest reading.
        var idleWatermark: Int64 { instants.next(after: applied.map(\.time).max()!) }

        // MARK: Windows

        /// What has become final, cut at the instants at which the ladder is evaluated.
        ///
        /// - Returns: Instants with the windows that end up to each; behind the last one, those that end later.
        mutating func takeSteps() -> [(instant: Int64?, closings: [Closing])] {
            guard hasBegun else { return [] }
            var closings = takeClosings()[...]
            var steps: [(instant: Int64?, closings: [Closing])] = []
            for instant in instants.instants(after: closed, upTo: watermark) {
                let ready = closings.prefix { $0.end <= instant }
                closings = closings.dropFirst(ready.count)
                steps.append((instant, Array(ready)))
            }
            steps.append((nil, Array(closings)))
            closed = watermark
            return steps
        }

        /// Reports windows for the first time, and lets each be the one that stands.
        mutating func close(_ closings: [Closing]) -> [(result: Result, measure: Int)] {
            closings.compactMap { closing in
                let result = report(closing)
                standings[closing.measure].end = closing.end
                standings[closing.measure].result = result
                return result.map { ($0, closing.measure) }
            }
        }

        private mutating func takeClosings() -> [Closing] {
            var closings: [Closing] = []
            for number in standings.indices {
                let size = scenario.measures[number].window.size.microseconds
                switch scenario.measures[number].window.kind {
                case .hopping:
                    for end in grids[number]!.instants(after: closed, upTo: watermark) {
                        closings.append(hopping(number, ending: end))
                    }
                case .sliding:
                    for end in standings[number].pending where end <= watermark {
                        let inside = applied.filter { $0.time > end - size && $0.time <= end }
                        closings.append(closing(number, start: end - size, end: end, inside))
                        standings[number].pending.remove(end)
                    }
                case .session:
                    for session in sessions(of: number) where session.end <= watermark {
                        closings.append(session)
                        standings[number].open.removeAll { $0.time < session.end }
                        standings[number].bad.removeAll { $0.time < session.end }
                    }
                }
            }
            return closings.sorted { $0.end < $1.end }
        }

        private func hopping(_ number: Int, ending end: Int64) -> Closing {
            let size = scenario.measures[number].window.size.microseconds
            let start = grids[number]!.start(ofWindowEnding: end, size: size)
            return closing(number, start: start, end: end, applied.filter { $0.time >= start && $0.time < end })
        }

        private func closing(_ number: Int, start: Int64, end: Int64, _ inside: [Heard]) -> Closing {
            Closing(
                measure: number,
                start: start,
                end: end,
                usable: inside.filter { !$0.isBad },
                bad: inside.count { $0.isBad }
            )
        }

        /// The sessions of the readings that no closed session holds, earliest first.
        private func sessions(of number: Int) -> [Closing] {
            let gap = scenario.measures[number].window.size.microseconds
            var chains: [[Heard]] = []
            for reading in inOrder(standings[number].open) {
                if let last = chains.last?.last, reading.time - last.time < gap {
                    chains[chains.count - 1].append(reading)
                } else {
                    chains.append([reading])
                }
            }
            return chains.map { chain in
                let (start, end) = (chain.first!.time, chain.last!.time + gap)
                let bad = standings[number].bad.count { $0.time >= start && $0.time < end }
                return Closing(measure: number, start: start, end: end, usable: chain, bad: bad)
            }
        }

        /// What a measure says about a window, and that it was said once more.
        private mutating func report(_ closing: Closing) -> Result? {
            let measure = scenario.measures[closing.measure]
            let readings = inOrder(closing.usable)
            guard let newest = readings.last else { return nil }
            let revision = standings[closing.measure].reports[closing.end, default: 0]
            standings[closing.measure].reports[closing.end] = revision + 1
            guard let value = function(of: measure).reference(readings, until: closing.end) else { return nil }
            return Result(
                measure: measure.name,
                start: closing.start,
                end: closing.end,
                count: readings.count,
                value: value,
                coverage: coverage(of: readings, in: closing),
                good: Double(readings.count) / Double(readings.count + closing.bad),
                revision: revision,
                newest: newest,
                nearness: function(of: measure).nearness(readings)
            )
        }

        /// The measure's function; a number of centimetres in it is one of metres.
        private func function(of measure: Measure) -> WindowFunction {
            guard measure.unit == "cm" else { return measure.function }
            return switch measure.function {
            case .above(let number): .above(Double("\(number)e-2")!)
            case .below(let number): .below(Double("\(number)e-2")!)
            default: measure.function
            }
        }

        private func coverage(of readings: [Heard], in closing: Closing) -> Double {
            let (start, end) = (closing.start, closing.end)
            if let expectedInterval {
                return min(1, Double(readings.count) / (Double(end - start) / Double(expectedInterval)))
            }
            let slots =
                grids[closing.measure]?.slots(start: start, end: end)
                ?? equalSlots(start: start, end: end, slot: scenario.every.microseconds)
            // A sliding window holds its end and not its start, and so do its slots.
            let shift: Int64 = scenario.measures[closing.measure].window.kind == .sliding ? 1 : 0
            let filled = slots.count { slot in
                readings.contains { $0.time >= slot.start + shift && $0.time < slot.end + shift }
            }
            return Double(filled) / Double(slots.count)
        }

        /// Whether the step of `every` before an instant holds a good or uncertain reading, if that is asked for.
        func isFresh(at instant: Int64) -> Bool {
            let before = instants.last(upTo: instant - 1)
            return scenario.quietCounts
                || applied.contains { !$0.isBad && $0.time >= before && $0.time < instant }
        }

        /// Readings by event time; those of one time stay in the order of their arrival.
        private func inOrder(_ readings: [Heard]) -> [Heard] {
            readings.enumerated().sorted { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }.map(\.element)
        }

        /// The result of a window.
        struct Result {
            var measure: String
            var start: Int64
            var end: Int64
            var count: Int
            var value: Double
            var coverage: Double
            var good: Double
            var revision: Int
            var newest: Heard
            var nearness: ReferenceOutcome.Nearness
            /// What it was held against, once it is evidence.
            var thresholds: [ReferenceOutcome.Threshold] = []

            func line(scenario: String, key: String) -> ReferenceOutcome.Window {
                ReferenceOutcome.Window(
                    scenario: scenario,
                    key: key,
                    measure: measure,
                    start: start / 1000,
                    end: end / 1000,
                    count: count,
                    value: value,
                    coverage: coverage,
                    good: good,
                    revision: revision,
                    nearness: nearness
                )
            }

            var evidence: ReferenceOutcome.Evidence {
                ReferenceOutcome.Evidence(
                    measure: measure,
                    value: value,
                    start: start / 1000,
                    end: end / 1000,
                    count: count,
                    coverage: coverage,
                    good: good,
                    revision: revision,
                    thresholds: thresholds,
                    nearness: nearness
                )
            }
        }
    }
}
