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
        var memory = MemoryEstimate(generation)
        for scenario in generation.scenarios {
            lines += scenario.watch.inputs.indices.compactMap { summary(of: scenario, input: $0, &memory) }
        }
        lines.append(
            "memory: \(MemoryEstimate.text(memory.windowBytes)) for the windows of the catalogue's devices, those that "
                + "scenarios share counted once"
        )
        return lines
    }

    private static func summary(of scenario: Scenario, input: Int, _ memory: inout MemoryEstimate) -> String? {
        guard let windows = memory.windows(of: scenario, input: input) else { return nil }
        let (name, selector) = (scenario.watch.inputs[input].name, scenario.watch.inputs[input].selector)
        return "scenario \(scenario.id): \(scenario.stage.rawValue), watches \(selector.metric)"
            + (name.isEmpty ? "" : " as \(name)") + " (\(windows.devices) devices of the catalogue),"
            + " \(windows.plan.bytesPerSeries) bytes per series"
            + (windows.plan.keepsReadings
                ? ", and 24 per reading that its windows hold: up to \(Plan.maximumReadings), a window with more has no result"
                : "")
            + (input == 0
                ? "; \(MemoryEstimate.bytesPerKey(of: scenario)) bytes per key that is pending or has ever been raised"
                : "")
    }
}
