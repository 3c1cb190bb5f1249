import GanzhiModel
import GanzhiPipeline
import GanzhiWindow

extension Reference {
    /// The windows of one scenario over one series, as one of its inputs.
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
            /// What its windows said, by their ends; of sliding windows and sessions earliest end first.
            var said: [(end: Int64, result: Result?)] = []
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
        let input: Int
        let series: Int
        let device: String
        let expectedInterval: Int64?
        /// Its measures, as declared.
        let measures: [Measure]
        /// Every reading that was applied or revised, in order of arrival.
        var applied: [Heard] = []
        /// All before it is final; nothing at all before the first reading.
        var watermark: Int64 = .min
        /// Measure by measure.
        var standings: [Standing]
        let instants: ReferenceGrid
        let grids: [ReferenceGrid?]
        /// The panes of an eager evaluation.
        let panes: ReferenceGrid
        /// All that ended up to here is closed.
        private var closed: Int64 = .min
        /// For each reading of ``applied``, the instants that it came too late for.
        private var missed: [Int64] = []

        init(
            scenario: Scenario,
            input: Int,
            series: Int,
            device: String,
            expectedInterval: Int64?,
            calendar: DayCalendar
        ) {
            self.scenario = scenario
            self.input = input
            self.series = series
            self.device = device
            self.expectedInterval = expectedInterval
            measures = scenario.measures(ofInput: input).map { scenario.measures[$0] }
            standings = measures.map { _ in Standing() }
            let days = ReferenceDays(calendar, from: scenario.from)
            instants = ReferenceGrid(every: scenario.every, days: days)
            grids = measures.map {
                $0.window.kind == .hopping ? ReferenceGrid(every: $0.window.every, days: days) : nil
            }
            let hopping = measures.filter { $0.window.kind == .hopping && $0.window.every == scenario.every }
            let width = hopping.map(\.window.size.microseconds).reduce(scenario.every.microseconds, greatestDivisor)
            panes = ReferenceGrid(every: TimeSpan(microseconds: width), days: days)
        }

