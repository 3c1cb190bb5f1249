import Foundation
import GanzhiConfig
import GanzhiCatalogue
import GanzhiModel
public import GanzhiPipeline
import GanzhiWindow

/// `ganzhi check`: reads what people wrote and says everything that is wrong.
public enum CheckCommand {
    /// Reads a config, or scenarios with a catalogue, and prints the problems on stderr, or as NDJSON on stdout.
    ///
    /// - Returns: The generation, or `nil` where there is an error.
    /// - Throws: ``AppError`` where stdout has gone.
    public static func load(
        config: String?,
        scenarios: String?,
        catalogue: String?,
        isJSON: Bool = false
    ) throws -> Generation? {
        let generation: Generation?
        var problems: [Problem]
        if let config {
            let (settings, found) = GenerationReader.load(config: config)
            (generation, problems) = (settings?.generation, found)
        } else if let scenarios {
            (generation, problems) = GenerationReader.load(scenarios: scenarios, catalogue: catalogue)
        } else {
            throw AppError(.usage, "Say what to read: `--config ganzhi.yaml` or `--scenarios FOLDER`.")
        }
        if isJSON {
            try ProblemText.jsonLines(of: problems).withUnsafeBytes {
                try StandardStreams.write($0, to: 1, name: "stdout")
            }
        } else if !problems.isEmpty {
            StandardStreams.talk(ProblemText.text(of: problems))
        }
        return generation
    }

    /// One line for each scenario: what it watches and what a series costs.
    public static func summary(of generation: Generation) -> [String] {
        var lines = [
            "generation \(generation.name)",
            "\(generation.feeds.count) feeds, \(generation.catalogue.metrics.count) metrics,"
                + " \(generation.catalogue.devices.count) devices, \(generation.scenarios.count) scenarios",
        ]
        for scenario in generation.scenarios {
            let matching = generation.catalogue.devices.count {
                scenario.watch.matches(
                    device: $0.id,
                    metric: generation.catalogue.canonicalMetric(scenario.watch.metric),
                    in: generation.catalogue
                )
            }
            let unit = generation.catalogue.metric(generation.catalogue.canonicalMetric(scenario.watch.metric))?.unit
            let plan = try? scenario.plan(calendar: generation.calendar, unit: unit)
            let bytes =
                plan.map { plan in
                    "\(plan.bytesPerSeries) bytes per series"
                        + (plan.keepsReadings
                            ? ", and 24 per reading that its windows hold: up to \(Plan.maximumReadings), a window with more has no result"
                            : "")
                } ?? ""
            lines.append(
                "scenario \(scenario.id): \(scenario.stage.rawValue), watches \(scenario.watch.metric)"
                    + " (\(matching) devices of the catalogue), \(bytes)"
            )
        }
        return lines
    }
}
