import GanzhiCatalogue
import GanzhiPipeline
import GanzhiWarnings
import GanzhiWindow

/// How much memory a generation takes for the devices of its catalogue.
struct MemoryEstimate {
    /// The windows of one input of a scenario.
    struct Windows {
        let plan: Plan
        /// Devices of the catalogue that fit.
        let devices: Int
    }

    /// What makes the windows of two scenarios one.
    private struct Shared: Hashable {
        let plan: Plan
        let selector: WatchSelector
        /// What the windows are judged with, where a key has several series.
        let watch: Watch?
    }

    private let generation: Generation
    private var matching: [WatchSelector: Int] = [:]
    private var counted: Set<Shared> = []
    /// Bytes of all windows that were looked at, those that are shared once.
    private(set) var windowBytes = 0

    init(_ generation: Generation) { self.generation = generation }

    /// The windows over one input; `nil` where nothing is measured there.
    mutating func windows(of scenario: Scenario, input: Int) -> Windows? {
        let selector = scenario.watch.inputs[input].selector
        let catalogue = generation.catalogue
        let metric = catalogue.canonicalMetric(selector.metric)
        let unit = catalogue.metric(metric)?.unit
        guard let plan = try? scenario.plan(ofInput: input, calendar: generation.calendar, unit: unit)
        else { return nil }
        let devices =
            matching[selector]
            ?? catalogue.devices.count { selector.matches(device: $0.id, metric: metric, in: catalogue) }
        matching[selector] = devices
        let shared = Shared(plan: plan, selector: selector, watch: scenario.watch.isSingle ? nil : scenario.watch)
        if counted.insert(shared).inserted { windowBytes += devices * plan.bytesPerSeries }
        return Windows(plan: plan, devices: devices)
    }

    /// Bytes of a key of a scenario while its ladder is pending or standing, and from its first episode on.
    static func bytesPerKey(of scenario: Scenario) -> Int {
        LadderBook(rungs: scenario.ladder.rungs.count).bytesPerKey
    }

    /// Bytes as people read them.
    static func text(_ bytes: Int) -> String {
        switch bytes {
        case ..<10_000: "\(bytes) bytes"
        case ..<10_000_000: "\(bytes / 1000) kB"
        case ..<10_000_000_000: "\(bytes / 1_000_000) MB"
        default: "\(bytes / 1_000_000_000) GB"
        }
    }
}
