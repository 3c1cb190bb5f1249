public import GanzhiModel

/// How grave harm to the data would be (数据安全法 article 21, GB/T 43697-2024).
public enum Grading: String, Sendable, Hashable, Codable, CaseIterable {
    /// 核心数据.
    case core
    /// 重要数据.
    case important
    /// 一般数据.
    case general
}

/// With whom the data may be shared (政务数据共享条例).
public enum Sharing: String, Sendable, Hashable, Codable, CaseIterable {
    /// 无条件共享.
    case unconditional
    /// 有条件共享.
    case conditional
    /// 不予共享.
    case none
}

/// Where a device stands.
public struct Place: Sendable, Hashable, Codable {
    /// Degrees north, WGS 84.
    public var latitude: Double?
    /// Degrees east, WGS 84.
    public var longitude: Double?
    /// The place in words, such as an address or a stretch of road; CAP's `areaDesc`.
    public var area: String?
    /// Code of the area, such as a GB/T 2260 code; CAP's `geocode`.
    public var geocode: String?

    /// Creates a place.
    public init(latitude: Double? = nil, longitude: Double? = nil, area: String? = nil, geocode: String? = nil) {
        self.latitude = latitude
        self.longitude = longitude
        self.area = area
        self.geocode = geocode
    }
}

/// What one device does otherwise than the metric's definition says; what is `nil` stays as defined there.
public struct MetricOverride: Sendable, Hashable, Codable {
    /// Canonical metric that the device's name stands for.
    public var metric: String?
    /// Unit that the device measures in, whatever its readings say about it.
    public var unit: String?
    /// Factor of the calibration.
    public var scale: Double?
    /// What the calibration adds, in the canonical unit.
    public var offset: Double?
    /// What can be true, after calibration; takes the place of the metric's range as a whole.
    public var range: ValueRange?
    /// Longest wait between two readings.
    public var expectedInterval: TimeSpan?

    /// Creates an override.
    public init(
        metric: String? = nil,
        unit: String? = nil,
        scale: Double? = nil,
        offset: Double? = nil,
        range: ValueRange? = nil,
        expectedInterval: TimeSpan? = nil
    ) {
        self.metric = metric
        self.unit = unit
        self.scale = scale
        self.offset = offset
        self.range = range
        self.expectedInterval = expectedInterval
    }

    private enum CodingKeys: String, CodingKey {
        case metric, unit, scale, offset, range
        case expectedInterval = "expected-interval"
    }
}

/// A device that the city knows.
public struct DeviceDefinition: Sendable, Hashable {
    /// The name it sends under.
    public var id: String
    /// What kind of device it is.
    public var type: String?
    /// Code of its district.
    public var district: String?
    /// Where it stands.
    public var place: Place?
    /// Free labels that scenarios may choose by.
    public var labels: [String: String]
    /// Department that provides its data.
    public var owner: String?
    /// Longest wait between two readings of one of its metrics.
    public var expectedInterval: TimeSpan?
    /// Grading of its data; `nil` where nobody has stated one.
    public var grading: Grading?
    /// Sharing of its data; `nil` where nobody has stated it.
    public var sharing: Sharing?
    /// Overrides by the name that the device sends; one under a canonical name holds for that metric's aliases too.
    public var metrics: [String: MetricOverride]

    /// Creates a device.
    public init(
        id: String,
        type: String? = nil,
        district: String? = nil,
        place: Place? = nil,
        labels: [String: String] = [:],
        owner: String? = nil,
        expectedInterval: TimeSpan? = nil,
        grading: Grading? = nil,
        sharing: Sharing? = nil,
        metrics: [String: MetricOverride] = [:]
    ) {
        self.id = id
        self.type = type
        self.district = district
        self.place = place
        self.labels = labels
        self.owner = owner
        self.expectedInterval = expectedInterval
        self.grading = grading
        self.sharing = sharing
        self.metrics = metrics
    }
}

extension DeviceDefinition: Codable {
    private enum CodingKeys: String, CodingKey {
        case id, type, district, place, labels, owner, grading, sharing, metrics
        case expectedInterval = "expected-interval"
    }

    /// Reads a device; what is absent is empty.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        id = try container.decode(String.self, forKey: .id)
        type = try container.decodeIfPresent(String.self, forKey: .type)
        district = try container.decodeIfPresent(String.self, forKey: .district)
        place = try container.decodeIfPresent(Place.self, forKey: .place)
        labels = try container.decodeIfPresent([String: String].self, forKey: .labels) ?? [:]
        owner = try container.decodeIfPresent(String.self, forKey: .owner)
        expectedInterval = try container.decodeIfPresent(TimeSpan.self, forKey: .expectedInterval)
        grading = try container.decodeIfPresent(Grading.self, forKey: .grading)
        sharing = try container.decodeIfPresent(Sharing.self, forKey: .sharing)
        metrics = try container.decodeIfPresent([String: MetricOverride].self, forKey: .metrics) ?? [:]
    }

    /// Writes the device without what is empty.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encodeIfPresent(type, forKey: .type)
        try container.encodeIfPresent(district, forKey: .district)
        try container.encodeIfPresent(place, forKey: .place)
        try container.encodeUnlessEmpty(labels, forKey: .labels)
        try container.encodeIfPresent(owner, forKey: .owner)
        try container.encodeIfPresent(expectedInterval, forKey: .expectedInterval)
        try container.encodeIfPresent(grading, forKey: .grading)
        try container.encodeIfPresent(sharing, forKey: .sharing)
        try container.encodeUnlessEmpty(metrics, forKey: .metrics)
    }
}
