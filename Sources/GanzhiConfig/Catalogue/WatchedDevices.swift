import GanzhiCatalogue
import GanzhiModel

/// What checks ask of the devices that a selector fits: worked out once, as thousands of scenarios may share it.
struct WatchedDevices {
    /// How many devices fit.
    let count: Int
    /// Longest waits between two readings where they are known, longest first.
    let waits: [(device: String, interval: TimeSpan)]
    /// The valid ranges of the metric at the devices, each once; `nil` for one without bounds.
    let ranges: Set<ValueRange?>
    /// Whether any of them has a latitude and a longitude.
    let isPlaced: Bool
    /// How many of them the largest key has; `nil` where none of them has a key.
    let largestKey: Int?

    fileprivate init(_ selector: WatchSelector, per key: Watch.Key, in known: Catalogue) {
        let metric = known.canonicalMetric(selector.metric)
        let range = known.metric(metric)?.range
        var (count, isPlaced) = (0, false)
        var waits: [(device: String, interval: TimeSpan)] = []
        var ranges: Set<ValueRange?> = []
        var sizes: [String: Int] = [:]
        for device in known.devices where selector.matches(device: device.id, metric: metric, in: known) {
            let override = device.metrics.first { name, override in
                known.canonicalMetric(override.metric ?? name) == metric
            }?.value
            count += 1
            if let interval = override?.expectedInterval ?? device.expectedInterval {
                waits.append((device.id, interval))
            }
            ranges.insert(override?.range ?? range)
            if device.place?.latitude != nil, device.place?.longitude != nil { isPlaced = true }
            if let name = key.name(ofDevice: device.id, in: known) { sizes[name, default: 0] += 1 }
        }
        self.count = count
        self.waits = waits.sorted { $0.interval > $1.interval }
        self.ranges = ranges
        self.isPlaced = isPlaced
        largestKey = sizes.values.max()
    }
}

/// The devices of a catalogue by the selectors that were asked for.
final class DeviceMatches {
    private struct Question: Hashable {
        var selector: WatchSelector
        var key: Watch.Key
    }

    private var known: [Question: WatchedDevices] = [:]

    /// What fits a selector.
    ///
    /// - Parameter key: The kind of key whose sizes are asked for.
    /// - Complexity: O(devices) for the first time.
    func devices(fitting selector: WatchSelector, per key: Watch.Key, in catalogue: Catalogue) -> WatchedDevices {
        let question = Question(selector: selector, key: key)
        if let answer = known[question] { return answer }
        let answer = WatchedDevices(selector, per: key, in: catalogue)
        known[question] = answer
        return answer
    }
}
