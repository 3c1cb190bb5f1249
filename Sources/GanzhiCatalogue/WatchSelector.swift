/// Which series a scenario watches: one metric of the devices that fit.
public struct WatchSelector: Sendable, Hashable {
    /// The metric, by id or alias.
    public var metric: String
    /// What a device must have, all of it: `device` (its id), `type`, `district` (or one that it lies within), `owner`,
    /// or a label by its name.
    public var `where`: [String: String]

    /// Creates a selector.
    public init(metric: String, where conditions: [String: String] = [:]) {
        self.metric = metric
        self.where = conditions
    }

    /// Whether it watches a series.
    ///
    /// A device that the catalogue does not know fits only where nothing but its id is asked for.
    ///
    /// - Parameters:
    ///   - device: The device's id.
    ///   - metric: The canonical metric.
    ///   - catalogue: The catalogue that holds.
    public func matches(device: String, metric: String, in catalogue: Catalogue) -> Bool {
        guard catalogue.canonicalMetric(self.metric) == metric else { return false }
        guard !self.where.isEmpty else { return true }
        let definition = catalogue.device(device)
        return self.where.allSatisfy { key, wanted in
            switch key {
            case "device": device == wanted
            case "type": definition?.type == wanted
            case "district": definition?.district.map { catalogue.isDistrict($0, within: wanted) } ?? false
            case "owner": definition?.owner == wanted
            default: definition?.labels[key] == wanted
            }
        }
    }
}

extension WatchSelector: Codable {
    private enum CodingKeys: String, CodingKey {
        case metric, `where`
    }

    /// Reads a selector; absent conditions are none.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        metric = try container.decode(String.self, forKey: .metric)
        self.where = try container.decodeIfPresent([String: String].self, forKey: .where) ?? [:]
    }

    /// Writes the selector without what is empty.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(metric, forKey: .metric)
        try container.encodeUnlessEmpty(self.where, forKey: .where)
    }
}
