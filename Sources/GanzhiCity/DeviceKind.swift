/// What a simulated device is, and what it measures.
public enum DeviceKind: String, Sendable, Hashable, CaseIterable {
    /// Depth of water on the road of an underpass.
    case underpass
    /// Tipping-bucket rain gauge.
    case rainGauge = "rain-gauge"
    /// Fine-dust monitor.
    case airStation = "air-station"
    /// Combustible-gas detector in a utility tunnel.
    case gasDetector = "gas-detector"
    /// Fire hydrant with a pressure sensor.
    case hydrant
    /// Manhole cover with a tilt sensor.
    case manhole

    /// What device ids begin with, before `-` and the number.
    public var prefix: String {
        switch self {
        case .underpass: "underpass"
        case .rainGauge: "rain"
        case .airStation: "air"
        case .gasDetector: "gas"
        case .hydrant: "hydrant"
        case .manhole: "manhole"
        }
    }

    /// The metric it reports.
    public var metric: String {
        switch self {
        case .underpass: "water_level"
        case .rainGauge: "rainfall"
        case .airStation: "pm2_5"
        case .gasDetector: "gas"
        case .hydrant: "pressure"
        case .manhole: "tilt"
        }
    }

    /// The unit of its native JSON readings (UCUM): gas in per cent of the lower explosive limit.
    public var unit: String {
        switch self {
        case .underpass: "m"
        case .rainGauge: "mm"
        case .airStation: "ug/m3"
        case .gasDetector: "%"
        case .hydrant: "kPa"
        case .manhole: "deg"
        }
    }

    /// The unit of its SenML records: in the registry of RFC 8428 and RFC 8798.
    ///
    /// There `%` is a ratio from 0 to 1 and per cent is `/100`; kPa does not exist.
    public var senMLUnit: String {
        switch self {
        case .gasDetector: "/100"
        case .hydrant: "Pa"
        default: unit
        }
    }

    /// What a value in ``unit`` is multiplied with to be in ``senMLUnit``.
    var senMLScale: Double { self == .hydrant ? 1000 : 1 }

    /// Whether ``senMLUnit`` is a secondary unit, so that a pack must declare version 26 (RFC 9100).
    var hasSecondarySenMLUnit: Bool {
        switch self {
        case .rainGauge, .airStation, .gasDetector: true
        case .underpass, .hydrant, .manhole: false
        }
    }

    /// Steps of the instrument per ``unit``: a level sensor reads whole millimetres.
    var stepsPerUnit: Double {
        switch self {
        case .underpass: 1000
        case .hydrant: 1
        default: 10
        }
    }

    /// The kinds of twenty devices that follow each other, so that every city of twenty or more has them all.
    static let pattern: [DeviceKind] = [
        .underpass, .rainGauge, .airStation, .hydrant, .manhole, .underpass, .gasDetector, .underpass, .rainGauge,
        .hydrant, .underpass, .airStation, .manhole, .underpass, .gasDetector, .rainGauge, .hydrant, .underpass,
        .airStation, .manhole,
    ]
}
