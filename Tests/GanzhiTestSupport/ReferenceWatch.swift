import GanzhiModel
import GanzhiPipeline
import GanzhiWindow

extension Reference {
    /// One scenario at one series.
    struct Watch {
        /// What becomes of a reading in a plan.
        enum Fate { case applied, partlyLate, late }

        let scenario: Scenario
        let series: Int
        let key: String
        let expectedInterval: Int64?
        /// Every reading that was applied, in order of arrival.
        var applied: [Heard] = []
        /// All before it is final; nothing at all before the first reading.
        var watermark: Int64 = .min
        /// The last instant that was evaluated.
        var evaluated: Int64 = .min
        /// The result that each measure stands at.
        var results: [Result?]
        var ladder: ReferenceLadder

        init(scenario: Scenario, series: Int, key: String, expectedInterval: Int64?) {
            self.scenario = scenario
            self.series = series
            self.key = key
            self.expectedInterval = expectedInterval
            results = scenario.measures.map { _ in nil }
            ladder = ReferenceLadder(scenario)
        }

        var every: Int64 { scenario.every.microseconds }
        var lateness: Int64 { scenario.lateness.microseconds }
        var hasBegun: Bool { watermark != .min }

        /// Moves the watermark, never back.
        ///
        /// What was final before the first reading held nothing, so its evaluations need no visit.
        mutating func advance(to time: Int64) {
            if !hasBegun { evaluated = floored(time, every) }
            watermark = max(watermark, time)
        }

        func judge(_ time: Int64) -> Fate {
            let ends = scenario.measures.compactMap { lastEnd(of: $0, holding: time) }
            guard hasBegun, ends.contains(where: { $0 <= watermark }) else { return .applied }
            return ends.allSatisfy { $0 <= watermark } ? .late : .partlyLate
        }

        /// End of the last window of a measure that holds a time, if any does.
        func lastEnd(of measure: Measure, holding time: Int64) -> Int64? {
            let end = floored(time + measure.window.size.microseconds, measure.window.every.microseconds)
            return end > time ? end : nil
        }

        var lastEndHoldingAReading: Int64? {
            applied.flatMap { reading in scenario.measures.compactMap { lastEnd(of: $0, holding: reading.time) } }.max()
        }

        /// Whether the step of `every` before an instant holds a good or uncertain reading, if that is asked for.
        func isFresh(at instant: Int64) -> Bool {
            scenario.quietCounts
                || applied.contains { !$0.isBad && $0.time >= instant - every && $0.time < instant }
        }

        /// What a measure says about the window that ends at an instant.
        func result(of measure: Measure, at end: Int64) -> Result? {
            let start = end - measure.window.size.microseconds
            let inside = applied.filter { $0.time >= start && $0.time < end }
            // Stable: readings of one time stay in the order of their arrival.
            let readings = inside.filter { !$0.isBad }.enumerated()
                .sorted { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }.map(\.element)
            guard let newest = readings.last else { return nil }
            let values = readings.map(\.value)
            let value: Double =
                switch measure.function {
                case .count: Double(values.count)
                case .sum: values.reduce(0, +)
                case .min: values.min()!
                case .max: values.max()!
                case .mean: values.reduce(0, +) / Double(values.count)
                case .first: values.first!
                case .last: values.last!
                case .delta: values.last! - values.first!
                }
            guard value.isFinite else { return nil }
            return Result(
                measure: measure.name,
                start: start,
                end: end,
                count: values.count,
                value: value,
                coverage: coverage(of: readings, start: start, end: end, slot: measure.window.every.microseconds),
                good: Double(readings.count) / Double(inside.count),
                newest: newest
            )
        }

        private func coverage(of readings: [Heard], start: Int64, end: Int64, slot: Int64) -> Double {
            if let expectedInterval {
                return min(1, Double(readings.count) / (Double(end - start) / Double(expectedInterval)))
            }
            var slots: [Bool] = []
            var slotEnd = end
            while slotEnd > start {
                let slotStart = max(start, slotEnd - slot)
                slots.append(readings.contains { $0.time >= slotStart && $0.time < slotEnd })
                slotEnd = slotStart
            }
            return Double(slots.count { $0 }) / Double(slots.count)
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
            var newest: Heard
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
                    good: good
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
                    thresholds: thresholds
                )
            }
        }
    }
}
