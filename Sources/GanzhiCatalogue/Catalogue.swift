internal import GanzhiModel

/// What the city knows about its metrics, devices and districts.
///
/// Of several entries with one name the first counts; ``problems(at:)`` reports the others. Its encoding is ordered by
/// name, so that neither the order of files nor that of the entries in them shows in a generation's hash.
public struct Catalogue: Sendable {
    /// Metrics in the order of their files.
    public let metrics: [MetricDefinition]
    /// Devices in the order of their files.
    public let devices: [DeviceDefinition]
    /// Districts in the order of their files.
    public let districts: [DistrictDefinition]

    /// Places of metrics by id and alias; an id comes before an alias of the same name.
    private let metricIndices: [String: Int]
    private let deviceIndices: [String: Int]
    private let districtIndices: [String: Int]

    /// Creates a catalogue.
    public init(
        metrics: [MetricDefinition] = [],
        devices: [DeviceDefinition] = [],
        districts: [DistrictDefinition] = []
    ) {
        self.metrics = metrics
        self.devices = devices
        self.districts = districts
        let ids = metrics.enumerated().map { ($1.id, $0) }
        let aliases = metrics.enumerated().flatMap { index, metric in metric.aliases.map { ($0, index) } }
        metricIndices = Dictionary(ids + aliases) { first, _ in first }
        deviceIndices = Dictionary(devices.enumerated().lazy.map { ($1.id, $0) }) { first, _ in first }
        districtIndices = Dictionary(districts.enumerated().lazy.map { ($1.code, $0) }) { first, _ in first }
    }

    /// The metric of an id, or of an alias; `nil` where the catalogue has none.
    public func metric(_ name: String) -> MetricDefinition? { metricIndices[name].map { metrics[$0] } }

    /// The canonical id that a metric's name stands for; the name itself where the catalogue does not know it.
    public func canonicalMetric(_ name: String) -> String { metric(name)?.id ?? name }

    /// The device of an id, or `nil`.
    public func device(_ id: String) -> DeviceDefinition? { deviceIndices[id].map { devices[$0] } }

    /// The district of a code, or `nil`.
    public func district(_ code: String) -> DistrictDefinition? { districtIndices[code].map { districts[$0] } }

    /// The place of a device in ``devices``, or `nil`.
    func deviceIndex(_ id: String) -> Int? { deviceIndices[id] }

    /// The first of several entries of a metric's, a device's or a district's name.
    func isFirst(_ entry: Entry) -> Bool {
        switch entry {
        case .metric(let index): metricIndices[metrics[index].id] == index
        case .device(let index): deviceIndices[devices[index].id] == index
        case .district(let index): districtIndices[districts[index].code] == index
        }
    }

    /// Whether a district is another one or lies within it, by parents.
    public func isDistrict(_ code: String, within outer: String) -> Bool { districtsHolding(code).contains(outer) }

    /// A district and those that it lies within, by parents, the narrowest first.
    public func districtsHolding(_ code: String) -> [String] {
        var codes = [code]
        // Parents that go round in a circle end it.
        while let parent = district(codes[codes.count - 1])?.parent, !codes.contains(parent) { codes.append(parent) }
        return codes
    }

    /// An entry of the catalogue, by its place in ``metrics``, ``devices`` or ``districts``.
    public enum Entry: Sendable, Hashable {
        /// A metric.
        case metric(Int)
        /// A device.
        case device(Int)
        /// A district.
        case district(Int)
    }
}

extension Catalogue: Codable {
    private enum CodingKeys: String, CodingKey {
        case metrics, devices, districts
    }

    /// Reads a catalogue; what is absent is empty.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            metrics: try container.decodeIfPresent([MetricDefinition].self, forKey: .metrics) ?? [],
            devices: try container.decodeIfPresent([DeviceDefinition].self, forKey: .devices) ?? [],
            districts: try container.decodeIfPresent([DistrictDefinition].self, forKey: .districts) ?? []
        )
    }

    /// Writes the catalogue, entries ordered by name.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encodeUnlessEmpty(metrics.sorted { $0.id.precedesByCodePoint($1.id) }, forKey: .metrics)
        try container.encodeUnlessEmpty(devices.sorted { $0.id.precedesByCodePoint($1.id) }, forKey: .devices)
        try container.encodeUnlessEmpty(districts.sorted { $0.code.precedesByCodePoint($1.code) }, forKey: .districts)
    }
}
