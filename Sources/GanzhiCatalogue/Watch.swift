/// What a scenario watches: series under names, and what its keys are.
public struct Watch: Sendable, Hashable, Codable {
    /// What has a ladder of its own.
    public enum Key: Sendable, Hashable {
        /// Each device.
        case device
        /// Each district that has devices: their ladder is judged together.
        case district
        /// Each value of a label, by its name.
        case label(String)
    }

    /// Series that measures are computed over.
    public struct Input: Sendable, Hashable, Codable {
        /// The name that measures use; empty for the one input of a scenario that names none.
        public var name: String
        /// Which series.
        public var selector: WatchSelector

        /// Creates an input.
        public init(name: String = "", selector: WatchSelector) {
            self.name = name
            self.selector = selector
        }
    }

    /// The inputs as declared; never empty.
    public var inputs: [Input]
    /// What has a ladder of its own.
    public var per: Key

    /// Watches several series under names.
    public init(inputs: [Input], per: Key = .device) {
        self.inputs = inputs
        self.per = per
    }

    /// Watches one metric.
    public init(metric: String, where conditions: [String: String] = [:], per: Key = .device) {
        self.init(inputs: [Input(selector: WatchSelector(metric: metric, where: conditions))], per: per)
    }

    /// Whether a ladder is judged by one series alone.
    public var isSingle: Bool { inputs.count == 1 && per == .device }

    /// The key that a device belongs to; `nil` where it belongs to none.
    public func key(ofDevice device: String, in catalogue: Catalogue) -> String? {
        per.name(ofDevice: device, in: catalogue)
    }
}

extension Watch.Key {
    /// The key that a device belongs to; `nil` where it belongs to none.
    public func name(ofDevice device: String, in catalogue: Catalogue) -> String? {
        switch self {
        case .device: device
        case .district: catalogue.device(device)?.district
        case .label(let name): catalogue.device(device)?.labels[name]
        }
    }
}

extension Watch.Key: CustomStringConvertible {
    /// `device`, `district` or the label's name, as scenarios write it.
    public var description: String {
        switch self {
        case .device: "device"
        case .district: "district"
        case .label(let name): name
        }
    }

    /// Reads what scenarios write.
    public init(_ text: String) {
        switch text {
        case "device": self = .device
        case "district": self = .district
        default: self = .label(text)
        }
    }
}

extension Watch.Key: Codable {
    /// Reads what scenarios write.
    public init(from decoder: any Decoder) throws {
        self.init(try decoder.singleValueContainer().decode(String.self))
    }

    /// Writes what scenarios write.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
