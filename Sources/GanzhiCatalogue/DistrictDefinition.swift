/// A district of the city, or a part of one.
public struct DistrictDefinition: Sendable, Hashable {
    /// Code, such as a GB/T 2260 one.
    public var code: String
    /// Name by language tag.
    public var titles: [String: String]
    /// Code of the district that it is part of; `nil` at the top.
    public var parent: String?

    /// Creates a district.
    public init(code: String, titles: [String: String] = [:], parent: String? = nil) {
        self.code = code
        self.titles = titles
        self.parent = parent
    }
}

extension DistrictDefinition: Codable {
    private enum CodingKeys: String, CodingKey {
        case code, titles, parent
    }

    /// Reads a district; what is absent is empty.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        code = try container.decode(String.self, forKey: .code)
        titles = try container.decodeIfPresent([String: String].self, forKey: .titles) ?? [:]
        parent = try container.decodeIfPresent(String.self, forKey: .parent)
    }

    /// Writes the district without what is empty.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(code, forKey: .code)
        try container.encodeUnlessEmpty(titles, forKey: .titles)
        try container.encodeIfPresent(parent, forKey: .parent)
    }
}