        var lateness: Int64 { scenario.lateness.microseconds }
        var hasBegun: Bool { watermark != .min }

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
            let window = measures[number].window
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
                switch measures[number].window.kind {
                case .hopping: applied.compactMap { lastEnd(of: number, holding: $0.time) }.max()
                case .sliding: applied.map(\.time).max()
                case .session: sessions(of: number).last?.end
                }
            }.max()
        }

        // MARK: Readings

        /// Takes a reading in that is not late, and reports final windows again that take it in too.
        mutating func apply(_ reading: Heard) -> [Report] {
            applied.append(reading)
            missed.append(hasBegun ? watermark - scenario.revise.microseconds : .min)
            for number in standings.indices {
                let isLate = hasBegun && lastEnd(of: number, holding: reading.time).map(isMissed) ?? false
                switch measures[number].window.kind {
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

        private mutating func revisions(with reading: Heard) -> [Report] {
            guard hasBegun else { return [] }
            var reported: [Report] = []
            for (number, grid) in grids.enumerated() {
                guard let grid, let last = lastEnd(of: number, holding: reading.time) else { continue }
                for end in grid.instants(after: reading.time, upTo: min(last, watermark)) where !isMissed(end) {
                    let closing = hopping(number, ending: end)
                    let result = report(closing)
                    standings[number].said.removeAll { $0.end == end }
                    standings[number].said.append((end, result))
                    reported.append(Report(measure: number, start: closing.start, end: end, result: result))
                }
            }
            return reported
        }

        /// Moves the watermark, never back.
        ///
        /// What was final before the first reading held nothing.
        mutating func advance(to time: Int64) {
            if !hasBegun { closed = time - 1 }
            watermark = max(watermark, time)
        }

        /// Where the watermark of an idle series moves to: the end of the step that holds its newest reading.
        var idleWatermark: Int64 { instants.next(after: applied.map(\.time).max()!) }

        // MARK: Windows

        /// Closes what has become final: each window is said for the first time.
        mutating func close() -> [Report] {
            guard hasBegun else { return [] }
            let reports = takeClosings().map { closing in
                let result = report(closing)
                standings[closing.measure].said.append((closing.end, result))
                return Report(measure: closing.measure, start: closing.start, end: closing.end, result: result)
            }
            closed = watermark
            return reports
        }

        private mutating func takeClosings() -> [Closing] {
            var closings: [Closing] = []
            for number in standings.indices {
                switch measures[number].window.kind {
                case .hopping:
                    for end in grids[number]!.instants(after: closed, upTo: watermark) {
                        closings.append(hopping(number, ending: end))
                    }
                case .sliding:
                    for end in standings[number].pending where end <= watermark {
                        closings.append(sliding(number, ending: end))
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

        func hopping(_ number: Int, ending end: Int64) -> Closing {
            let size = measures[number].window.size.microseconds
            let start = grids[number]!.start(ofWindowEnding: end, size: size)
            return closing(number, start: start, end: end, applied.filter { $0.time >= start && $0.time < end })
        }

        func sliding(_ number: Int, ending end: Int64) -> Closing {
            let size = measures[number].window.size.microseconds
            let inside = applied.filter { $0.time > end - size && $0.time <= end }
            return closing(number, start: end - size, end: end, inside)
        }

        func closing(_ number: Int, start: Int64, end: Int64, _ inside: [Heard]) -> Closing {
            Closing(
                measure: number,
                start: start,
                end: end,
                usable: inside.filter { !$0.isBad },
                bad: inside.count { $0.isBad }
            )
        }

        /// The sessions of the readings that no closed session holds, earliest first.
        func sessions(of number: Int) -> [Closing] {
            let gap = measures[number].window.size.microseconds
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
            guard !closing.usable.isEmpty else { return nil }
            let revision = standings[closing.measure].reports[closing.end, default: 0]
            standings[closing.measure].reports[closing.end] = revision + 1
            return result(of: closing, revision: revision)
        }

        /// What a measure says about a window.
        ///
        /// - Parameter elapsed: Where the window is still open, the time that its readings cover.
        func result(of closing: Closing, revision: Int = 0, elapsed: Int64? = nil) -> Result? {
            let measure = measures[closing.measure]
            let readings = inOrder(closing.usable)
            guard let newest = readings.last,
                let value = function(of: measure).reference(readings, until: closing.end)
            else { return nil }
            return Result(
                measure: measure.name,
                start: closing.start,
                end: closing.end,
                count: readings.count,
                bad: closing.bad,
                value: value,
                coverage: coverage(of: readings, in: closing, elapsed: elapsed ?? closing.end - closing.start),
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

        private func coverage(of readings: [Heard], in closing: Closing, elapsed: Int64) -> Double {
            let (start, end) = (closing.start, closing.end)
            if let expectedInterval {
                if elapsed <= 0 { return 1 }
                return min(1, Double(readings.count) / (Double(elapsed) / Double(expectedInterval)))
            }
            let slots =
                grids[closing.measure]?.slots(start: start, end: end)
                ?? equalSlots(start: start, end: end, slot: scenario.every.microseconds)
            // A sliding window holds its end and not its start, and so do its slots.
            let shift: Int64 = measures[closing.measure].window.kind == .sliding ? 1 : 0
            let filled = slots.count { slot in
                readings.contains { $0.time >= slot.start + shift && $0.time < slot.end + shift }
            }
            return Double(filled) / Double(slots.count)
        }

        /// Whether the step of `every` before an instant holds a good or uncertain reading that came in time for it.
        func isFresh(at instant: Int64) -> Bool {
            let before = instants.start(ofWindowEnding: instant, size: scenario.every.microseconds)
            return zip(applied, missed).contains { reading, missed in
                !reading.isBad && reading.time >= before && reading.time < instant && missed < instant
            }
        }

        /// Readings by event time; those of one time stay in the order of their arrival.
        private func inOrder(_ readings: [Heard]) -> [Heard] {
            readings.enumerated().sorted { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }.map(\.element)
        }
    }
}

private func greatestDivisor(_ left: Int64, _ right: Int64) -> Int64 {
    right == 0 ? left : greatestDivisor(right, left % right)
}
