import GanzhiCatalogue

/// Finds the plans that watch a channel without asking each of them.
struct SelectorIndex {
    /// A condition that a selector cannot do without.
    private struct Need: Hashable {
        var metric: String
        var key: String
        var value: String
    }

    private var plans: [Need: [Int]] = [:]

    /// Adds a plan; numbers ascend.
    mutating func insert(_ plan: Int, watching selector: WatchSelector, in catalogue: Catalogue) {
        let metric = catalogue.canonicalMetric(selector.metric)
        // A device's id says most; of the others any will do, always the same one.
        let key = selector.where["device"] == nil ? selector.where.keys.min() : "device"
        let need = Need(metric: metric, key: key ?? "", value: key.flatMap { selector.where[$0] } ?? "")
        plans[need, default: []].append(plan)
    }

    /// The plans that may watch a channel, ascending.
    func candidates(device: String, metric: String, in catalogue: Catalogue) -> [Int] {
        var found: [Int] = []
        func look(_ key: String, _ value: String?) {
            guard let value else { return }
            found += plans[Need(metric: metric, key: key, value: value)] ?? []
        }
        look("", "")
        look("device", device)
        if let definition = catalogue.device(device) {
            look("type", definition.type)
            look("owner", definition.owner)
            for (key, value) in definition.labels where !["device", "type", "owner", "district"].contains(key) {
                look(key, value)
            }
            for district in definition.district.map(catalogue.districtsHolding) ?? [] { look("district", district) }
        }
        return found.sorted()
    }
}
